-- works shows: what is one's own comes
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT * FROM desk.pull(''); SELECT * FROM desk.fetch(ARRAY['{own}'::uuid], 0);

-- works shows: the bytes of one's own attachment
SELECT convert_from(desk.attachment('{own_attachment}'), 'UTF8');

-- works: hello
SELECT desk.hello();

-- works: another's conversation
SELECT * FROM desk.fetch(ARRAY['{hidden}'::uuid], 0);

-- works: another's contact
SELECT * FROM desk.fetch(ARRAY['{hidden_contact}'::uuid], 0);

-- works: another's number
SELECT * FROM desk.fetch(ARRAY['{hidden_address}'::uuid], 0);

-- works: another's own things
SELECT * FROM desk.fetch(ARRAY['{victim}'::uuid], 0);

-- works: what only admins oversee
SELECT * FROM desk.fetch(ARRAY[md5('oversight of the workspace')::uuid, md5('oversight')::uuid], 0);

-- works: another's attachment
SELECT desk.attachment('{hidden_attachment}');

-- works: own and hidden together
SELECT count(*) FROM desk.fetch(ARRAY['{own}'::uuid, '{hidden}', '{absent}', NULL], 0);

-- any: since when is before all time
SELECT count(*) FROM desk.fetch(ARRAY['{own}'::uuid, '{hidden}'], -9223372036854775808);

-- any: since when is after all time
SELECT count(*) FROM desk.fetch(ARRAY['{own}'::uuid, '{hidden}'], 9223372036854775807);

-- any: no key
SELECT count(*) FROM desk.fetch(ARRAY[]::uuid[], 0);

-- any: nothing
SELECT count(*) FROM desk.fetch(NULL, NULL);

-- any: keys in more than one dimension
SELECT count(*) FROM desk.fetch(ARRAY[ARRAY['{own}'::uuid], ARRAY['{hidden}'::uuid]], 0);

-- any: the same key very often
SELECT count(*) FROM desk.fetch(array_fill('{own}'::uuid, ARRAY[100000]), 0);

-- refused 54000: very many keys
SELECT count(*) FROM desk.fetch((SELECT array_agg(md5(n::text)::uuid) FROM generate_series(1, 100000) n), 0);

-- refused 42883 42725: text for keys
SELECT * FROM desk.fetch('{hidden}'::text, 0);

-- refused 22P02: words for a key
SELECT * FROM desk.fetch('{x'' OR true --}', 0);

-- any: a cursor that is nothing
SELECT count(*) FROM desk.pull(NULL);

-- any: a cursor that is no cursor
SELECT count(*) FROM desk.pull('x');

