-- Appends a batch of units; a unit is accepted or refused as a whole. Where this function changes, a service executes
-- the file again in a new migration.
--   u_*  one entry per unit: when and by whom
--   s_*  one entry per stream of a unit: expected is the version it was decided on, 0 for none, -1 for any
--   e_*  one entry per event, streams in the order of s_*; e_stream is the ordinal of its stream entry
--   t_*  one entry per erasable text; t_stream likewise
--   r_*  one entry per unit that has rows for the read model; r_unit is the ordinal of the unit
--   k_*  one entry per unit that has an idempotency key, with the answer stored under it
-- Returns a status per unit: ok | conflict (a stream has moved) | duplicate (the key is taken)
-- | retry (a stream of it was changed by an earlier unit of this same batch); with the log's head afterwards.
CREATE OR REPLACE FUNCTION append_batch(
    u_occurred timestamptz[], u_actor text[], u_correlation uuid[], u_causation uuid[],
    s_unit integer[], s_stream uuid[], s_kind text[], s_expected integer[], s_count integer[],
    e_stream integer[], e_type text[], e_schema smallint[], e_data text[],
    t_stream integer[], t_digest text[], t_body text[],
    r_unit integer[], r_document text[],
    k_unit integer[], k_credential text[], k_route text[], k_key text[], k_digest bytea[],
    k_status smallint[], k_headers text[], k_body text[]
) RETURNS TABLE (statuses text[], head bigint, recorded_at timestamptz, log_id uuid)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_units    integer := cardinality(u_occurred);
    v_status   text[] := array_fill('ok'::text, ARRAY[v_units]);
    v_ok       boolean[] := array_fill(true, ARRAY[v_units]);  -- a text array is walked for every look into it
    v_base     integer[];
    v_before   integer[];
    v_refused  record;
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

    -- The version of every stream, and how many events of the batch come before its own. Looked up one by one: whatever
    -- the planner believes of the table, it must not read all of it.
    SELECT array_agg(x.version ORDER BY x.n), array_agg(x.before ORDER BY x.n) INTO v_base, v_before
    FROM (SELECT n, coalesce((SELECT s.version FROM stream s WHERE s.stream_id = u.stream), 0) AS version,
                 sum(added) OVER (ORDER BY n) - added AS before
          FROM unnest(s_stream, s_count) WITH ORDINALITY u(stream, added, n)) x;

    FOR v_refused IN
        SELECT x.unit, CASE WHEN bool_or(x.again) THEN 'retry' ELSE 'conflict' END AS status
        FROM (SELECT unit, expected, n, row_number() OVER (PARTITION BY stream ORDER BY n) > 1 AS again
              FROM unnest(s_unit, s_stream, s_expected) WITH ORDINALITY u(unit, stream, expected, n)) x
        WHERE x.again OR x.expected NOT IN (-1, v_base[x.n])
        GROUP BY x.unit
        UNION ALL
        SELECT u.unit, 'duplicate'
        FROM unnest(k_unit, k_credential, k_route, k_key) u(unit, credential, route, key)
        WHERE (SELECT true FROM idempotency_key k
               WHERE k.credential = u.credential AND k.route = u.route AND k.key = u.key)
    LOOP
        v_status[v_refused.unit] := v_refused.status;
        v_ok[v_refused.unit] := false;
    END LOOP;

    INSERT INTO event
    SELECT v_head + row_number() OVER (ORDER BY e.n), uuidv7(), s_stream[e.stream],
           v_base[e.stream] + e.n - v_before[e.stream], e.type, e.schema_version, e.data::jsonb,
           u.occurred, v_now, u.actor, u.correlation, u.causation
    FROM unnest(e_stream, e_type, e_schema, e_data) WITH ORDINALITY e(stream, type, schema_version, data, n)
    JOIN unnest(u_occurred, u_actor, u_correlation, u_causation)
         WITH ORDINALITY u(occurred, actor, correlation, causation, n) ON u.n = s_unit[e.stream]
    WHERE v_ok[s_unit[e.stream]];
    GET DIAGNOSTICS v_appended = ROW_COUNT;

    IF v_appended > 0 THEN
        INSERT INTO stream
        SELECT x.stream, x.kind, v_base[x.n] + x.added
        FROM unnest(s_unit, s_stream, s_kind, s_count) WITH ORDINALITY x(unit, stream, kind, added, n)
        WHERE v_ok[x.unit] AND x.added > 0
        ON CONFLICT (stream_id) DO UPDATE SET version = excluded.version;

        v_head := v_head + v_appended;
        UPDATE event_log SET head = v_head, last_recorded_at = v_now;
        PERFORM pg_notify('event_log', v_head::text);  -- once per batch: NOTIFY takes a database-wide lock at commit
    END IF;

    IF cardinality(t_stream) > 0 THEN
        INSERT INTO event_text
        SELECT DISTINCT s_stream[x.stream], x.digest, x.body
        FROM unnest(t_stream, t_digest, t_body) x(stream, digest, body)
        WHERE v_ok[s_unit[x.stream]]
        ON CONFLICT DO NOTHING;
    END IF;

    IF cardinality(r_unit) > 0 THEN
        PERFORM inline_read_model(
            ARRAY(SELECT x.document::jsonb FROM unnest(r_unit, r_document) x(unit, document)
                  WHERE v_ok[x.unit] ORDER BY x.unit), v_now);
    END IF;

    IF cardinality(k_unit) > 0 THEN
        INSERT INTO idempotency_key
        SELECT x.credential, x.route, x.key, x.digest, x.status, x.headers, x.body, v_head, v_now
        FROM unnest(k_unit, k_credential, k_route, k_key, k_digest, k_status, k_headers, k_body)
             x(unit, credential, route, key, digest, status, headers, body)
        WHERE v_ok[x.unit];
    END IF;

    RETURN QUERY SELECT v_status, v_head, v_now, v_log;
END $$;
