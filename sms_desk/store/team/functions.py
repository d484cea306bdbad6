"""What a person may ask of the server: the few functions of algorithms §2 and §4, as SQL text.

They are made from `replicated` when the surface is installed; nothing puts a statement together
while they run. Who asks is `session_user` and nobody else. Each belongs to the role `api`, which
sees rows by the policies of `policies` only; arguments are limited before anything else happens; what
is hidden and what does not exist are answered alike.

The readers are STABLE, so everything in one call is read by the caller's one snapshot, also where
the caller did not ask for REPEATABLE READ (a volatile function takes a new one per statement).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Final

from sms_desk.store.team.replicated import OVERSIGHT_KEY, REPLICATED, Hangs, Replicated
from sms_desk.store.team.surface_tables import SCHEMA

COMMAND_BYTES: Final = 20_000
COMMANDS_WAITING: Final = 2_000
"""Of one person at once; a desk keeps the others and pushes them later."""
KEYS_AT_ONCE: Final = 2_000
INVITED_DAYS: Final = 7
PRESENT_SECONDS: Final = 60
"""How long somebody is shown who says nothing."""
CLAIM_SECONDS: Final = 120
"""How long whoever began to type is the one who answers (R38)."""
LOWEST_RANK: Final = 9_000_000_000_000_000_000
"""Above all positions: what is no conversation's comes first."""
_CURSOR_BYTES: Final = 1_000_000
NOT_LET_IN: Final = "28000"

WHO: Final = 'session_user::text COLLATE "default"'
"""Who asks. As its own type has it the name is of another collation than the column, and no index
would be used."""

PATH: Final = f"SET search_path = {SCHEMA}, pg_catalog, pg_temp"
# Whoever asks may have plans printed (debug_print_plan), and a plan's estimates come from statistics
# over everybody's rows.
_SILENT: Final = "SET client_min_messages = warning"
# Every query here has an index to go by. Without statistics the planner would rather read the
# whole of a table to find what is new in it, and it is asked the same thousands of times an hour.
_FAST: Final = "SET enable_seqscan = off SET plan_cache_mode = force_generic_plan"


def definer(
    signature: str, returns: str, body: str, *, kind: str = "VOLATILE", more: str = ""
) -> str:
    """A function that runs with its owner's rights."""
    return (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.{signature} RETURNS {returns} LANGUAGE plpgsql"
        f" {kind} SECURITY DEFINER {PATH} {_SILENT} {more} AS $body$\n{body}\n$body$;"
    )


ME = definer(
    "me()",
    "uuid",
    f"""
    DECLARE
      found_id uuid;
    BEGIN
      SELECT l.person_id INTO found_id FROM login l JOIN people p ON p.id = l.person_id
        WHERE l.name = {WHO} AND l.suspended_at IS NULL
          AND p.suspended_at IS NULL AND p.removed_at IS NULL
          AND (l.joined_at IS NOT NULL
               OR l.invited_at > clock_timestamp() - interval '{INVITED_DAYS} days');
      IF found_id IS NULL THEN
        RAISE EXCEPTION 'this login is not let in' USING ERRCODE = '{NOT_LET_IN}';
      END IF;
      RETURN found_id;
    END
    """,
    kind="STABLE",
)
"""The person who asks. Belongs to the tables' owner: the policies themselves ask it, and it reads
only what this one name needs."""

EPOCH = definer(
    "epoch()",
    "text",
    """
    BEGIN
      -- The same workspace after a restore, a copy or the loss of its last commits is another one:
      -- its transactions' numbers mean something else (algorithms 2.2).
      RETURN md5(concat_ws(':',
        (SELECT m.epoch FROM team_meta m),
        (SELECT s.system_identifier FROM pg_control_system() s),
        substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
        (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))::uuid::text;
    END
    """,
    kind="STABLE",
)

