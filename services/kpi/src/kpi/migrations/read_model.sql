-- The service's own read model: every state as it stands, written by each append in its transaction.
-- `document` is the whole state without its erasable words; the columns beside it are what is looked up.

CREATE TABLE roadmap (
    id          uuid        PRIMARY KEY,
    version     integer     NOT NULL,
    code        text        NOT NULL,
    document    jsonb       NOT NULL,
    recorded_at timestamptz NOT NULL
);

CREATE TABLE round (
    id          uuid        PRIMARY KEY,
    version     integer     NOT NULL,
    roadmap     text        NOT NULL,
    number      integer     NOT NULL,
    period      text        NOT NULL,
    state       text        NOT NULL,
    document    jsonb       NOT NULL,
    recorded_at timestamptz NOT NULL
);

CREATE TABLE report (
    id           uuid        PRIMARY KEY,
    version      integer     NOT NULL,
    round        uuid        NOT NULL,
    roadmap      text        NOT NULL,
    kind         text        NOT NULL,
    jurisdiction text,
    period       text        NOT NULL,
    state        text        NOT NULL,
    received_on  date,
    document     jsonb       NOT NULL,
    recorded_at  timestamptz NOT NULL
);
CREATE INDEX report_round ON report (round);

-- A row never goes back to an older version.
CREATE OR REPLACE FUNCTION inline_read_model(documents jsonb[], recorded timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO roadmap AS known
    SELECT r.id, r.version, r.code, r.document, recorded
    FROM unnest(documents) document, jsonb_populate_recordset(NULL::roadmap, document -> 'roadmap') r
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, document = excluded.document, recorded_at = excluded.recorded_at
    WHERE known.version < excluded.version;

    INSERT INTO round AS known
    SELECT r.id, r.version, r.roadmap, r.number, r.period, r.state, r.document, recorded
    FROM unnest(documents) document, jsonb_populate_recordset(NULL::round, document -> 'round') r
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, state = excluded.state, document = excluded.document,
        recorded_at = excluded.recorded_at
    WHERE known.version < excluded.version;

    INSERT INTO report AS known
    SELECT r.id, r.version, r.round, r.roadmap, r.kind, r.jurisdiction, r.period, r.state, r.received_on, r.document,
           recorded
    FROM unnest(documents) document, jsonb_populate_recordset(NULL::report, document -> 'report') r
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, state = excluded.state, received_on = excluded.received_on,
        document = excluded.document, recorded_at = excluded.recorded_at
    WHERE known.version < excluded.version;
END $$;