-- any: a cursor with a statement in it
SELECT count(*) FROM desk.pull('''; SELECT * FROM desk.messages; --');

-- any: a cursor without an epoch
SELECT count(*) FROM desk.pull('1:1:');

-- any: a cursor with many colons
SELECT count(*) FROM desk.pull(repeat(':', 1000));

-- any: the beginning of all
SELECT * FROM desk.pull('1:1::{epoch}');

-- any: the beginning of all with what was open then
SELECT * FROM desk.pull('3:5:3,4:{epoch}');

-- any: a future
SELECT * FROM desk.pull('9223372036854775806:9223372036854775806::{epoch}');

-- any: a snapshot that is wrong
SELECT * FROM desk.pull('5:3::{epoch}');

-- any: a negative one
SELECT * FROM desk.pull('-1:-1::{epoch}');

-- any: numbers too great
SELECT * FROM desk.pull('99999999999999999999:99999999999999999999::{epoch}');

-- any: another epoch
SELECT * FROM desk.pull('1:1::{absent}');

-- any: an epoch that is none
SELECT * FROM desk.pull('1:1::x');

-- any: very many transactions that were open
SELECT count(*) FROM desk.pull('1:200002:' || (SELECT string_agg(n::text, ',') FROM generate_series(1, 200000) n) || ':{epoch}');

-- any: a very long one
SELECT count(*) FROM desk.pull(repeat('9', 5000000));

-- works: each statement with a snapshot of its own
BEGIN ISOLATION LEVEL READ COMMITTED; SELECT count(*) FROM desk.pull(''); ROLLBACK;

-- works: in the strictest transaction
BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM desk.pull(''); ROLLBACK;

-- works: within a part of a transaction
BEGIN; SAVEPOINT a; SELECT count(*) FROM desk.pull(''); ROLLBACK TO a; SELECT count(*) FROM desk.pull(''); COMMIT;

-- any: within a block that catches
DO $$ DECLARE n int; BEGIN BEGIN SELECT count(*) INTO n FROM desk.pull(''); EXCEPTION WHEN OTHERS THEN n := -1; END; RAISE NOTICE '%', n; END $$;

-- works: through a cursor
BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT what, tbl FROM desk.pull(''); COMMIT; FETCH 5 FROM c;

-- works: twice in one statement
SELECT count(*) FROM desk.pull('') a, desk.pull('') b;

-- works: as a value
SELECT (desk.pull('')).what LIMIT 1;

-- works: for each of many rows
SELECT count(*) FROM generate_series(1, 20) n, LATERAL desk.fetch(ARRAY[md5(n::text)::uuid], 0) f;

-- works: dates in another form
SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard'; SET TimeZone = 'Asia/Kathmandu'; SELECT count(*) FROM desk.pull('');

-- works: bytes and numbers in another form
SET bytea_output = 'escape'; SET extra_float_digits = -15; SET standard_conforming_strings = off; SET escape_string_warning = on; SELECT count(*) FROM desk.pull('');

-- works: nothing that equals nothing
SET transform_null_equals = on; SELECT count(*) FROM desk.fetch(ARRAY['{hidden}'::uuid], 0);

-- any: another encoding
SET client_encoding = 'LATIN1'; SELECT * FROM desk.pull(''); SET client_encoding = 'UTF8';

-- any: an encoding without letters
SET client_encoding = 'SQL_ASCII'; SELECT * FROM desk.pull(''); SET client_encoding = 'UTF8';

-- any: arrays without nothing
SET array_nulls = off; SELECT count(*) FROM desk.fetch('{{own},NULL}', 0);

-- any: interrupted in the middle
SET statement_timeout = 1; SELECT count(*) FROM desk.pull('') a, desk.pull('') b, desk.pull('') c;

-- any: in a transaction that only reads
SET default_transaction_read_only = on; SELECT desk.presence('{own}', 'reading'); SELECT desk.push(gen_random_uuid(), 'Note', 0, '{}', '{}');

-- works: one's own command
SELECT desk.push('00000000-0000-7000-8000-0000000000aa', 'Note', 0, '{}', '{}');

-- works: the same once more
SELECT desk.push('00000000-0000-7000-8000-0000000000aa', 'Note', 0, '{}', '{}');

-- works: the id of another's command
SELECT desk.push('{hidden_command}', 'Note', 0, '{}', '{}');

-- refused ANY: too long
SELECT desk.push(gen_random_uuid(), 'Note', 0, repeat('x', 20481), '{}');

-- refused ANY: a base too long
SELECT desk.push(gen_random_uuid(), 'Note', 0, '{}', repeat('x', 20481));

-- refused ANY: a kind too long
SELECT desk.push(gen_random_uuid(), repeat('x', 20481), 0, '{}', '{}');

-- refused ANY: in the longest letters
SELECT desk.push(gen_random_uuid(), 'Note', 0, repeat('€', 7000), '{}');

-- refused ANY: ten million letters
SELECT desk.push(gen_random_uuid(), 'Note', 0, repeat('x', 10000000), '{}');

-- refused ANY: nothing at all
SELECT desk.push(NULL, NULL, NULL, NULL, NULL);

-- refused ANY: no id
SELECT desk.push(NULL, 'Note', 0, '{}', '{}');

-- refused ANY: no kind
SELECT desk.push(gen_random_uuid(), NULL, 0, '{}', '{}');

-- refused ANY: no words
SELECT desk.push(gen_random_uuid(), 'Note', 0, NULL, '{}');

-- any: words that are a statement
SELECT desk.push(gen_random_uuid(), 'x''; DROP TABLE desk.messages; --', 0, '''); DELETE FROM desk.messages; --', '{}');

-- refused ANY: more commands than anybody has waiting
SELECT count(desk.push(gen_random_uuid(), 'Note', 0, '{}', '{}')) FROM generate_series(1, 2001);

-- any: no attachment
SELECT desk.attachment(NULL);

-- works: an attachment that is not there
SELECT desk.attachment('{absent}');

-- works: presence where one is
SELECT * FROM desk.presence('{own}', 'reading');

-- any: presence where one is not
SELECT * FROM desk.presence('{hidden}', 'typing');

-- any: presence nowhere
SELECT * FROM desk.presence(NULL, 'here');

-- any: presence of nothing
SELECT * FROM desk.presence(NULL, NULL);

-- any: presence with words
SELECT * FROM desk.presence('{own}', repeat('x', 100000));

-- any: presence with a statement
SELECT * FROM desk.presence('{own}', '''; DELETE FROM desk.presence; --');

-- any: the invitation once more
SELECT desk.joined();

-- refused: whoever is asked
SELECT desk.me();

-- refused: suspending by its function
SELECT desk.lock_login('{victim_login}');

-- refused: the watchdog
SELECT desk.watchdog();

-- refused: every other function that stands in the workspace's schema
SELECT format('SELECT desk.%I(%s)', p.proname, (SELECT string_agg(format('NULL::%s', format_type(t, NULL)), ', ') FROM unnest(p.proargtypes) t))
FROM pg_proc p WHERE p.pronamespace = to_regnamespace('desk') AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
AND p.proname NOT IN ('hello', 'joined', 'pull', 'fetch', 'push', 'attachment', 'presence', 'me') ORDER BY 1 \gexec
