-- The service's own read model: every state as it stands, written by each append in its transaction, one table for each
-- kind of stream. `document` is the whole state without its erasable words; `parent` is what it belongs to, `ordered`
-- what lists are sorted by.

CREATE TABLE fund (
    id          uuid        PRIMARY KEY,
    version     integer     NOT NULL,
    parent      uuid,
    ordered     text        NOT NULL,
    document    jsonb       NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX ON fund (parent);

CREATE TABLE call (LIKE fund INCLUDING ALL);
CREATE TABLE proposal (LIKE fund INCLUDING ALL);
CREATE TABLE decision (LIKE fund INCLUDING ALL);
CREATE TABLE project (LIKE fund INCLUDING ALL);
CREATE TABLE activity (LIKE fund INCLUDING ALL);
CREATE TABLE challenge (LIKE fund INCLUDING ALL);
CREATE TABLE rate (LIKE fund INCLUDING ALL);
CREATE TABLE budget (LIKE fund INCLUDING ALL);

CREATE INDEX project_grants ON project USING gin ((document -> 'grants') jsonb_path_ops);

-- A row never goes back to an older version.
CREATE OR REPLACE FUNCTION inline_read_model(documents jsonb[], recorded timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    kind text;
BEGIN
    FOR kind IN SELECT DISTINCT jsonb_object_keys(document) FROM unnest(documents) document ORDER BY 1 LOOP
        EXECUTE format(
            'INSERT INTO %1$I AS known (id, version, parent, ordered, document, recorded_at)'
            ' SELECT r.id, r.version, r.parent, r.ordered, r.document, $2'
            ' FROM unnest($1) document, jsonb_populate_recordset(NULL::%1$I, document -> %1$L) r'
            ' ON CONFLICT (id) DO UPDATE SET version = excluded.version, parent = excluded.parent,'
            ' ordered = excluded.ordered, document = excluded.document, recorded_at = excluded.recorded_at'
            ' WHERE known.version < excluded.version', kind)
        USING documents, recorded;
    END LOOP;
END $$;
