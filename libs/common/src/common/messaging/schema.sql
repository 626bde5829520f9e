-- What a service remembers of events on the move. Every service's first migration executes this file as it stands.

-- Where a consumer resumes. `cursor` is what the publisher gave out, opaque here; null before the first event.
-- `generation` rises when a rebuild replaces the read model, so that a batch begun on the old one fails its swap.
-- `head` and the two times are what the last answer of the publisher said; freshness is made from them.
CREATE TABLE checkpoint (
    consumer         text        NOT NULL,
    publisher        text        NOT NULL,
    partition        text        NOT NULL,
    log_id           uuid,
    position         bigint      NOT NULL DEFAULT 0,
    cursor           text,
    generation       integer     NOT NULL DEFAULT 1,
    head             bigint,
    heard_at         timestamptz,
    caught_up_at     timestamptz,
    last_recorded_at timestamptz,
    PRIMARY KEY (consumer, publisher, partition),
    CHECK ((position = 0) = (cursor IS NULL))  -- else it would begin again in silence
);

-- Events that could not be applied, each followed by the later events of its stream, until someone looks at them.
CREATE TABLE parked_event (
    consumer       text        NOT NULL,
    publisher      text        NOT NULL,
    stream_id      uuid        NOT NULL,
    stream_version integer     NOT NULL,
    position       bigint      NOT NULL,
    type           text        NOT NULL,
    envelope       json        NOT NULL,  -- not jsonb: that refuses characters which may be just what is wrong
    reason         text        NOT NULL,
    parked_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, publisher, stream_id, stream_version)
);

-- How far the log was published, and by whom: `epoch` rises with every new leader and fences the ones before.
CREATE TABLE relay (
    name       text        PRIMARY KEY,
    log_id     uuid,
    position   bigint      NOT NULL DEFAULT 0,
    epoch      bigint      NOT NULL DEFAULT 0,
    held_until timestamptz NOT NULL DEFAULT '-infinity'
);
