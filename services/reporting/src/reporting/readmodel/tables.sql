-- What reporting knows. No schema is named: a rebuild makes the same tables beside the live ones.
-- Fact rows hold the present state of every incident; `seq` is the position of its first event in its publisher's log,
-- a short key that a rebuild finds again. What most questions filter by stands in every fact table, so that they need
-- no join; columns of a fixed width come first, where they are found fastest. A month is counted from the year 0; a date
-- lies in a period where both its months do.

CREATE TABLE incident (
    id              uuid     PRIMARY KEY,
    seq             bigint   NOT NULL UNIQUE,
    version         integer  NOT NULL,
    span_start      date     NOT NULL,
    span_end        date     NOT NULL,
    first_month     integer  NOT NULL,
    last_month      integer  NOT NULL,
    counted         boolean  NOT NULL,
    jurisdiction    text     COLLATE "C" NOT NULL,
    category        text     COLLATE "C" NOT NULL,
    verification    text     COLLATE "C" NOT NULL,
    tags            text[]   NOT NULL,
    admin           text[]   NOT NULL,
    agency          text     COLLATE "C" NOT NULL,
    date_precision  text     COLLATE "C" NOT NULL,
    status          text     COLLATE "C" NOT NULL
);

-- In the tables below `firsts` spares looking for distinct incidents: bit b is set in the first row of its incident with
-- its values in the dimensions that b stands for, one binary digit per dimension in the order of the columns.

-- Equal persons of one incident are one row; surplus casualties are victims of whom nothing else was reported.
CREATE TABLE person (
    seq             bigint   NOT NULL,
    persons         integer  NOT NULL,
    firsts          integer  NOT NULL,
    span_start      date     NOT NULL,
    span_end        date     NOT NULL,
    first_month     integer  NOT NULL,
    last_month      integer  NOT NULL,
    n               smallint NOT NULL,
    counted         boolean  NOT NULL,
    jurisdiction    text     COLLATE "C" NOT NULL,
    category        text     COLLATE "C" NOT NULL,
    verification    text     COLLATE "C" NOT NULL,
    role            text     COLLATE "C" NOT NULL,
    sex             text     COLLATE "C" NOT NULL,
    age_group       text     COLLATE "C" NOT NULL,
    outcome         text     COLLATE "C" NOT NULL,
    relation        text     COLLATE "C" NOT NULL,
    PRIMARY KEY (seq, n)
);

CREATE TABLE weapon (
    seq             bigint   NOT NULL,
    weapons         bigint   NOT NULL,
    firsts          integer  NOT NULL,
    span_start      date     NOT NULL,
    span_end        date     NOT NULL,
    first_month     integer  NOT NULL,
    last_month      integer  NOT NULL,
    n               smallint NOT NULL,
    counted         boolean  NOT NULL,
    jurisdiction    text     COLLATE "C" NOT NULL,
    category        text     COLLATE "C" NOT NULL,
    verification    text     COLLATE "C" NOT NULL,
    weapon_type     text     COLLATE "C" NOT NULL,
    possession      text     COLLATE "C" NOT NULL,
    PRIMARY KEY (seq, n)
);

CREATE TABLE item (
    seq             bigint   NOT NULL,
    firsts          integer  NOT NULL,
    span_start      date     NOT NULL,
    span_end        date     NOT NULL,
    first_month     integer  NOT NULL,
    last_month      integer  NOT NULL,
    n               smallint NOT NULL,
    counted         boolean  NOT NULL,
    jurisdiction    text     COLLATE "C" NOT NULL,
    category        text     COLLATE "C" NOT NULL,
    verification    text     COLLATE "C" NOT NULL,
    seizure_setting text     COLLATE "C" NOT NULL,
    kind            text     COLLATE "C" NOT NULL,
    unit            text     COLLATE "C" NOT NULL,
    quantity        numeric(30, 3) NOT NULL,
    PRIMARY KEY (seq, n)
);

CREATE INDEX ON incident (span_start);
CREATE INDEX ON person (span_start);
CREATE INDEX ON weapon (span_start);
CREATE INDEX ON item (span_start);

-- Cubes hold what the dashboard asks, kept by difference. `facts` is how many rows a cell stands for: a cell without
-- any is removed. What no longer counts moves to the cells that are not `counted`.

CREATE TABLE incident_cube (
    jurisdiction text    COLLATE "C",
    first_month  integer,
    last_month   integer,
    counted      boolean,
    category     text    COLLATE "C",
    verification text    COLLATE "C",
    facts        bigint  NOT NULL,
    incidents    bigint  NOT NULL,
    PRIMARY KEY (jurisdiction, first_month, last_month, counted, category, verification)
);

CREATE TABLE person_cube (
    jurisdiction text    COLLATE "C",
    first_month  integer,
    last_month   integer,
    counted      boolean,
    role         text    COLLATE "C",
    sex          text    COLLATE "C",
    outcome      text    COLLATE "C",
    facts        bigint  NOT NULL,
    persons      bigint  NOT NULL,
    PRIMARY KEY (jurisdiction, first_month, last_month, counted, role, sex, outcome)
);

CREATE TABLE weapon_cube (
    jurisdiction text    COLLATE "C",
    first_month  integer,
    last_month   integer,
    counted      boolean,
    weapon_type  text    COLLATE "C",
    possession   text    COLLATE "C",
    facts        bigint  NOT NULL,
    weapons      bigint  NOT NULL,
    PRIMARY KEY (jurisdiction, first_month, last_month, counted, weapon_type, possession)
);

CREATE TABLE item_cube (
    jurisdiction    text    COLLATE "C",
    first_month     integer,
    last_month      integer,
    counted         boolean,
    seizure_setting text    COLLATE "C",
    kind            text    COLLATE "C",
    unit            text    COLLATE "C",
    facts           bigint  NOT NULL,
    quantity        numeric(30, 3) NOT NULL,
    PRIMARY KEY (jurisdiction, first_month, last_month, counted, seizure_setting, kind, unit)
);

-- Through which day an agency's incidents in a jurisdiction are complete, as it last said.
CREATE TABLE coverage (
    id               uuid    PRIMARY KEY,
    version          integer NOT NULL,
    agency           text    COLLATE "C" NOT NULL,
    jurisdiction     text    COLLATE "C" NOT NULL,
    complete_through date    NOT NULL
);
