-- refused: a view of one's own that reads with its owner's rights
CREATE VIEW desk.v WITH (security_invoker = false) AS SELECT * FROM desk.messages;

-- refused: a function of one's own, cheap, to run before a policy
CREATE FUNCTION public.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;

-- refused: the same in the workspace's schema
CREATE FUNCTION desk.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;

-- refused: the same in the temporary schema
CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;

-- refused: a leakproof one
CREATE FUNCTION public.leak(text) RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT true';

-- refused: one with its owner's rights
CREATE FUNCTION public.leak(text) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS 'SELECT true';

-- refused: a procedure
CREATE PROCEDURE public.leak() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;

-- refused: in place of the workspace's own
CREATE OR REPLACE FUNCTION desk.pull(cursor text) RETURNS TABLE (what text, tbl text, body text) LANGUAGE sql AS 'SELECT 1::text, 2::text, 3::text';

-- refused: another with the same name and other arguments
CREATE FUNCTION desk.me(int) RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';

-- refused: to change whose rights a function has
ALTER FUNCTION desk.pull(text) SECURITY INVOKER;

-- refused: to change what path a function has
ALTER FUNCTION desk.pull(text) SET search_path = public;

-- refused: to make a function cheap
ALTER FUNCTION desk.pull(text) COST 0.00001;

-- refused: to call a function leakproof
ALTER FUNCTION desk.pull(text) LEAKPROOF;

-- refused: to rename a function
ALTER FUNCTION desk.pull(text) RENAME TO pull2;

-- refused: to take a function
ALTER FUNCTION desk.pull(text) OWNER TO CURRENT_USER;

-- refused: to drop a function
DROP FUNCTION desk.pull(text);

-- refused: a support function of the planner
ALTER FUNCTION pg_catalog.texteq(text, text) SUPPORT pg_catalog.array_unnest_support;

-- refused: an operator that shadows equality
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = textne);

-- refused: an operator in the workspace's schema
CREATE OPERATOR desk.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_ne);

-- refused: a cast that shadows
CREATE CAST (text AS uuid) WITH INOUT AS IMPLICIT;

-- refused: a type
CREATE TYPE public.access AS (a int);

-- refused: a domain whose check tells
CREATE DOMAIN public.told AS text CHECK (length(VALUE) > 0);

-- refused: a schema of one's own
CREATE SCHEMA mine;

-- refused: a schema by one's own name, which stands first in the path
CREATE SCHEMA AUTHORIZATION CURRENT_USER;

-- refused: a collation
CREATE COLLATION public.c FROM "C";

-- refused: a conversion
CREATE CONVERSION public.c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

-- refused: an operator class
CREATE OPERATOR CLASS public.oc FOR TYPE uuid USING btree AS OPERATOR 1 <;

-- refused: a search configuration
CREATE TEXT SEARCH CONFIGURATION public.t (COPY = pg_catalog.simple);

-- refused: a sequence
CREATE SEQUENCE public.s;

-- refused: a temporary table that shadows
CREATE TEMP TABLE access (person_id uuid, key uuid, mode text, row_xid xid8);

-- refused: a temporary view that shadows
CREATE TEMP VIEW login AS SELECT session_user::text AS name;

-- refused: a temporary sequence
CREATE TEMP SEQUENCE queue_n_seq;

-- refused: a temporary type
CREATE TYPE pg_temp.uuid AS ENUM ('a');

-- refused: a rule on a table
CREATE RULE r AS ON SELECT TO desk.messages DO INSTEAD SELECT 1;

-- refused: a trigger on a table
CREATE TRIGGER t AFTER INSERT ON desk.messages FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

-- refused: a policy of one's own
CREATE POLICY p ON desk.messages USING (true);

-- refused: to switch the policies off
ALTER TABLE desk.messages DISABLE ROW LEVEL SECURITY;

-- refused: to switch the triggers off
ALTER TABLE desk.messages DISABLE TRIGGER ALL;

-- refused: to drop a policy of the catalogue
DELETE FROM pg_policy;

-- refused: to take a table
ALTER TABLE desk.messages OWNER TO CURRENT_USER;

-- refused: an index with a function of one's own
CREATE INDEX i ON desk.messages ((lower(body)));

-- refused: statistics of one's own
CREATE STATISTICS s ON id, body FROM desk.messages;

-- refused: a foreign key that tells whether a value exists
CREATE TABLE desk.probe (id uuid REFERENCES desk.conversations (id));

-- refused: a comment
COMMENT ON TABLE desk.messages IS 'mine';

-- refused 22023 42501: a label
SECURITY LABEL ON TABLE desk.messages IS 'x';

-- refused: to rename the schema away
ALTER SCHEMA desk RENAME TO desk2;

-- refused 42P01: a path of search that leads to nowhere
SET search_path = pg_temp, public; SELECT * FROM messages;

-- works: a path of search that is hostile changes nothing in what pull says
SET search_path = pg_temp, public, pg_catalog; SELECT what FROM desk.pull('') LIMIT 1;

-- works: an empty path
SET search_path = ''; SELECT what FROM desk.pull('') LIMIT 1;

-- refused: to see whether the plans of policies can be turned
SET enable_indexscan = off; SET enable_seqscan = off; SET join_collapse_limit = 1; SELECT * FROM desk.messages m JOIN desk.access a ON a.key = m.scope_key;

-- works: fetch with the planner turned round
SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_nestloop = off; SET join_collapse_limit = 1; SET from_collapse_limit = 1;
SELECT count(*) FROM desk.fetch(ARRAY['{hidden}'::uuid, '{absent}'], 0);

-- refused: a rule of policies that is off
SET row_security = off; SELECT * FROM desk.messages;

-- any: functions with the policies off
SET row_security = off; SELECT * FROM desk.fetch(ARRAY['{hidden}'::uuid], 0);

-- any: pull with the policies off
SET row_security = off; SELECT * FROM desk.pull('');
