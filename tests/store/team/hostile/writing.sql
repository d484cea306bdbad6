-- refused: a message
INSERT INTO desk.messages DEFAULT VALUES;

-- refused: an update
UPDATE desk.conversations SET owner_id = NULL;

-- refused: an update of one column of one row
UPDATE desk.conversations SET team_state = 'closed' WHERE id = '{own}';

-- refused: a delete
DELETE FROM desk.messages;

-- refused: a truncate
TRUNCATE desk.messages CASCADE;

-- refused: a sight of one's own
INSERT INTO desk.access (person_id, key, mode) SELECT '{me}', '{hidden}', 'see';

-- refused: a sight made wider
UPDATE desk.access SET mode = 'see';

-- refused: a login made another's
UPDATE desk.login SET person_id = '{victim}' WHERE name = session_user;

-- refused: a suspension lifted
UPDATE desk.login SET suspended_at = NULL;

-- refused: a role made greater
UPDATE desk.people SET role = 'admin' WHERE id = '{me}';

-- refused: the lease
UPDATE desk.lease SET fence = fence + 1;

-- refused: the lease given away
DELETE FROM desk.lease;

-- refused: a command in another's name
INSERT INTO desk.queue (person_id, id, kind, at, args, base) VALUES ('{victim}', gen_random_uuid(), 'Reply', 0, '{}', '{}');

-- refused: a command in one's own name, past the function
INSERT INTO desk.queue (person_id, id, kind, at, args, base) VALUES ('{me}', gen_random_uuid(), 'Reply', 0, '{}', '{}');

-- refused: a command taken back
DELETE FROM desk.queue;

-- refused: whether a key exists, by a conflict
INSERT INTO desk.access (person_id, key, mode) VALUES ('{victim}', '{hidden}', 'see') ON CONFLICT DO NOTHING;

-- refused: whether a number exists, by a conflict
INSERT INTO desk.contact_addresses (peer_key, contact_id, raw) VALUES ('+12025550187', gen_random_uuid(), '') ON CONFLICT DO NOTHING;

-- refused: a row that a conflict would show
INSERT INTO desk.messages (position) VALUES (1) ON CONFLICT (position) DO UPDATE SET body = desk.messages.body RETURNING body;

-- refused: a receipt
INSERT INTO desk.receipt DEFAULT VALUES;

-- refused: an entry of the audit
INSERT INTO desk.audit DEFAULT VALUES;

-- refused: another epoch
UPDATE desk.team_meta SET epoch = gen_random_uuid();

-- refused: presence past its function
INSERT INTO desk.presence DEFAULT VALUES;

-- refused: COPY into a table
COPY desk.messages FROM STDIN;

-- refused: psql's own copy
\copy desk.tags from /dev/null

-- refused: the version of the schema
UPDATE desk.alembic_version SET version_num = '0000';

-- refused: to drop a table
DROP TABLE desk.messages;

-- refused: to drop the schema
DROP SCHEMA desk CASCADE;

-- refused: to drop the database
DROP DATABASE "{db}";

-- refused: a new column
ALTER TABLE desk.messages ADD COLUMN mine text;

-- refused: another default
ALTER TABLE desk.messages ALTER COLUMN body SET DEFAULT 'x';

-- refused: to loosen a constraint
ALTER TABLE desk.audit DISABLE TRIGGER audit_change;

-- refused: a new order
CLUSTER desk.messages USING ix_messages_conversation;

-- refused: to build indexes anew
REINDEX TABLE desk.messages;

-- refused: a new name
ALTER TABLE desk.messages RENAME TO messages2;

-- refused: another schema
ALTER TABLE desk.messages SET SCHEMA public;

-- refused: storage
ALTER TABLE desk.messages SET UNLOGGED;

-- refused: what vacuum does
ALTER TABLE desk.messages SET (autovacuum_enabled = off);

-- refused: a table anywhere
CREATE TABLE public.mine (a int);

-- refused: a table in the workspace's schema
CREATE TABLE desk.mine (a int);

-- refused: a new database
CREATE DATABASE mine;

-- refused: the catalogue, directly
UPDATE pg_class SET relacl = NULL WHERE relname = 'messages';

-- refused: the roles, directly
UPDATE pg_authid SET rolsuper = true WHERE rolname = session_user;

-- refused: the functions, directly
UPDATE pg_proc SET prosecdef = false;

-- refused: to let the catalogue be written
SET allow_system_table_mods = on;

-- refused: to set a sequence
SELECT setval(c.oid, 1) FROM pg_class c WHERE c.relkind = 'S' AND c.relnamespace = to_regnamespace('desk');

-- refused: to use up a sequence
SELECT nextval(c.oid) FROM pg_class c WHERE c.relkind = 'S' AND c.relnamespace = to_regnamespace('desk');

-- any: how many commands were pushed by all, after a push of one's own
SELECT desk.push('00000000-0000-7000-8000-0000000000aa', 'Note', 0, '{}', '{}'); SELECT lastval();

-- refused: a setting of the server
ALTER SYSTEM SET listen_addresses = '*';

-- refused: to read the settings anew
SELECT pg_reload_conf();

-- refused: a checkpoint
CHECKPOINT;

-- refused: a setting through its view
UPDATE pg_settings SET setting = 'on' WHERE name = 'log_statement_stats';
