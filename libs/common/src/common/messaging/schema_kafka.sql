-- What Kafka needs beside schema.sql: executed by a later migration of every service.

-- Where a partition of a topic goes on; null on the feed, and before the first record.
ALTER TABLE checkpoint ADD COLUMN next_offset bigint;

-- `generation` is that of the topic, `predecessors` the position sent last into each of its partitions; `cursor` is the
-- place of `position` in the log, as the feed gives it out.
ALTER TABLE relay ADD COLUMN cursor text;
ALTER TABLE relay ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE relay ADD COLUMN predecessors bigint[] NOT NULL DEFAULT '{}';
