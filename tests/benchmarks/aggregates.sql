-- Fills the read model with made-up incidents of ten years; `:incidents` is replaced by their number. Values are drawn
-- independently of each other, so that hardly two incidents have the same persons: real ones are more alike.

-- A number from 0 up to below `choices`, by chance but always the same one for a key.
CREATE FUNCTION pg_temp.chance(key bigint, salt integer, choices integer) RETURNS integer LANGUAGE sql IMMUTABLE
    RETURN mod(abs(hashint8extended(key, salt) / 2), choices)::integer;

CREATE FUNCTION pg_temp.one_of(key bigint, salt integer, weighed integer[]) RETURNS integer LANGUAGE sql IMMUTABLE
    RETURN weighed[1 + pg_temp.chance(key, salt, cardinality(weighed))];

-- All combinations of one value of each dimension, those that differ in the first one beside each other.
CREATE FUNCTION pg_temp.combined(VARIADIC dimensions text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    found text[] = '{""}';
    dimension text;
BEGIN
    FOREACH dimension IN ARRAY dimensions LOOP
        found = ARRAY(SELECT f || ',"' || d || '"' FROM unnest(string_to_array(dimension, ' ')) d, unnest(found) f);
    END LOOP;
    RETURN QUERY SELECT '[' || substr(f, 2) || ']' FROM unnest(found) f;
END $$;

INSERT INTO kind (of, code, names) OVERRIDING SYSTEM VALUE SELECT * FROM (
    SELECT 'incident', generate_series(1, 1000), pg_temp.combined('RS AL BA XK ME MK MD',
        'weapon_seizure criminal_context domestic_violence public_dispute undetermined_shooting suicide other',
        'unverified verified disputed', 'active retracted')
    UNION ALL SELECT 'person', generate_series(1000, 2000), pg_temp.combined('victim perpetrator accomplice',
        'male female unreported', 'underage 19_35 36_60 61_plus unreported',
        'killed injured threatened arrested unharmed suicide', 'stranger family_member unreported')
    UNION ALL SELECT 'weapon', generate_series(2000, 2500),
        pg_temp.combined('handgun rifle shotgun hand_grenade unknown', 'legal illegal unknown')
    UNION ALL SELECT 'item', generate_series(2500, 2900),
        pg_temp.combined('inland border', 'handgun rifle ammunition', 'piece round')
    UNION ALL SELECT 'tags', generate_series(2900, 2903), unnest(ARRAY['[]', '["drugs"]', '["drugs","school"]', '["hunting"]'])
    UNION ALL SELECT 'admin', 3000 + n, '["region ' || n / 8 || '","area ' || n || '"]' FROM generate_series(0, 39) n
) AS listed (of, code, names) WHERE names IS NOT NULL;

CREATE TEMP TABLE drawn AS
SELECT *, (extract(year FROM day) * 12 + extract(month FROM day) - 1)::integer AS month FROM (
    SELECT seq,
        1 + pg_temp.one_of(seq, 1, '{0,0,0,1,2,3,4,5,6}') + 7 * category
            + 49 * (pg_temp.one_of(seq, 3, '{0,0,1,2}') + 3 * (mod(seq, 50) = 0)::integer) AS kind,
        -- they come in the order of their days, each up to three months late
        greatest(date '2014-01-01',
            date '2014-01-01' + (seq * 3652 / :incidents::bigint)::integer - pg_temp.chance(seq, 4, 90)) AS day,
        CASE WHEN mod(seq, 5) <> 0 THEN ARRAY(
            SELECT 1000 + pg_temp.one_of(draw, 6, '{0,0,1,2}') + 3 * (pg_temp.one_of(draw, 7, '{0,0,1,2}')
                + 3 * (pg_temp.chance(draw, 8, 5) + 5 * (pg_temp.chance(draw, 9, 6) + 6 * pg_temp.chance(draw, 10, 3))))
            FROM generate_series(seq * 8, seq * 8 + pg_temp.chance(seq, 11, 3)) draw) END AS persons,
        CASE WHEN mod(seq, 4) <> 0 THEN ARRAY(
            SELECT 2000 + pg_temp.one_of(draw, 12, '{0,0,1,2,3,4}') + 5 * pg_temp.chance(draw, 13, 3)
            FROM generate_series(seq * 8, seq * 8 + pg_temp.chance(seq, 14, 2)) draw) END AS weapons,
        CASE WHEN category = 0 THEN ARRAY(
            SELECT 2500 + pg_temp.one_of(seq, 15, '{0,0,1}') + 2 * n + CASE n WHEN 2 THEN 6 ELSE 0 END
            FROM generate_series(0, pg_temp.chance(seq, 16, 3)) n) END AS items
    FROM (SELECT seq, pg_temp.one_of(seq, 2, '{0,0,0,1,1,2,3,4,5,6}') AS category
        FROM generate_series(1, :incidents::bigint) seq) AS categories
) AS incidents;

INSERT INTO incident (id, version, span_start, span_end, first_month, last_month, kind, tags, admin,
    persons, person_numbers, weapons, weapon_numbers, items, item_numbers)
SELECT md5(seq::text)::uuid, 1, day, day, month, month, d.kind,
    2900 + pg_temp.chance(seq, 5, 4), 3000 + mod(seq, 40),
    p.kinds, CASE WHEN p.some THEN p.numbers END, w.kinds, CASE WHEN w.some THEN w.numbers END,
    items, CASE WHEN items IS NOT NULL THEN array_fill(1 + mod(seq, 9), ARRAY[cardinality(items)]) END
FROM drawn d
    CROSS JOIN LATERAL (SELECT array_agg(kind) AS kinds, array_agg(n) AS numbers, bool_or(n > 1) AS some
        FROM (SELECT kind, count(*) AS n FROM unnest(persons) kind GROUP BY kind) AS each) AS p
    CROSS JOIN LATERAL (SELECT array_agg(kind) AS kinds, array_agg(n) AS numbers, bool_or(n > 1) AS some
        FROM (SELECT kind, count(*) AS n FROM unnest(weapons) kind GROUP BY kind) AS each) AS w
ORDER BY seq;

CREATE TEMP TABLE cells AS
SELECT grouped.of, k.names::jsonb ->> 0 AS jurisdiction, month, k.names::jsonb ->> 3 = 'active' AS counted,
    CASE grouped.of WHEN 'incident' THEN k.names ELSE d.names END::jsonb AS names, facts, value
FROM (
    SELECT 'incident' AS of, first_month AS month, kind, kind AS detail, count(*) AS facts, count(*) AS value
    FROM incident GROUP BY 1, 2, 3
    UNION ALL SELECT 'person', first_month, kind, detail, count(*), sum(coalesce(number, 1))
    FROM incident, unnest(persons, person_numbers) AS each (detail, number) GROUP BY 1, 2, 3, 4
    UNION ALL SELECT 'weapon', first_month, kind, detail, count(*), sum(coalesce(number, 1))
    FROM incident, unnest(weapons, weapon_numbers) AS each (detail, number) GROUP BY 1, 2, 3, 4
    UNION ALL SELECT 'item', first_month, kind, detail, count(*), sum(number)
    FROM incident, unnest(items, item_numbers) AS each (detail, number) GROUP BY 1, 2, 3, 4
) AS grouped JOIN kind k ON k.code = grouped.kind JOIN kind d ON d.code = detail;

INSERT INTO incident_cube
SELECT jurisdiction, month, month, counted, names ->> 1, names ->> 2, sum(facts), sum(value)
FROM cells WHERE of = 'incident' GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO person_cube
SELECT jurisdiction, month, month, counted, names ->> 0, names ->> 1, names ->> 3, sum(facts), sum(value)
FROM cells WHERE of = 'person' GROUP BY 1, 2, 3, 4, 5, 6, 7;

INSERT INTO weapon_cube
SELECT jurisdiction, month, month, counted, names ->> 0, names ->> 1, sum(facts), sum(value)
FROM cells WHERE of = 'weapon' GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO item_cube
SELECT jurisdiction, month, month, counted, names ->> 0, names ->> 1, names ->> 2, sum(facts), sum(value)
FROM cells WHERE of = 'item' GROUP BY 1, 2, 3, 4, 5, 6, 7;
