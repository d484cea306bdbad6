-- works: to listen
LISTEN desk; UNLISTEN *;

-- works: to notify cannot be refused
NOTIFY desk;

-- works: with words of one's own
NOTIFY desk, 'x'; NOTIFY elsewhere, 'x';

-- refused: by its function
SELECT pg_notify('desk', 'x');

-- refused: many at once
SELECT pg_notify('desk', n::text) FROM generate_series(1, 200000) n;

-- works: many, one after the other
SELECT format('NOTIFY desk, %L', n) FROM generate_series(1, 500) n \gexec

-- refused 22023: too long a word
SELECT format('NOTIFY desk, %L', repeat('x', 9000)) \gexec

-- works: what stands in what one hears
LISTEN desk; SELECT pg_sleep(0.3); SELECT 1;
