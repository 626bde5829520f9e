-- The event log of one service database. A service's first migration executes this file as it stands;
-- later changes come as files of their own beside it.

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

-- Appends a batch of units; a unit is accepted or refused as a whole.
--   u_*  one entry per unit: its idempotency key (or nulls), the answer stored with it, its read-model document
--   s_*  one entry per stream of a unit: expected is the version it was decided on, 0 for none, -1 for any
--   e_*  one entry per event, in order; e_stream is the ordinal of its stream entry
--   t_*  one entry per erasable text; t_stream likewise
-- Returns a row per unit: ok | conflict (a stream has moved) | duplicate (the key is taken)
-- | retry (a stream of it was changed by an earlier unit of this same batch); with the log's head afterwards.
CREATE FUNCTION append_batch(
    u_credential text[], u_route text[], u_key text[], u_digest bytea[],
    u_status smallint[], u_headers text[], u_body text[], u_rows text[],
    s_unit integer[], s_stream uuid[], s_kind text[], s_expected integer[], s_count integer[],
    e_stream integer[], e_id uuid[], e_type text[], e_schema smallint[], e_data text[],
    e_occurred timestamptz[], e_actor text[], e_correlation uuid[], e_causation uuid[],
    t_stream integer[], t_digest text[], t_body text[]
) RETURNS TABLE (unit integer, status text, head bigint, recorded_at timestamptz, log_id uuid)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_status   text[];
    v_base     integer[];
    v_head     bigint;
    v_log      uuid;
    v_now      timestamptz;
    v_appended bigint;
BEGIN
    -- A statement of its own: in READ COMMITTED the next statement's snapshot is taken after the lock was granted,
    -- so it sees everything that was committed under the lock before.
    PERFORM pg_advisory_xact_lock(7301001);

    SELECT l.head, l.log_id, greatest(clock_timestamp(), l.last_recorded_at)
    INTO v_head, v_log, v_now FROM event_log l;

    SELECT coalesce(array_agg(coalesce(s.version, 0) ORDER BY x.n), '{}') INTO v_base
    FROM unnest(s_stream) WITH ORDINALITY x(stream, n) LEFT JOIN stream s ON s.stream_id = x.stream;

    SELECT array_agg(CASE WHEN k.key IS NOT NULL THEN 'duplicate'
                          WHEN c.again THEN 'retry'
                          WHEN c.moved THEN 'conflict'
                          ELSE 'ok' END ORDER BY u.n) INTO v_status
    FROM unnest(u_credential, u_route, u_key) WITH ORDINALITY u(credential, route, key, n)
    LEFT JOIN idempotency_key k ON k.credential = u.credential AND k.route = u.route AND k.key = u.key
    LEFT JOIN (
        SELECT o.unit, bool_or(o.again) AS again, bool_or(o.expected <> -1 AND o.expected <> v_base[o.n]) AS moved
        FROM (SELECT x.unit, x.expected, x.n, row_number() OVER (PARTITION BY x.stream ORDER BY x.n) > 1 AS again
              FROM unnest(s_unit, s_stream, s_expected) WITH ORDINALITY x(unit, stream, expected, n)) o
        GROUP BY o.unit
    ) c ON c.unit = u.n;

    INSERT INTO event
    SELECT v_head + row_number() OVER (ORDER BY e.n), e.id, s_stream[e.stream],
           v_base[e.stream] + row_number() OVER (PARTITION BY e.stream ORDER BY e.n),
           e.type, e.schema_version, e.data::jsonb, e.occurred, v_now, e.actor, e.correlation, e.causation
    FROM unnest(e_stream, e_id, e_type, e_schema, e_data, e_occurred, e_actor, e_correlation, e_causation)
         WITH ORDINALITY e(stream, id, type, schema_version, data, occurred, actor, correlation, causation, n)
    WHERE v_status[s_unit[e.stream]] = 'ok';
    GET DIAGNOSTICS v_appended = ROW_COUNT;

    IF v_appended > 0 THEN
        INSERT INTO stream
        SELECT x.stream, x.kind, v_base[x.n] + x.added
        FROM unnest(s_unit, s_stream, s_kind, s_count) WITH ORDINALITY x(unit, stream, kind, added, n)
        WHERE v_status[x.unit] = 'ok' AND x.added > 0
        ON CONFLICT (stream_id) DO UPDATE SET version = excluded.version;

        INSERT INTO event_text
        SELECT DISTINCT s_stream[x.stream], x.digest, x.body
        FROM unnest(t_stream, t_digest, t_body) x(stream, digest, body)
        WHERE v_status[s_unit[x.stream]] = 'ok'
        ON CONFLICT DO NOTHING;

        v_head := v_head + v_appended;
        UPDATE event_log SET head = v_head, last_recorded_at = v_now;
    END IF;

    PERFORM inline_read_model(
        ARRAY(SELECT x.document::jsonb FROM unnest(u_rows) WITH ORDINALITY x(document, n)
              WHERE v_status[x.n] = 'ok' AND x.document IS NOT NULL ORDER BY x.n), v_now);

    INSERT INTO idempotency_key
    SELECT u.credential, u.route, u.key, u.digest, u.status, u.headers, u.body, v_head, v_now
    FROM unnest(u_credential, u_route, u_key, u_digest, u_status, u_headers, u_body)
         WITH ORDINALITY u(credential, route, key, digest, status, headers, body, n)
    WHERE u.key IS NOT NULL AND v_status[u.n] = 'ok';

    IF v_appended > 0 THEN
        PERFORM pg_notify('event_log', v_head::text);  -- once per batch: NOTIFY takes a database-wide lock at commit
    END IF;

    RETURN QUERY SELECT x.n::integer, x.state, v_head, v_now, v_log FROM unnest(v_status) WITH ORDINALITY x(state, n);
END $$;
