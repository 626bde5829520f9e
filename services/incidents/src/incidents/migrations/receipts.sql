-- Receipts of batches.

CREATE TABLE receipt (
    id           uuid        PRIMARY KEY,
    agency       text        NOT NULL,
    credential   text        NOT NULL,
    key          text,
    mode         text        NOT NULL CHECK (mode IN ('partial', 'atomic')),
    dry_run      boolean     NOT NULL,
    state        text        NOT NULL CHECK (state IN ('working', 'cut', 'unreadable', 'answered')),
    epoch        integer     NOT NULL,
    leased_until timestamptz,
    created_at   timestamptz NOT NULL,
    answered_at  timestamptz,
    status       smallint,
    body_digest  bytea,
    log_id       uuid,
    position     bigint
);
CREATE UNIQUE INDEX receipt_key ON receipt (credential, key) WHERE key IS NOT NULL;

CREATE TABLE receipt_chunk (
    receipt_id   uuid        NOT NULL REFERENCES receipt,
    number       integer     NOT NULL,
    epoch        integer     NOT NULL,
    digest       bytea       NOT NULL,
    line_digests bytea       NOT NULL,
    lines        integer     NOT NULL,
    accepted     integer     NOT NULL,
    corrected    integer     NOT NULL,
    unchanged    integer     NOT NULL,
    rejected     integer     NOT NULL,
    warned       integer     NOT NULL,
    items        text        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (receipt_id, number)
);

-- Chunks come with the events of their lines; one whose request has lost the lease takes them down with it.
CREATE FUNCTION keep_receipt_chunks(documents jsonb[], recorded timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_chunks receipt_chunk[];
    v_leased integer;
BEGIN
    SELECT array_agg(c) INTO v_chunks
    FROM unnest(documents) d, jsonb_populate_recordset(NULL::receipt_chunk, d -> 'receipt_chunk') c
    WHERE d ? 'receipt_chunk';
    IF v_chunks IS NULL THEN
        RETURN;
    END IF;

    UPDATE receipt r SET leased_until = clock_timestamp() + interval '30 s'
    FROM (SELECT DISTINCT receipt_id, epoch FROM unnest(v_chunks)) c
    WHERE r.id = c.receipt_id AND r.epoch = c.epoch AND r.state = 'working';
    GET DIAGNOSTICS v_leased = ROW_COUNT;
    IF v_leased <> (SELECT count(DISTINCT receipt_id) FROM unnest(v_chunks)) THEN
        RAISE EXCEPTION 'another request has taken the receipt over' USING ERRCODE = 'SW001';
    END IF;

    INSERT INTO receipt_chunk
    SELECT c.receipt_id, c.number, c.epoch, c.digest, c.line_digests, c.lines,
           c.accepted, c.corrected, c.unchanged, c.rejected, c.warned, c.items, recorded
    FROM unnest(v_chunks) c
    ON CONFLICT (receipt_id, number) DO UPDATE SET
        epoch = excluded.epoch, digest = excluded.digest, line_digests = excluded.line_digests,
        lines = excluded.lines, accepted = excluded.accepted, corrected = excluded.corrected,
        unchanged = excluded.unchanged, rejected = excluded.rejected, warned = excluded.warned,
        items = excluded.items, recorded_at = excluded.recorded_at;
END $$;

CREATE OR REPLACE FUNCTION inline_read_model(documents jsonb[], recorded timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM keep_incidents(documents, recorded);
    PERFORM keep_receipt_chunks(documents, recorded);
END $$;
