-- any: the source of every function holds no secret
SELECT proname, prosrc, probin, proconfig, proacl FROM pg_proc;

-- any: the definition of the workspace's functions
SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = to_regnamespace('desk') AND p.prokind = 'f';

-- any: defaults of columns
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef;

-- any: policies
SELECT pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy;

-- any: policies by their view
SELECT * FROM pg_policies;

-- any: triggers
SELECT pg_get_triggerdef(oid) FROM pg_trigger;

-- any: constraints
SELECT pg_get_constraintdef(oid) FROM pg_constraint;

-- any: indexes
SELECT pg_get_indexdef(indexrelid) FROM pg_index;

-- any: rules and views
SELECT pg_get_viewdef(c.oid) FROM pg_class c WHERE c.relkind IN ('v', 'm');

-- any: columns
SELECT attrelid::regclass, attname, attacl, attoptions, attmissingval FROM pg_attribute;

-- any: comments
SELECT description FROM pg_description;

-- any: comments on roles and databases
SELECT description FROM pg_shdescription;

-- any: labels
SELECT * FROM pg_seclabels;

-- any: what hangs on what
SELECT * FROM pg_depend LIMIT 1000;

-- any: what roles own
SELECT * FROM pg_shdepend;

-- any: databases
SELECT * FROM pg_database;

-- any: settings
SELECT name, setting, boot_val, reset_val FROM pg_settings;

-- any: SHOW ALL
SHOW ALL;

-- refused: where the data lies
SHOW data_directory;

-- refused: where the rules of entry lie
SHOW hba_file;

-- refused: the rules of entry
SELECT * FROM pg_hba_file_rules;

-- refused: the names of entry
SELECT * FROM pg_ident_file_mappings;

-- refused: the files of settings
SELECT * FROM pg_file_settings;

-- refused: how it was built
SELECT * FROM pg_config;

-- any: rights by default
SELECT * FROM pg_default_acl;

-- any: servers elsewhere
SELECT srvname, srvoptions FROM pg_foreign_server;

-- any: users elsewhere
SELECT * FROM pg_user_mappings;

-- any: publications
SELECT * FROM pg_publication_tables;

-- refused: subscriptions with their passwords
SELECT subconninfo FROM pg_subscription;

-- any: slots
SELECT * FROM pg_replication_slots;

-- refused: origins
SELECT * FROM pg_replication_origin_status;

-- any: large objects
SELECT * FROM pg_largeobject_metadata;

-- refused: large objects' bytes
SELECT * FROM pg_largeobject;

-- any: extensions
SELECT * FROM pg_extension, pg_available_extensions LIMIT 10;

-- any: types and enumerations
SELECT * FROM pg_enum;

-- any: time zones
SELECT count(*) FROM pg_timezone_abbrevs;

-- any: the tables that information_schema shows
SELECT * FROM information_schema.tables WHERE table_schema = 'desk';

-- any: columns
SELECT * FROM information_schema.columns WHERE table_schema = 'desk';

-- any: routines
SELECT routine_name, routine_definition FROM information_schema.routines WHERE routine_schema = 'desk';

-- any: rights
SELECT * FROM information_schema.role_table_grants;

-- any: rights of routines
SELECT * FROM information_schema.role_routine_grants;

-- any: roles
SELECT * FROM information_schema.applicable_roles, information_schema.enabled_roles;

-- any: constraints
SELECT * FROM information_schema.table_constraints, information_schema.referential_constraints LIMIT 10;

-- any: triggers
SELECT * FROM information_schema.triggers;

-- any: views
SELECT * FROM information_schema.views;

-- any: whether a table exists
SELECT to_regclass('desk.messages'), 'desk.messages'::regclass::oid;

-- any: whether one may read it
SELECT has_table_privilege('desk.messages', 'SELECT'), has_schema_privilege('desk', 'CREATE'), has_database_privilege(current_database(), 'TEMP');

-- any: whether others may
SELECT r.rolname, c.relname FROM pg_roles r, pg_class c WHERE c.relnamespace = to_regnamespace('desk') AND has_table_privilege(r.oid, c.oid, 'SELECT');

-- any: whether policies are in force
SELECT relname, row_security_active(oid) FROM pg_class WHERE relnamespace = to_regnamespace('desk') AND relkind = 'r';

-- any: the description of an object
SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend LIMIT 200;

-- any: psql's lists
\dt+ desk.*

-- any: psql's list of functions
\df+ desk.*

-- any: psql's list of roles
\du+

-- any: psql's list of databases
\l+

-- any: psql's list of rights
\dp desk.*

-- any: psql's description of a table
\d+ desk.messages

-- any: psql's source of a function
\sf desk.pull(text)

-- any: psql's list of default rights
\ddp

-- any: psql's settings of roles
\drds

-- any: psql's types, schemas, tablespaces
\dT+ desk.*
\dn+
\db+

-- any: psql's large objects
\lo_import /etc/hostname

-- any: psql's subscriptions and event triggers
\dy
\dRp
