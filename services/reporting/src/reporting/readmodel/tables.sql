-- What reporting knows. No schema is named: a rebuild makes the same tables beside the live ones.

-- Every combination of values that occurs in an incident, its tags, its areas, a person, a weapon or a seized item, as a
-- JSON list in the order of `tables.KINDS`. Fact rows name it by its code. Nothing is ever removed or changed here.
CREATE TABLE kind (
    code    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    of      text    COLLATE "C" NOT NULL,
    names   text    COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX ON kind (of, md5(names));  -- areas may be longer than an index takes

-- One row holds the present state of one incident, so that any question is one scan without a join. Arrays are null
-- where they would be empty; persons (weapons, items) are the kinds that occur, each once, in the order of their names,
-- and beside them how many there are of each, null where that is one of each. A month is counted from the year 0; a
-- date lies in a period where both its months do. Columns of a fixed width come first, where they are found fastest.
CREATE TABLE incident (
    span_start      date     NOT NULL,
    span_end        date     NOT NULL,
    first_month     integer  NOT NULL,
    last_month      integer  NOT NULL,
    kind            integer  NOT NULL,
    tags            integer  NOT NULL,
    admin           integer  NOT NULL,
    version         integer  NOT NULL,
    id              uuid     PRIMARY KEY,
    persons         integer[],
    weapons         integer[],
    items           integer[],
    person_numbers  bigint[],
    weapon_numbers  bigint[],
    item_numbers    numeric(30, 3)[]
);
-- Rows are grouped by what is worked out of these columns: a few hundred groups at most. PostgreSQL counts the values of
-- the columns themselves, expects as many groups, and would group millions of rows in one process.
ALTER TABLE incident
    ALTER span_start SET (n_distinct = 6), ALTER span_end SET (n_distinct = 6),
    ALTER first_month SET (n_distinct = 6), ALTER last_month SET (n_distinct = 6),
    ALTER kind SET (n_distinct = 6), ALTER tags SET (n_distinct = 6), ALTER admin SET (n_distinct = 6),
    ALTER persons SET (n_distinct = 6), ALTER weapons SET (n_distinct = 6), ALTER items SET (n_distinct = 6);
-- Rows come nearly in the order of their days: this says which pages to read, all of a page at once, and costs nothing.
CREATE INDEX ON incident USING brin (span_start) WITH (autosummarize = on);

-- For incidents with many kinds of persons, weapons or items: all the bits that stand at the kinds' codes, and how many
-- there are of those that have a 1 there. As subqueries they would keep a scan from running in several processes.
CREATE FUNCTION bits_of(kinds integer[], bits bigint[]) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT bit_or(bits[kind]) FROM unnest(kinds) AS kind);
CREATE FUNCTION number_of(kinds integer[], numbers bigint[], ones bigint[]) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT sum(ones[kind] * coalesce(number, 1)) FROM unnest(kinds, numbers) AS each (kind, number));

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