HELLO = definer(
    "hello()",
    "text",
    f"""
    DECLARE
      my_id uuid := me();
    BEGIN
      RETURN (SELECT json_build_object(
        'person_id', my_id,
        'workspace_id', (SELECT w.id FROM workspace w),
        'workspace_name', (SELECT w.name FROM workspace w),
        'schema', (SELECT v.version_num FROM alembic_version v),
        'surface', (SELECT m.surface_version FROM team_meta m),
        'epoch', epoch(),
        'role', (SELECT p.role FROM people p WHERE p.id = my_id),
        'channel', (SELECT l.channel FROM login l WHERE l.name = {WHO}),
        'connector_age_s',
          (SELECT extract(epoch FROM clock_timestamp() - l.seen_at)::float8 FROM lease l),
        'joined', EXISTS (SELECT 1 FROM login l WHERE l.name = {WHO}
                          AND l.joined_at IS NOT NULL))::text);
    END
    """,
    kind="STABLE",
)

JOINED = definer(
    "joined()",
    "void",
    f"""
    BEGIN
      PERFORM me();
      UPDATE login l SET joined_at = clock_timestamp()
        WHERE l.name = {WHO} AND l.joined_at IS NULL;
    END
    """,
)

PUSH = definer(
    "push(id uuid, kind text, at bigint, args text, base text)",
    "void",
    f"""
    DECLARE
      my_id uuid;
    BEGIN
      IF octet_length(args) + octet_length(base) + octet_length(kind) > {COMMAND_BYTES} THEN
        RAISE EXCEPTION 'a command has at most {COMMAND_BYTES} bytes' USING ERRCODE = '54000';
      END IF;
      my_id := me();
      IF id IS NULL OR kind IS NULL OR at IS NULL OR args IS NULL OR base IS NULL THEN
        RAISE EXCEPTION 'a command names everything' USING ERRCODE = '22004';
      END IF;
      IF EXISTS (SELECT 1 FROM receipt r WHERE r.person_id = my_id AND r.id = push.id) THEN
        RETURN;
      END IF;
      -- Who has so many waiting fills the disk faster than anybody could execute them.
      IF (SELECT count(*) FROM (SELECT 1 FROM queue q WHERE q.person_id = my_id
                                LIMIT {COMMANDS_WAITING}) waiting) >= {COMMANDS_WAITING} THEN
        RAISE EXCEPTION 'too many commands wait' USING ERRCODE = '53400';
      END IF;
      INSERT INTO queue (person_id, id, kind, at, args, base)
        VALUES (my_id, push.id, push.kind, push.at, push.args, push.base)
        ON CONFLICT ON CONSTRAINT pk_queue DO NOTHING;
    END
    """,
    more=_FAST,
)

ATTACHMENT = definer(
    "attachment(id uuid)",
    "bytea",
    """
    BEGIN
      PERFORM me();
      RETURN (SELECT a.data FROM attachments a WHERE a.id = attachment.id);
    END
    """,
    kind="STABLE",
)

