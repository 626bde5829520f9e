-- What reporting knows of the KPIs. No schema is named: a rebuild makes the same tables beside the live ones.
-- Streams come in any order (a topic has partitions), so that nothing refers to another table by a foreign key.

-- Versions of roadmaps as they were published, whole; `position` is that of the event: the first one is shown first.
CREATE TABLE roadmap (
    id              uuid    PRIMARY KEY,
    version         integer NOT NULL,
    position        bigint  NOT NULL,
    code            text    COLLATE "C" NOT NULL,
    roadmap_version text    COLLATE "C" NOT NULL,
    document        jsonb   NOT NULL
);

CREATE TABLE round (
    id              uuid    PRIMARY KEY,
    version         integer NOT NULL,
    roadmap         text    COLLATE "C" NOT NULL,
    roadmap_version text    COLLATE "C" NOT NULL,
    number          integer NOT NULL,
    period          text    COLLATE "C" NOT NULL,
    values_period   text    COLLATE "C" NOT NULL,
    due             date    NOT NULL,
    members         text[]  NOT NULL,
    opened_on       date    NOT NULL,
    object_by       date
);

-- Regional editions. One is shown once all the reports that it lists have arrived: see `frozen`.
CREATE TABLE edition (
    round        uuid,
    edition      integer,
    published_on date    NOT NULL,
    missing      text[]  NOT NULL,
    PRIMARY KEY (round, edition)
);
CREATE TABLE edition_report (
    round        uuid,
    edition      integer,
    report       uuid,
    kind         text    COLLATE "C" NOT NULL,
    jurisdiction text    COLLATE "C",
    version      integer NOT NULL,
    digest       text    COLLATE "C" NOT NULL,
    published_in integer NOT NULL,
    PRIMARY KEY (round, edition, report)
);

-- How far each report is. `jurisdiction` is null for the secretariat's.
CREATE TABLE report (
    id              uuid    PRIMARY KEY,
    version         integer NOT NULL,
    round           uuid    NOT NULL,
    roadmap         text    COLLATE "C" NOT NULL,
    number          integer NOT NULL,
    period          text    COLLATE "C" NOT NULL,
    values_period   text    COLLATE "C" NOT NULL,
    kind            text    COLLATE "C" NOT NULL,
    jurisdiction    text    COLLATE "C",
    state           text    COLLATE "C" NOT NULL,
    due             date    NOT NULL,
    opened_on       date    NOT NULL,
    received_on     date,
    published       boolean NOT NULL
);

-- What an edition froze of a report. These rows never change and never go: earlier editions stay readable.
CREATE TABLE frozen (
    report    uuid,
    edition   integer,
    digest    text    COLLATE "C" NOT NULL,
    restates  integer,
    frozen_on date    NOT NULL,
    PRIMARY KEY (report, edition)
);
CREATE TABLE figure (
    report       uuid,
    edition      integer,
    jurisdiction text    COLLATE "C",
    part         text    COLLATE "C",
    presence     text    COLLATE "C" NOT NULL,
    quality      text    COLLATE "C",
    statuses     jsonb   NOT NULL,
    documents    jsonb   NOT NULL,
    PRIMARY KEY (report, edition, jurisdiction, part)
);
CREATE TABLE cell (
    report       uuid,
    edition      integer,
    jurisdiction text    COLLATE "C",
    part         text    COLLATE "C",
    dimensions   jsonb,
    value        numeric NOT NULL,
    PRIMARY KEY (report, edition, jurisdiction, part, dimensions)
);

-- Where an official figure lay below the incident feed's. Which figures these were is told by editions alone.
-- `found_at` is the version of the report: what was found in a draft is not shown with an earlier edition.
CREATE TABLE discrepancy (
    report     uuid,
    query      integer,
    part       text    COLLATE "C" NOT NULL,
    dimensions jsonb   NOT NULL,
    found_at   integer NOT NULL,
    found_on   date    NOT NULL,
    state      text    COLLATE "C" NOT NULL,
    PRIMARY KEY (report, query)
);
