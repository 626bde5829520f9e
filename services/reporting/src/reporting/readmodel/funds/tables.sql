-- What reporting knows of the funds. No schema is named: a rebuild makes the same tables beside the live ones.
-- Streams come in any order (a topic has partitions), so that nothing refers to another table by a foreign key.

-- What a stream has come to, whole: a fund without its money, a call, a proposal, a decision, a project with its grants,
-- an activity with its results, a challenge, an institution's budget. It is read as one and never searched inside.
CREATE TABLE stream (
    id       uuid    PRIMARY KEY,
    version  integer NOT NULL,
    kind     text    COLLATE "C" NOT NULL,
    document jsonb   NOT NULL
);

-- What donors promised, in their currency.
CREATE TABLE commitment (
    fund           uuid,
    id             uuid,
    donor          text    COLLATE "C" NOT NULL,
    amount         numeric NOT NULL,
    currency       text    COLLATE "C" NOT NULL,
    usd_at_signing numeric,
    instalments    jsonb   NOT NULL,
    earmark        text[]  NOT NULL,
    signed_on      date    NOT NULL,
    reversed_on    date,
    PRIMARY KEY (fund, id)
);

-- Money that came, went or was reserved, a row for each kind and organisation; `version` is that of the event in the
-- fund's stream. A reversal is the same rows again, negative and on its own day, so that sums over days are right.
-- `amount` is in the fund's currency; `original` in that of a deposit. Both are positive where money did what the kind
-- says; of roundings and exchange they say what came.
CREATE TABLE money (
    fund         uuid,
    version      integer,
    line         integer,
    fact         uuid,
    kind         text    COLLATE "C" NOT NULL,
    day          date    NOT NULL,
    donor        text    COLLATE "C",
    organisation text    COLLATE "C",
    project      uuid,
    grant_id     uuid,
    call         uuid,
    amount       numeric NOT NULL,
    original     numeric,
    currency     text    COLLATE "C",
    earmark      text[],
    PRIMARY KEY (fund, version, line)
);
CREATE INDEX ON money (fund, fact);

-- What an event did to the cash and to what is reserved of it, by earmark ({}: none).
CREATE TABLE effect (
    fund     uuid,
    version  integer,
    earmark  text[],
    fact     uuid,
    day      date    NOT NULL,
    cash     numeric NOT NULL,
    reserved numeric NOT NULL,
    PRIMARY KEY (fund, version, earmark)
);
CREATE INDEX ON effect (fund, fact);

-- What organisations reported that they spent in a period. Which of it is in force is told when it is read: something
-- certified takes the place of what is interim within its period.
CREATE TABLE expenditure (
    fund         uuid,
    fact         uuid,
    category     integer,
    amount       numeric NOT NULL,
    grant_id     uuid    NOT NULL,
    project      uuid    NOT NULL,
    organisation text    COLLATE "C" NOT NULL,
    start_on     date    NOT NULL,
    end_on       date    NOT NULL,
    certified    boolean NOT NULL,
    reported_on  date    NOT NULL,
    reversed_on  date,
    PRIMARY KEY (fund, fact, category)
);
