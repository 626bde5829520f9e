-- The event log of one service database. A service's first migration executes this file as it stands;
-- later changes come as files of their own beside it. What appends is in append.sql.

CREATE TABLE event_log (
    singleton        boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    log_id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    generation       integer     NOT NULL DEFAULT 1,
    head             bigint      NOT NULL DEFAULT 0,
    last_recorded_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO event_log DEFAULT VALUES;

CREATE TABLE stream (
    stream_id uuid    PRIMARY KEY,
    kind      text    NOT NULL,
    version   integer NOT NULL
);

CREATE TABLE event (
    position       bigint      PRIMARY KEY,
    event_id       uuid        NOT NULL,
    stream_id      uuid        NOT NULL,
    version        integer     NOT NULL,
    type           text        NOT NULL,
    schema_version smallint    NOT NULL,
    data           jsonb       NOT NULL,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    actor          text        NOT NULL,
    correlation_id uuid,
    causation_id   uuid,
    UNIQUE (stream_id, version)
);

-- Free text beside the events: deleting a row erases the words and breaks nothing.
CREATE TABLE event_text (
    stream_id uuid NOT NULL,
    digest    text NOT NULL,
    body      text NOT NULL,
    PRIMARY KEY (stream_id, digest)
);

CREATE TABLE idempotency_key (
    credential  text        NOT NULL,
    route       text        NOT NULL,
    key         text        NOT NULL,
    digest      bytea       NOT NULL,
    status      smallint    NOT NULL,
    headers     text        NOT NULL,
    body        text        NOT NULL,
    position    bigint      NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (credential, route, key)
);
CREATE INDEX idempotency_key_recorded_at ON idempotency_key (recorded_at);

-- A service replaces this with the upsert of its own read model: one statement per table.
-- Each document is {"<table>": [row, ...], ...} of one accepted unit.
CREATE FUNCTION inline_read_model(documents jsonb[], recorded timestamptz) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN END $$;
