-- Fills the read model with made-up incidents of ten years; `:incidents` is replaced by their number.

-- One of the choices, by chance but always the same one for a key.
CREATE FUNCTION pg_temp.pick(key bigint, salt integer, choices text[]) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN choices[1 + mod(abs(hashint8extended(key, salt) / 2), cardinality(choices))];

-- All bits for the first row of an incident, any of them for the others: right in number, not in place.
CREATE FUNCTION pg_temp.firsts(seq bigint, k integer, dimensions integer) RETURNS integer LANGUAGE sql IMMUTABLE
    RETURN (CASE WHEN k = 0 THEN -1 ELSE hashint8extended(seq * 8 + k, 17) END & ((1::bigint << (1 << dimensions) - 1) - 1));

CREATE TEMP TABLE drawn AS
SELECT *, (extract(year FROM day) * 12 + extract(month FROM day) - 1)::integer AS month FROM (
    SELECT seq,
        pg_temp.pick(seq, 1, '{RS,RS,RS,AL,BA,XK,ME,MK,MD}') AS jurisdiction,
        pg_temp.pick(seq, 2, '{weapon_seizure,weapon_seizure,weapon_seizure,criminal_context,criminal_context,
            domestic_violence,public_dispute,undetermined_shooting,suicide,accidental_shooting,other}') AS category,
        pg_temp.pick(seq, 3, '{unverified,unverified,verified,disputed}') AS verification,
        mod(seq, 50) <> 0 AS counted,
        -- they come in the order of their days, each up to three months late
        greatest(date '2014-01-01', date '2014-01-01' + (seq * 3652 / :incidents::bigint)::integer
            - mod(abs(hashint8extended(seq, 4) / 2), 90)::integer) AS day
    FROM generate_series(1, :incidents::bigint) seq
) AS incidents;

INSERT INTO incident (id, seq, version, agency, admin, date_precision, tags, status,
    jurisdiction, category, verification, counted, span_start, span_end, first_month, last_month)
SELECT md5(seq::text)::uuid, seq, 1, 'police', ARRAY['area ' || mod(seq, 40)], 'day',
    pg_temp.pick(seq, 5, ARRAY['{}', '{drugs}', '{drugs,school}', '{hunting}'])::text[],
    CASE WHEN counted THEN 'active' ELSE 'retracted' END,
    jurisdiction, category, verification, counted, day, day, month, month
FROM drawn;

INSERT INTO person (seq, n, role, sex, age_group, outcome, relation, persons, firsts,
    jurisdiction, category, verification, counted, span_start, span_end, first_month, last_month)
SELECT seq, k,
    pg_temp.pick(seq * 8 + k, 6, '{victim,victim,perpetrator,accomplice}'),
    pg_temp.pick(seq * 8 + k, 7, '{male,male,female,unreported}'),
    pg_temp.pick(seq * 8 + k, 8, '{underage,19_35,36_60,61_plus,unreported}'),
    pg_temp.pick(seq * 8 + k, 9, '{killed,injured,threatened,arrested,unharmed,suicide}'),
    pg_temp.pick(seq * 8 + k, 10, '{stranger,family_member,unreported}'), 1, pg_temp.firsts(seq, k, 5),
    jurisdiction, category, verification, counted, day, day, month, month
FROM drawn, generate_series(0, mod(abs(hashint8extended(seq, 11) / 2), 3)::integer) k WHERE mod(seq, 5) <> 0;

INSERT INTO weapon (seq, n, weapon_type, possession, weapons, firsts,
    jurisdiction, category, verification, counted, span_start, span_end, first_month, last_month)
SELECT seq, k,
    pg_temp.pick(seq * 8 + k, 12, '{handgun,handgun,rifle,shotgun,hand_grenade,unknown}'),
    pg_temp.pick(seq * 8 + k, 13, '{legal,illegal,unknown}'), 1, pg_temp.firsts(seq, k, 2),
    jurisdiction, category, verification, counted, day, day, month, month
FROM drawn, generate_series(0, mod(abs(hashint8extended(seq, 14) / 2), 2)::integer) k WHERE mod(seq, 4) <> 0;

INSERT INTO item (seq, n, seizure_setting, kind, unit, quantity, firsts,
    jurisdiction, category, verification, counted, span_start, span_end, first_month, last_month)
SELECT seq, k, pg_temp.pick(seq, 15, '{inland,inland,border}'),
    ('{handgun,rifle,ammunition}'::text[])[1 + k], ('{piece,piece,round}'::text[])[1 + k], 1 + mod(seq, 9), pg_temp.firsts(seq, k, 3),
    jurisdiction, category, verification, counted, day, day, month, month
FROM drawn, generate_series(0, mod(abs(hashint8extended(seq, 16) / 2), 3)::integer) k
WHERE category = 'weapon_seizure';

INSERT INTO incident_cube
SELECT jurisdiction, month, month, counted, category, verification, count(*), count(*) FROM drawn
GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO person_cube
SELECT jurisdiction, first_month, last_month, counted, role, sex, outcome, count(*), sum(persons) FROM person
GROUP BY 1, 2, 3, 4, 5, 6, 7;

INSERT INTO weapon_cube
SELECT jurisdiction, first_month, last_month, counted, weapon_type, possession, count(*), sum(weapons) FROM weapon
GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO item_cube
SELECT jurisdiction, first_month, last_month, counted, seizure_setting, kind, unit, count(*), sum(quantity) FROM item
GROUP BY 1, 2, 3, 4, 5, 6, 7;
