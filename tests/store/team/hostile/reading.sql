-- refused reads: a table by its name
SELECT * FROM desk.messages;

-- refused reads: TABLE
TABLE desk.messages;

-- refused reads: COPY of a table
COPY desk.messages TO STDOUT;

-- refused reads: COPY of a query
COPY (SELECT body FROM desk.messages) TO STDOUT;

-- refused reads: COPY as CSV with a header
COPY desk.contacts TO STDOUT (FORMAT csv, HEADER);

-- refused reads: binary COPY
COPY desk.notes TO STDOUT (FORMAT binary);

-- refused reads: psql's own copy
\copy desk.messages to stdout

-- refused reads: one column
SELECT body FROM desk.notes;

-- refused: only a count
SELECT count(*) FROM desk.messages;

-- refused: no column at all
SELECT FROM desk.messages;

-- refused: whether a row exists
SELECT EXISTS (SELECT FROM desk.conversations WHERE id = '{hidden}');

-- refused reads: a whole row as text
SELECT m::text FROM desk.messages m;

-- refused reads: as JSON
SELECT to_jsonb(m) FROM desk.messages m;

-- refused reads: gathered into one value
SELECT string_agg(body, ',') FROM desk.messages;

-- refused reads: by the name of its schema in the path
SET search_path = desk; SELECT * FROM contacts;

-- refused reads: ONLY
SELECT * FROM ONLY desk.scheduled_messages;

-- refused: a sample
SELECT body FROM desk.messages TABLESAMPLE SYSTEM (100);

-- refused reads: in a union with what is allowed
SELECT relname::text FROM pg_class UNION ALL SELECT body FROM desk.messages;

-- refused reads: behind LATERAL
SELECT x.body FROM pg_class c, LATERAL (SELECT body FROM desk.messages) x;

-- refused reads: recursive
WITH RECURSIVE r AS (SELECT body FROM desk.messages UNION SELECT body FROM r) SELECT * FROM r;

-- refused reads: a materialised part
WITH m AS MATERIALIZED (SELECT body FROM desk.messages) SELECT * FROM m;

-- refused: a writing part that returns what it wrote
WITH d AS (DELETE FROM desk.messages RETURNING body) SELECT * FROM d;

-- refused: an update that returns the row
UPDATE desk.messages SET body = body RETURNING body;

-- refused: for update
SELECT body FROM desk.messages FOR UPDATE;

-- refused: for key share
SELECT id FROM desk.people FOR KEY SHARE;

-- refused reads: in a prepared statement
PREPARE p AS SELECT body FROM desk.messages; EXECUTE p;

-- refused 25P02 reads: in a cursor
BEGIN; DECLARE c CURSOR FOR SELECT body FROM desk.messages; FETCH ALL FROM c;

-- refused: in a cursor that outlives its transaction
DECLARE held CURSOR WITH HOLD FOR SELECT body FROM desk.messages;

-- refused: in an anonymous block
DO $$ DECLARE t text; BEGIN SELECT string_agg(body, ',') INTO t FROM desk.messages; RAISE NOTICE '%', t; END $$;

-- refused: in a block that catches its error
DO $$ DECLARE t text; BEGIN SELECT string_agg(body, ',') INTO t FROM desk.notes; RAISE NOTICE '%', t;
EXCEPTION WHEN division_by_zero THEN RAISE NOTICE 'caught'; END $$;

-- any: in a block that tells what the error was
DO $$ DECLARE d text; h text; c text; BEGIN PERFORM body FROM desk.notes;
EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT, c = PG_EXCEPTION_CONTEXT;
RAISE NOTICE '% % %', d, h, c; END $$;

-- refused: built from words at run time
DO $$ DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT body FROM ' || 'desk.' || 'messages' LOOP RAISE NOTICE '%', r; END LOOP; END $$;

-- refused: psql builds the statement
SELECT 'SELECT body FROM desk.messages' \gexec

-- any: psql describes the columns, which everybody can list
SELECT * FROM desk.messages \gdesc

-- refused: what the columns of a table are, by a view of one's own
CREATE VIEW desk.v AS SELECT * FROM desk.messages;

-- refused: a table made of a table
CREATE TABLE desk.t AS SELECT * FROM desk.messages;

-- refused: a table made by SELECT INTO
SELECT * INTO desk.t FROM desk.messages;

-- refused: a temporary one
CREATE TEMP TABLE t AS SELECT * FROM desk.messages;

-- refused: a materialised view
CREATE MATERIALIZED VIEW desk.v AS SELECT body FROM desk.messages;

-- refused: a child of a table
CREATE TABLE desk.child () INHERITS (desk.messages);

-- refused: a table like another
CREATE TABLE desk.copy (LIKE desk.messages INCLUDING ALL);

-- refused: through XML, of a query
SELECT query_to_xml('SELECT body FROM desk.messages', true, false, '');

-- refused: through XML, of a table
SELECT table_to_xml('desk.messages', true, false, '');

-- refused: through XML, of a schema
SELECT schema_to_xml('desk', true, false, '');

-- refused: through XML, of a schema with its description
SELECT schema_to_xml_and_xmlschema('desk', true, false, '');

-- refused: through XML, of the whole database
SELECT database_to_xml(true, false, '');

-- refused: through XML, of a cursor
BEGIN; DECLARE c CURSOR FOR SELECT 1; SELECT cursor_to_xml('c', 10, true, false, '');

-- refused: through the words of a search
SELECT * FROM ts_stat('SELECT to_tsvector(body) FROM desk.messages');

-- refused: through a rewritten search
SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, to_tsquery(body) FROM desk.messages');

-- refused: who pushed what
SELECT * FROM desk.queue;

-- refused: what became of others' commands
SELECT * FROM desk.receipt;

-- refused: who sees what
SELECT * FROM desk.access;

-- refused: which login is whose
SELECT * FROM desk.login;

-- refused: who reads what just now
SELECT * FROM desk.presence;

-- refused: what is gone
SELECT * FROM desk.tomb;

-- refused: digests of what others see
SELECT * FROM desk.digest;

-- refused: who connects
SELECT * FROM desk.lease;

-- refused: the stamps of the workspace
SELECT * FROM desk.team_meta;

-- refused: hidden columns of the system
SELECT xmin, ctid FROM desk.messages;

-- refused reads: a row by its place on the page
SELECT body FROM desk.messages WHERE ctid >= '(0,1)';

-- refused: the newest version of a row
SELECT currtid2('desk.messages', '(0,1)');

-- refused: an operator that tells what it compares
SELECT 1 FROM desk.messages WHERE body ~~ 'a%' AND 1 / (length(body) - 5) > 0;

-- refused: an error that tells the value
SELECT body::int FROM desk.messages;

-- refused: an error that tells whether
SELECT 1 / (SELECT count(*) FROM desk.messages WHERE body LIKE 'x%');

-- refused: an aggregate of one's own
CREATE AGGREGATE desk.leak (text) (SFUNC = textcat, STYPE = text);

-- refused: rows through MERGE
MERGE INTO desk.messages m USING (SELECT 1 AS n) s ON true WHEN MATCHED THEN DO NOTHING;
