-- any reads: common values and bounds
SELECT most_common_vals, histogram_bounds FROM pg_stats;

-- any: of one table
SELECT * FROM pg_stats WHERE schemaname = 'desk';

-- refused: the table beneath
SELECT stavalues1 FROM pg_statistic;

-- refused: the table beneath, a column that looks harmless
SELECT starelid, stavalues2::text FROM pg_statistic;

-- refused: all of it
COPY pg_statistic TO STDOUT;

-- refused: extended statistics' data
SELECT * FROM pg_statistic_ext_data;

-- any: extended statistics
SELECT * FROM pg_stats_ext;

-- any: extended statistics of expressions
SELECT * FROM pg_stats_ext_exprs;

-- any: how many rows a table has, which is accepted
SELECT relname, reltuples, relpages FROM pg_class WHERE relnamespace = to_regnamespace('desk');

-- any: counters of tables, which are accepted
SELECT * FROM pg_stat_all_tables WHERE schemaname = 'desk';

-- any: counters of indexes
SELECT * FROM pg_stat_all_indexes;

-- any: counters of input and output
SELECT * FROM pg_statio_all_tables;

-- any: sequences
SELECT * FROM pg_statio_all_sequences;

-- any: functions
SELECT * FROM pg_stat_user_functions;

-- any: what sequences have come to
SELECT * FROM pg_sequences;

-- any: the same by its function
SELECT pg_sequence_last_value(c.oid) FROM pg_class c WHERE c.relkind = 'S';

-- any reads: what others do
SELECT * FROM pg_stat_activity;

-- any reads: by the function beneath
SELECT * FROM pg_stat_get_activity(NULL);

-- any reads: by the number of the backend
SELECT pg_stat_get_backend_activity(s) FROM pg_stat_get_backend_idset() s;

-- any: where others come from
SELECT pg_stat_get_backend_client_addr(s), pg_stat_get_backend_client_port(s) FROM pg_stat_get_backend_idset() s;

-- any: since when
SELECT pg_stat_get_backend_start(s), pg_stat_get_backend_activity_start(s) FROM pg_stat_get_backend_idset() s;

-- refused 42P01: statements of all
SELECT * FROM pg_stat_statements;

-- any: locks
SELECT * FROM pg_locks;

-- any: who blocks whom
SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity;

-- any: databases
SELECT * FROM pg_stat_database;

-- any: archiver, writer, log
SELECT * FROM pg_stat_archiver, pg_stat_bgwriter, pg_stat_wal;

-- any: replication
SELECT * FROM pg_stat_replication;

-- any: encryption of others
SELECT * FROM pg_stat_ssl, pg_stat_gssapi;

-- any: progress of others
SELECT * FROM pg_stat_progress_analyze, pg_stat_progress_vacuum, pg_stat_progress_copy, pg_stat_progress_create_index;

-- any: prepared transactions
SELECT * FROM pg_prepared_xacts;

-- any: statements and cursors of this session
SELECT * FROM pg_prepared_statements, pg_cursors;

-- refused: memory of the server
SELECT * FROM pg_shmem_allocations;

-- refused: memory of the backend
SELECT * FROM pg_backend_memory_contexts;

-- refused: memory of others to the log
SELECT pg_log_backend_memory_contexts(pg_backend_pid());

-- refused: to reset what was counted
SELECT pg_stat_reset();

-- refused: to reset a shared count
SELECT pg_stat_reset_shared('wal');

-- refused: to analyse
CREATE STATISTICS desk.s (mcv) ON channel, team_state FROM desk.conversations;

-- any: to analyse a table warns and does nothing
ANALYZE desk.messages;

-- any: to vacuum a table warns and does nothing
VACUUM (VERBOSE) desk.messages;

-- any: to vacuum everything that is one's own
VACUUM VERBOSE;

-- any: to analyse the catalogue
ANALYZE VERBOSE pg_catalog.pg_class;

-- any: sizes, which are accepted
SELECT pg_total_relation_size(c.oid) FROM pg_class c WHERE c.relkind = 'r';

-- any: where a table lies
SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relnamespace = to_regnamespace('desk');

-- refused: pages
CREATE EXTENSION pageinspect SCHEMA desk;

-- refused: the cache
CREATE EXTENSION pg_buffercache SCHEMA desk;

-- any: when a transaction was committed
SELECT pg_xact_commit_timestamp(xmin) FROM pg_class LIMIT 1;

-- any: snapshots, which are accepted
SELECT pg_current_snapshot(), pg_current_wal_lsn();

-- any: what became of a transaction
SELECT pg_xact_status(pg_snapshot_xmin(pg_current_snapshot()));

-- any: the queue of notifications
SELECT pg_notification_queue_usage();

-- any: who listens here
SELECT pg_listening_channels();
