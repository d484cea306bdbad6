-- refused: a plan
EXPLAIN SELECT * FROM desk.messages;

-- refused: a plan with its columns
EXPLAIN (VERBOSE, COSTS) SELECT * FROM desk.messages WHERE body LIKE 'a%';

-- refused: a plan with what happened
EXPLAIN (ANALYZE, BUFFERS, WAL, TIMING) SELECT * FROM desk.messages;

-- refused: a plan as JSON
EXPLAIN (FORMAT json) SELECT * FROM desk.conversations WHERE id = '{hidden}';

-- refused: the settings of a plan
EXPLAIN (SETTINGS) SELECT * FROM desk.messages;

-- refused: a plan of an update
EXPLAIN UPDATE desk.messages SET body = '';

-- refused: a plan of a join with what one may read
EXPLAIN SELECT * FROM pg_class c JOIN desk.messages m ON m.body = c.relname;

-- works: a plan of a function shows nothing of its inside
EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT * FROM desk.fetch(ARRAY['{hidden}'::uuid], 0);

-- works: a plan of pull
EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM desk.pull('');

-- refused: a generic plan
SET plan_cache_mode = force_generic_plan; PREPARE p (text) AS SELECT * FROM desk.messages WHERE body = $1; EXPLAIN EXECUTE p ('a');

-- refused: LOAD of what explains by itself
LOAD 'auto_explain';

-- refused: to have plans explained
SET auto_explain.log_min_duration = 0; LOAD '$libdir/auto_explain';

-- any silent: plans of the functions' own queries, told as notices
SET client_min_messages = log; SET debug_print_plan = on; SET debug_print_rewritten = on; SET debug_print_parse = on; SET debug_pretty_print = on;
SELECT count(*) FROM desk.fetch(ARRAY['{hidden}'::uuid], 0);

-- any silent: the same of pull
SET client_min_messages = log; SET debug_print_plan = on;
SELECT count(*) FROM desk.pull('');

-- any silent: the same of an attachment
SET client_min_messages = log; SET debug_print_plan = on;
SELECT desk.attachment('{hidden_attachment}');

-- works: everything that can be told, told
SET client_min_messages = debug5; SELECT count(*) FROM desk.pull('');

-- refused: what the planner costs
SET log_planner_stats = on;

-- refused: what the executor costs
SET log_executor_stats = on;

-- refused: statements to the log
SET log_statement = 'all';

-- refused: a statement's time to the log
SET log_min_duration_statement = 0;

-- refused: times of input and output
SET track_io_timing = on;

-- refused: counters of functions
SET track_functions = 'all';

-- refused: one's own activity hidden from the watchdog
SET track_activities = off;
