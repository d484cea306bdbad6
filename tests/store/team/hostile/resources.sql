-- works: no time limit, which the watchdog knows
SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0; SELECT 1;

-- works: a short sleep
SELECT pg_sleep(0.01);

-- any: much sorted, in files
SET work_mem = '64kB'; SELECT count(*) FROM (SELECT n, md5(n::text) m FROM generate_series(1, 200000) n ORDER BY m) x;

-- any: much memory
SELECT length(repeat('x', 20000000));

-- refused 54000 53400: more memory than a value may have
SELECT repeat('x', 2000000000);

-- any: very deep
SELECT (repeat('[', 100000) || repeat(']', 100000))::jsonb;

-- any: a block that never ends by itself
SET statement_timeout = 300; DO $$ BEGIN LOOP NULL; END LOOP; END $$;

-- refused 54001 2201B: an expression that is too deep
SELECT 'a' ~ repeat('(', 20000);

-- works: a cross join that is stopped
SET statement_timeout = 200; SELECT 1; SET statement_timeout = 0;

-- any: workers
SET max_parallel_workers_per_gather = 64; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SELECT count(*) FROM desk.pull('');

-- any: machine code
SET jit = on; SET jit_above_cost = 0; SELECT count(*) FROM desk.pull('');

-- any: cursors that stay
BEGIN; DECLARE a CURSOR WITH HOLD FOR SELECT n FROM generate_series(1, 100000) n; COMMIT; CLOSE a;