PRESENCE = definer(
    "presence(conversation uuid, said text)",
    "TABLE(person_id uuid, conversation_id uuid, doing text, seconds float8, claims boolean)",
    f"""
    #variable_conflict use_column
    DECLARE
      my_id uuid := me();
      place uuid;
    BEGIN
      IF said IS NULL OR said NOT IN ('here', 'reading', 'typing') THEN
        RAISE EXCEPTION 'one is here, reading or typing' USING ERRCODE = '22023';
      END IF;
      place := (SELECT a.key FROM access a
                WHERE a.person_id = my_id AND a.key = conversation AND a.mode = 'see');
      INSERT INTO presence AS p (person_id, conversation_id, doing, at, claim_until)
        VALUES (my_id, place, CASE WHEN place IS NULL THEN 'here' ELSE said END,
                clock_timestamp(),
                CASE WHEN place IS NOT NULL AND said = 'typing'
                     THEN clock_timestamp() + interval '{CLAIM_SECONDS} seconds' END)
        ON CONFLICT ON CONSTRAINT pk_presence DO UPDATE SET
          conversation_id = excluded.conversation_id, doing = excluded.doing, at = excluded.at,
          claim_until = coalesce(excluded.claim_until,
            CASE WHEN p.conversation_id = excluded.conversation_id THEN p.claim_until END);
      RETURN QUERY
        SELECT p.person_id, a.key, CASE WHEN a.key IS NULL THEN 'here' ELSE p.doing END,
               extract(epoch FROM clock_timestamp() - p.at)::float8,
               a.key IS NOT NULL AND coalesce(p.claim_until > clock_timestamp(), false)
          FROM presence p
          LEFT JOIN access a
            ON a.person_id = my_id AND a.key = p.conversation_id AND a.mode = 'see'
          WHERE p.person_id <> my_id
            AND p.at > clock_timestamp() - interval '{PRESENT_SECONDS} seconds';
    END
    """,
)


def _changed(column: str) -> str:
    """What the snapshot `old_view` did not show; the first half is what the index is asked."""
    return f"{column} >= first_new AND NOT pg_visible_in_snapshot({column}, old_view)"


def _held(key: str) -> str:
    """Whether the asking person saw the key at the last pull and sees it still."""
    # A scalar sub-query: never a join that the planner could begin with, never a hash of all keys.
    return (
        "(SELECT pg_visible_in_snapshot(a.row_xid, old_view) FROM access a"
        f" WHERE a.person_id = my_id AND a.key = {key} AND a.mode = 'see')"
    )


_OF_THE_TEAM: Final = f"(SELECT w.id FROM workspace w), '{OVERSIGHT_KEY}'"
_MAY_HANG: Final[Mapping[Hangs, str]] = {
    Hangs.WORKSPACE: "(SELECT w.id FROM workspace w) = ANY (changed)",
    Hangs.OVERSIGHT: f"'{OVERSIGHT_KEY}' = ANY (changed)",
    Hangs.PERSON: "EXISTS (SELECT FROM people p WHERE p.id = ANY (changed))",
    **dict.fromkeys((Hangs.SETTING, Hangs.VIEW), "true"),
    **dict.fromkeys(
        (Hangs.CONTACT, Hangs.ADDRESS, Hangs.CONVERSATION),
        f"EXISTS (SELECT FROM unnest(changed) k WHERE k NOT IN ({_OF_THE_TEAM}))",
    ),
}
"""Whether rows of such tables may hang on one of the keys that changed. A question that finds nothing
costs a tenth of a millisecond, and there are forty tables: mostly a third of them is asked."""


def _changed_rows() -> str:
    """What changed of everything that travels, in the order in which it does."""
    parts = []
    for condition, tables in groupby(REPLICATED, lambda one: _MAY_HANG[one.hangs]):
        rows = "\n          ".join(
            f"RETURN QUERY SELECT 'row', '{one.name}', {one.row_sql('t')} FROM {one.name} t"
            f" WHERE {_changed('t.row_xid')} AND {_held('t.scope_key')};"
            for one in tables
        )
        parts.append(f"IF {condition} THEN\n          {rows}\n        END IF;")
    return "\n        ".join(parts)


