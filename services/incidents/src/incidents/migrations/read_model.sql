-- The service's own read model: incidents and coverage as they stand, written by every append in its transaction.

CREATE TABLE incident (
    id                uuid        PRIMARY KEY,
    version           integer     NOT NULL,
    agency            text        NOT NULL,
    external_id       text        NOT NULL,
    jurisdiction      text        NOT NULL,
    category          text        NOT NULL,
    tags              text[]      NOT NULL,
    occurred_on       date        NOT NULL,
    date_precision    text        NOT NULL,
    span_start        date        NOT NULL,
    span_end          date        NOT NULL,
    admin             text[]      NOT NULL,
    settlement        text,
    latitude          double precision,
    longitude         double precision,
    coarse_latitude   double precision,
    coarse_longitude  double precision,
    status            text        NOT NULL,
    verification      text        NOT NULL,
    duplicate_of      uuid,
    body              jsonb       NOT NULL,
    narrative_digest  text,
    recorded_at       timestamptz NOT NULL,
    first_recorded_at timestamptz NOT NULL
);
CREATE INDEX incident_newest_first ON incident (occurred_on DESC, id DESC);
CREATE INDEX incident_external_id ON incident (external_id);
CREATE INDEX incident_neighbours ON incident (settlement, occurred_on) WHERE status = 'active';
CREATE INDEX incident_duplicates ON incident (duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE TABLE coverage (
    id               uuid        PRIMARY KEY,
    version          integer     NOT NULL,
    agency           text        NOT NULL,
    jurisdiction     text        NOT NULL,
    complete_through date        NOT NULL,
    recorded_at      timestamptz NOT NULL
);

-- A row never goes back to an older version.
CREATE FUNCTION keep_incidents(documents jsonb[], recorded timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incident AS known
    SELECT r.id, r.version, r.agency, r.external_id, r.jurisdiction, r.category, r.tags, r.occurred_on,
           r.date_precision, r.span_start, r.span_end, r.admin, r.settlement, r.latitude, r.longitude,
           r.coarse_latitude, r.coarse_longitude, r.status, r.verification, r.duplicate_of, r.body,
           r.narrative_digest, recorded, recorded
    FROM unnest(documents) document, jsonb_populate_recordset(NULL::incident, document -> 'incident') r
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, jurisdiction = excluded.jurisdiction, category = excluded.category,
        tags = excluded.tags, occurred_on = excluded.occurred_on, date_precision = excluded.date_precision,
        span_start = excluded.span_start, span_end = excluded.span_end, admin = excluded.admin,
        settlement = excluded.settlement, latitude = excluded.latitude, longitude = excluded.longitude,
        coarse_latitude = excluded.coarse_latitude, coarse_longitude = excluded.coarse_longitude,
        status = excluded.status, verification = excluded.verification, duplicate_of = excluded.duplicate_of,
        body = excluded.body, narrative_digest = excluded.narrative_digest, recorded_at = excluded.recorded_at
    WHERE known.version < excluded.version;

    INSERT INTO coverage AS known
    SELECT r.id, r.version, r.agency, r.jurisdiction, r.complete_through, recorded
    FROM unnest(documents) document, jsonb_populate_recordset(NULL::coverage, document -> 'coverage') r
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, complete_through = excluded.complete_through, recorded_at = excluded.recorded_at
    WHERE known.version < excluded.version;
END $$;

CREATE OR REPLACE FUNCTION inline_read_model(documents jsonb[], recorded timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM keep_incidents(documents, recorded);
END $$;
