"""Making and locking logins, and ending sessions that get in others' way, as SQL text (algorithms §2.8).

These functions belong to the role `provision`, the only one that may make roles, and each touches
only the roles that `login` lists. The connector and the owner may execute them, no person may.
"""

from __future__ import annotations

from typing import Final

from sms_desk.store.team.functions import INVITED_DAYS, definer
from sms_desk.store.team.roles import LOGIN_LIMIT, Roles

OPEN_SECONDS: Final = 10
STATEMENT_SECONDS: Final = 30
TRANSACTION_SECONDS: Final = 60
"""How long a person's session may hold a transaction's number or idle in one; may run a statement;
may hold one view of the workspace, whatever it does."""

_VERIFIER: Final = r"^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$"
_LOCKED: Final = (
    "l.suspended_at IS NOT NULL OR p.id IS NULL OR p.suspended_at IS NOT NULL"
    " OR p.removed_at IS NOT NULL OR (l.joined_at IS NULL"
    f" AND l.invited_at <= clock_timestamp() - interval '{INVITED_DAYS} days')"
)


def _create_login(roles: Roles) -> str:
    return definer(
        "create_login(person uuid, verifier text)",
        "text",
        f"""
    DECLARE
      made text;
    BEGIN
      IF verifier IS NULL OR verifier !~ '{_VERIFIER}' THEN
        RAISE EXCEPTION 'a login is made with a SCRAM verifier' USING ERRCODE = '22023';
      END IF;
      PERFORM FROM people p WHERE p.id = person AND p.removed_at IS NULL;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'no such person' USING ERRCODE = '22023';
      END IF;
      -- Who is invited again has lost a machine or a password: what was theirs before ends.
      PERFORM lock_login(l.name) FROM login l
        WHERE l.person_id = person AND l.suspended_at IS NULL;
      made := '{roles.prefix}_' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 8);
      EXECUTE format('CREATE ROLE %I LOGIN INHERIT CONNECTION LIMIT {LOGIN_LIMIT} PASSWORD %L'
                     ' IN ROLE %I', made, verifier, '{roles.rep}');
      EXECUTE format('ALTER ROLE %I SET statement_timeout = ''{STATEMENT_SECONDS}s''', made);
      EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''{OPEN_SECONDS}s''',
                     made);
      INSERT INTO login (name, person_id) VALUES (made, person);
      RETURN made;
    END
    """,
    )


_TRIES: Final = 20
_SHUT_OUT: Final = definer(
    "shut_out(login_name text)",
    "void",
    f"""
    BEGIN
      -- Whoever is locked may have the role's row in an open transaction, by a new password of
      -- their own, and may come again until this commits: their sessions end first, each time.
      FOR n IN 1..{_TRIES} LOOP
        PERFORM pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.usename = login_name;
        BEGIN
          EXECUTE format('ALTER ROLE %I NOLOGIN', login_name);
          EXIT;
        EXCEPTION WHEN lock_not_available OR internal_error THEN
          PERFORM pg_sleep(0.01);  -- the watchdog tries again
        END;
      END LOOP;
      -- A session that begins before this commits is ended by the watchdog.
      PERFORM pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.usename = login_name;
    END
    """,
    more="SET lock_timeout = '200ms'",
)

LOCK_LOGIN: Final = definer(
    "lock_login(login_name text)",
    "void",
    """
    BEGIN
      -- They may have their row of `login` in an open transaction.
      PERFORM pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN login l ON l.name = a.usename
        WHERE l.name = login_name;
      PERFORM FROM login l WHERE l.name = login_name;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'no such login' USING ERRCODE = '22023';
      END IF;
      -- First, as whoever is just joining holds this row, too.
      PERFORM shut_out(login_name);
      UPDATE login l SET suspended_at = coalesce(l.suspended_at, clock_timestamp())
        WHERE l.name = login_name;
    END
    """,
)

UNLOCK_LOGIN: Final = definer(
    "unlock_login(login_name text)",
    "void",
    """
    BEGIN
      -- Whoever never joined is invited anew.
      UPDATE login l SET suspended_at = NULL,
          invited_at = CASE WHEN l.joined_at IS NULL THEN clock_timestamp() ELSE l.invited_at END
        WHERE l.name = login_name;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'no such login' USING ERRCODE = '22023';
      END IF;
      EXECUTE format('ALTER ROLE %I LOGIN', login_name);
    END
    """,
)


def watchdog(
    open_seconds: float = OPEN_SECONDS,
    statement_seconds: float = STATEMENT_SECONDS,
    transaction_seconds: float = TRANSACTION_SECONDS,
) -> str:
    """Ends what gets in others' way, then locks whoever is to be locked out: never the other way
    round, as a session could keep the second waiting. Who was let back in by a colleague at their
    desk comes in again."""
    return definer(
        "watchdog()",
        "TABLE(login_name text, reason text)",
        f"""
    DECLARE
      session_pid int;
    BEGIN
      FOR session_pid, login_name, reason IN
        SELECT a.pid, l.name, CASE
            WHEN {_LOCKED} OR NOT coalesce(r.rolcanlogin, false) THEN 'locked'
            WHEN a.backend_xid IS NOT NULL
              AND a.xact_start < clock_timestamp() - interval '{open_seconds} seconds'
              THEN 'open transaction'
            WHEN a.state LIKE 'idle in transaction%'
              AND a.state_change < clock_timestamp() - interval '{open_seconds} seconds'
              THEN 'idle in transaction'
            WHEN a.state IN ('active', 'fastpath function call')
              AND a.query_start < clock_timestamp() - interval '{statement_seconds} seconds'
              THEN 'long statement'
            WHEN a.xact_start < clock_timestamp() - interval '{transaction_seconds} seconds'
              THEN 'long transaction'
          END
        FROM pg_stat_activity a JOIN login l ON l.name = a.usename
          LEFT JOIN people p ON p.id = l.person_id
          LEFT JOIN pg_roles r ON r.rolname = l.name
      LOOP
        IF reason IS NOT NULL AND pg_terminate_backend(session_pid) THEN
          RETURN NEXT;
        END IF;
      END LOOP;
      PERFORM shut_out(l.name) FROM login l LEFT JOIN people p ON p.id = l.person_id
        JOIN pg_roles r ON r.rolname = l.name AND r.rolcanlogin WHERE {_LOCKED};
      FOR login_name IN
        SELECT l.name FROM login l LEFT JOIN people p ON p.id = l.person_id
          JOIN pg_roles r ON r.rolname = l.name AND NOT r.rolcanlogin WHERE NOT ({_LOCKED})
      LOOP
        EXECUTE format('ALTER ROLE %I LOGIN', login_name);
      END LOOP;
    END
    """,
    )


WITHIN: Final = frozenset(("shut_out(text)",))
"""Part of the others: as it asks for no row of `login`, nobody may execute it."""


def of_provision(roles: Roles) -> dict[str, str]:
    """Signature → text of all that belongs to the role `provision`."""
    return {
        "shut_out(text)": _SHUT_OUT,
        "lock_login(text)": LOCK_LOGIN,
        "unlock_login(text)": UNLOCK_LOGIN,
        "create_login(uuid, text)": _create_login(roles),
        "watchdog()": watchdog(),
    }