def _enters(more: str = "") -> str:
    """Keys that the person sees, with the rank of each: of a conversation its newest message, of a
    contact and of a number the newest of its conversations, of all else the highest."""
    newest = "(SELECT max(c.last_position) FROM conversations c WHERE c.contact_id = {contact})"
    ranked = (
        ("JOIN conversations c ON c.id = a.key", "c.last_position"),
        ("JOIN contacts k ON k.id = a.key", newest.format(contact="k.id")),
        ("JOIN contact_addresses x ON x.scope_key = a.key", newest.format(contact="x.contact_id")),
        (
            "LEFT JOIN conversations c ON c.id = a.key LEFT JOIN contacts k ON k.id = a.key"
            " LEFT JOIN contact_addresses x ON x.scope_key = a.key",
            str(LOWEST_RANK),
        ),
    )
    others = "AND c.id IS NULL AND k.id IS NULL AND x.scope_key IS NULL"
    return "\n        ".join(
        "RETURN QUERY SELECT 'enter', NULL::text,"
        f" json_build_object('key', a.key, 'rank', coalesce({rank}, 0))::text"
        f" FROM access a {joined} WHERE a.person_id = my_id AND a.mode = 'see'"
        f" {others if joined.startswith('LEFT') else ''} {more};"
        for joined, rank in ranked
    )


def enter_all() -> str:
    """`enter_all(person)`: part of `pull` for who begins. Here the planner is to choose: for few keys
    one look for each, for a whole workspace's all at once."""
    return definer(
        "enter_all(my_id uuid)",
        "TABLE(what text, tbl text, body text)",
        f"""
    BEGIN
        {_enters()}
    END
    """,
        kind="STABLE",
        more="SET enable_seqscan = on SET plan_cache_mode = force_custom_plan",
    )


_RECEIPT: Final = (
    "RETURN QUERY SELECT 'receipt', NULL::text,"
    " json_build_object('id', r.id, 'state', r.state, 'result', r.result)::text"
    " FROM receipt r WHERE r.person_id = my_id"
)
_DIGEST: Final = (
    "RETURN QUERY SELECT 'digest', NULL::text,"
    " json_build_object('key', d.key, 'n', d.n, 'h', d.h::text)::text FROM digest d"
)


def pull() -> str:
    """`pull(cursor)`: what is new for the asking person since the snapshot of the cursor."""
    return definer(
        "pull(cursor text)",
        "TABLE(what text, tbl text, body text)",
        f"""
    DECLARE
      my_id uuid;
      here text;
      old_view pg_snapshot;
      first_new xid8;
      changed uuid[];
    BEGIN
      IF cursor IS NULL OR octet_length(cursor) > {_CURSOR_BYTES} THEN
        RAISE EXCEPTION 'that is no cursor' USING ERRCODE = '22023';
      END IF;
      my_id := me();
      here := epoch();
      IF right(cursor, 37) = ':' || here THEN
        old_view := left(cursor, -37)::pg_snapshot;
        first_new := pg_snapshot_xmin(old_view);
        IF first_new < (SELECT m.gc_xid FROM team_meta m) THEN
          old_view := NULL;
        END IF;
      END IF;
      RETURN QUERY SELECT 'head', NULL::text, json_build_object(
        'cursor', pg_current_snapshot()::text || ':' || here,
        'epoch', here, 'start_over', old_view IS NULL)::text;
      IF old_view IS NULL THEN
        RETURN QUERY SELECT e.what, e.tbl, e.body FROM enter_all(my_id) e;
        {_RECEIPT};
        RETURN;
      END IF;
      IF EXISTS (SELECT 1 FROM access a WHERE a.person_id = my_id AND {_changed("a.row_xid")}) THEN
        RETURN QUERY SELECT 'leave', NULL::text, a.key::text FROM access a
          WHERE a.person_id = my_id AND a.mode = 'none' AND {_changed("a.row_xid")};
        {_enters("AND " + _changed("a.row_xid"))}
      END IF;
      {_RECEIPT} AND {_changed("r.row_xid")};
      -- Whatever changes changes the digest of its key, too: mostly nothing else is to be looked at.
      changed := ARRAY(SELECT d.key FROM digest d WHERE {_changed("d.row_xid")});
      IF cardinality(changed) = 0 THEN
        RETURN;
      END IF;
      RETURN QUERY SELECT 'tomb', t.tbl, t.pk::text FROM tomb t
        WHERE {_changed("t.row_xid")} AND {_held("t.key")};
        {_changed_rows()}
      {_DIGEST} WHERE d.key = ANY (changed) AND {_held("d.key")};
    END
    """,
        kind="STABLE",
        more=_FAST,
    )


