-- refused: a lock on a table
BEGIN; LOCK TABLE desk.messages IN ACCESS EXCLUSIVE MODE;

-- refused: the weakest lock
BEGIN; LOCK TABLE desk.messages IN ACCESS SHARE MODE;

-- refused: all tables of the queue
BEGIN; LOCK TABLE desk.queue IN EXCLUSIVE MODE NOWAIT;

-- refused: a table of the catalogue
BEGIN; LOCK TABLE pg_catalog.pg_proc IN ACCESS EXCLUSIVE MODE;

-- refused: the catalogue against writers
BEGIN; LOCK TABLE pg_catalog.pg_authid IN SHARE MODE;

-- refused: the one view of the catalogue that everybody may update
BEGIN; LOCK TABLE pg_catalog.pg_settings IN ACCESS EXCLUSIVE MODE;

-- refused: an advisory lock
SELECT pg_advisory_lock(1);

-- refused: a shared one
SELECT pg_advisory_lock_shared(1);

-- refused: one for the transaction
SELECT pg_advisory_xact_lock(1);

-- refused: one of two numbers
SELECT pg_advisory_xact_lock_shared(1, 2);

-- refused: if it is free
SELECT pg_try_advisory_lock(n) FROM generate_series(1, 100) n;

-- refused: if it is free, for the transaction
SELECT pg_try_advisory_xact_lock(1);

-- refused: if it is free, shared
SELECT pg_try_advisory_xact_lock_shared(1, 1);

-- refused: to give back what another holds
SELECT pg_advisory_unlock_all();

-- refused 55000 0A000: a prepared transaction
BEGIN; SELECT desk.push(gen_random_uuid(), 'Note', 0, '{}', '{}'); PREPARE TRANSACTION 'held';

-- refused 42704 55000: another's prepared transaction
COMMIT PREPARED 'held';

-- any: to end others
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> session_user;

-- any: to cancel others
SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename <> session_user;

-- refused: to end the session of another person
SELECT pg_terminate_backend({victim_pid});

-- refused: to cancel the connector's
SELECT pg_cancel_backend({superuser_pid});

-- refused: deadlocks for others, by a time of one's own
SET deadlock_timeout = '1h';

-- refused: rows of the catalogue
SELECT 1 FROM pg_database FOR UPDATE;

-- refused: rows of the catalogue, shared
SELECT 1 FROM pg_authid FOR SHARE;

-- any: a number for a transaction, to keep
BEGIN; SELECT pg_current_xact_id();

-- any: an older way to a number
BEGIN; SELECT txid_current();
