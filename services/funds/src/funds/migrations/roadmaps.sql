-- The goals and KPIs that a project may name, by version of a roadmap, as kpi published them; the schema is the reader's
-- search path. `position` is that of the event in kpi's log: of the versions of a roadmap the last is meant.

CREATE TABLE roadmap (
    id       uuid    PRIMARY KEY,
    version  integer NOT NULL,
    code     text    NOT NULL,
    goals    text[]  NOT NULL,
    kpis     text[]  NOT NULL,
    position bigint  NOT NULL
);
CREATE INDEX ON roadmap (code, position);