def key_column(one: Replicated) -> str:
    """The column that says on what a row hangs: one of its own where that is the key itself."""
    told = re.fullmatch(r"NEW\.(\w+)", one.key_sql)
    return told[1] if told else "scope_key"


_SINCE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("messages", "notes", "events", "message_routes"), "t.position >= lowest"),
    "attachments": "(SELECT m.position >= lowest FROM messages m WHERE m.id = t.message_id)",
    # Of an attempt only the time is known; a position begins with the seconds (domain.positions).
    "attempts": "t.started_at >= (lowest >> 30) * 1000000",
}
"""What stands in a thread: only from a position on."""


def _rows_of(one: Replicated, keyed: bool) -> str:
    row = f"RETURN QUERY SELECT 'row', '{one.name}', {one.row_sql('t')} FROM {one.name} t"
    conditions = [f"t.{key_column(one)} = ANY (mine)"] if keyed else []
    conditions += [_SINCE[one.name]] if one.name in _SINCE else []
    return f"{row} WHERE {' AND '.join(conditions)};" if conditions else f"{row};"


def _rows_hanging_on(*kinds: Hangs, keyed: bool = True) -> str:
    wanted = (one for one in REPLICATED if one.hangs in kinds)
    return "\n        ".join(_rows_of(one, keyed) for one in wanted)


def fetch() -> str:
    """`fetch(keys, since)`: all that hangs on keys, as far as the asking person sees them."""
    all_of_one = _rows_hanging_on(Hangs.WORKSPACE, keyed=False)
    all_of_other = _rows_hanging_on(Hangs.OVERSIGHT, keyed=False)
    own = (Hangs.PERSON, Hangs.SETTING, Hangs.VIEW)
    shared = (Hangs.CONTACT, Hangs.ADDRESS, Hangs.CONVERSATION)
    return definer(
        "fetch(keys uuid[], since bigint)",
        "TABLE(what text, tbl text, body text)",
        f"""
    DECLARE
      my_id uuid;
      mine uuid[];
      lowest bigint := coalesce(since, 0);
    BEGIN
      IF cardinality(keys) > {KEYS_AT_ONCE} THEN
        RAISE EXCEPTION 'at most {KEYS_AT_ONCE} keys at once' USING ERRCODE = '54000';
      END IF;
      my_id := me();
      -- Keys that are hidden go here already: they take the time of those that are not there.
      mine := ARRAY(SELECT a.key FROM access a
                    WHERE a.person_id = my_id AND a.key = ANY (keys) AND a.mode = 'see');
      IF cardinality(mine) = 0 THEN
        RETURN;
      END IF;
      IF (SELECT w.id FROM workspace w) = ANY (mine) THEN
        {all_of_one}
      END IF;
      IF '{OVERSIGHT_KEY}' = ANY (mine) THEN
        {all_of_other}
      END IF;
        {_rows_hanging_on(*own)}
        {_rows_hanging_on(*shared)}
      {_DIGEST} WHERE d.key = ANY (mine);
    END
    """,
        kind="STABLE",
        more=_FAST,
    )


def within() -> dict[str, str]:
    """Signature → text of what belongs to the role `api` as well, and people may not execute."""
    return {"epoch()": EPOCH, "enter_all(uuid)": enter_all()}


def of_people() -> dict[str, str]:
    """Signature → text of everything that people may execute."""
    return {
        "hello()": HELLO,
        "joined()": JOINED,
        "pull(text)": pull(),
        "fetch(uuid[], bigint)": fetch(),
        "push(uuid, text, bigint, text, text)": PUSH,
        "attachment(uuid)": ATTACHMENT,
        "presence(uuid, text)": PRESENCE,
    }
