-- refused: a file of the server
SELECT pg_read_file('/etc/passwd');

-- refused: bytes of a file
SELECT pg_read_binary_file('pg_hba.conf');

-- refused: an older way
SELECT pg_read_file_old('postgresql.conf', 0, 100);

-- refused: a folder
SELECT pg_ls_dir('.');

-- refused: the log
SELECT * FROM pg_ls_logdir();

-- refused: the write-ahead log
SELECT * FROM pg_ls_waldir();

-- refused: temporary files
SELECT * FROM pg_ls_tmpdir();

-- refused: a file's age
SELECT * FROM pg_stat_file('postgresql.conf');

-- refused: which log
SELECT pg_current_logfile();

-- refused: COPY to a file
COPY (SELECT 1) TO '/tmp/hostile';

-- refused: COPY from a file
COPY desk.messages FROM '/etc/passwd';

-- refused: COPY to a program
COPY (SELECT 1) TO PROGRAM 'id';

-- refused: COPY from a program
COPY desk.messages FROM PROGRAM 'id';

-- refused: a large object of a file
SELECT lo_import('/etc/passwd');

-- refused: a file of a large object
SELECT lo_export(1, '/tmp/hostile');

-- refused: a large object
SELECT lo_create(0);

-- refused: a large object by an older way
SELECT lo_creat(-1);

-- refused: a large object of bytes
SELECT lo_from_bytea(0, 'x');

-- refused: a large object opened
SELECT lo_open(1, 131072);

-- refused: a large object read
SELECT lo_get(1);

-- refused: a large object written
SELECT lo_put(1, 0, 'x');

-- refused: bytes written
SELECT lowrite(0, 'x');

-- refused: a large object gone
SELECT lo_unlink(1);

-- refused: an extension that reaches elsewhere
CREATE EXTENSION dblink SCHEMA desk;

-- refused: a foreign server
CREATE EXTENSION postgres_fdw SCHEMA desk;

-- refused: files as tables
CREATE EXTENSION file_fdw SCHEMA desk;

-- refused: a trusted extension
CREATE EXTENSION pgcrypto SCHEMA desk;

-- refused: another
CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;

-- refused 0A000 42501: a language
CREATE LANGUAGE plpython3u;

-- refused: a language of one's own
CREATE TRUSTED LANGUAGE mine HANDLER plpgsql_call_handler;

-- refused: C
CREATE FUNCTION public.c() RETURNS int LANGUAGE c AS '/lib/x86_64-linux-gnu/libc.so.6', 'system';

-- refused: C in a schema of the system
CREATE FUNCTION pg_catalog.c() RETURNS int LANGUAGE internal AS 'now';

-- refused: a library
LOAD '/lib/x86_64-linux-gnu/libc.so.6';

-- refused: libraries of the session
SET session_preload_libraries = 'x';

-- refused: libraries of one's own role
ALTER ROLE CURRENT_USER SET session_preload_libraries = 'x';

-- refused: where libraries are
SET dynamic_library_path = '/tmp';

-- refused: an event trigger
CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION suppress_redundant_updates_trigger();

-- refused: a publication
CREATE PUBLICATION p FOR ALL TABLES;

-- refused: a publication of a table
CREATE PUBLICATION p FOR TABLE desk.messages;

-- refused: a subscription
CREATE SUBSCRIPTION s CONNECTION 'host=192.0.2.1 dbname=x' PUBLICATION p WITH (connect = false);

-- refused: a slot
SELECT pg_create_logical_replication_slot('s', 'pgoutput');

-- refused: a physical slot
SELECT pg_create_physical_replication_slot('s');

-- refused: changes of a slot
SELECT * FROM pg_logical_slot_get_changes('s', NULL, NULL);

-- refused: something into the write-ahead log
SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000));

-- refused: something into the write-ahead log, within the transaction
SELECT pg_logical_emit_message(true, 'x', 'x'::bytea);

-- refused: an origin
SELECT pg_replication_origin_create('o');

-- refused: a segment's end
SELECT pg_switch_wal();

-- refused: a point to come back to
SELECT pg_create_restore_point('x');

-- refused: a backup
SELECT pg_backup_start('x');

-- refused: another log
SELECT pg_rotate_logfile();

-- refused: a file of a snapshot
BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot();

-- refused 22023: another's snapshot
BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '00000003-0000001B-1';

-- refused: a place for tables
CREATE TABLESPACE t LOCATION '/tmp';

-- refused: temporary files elsewhere
SET temp_tablespaces = pg_global;

-- refused: a wrapper
CREATE FOREIGN DATA WRAPPER w;

-- refused: a method of access
CREATE ACCESS METHOD a TYPE INDEX HANDLER bthandler;

-- refused: a transform
CREATE TRANSFORM FOR int LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));

-- refused: collations of the system
SELECT pg_import_system_collations('public');

-- refused: a promotion
SELECT pg_promote();

-- refused: limits of temporary files
SET temp_file_limit = -1;

-- refused: how deep
SET max_stack_depth = '100MB';
