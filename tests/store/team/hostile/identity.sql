-- refused: to become the owner
SET ROLE "{owner}";

-- refused: to become whoever owns the functions
SET ROLE "{api}";

-- refused: to become whoever makes logins
SET ROLE "{provision}";

-- refused: to become the connector
SET ROLE "{connector}";

-- refused: to become another person
SET ROLE "{victim_login}";

-- refused: to become who owns the server
SET ROLE "{superuser}";

-- refused: by set_config
SELECT set_config('role', '{connector}', false);

-- refused: for the next statement alone
BEGIN; SET LOCAL ROLE "{owner}";

-- refused: to be another session
SET SESSION AUTHORIZATION "{victim_login}";

-- refused: the same for the owner of the server
SET SESSION AUTHORIZATION "{superuser}";

-- refused: the same by set_config
SELECT set_config('session_authorization', '{victim_login}', false);

-- refused: the same as a local setting
BEGIN; SET LOCAL SESSION AUTHORIZATION "{owner}";

-- refused: a role that reads all
SET ROLE pg_read_all_data;

-- refused: a role that watches
SET ROLE pg_monitor;

-- refused: a role that ends others
SET ROLE pg_signal_backend;

-- refused: a role that reads files
SET ROLE pg_read_server_files;

-- works: to reset is harmless
RESET SESSION AUTHORIZATION; RESET ROLE; SELECT what FROM desk.pull('') LIMIT 1;

-- works: the group changes nothing in who is asked
SET ROLE "{rep}"; SELECT count(*) FROM desk.fetch(ARRAY['{hidden}'::uuid], 0);

-- refused: the group owns no right on tables either
SET ROLE "{rep}"; SELECT * FROM desk.messages;

-- works: settings that somebody might take for an identity
SET desk.person_id = '{victim}'; SET app.user = '{victim}'; SET request.jwt.claims = '{victim}'; SELECT desk.hello();

-- works: the name of the program is no identity
SET application_name = '{victim_login}'; SELECT desk.hello();

-- refused: a new role
CREATE ROLE mine;

-- refused: a new login
CREATE USER mine PASSWORD 'x';

-- refused: a login of the workspace by its function
SELECT desk.create_login('{victim}'::uuid, 'x');

-- refused: to drop a role
DROP ROLE "{victim_login}";

-- refused 0A000 42501: to rename oneself
ALTER ROLE "{me_login}" RENAME TO "{db}_other";

-- refused: more rights for oneself
ALTER ROLE CURRENT_USER SUPERUSER;

-- refused: to make roles
ALTER ROLE CURRENT_USER CREATEROLE;

-- refused: to make databases
ALTER ROLE CURRENT_USER CREATEDB;

-- refused: to pass by the policies
ALTER ROLE CURRENT_USER BYPASSRLS;

-- refused: to replicate
ALTER ROLE CURRENT_USER REPLICATION;

-- refused: more connections
ALTER ROLE CURRENT_USER CONNECTION LIMIT -1;

-- refused: no end of validity
ALTER ROLE CURRENT_USER VALID UNTIL 'infinity';

-- refused: to let oneself in again
ALTER ROLE CURRENT_USER LOGIN;

-- refused: the password of another
ALTER ROLE "{victim_login}" PASSWORD 'x';

-- refused: the password of the connector
ALTER ROLE "{connector}" PASSWORD 'x';

-- refused: settings of another
ALTER ROLE "{victim_login}" SET search_path = public;

-- refused: settings of all
ALTER ROLE ALL SET search_path = public;

-- refused: settings of the database
ALTER DATABASE "{db}" SET search_path = public;

-- refused: the database's name
ALTER DATABASE "{db}" RENAME TO mine;

-- refused: the database's owner
ALTER DATABASE "{db}" OWNER TO CURRENT_USER;

-- works: one's own password
BEGIN; ALTER ROLE CURRENT_USER PASSWORD 'another one'; ROLLBACK;

-- works: one's own settings
ALTER ROLE CURRENT_USER SET work_mem = '64kB'; ALTER ROLE CURRENT_USER RESET work_mem;

-- refused: one's own settings that only the owner of the server sets
ALTER ROLE CURRENT_USER SET session_replication_role = replica;

-- any: a setting of the group, which nobody takes over
SET ROLE "{rep}"; ALTER ROLE "{rep}" SET statement_timeout = 0; ALTER ROLE "{rep}" RESET ALL;

-- refused: a member of one's own
GRANT "{owner}" TO CURRENT_USER;

-- refused: a predefined role
GRANT pg_read_all_data TO CURRENT_USER;

-- refused: to let another into the group
GRANT "{rep}" TO "{connector}";

-- refused: to take the right of others
REVOKE "{rep}" FROM "{victim_login}";

-- refused: a right on a table
GRANT SELECT ON desk.messages TO CURRENT_USER;

-- any: a right on all tables
GRANT ALL ON ALL TABLES IN SCHEMA desk TO CURRENT_USER;

-- any: a right on the schema
GRANT CREATE ON SCHEMA desk TO CURRENT_USER;

-- any: a right on the database warns at most
GRANT TEMP ON DATABASE "{db}" TO CURRENT_USER;

-- refused: rights of what will be made
ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" GRANT SELECT ON TABLES TO PUBLIC;

-- refused: to take what another owns
REASSIGN OWNED BY "{owner}" TO CURRENT_USER;

-- refused: to drop what another owns
DROP OWNED BY "{owner}" CASCADE;

-- refused: triggers that do not fire
SET session_replication_role = replica;

-- refused 22023: a role that is not there
SET ROLE role_that_is_not;

-- refused: passwords
SELECT * FROM pg_authid;

-- refused: passwords by their old name
SELECT * FROM pg_shadow;

-- works: roles with stars for passwords
SELECT * FROM pg_roles;

-- works: users
SELECT * FROM pg_user;

-- works: members
SELECT * FROM pg_auth_members;

-- works: settings of roles
SELECT * FROM pg_db_role_setting;
