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

import sqlalchemy as sa

from sms_desk.store.team.replicated import (
    ALONE,
    OVERSIGHT_KEY,
    REPLICATED,
    Hangs,
    Replicated,
)
from sms_desk.store.team.surface_tables import SCHEMA

COMMAND_BYTES: Final = 20_000
COMMANDS_WAITING: Final = 2_000
"""Of one person at once; a desk keeps the others and pushes them later."""
KEYS_AT_ONCE: Final = 2_000
ROWS_AT_ONCE: Final = 2_000
"""Of one answer to `fetch`, and of each table where one key has more: neither end ever holds a long
thread or the whole audit log at once."""
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
    """The column by which rows are found that hang on a key: one of their own, if it is the key
    itself and an index begins with it."""
    told = re.fullmatch(r"NEW\.(\w+)", one.key_sql)
    return told[1] if told and told[1] in _leading(one.table) else "scope_key"


def _leading(table: sa.Table) -> set[str]:
    """Columns that an index of all rows begins with."""
    unique = (sa.UniqueConstraint, sa.PrimaryKeyConstraint)
    constraints = [one for one in table.constraints if isinstance(one, unique)]
    indexes = [index for index in table.indexes if not index.info]
    return {next(iter(each.columns)).name for each in (*constraints, *indexes)}


_TOP: Final = 2**63 - 1
"""Above every place."""

_PLACES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("messages", "notes", "events", "message_routes"), "position"),
    "audit": "n",
    "audit_subjects": "n",
    "commands": "at",
    "notices": "made_at",
}


def place_of(one: Replicated) -> str | None:
    """The column that says where on its key a row stands, the later the higher; None where all on one
    key is little. What grows without end travels from the top down, a piece at a time."""
    return _PLACES.get(one.name)


_THROUGH: Final[Mapping[str, str]] = {
    "attachments": (
        "(SELECT m.position >= lowest AND m.position < top"
        " FROM messages m WHERE m.id = t.message_id)"
    ),
    # Of an attempt only the time is known; a position begins with the seconds (domain.positions).
    "attempts": (
        "t.started_at >= (lowest >> 30) * 1000000"
        f" AND (top = {_TOP} OR t.started_at < (top >> 30) * 1000000)"
    ),
}


def _within(one: Replicated) -> str | None:
    """Whether a row stands between the bounds that were asked for, where its table has places."""
    if (place := place_of(one)) is None:
        return _THROUGH.get(one.name)
    low = "lowest" if one.hangs is Hangs.CONVERSATION else "first"
    return f"t.{place} >= {low} AND t.{place} < top"


def _rows_of(one: Replicated) -> str:
    conditions = [] if one.hangs in ALONE else [f"t.{key_column(one)} = ANY (mine)"]
    conditions += [_within(one) or "true"]
    row = f"RETURN QUERY SELECT 'row', '{one.name}', {one.row_sql('t')} FROM {one.name} t"
    return f"{row} WHERE {' AND '.join(conditions)};"


def _rows_hanging_on(*kinds: Hangs, growing: bool) -> str:
    wanted = (one for one in REPLICATED if one.hangs in kinds)
    return "\n        ".join(
        _rows_of(one) for one in wanted if (_within(one) is not None) is growing
    )


def _last_place(*kinds: Hangs) -> str:
    """Above which place on the key `mine[1]` so many rows of one table stand as one answer has."""
    nth = (
        f"(SELECT t.{place} FROM {one.name} t WHERE t.{place} < top"
        + ("" if one.hangs in ALONE else f" AND t.{key_column(one)} = mine[1]")
        + f" ORDER BY t.{place} DESC OFFSET at_most - 1 LIMIT 1)"
        for one in REPLICATED
        # A route stands where its message does: there are no more of them.
        if one.hangs in kinds and one.name != "message_routes" and (place := place_of(one))
    )
    return f"greatest({', '.join(nth)})"


def fetch() -> str:
    """`fetch(keys, since, below, most)`: what hangs on keys, as far as the asking person sees them.

    since: of threads, only from this position on. Of the keys as many are answered, in their order,
    as have together no more rows than `most`, or than one answer may have: the others are told as
    `later`. One that has more by itself is answered from the top down: of what grows without end on
    it, only the last; from which place on is told as `rest`, and what stands `below` it is asked for
    next, of that key alone. most: 0: digests, and no rows.
    """
    shared = (Hangs.CONTACT, Hangs.ADDRESS, Hangs.CONVERSATION)
    own = (Hangs.PERSON, Hangs.SETTING, Hangs.VIEW)
    return definer(
        "fetch(keys uuid[], since bigint, below bigint DEFAULT NULL, most integer DEFAULT NULL)",
        "TABLE(what text, tbl text, body text)",
        f"""
    DECLARE
      my_id uuid;
      asked uuid[];
      mine uuid[];
      at_most bigint := least(coalesce(most, {ROWS_AT_ONCE}), {ROWS_AT_ONCE});
      lowest bigint := coalesce(since, 0);
      first bigint := 0;
      top bigint := coalesce(below, {_TOP});
    BEGIN
      IF cardinality(keys) > {KEYS_AT_ONCE} THEN
        RAISE EXCEPTION 'at most {KEYS_AT_ONCE} keys at once' USING ERRCODE = '54000';
      END IF;
      my_id := me();
      -- Keys that are hidden go here already: they take the time of those that are not there.
      asked := ARRAY(SELECT k.key FROM unnest(keys) WITH ORDINALITY k(key, n)
                     JOIN access a ON a.person_id = my_id AND a.key = k.key AND a.mode = 'see'
                     ORDER BY k.n);
      IF cardinality(asked) = 0 THEN
        RETURN;
      END IF;
      IF at_most < 1 THEN
        {_DIGEST} WHERE d.key = ANY (asked);
        RETURN;
      END IF;
      mine := ARRAY(SELECT s.key FROM
        (SELECT k.key, k.n, sum(d.n) OVER (ORDER BY k.n) AS rows
           FROM unnest(asked) WITH ORDINALITY k(key, n) LEFT JOIN digest d ON d.key = k.key) s
        WHERE s.n = 1 OR below IS NULL AND coalesce(s.rows, 0) <= at_most);
      RETURN QUERY SELECT 'later', NULL::text, k::text FROM unnest(asked) k WHERE k <> ALL (mine);
      IF below IS NOT NULL OR (SELECT d.n FROM digest d WHERE d.key = mine[1]) > at_most THEN
        lowest := greatest(lowest, {_last_place(Hangs.CONVERSATION)});
        first := coalesce({_last_place(Hangs.PERSON)}, 0);
        IF '{OVERSIGHT_KEY}' = mine[1] THEN
          first := coalesce({_last_place(Hangs.OVERSIGHT)}, 0);
        END IF;
        IF first > 0 OR lowest > coalesce(since, 0) THEN
          RETURN QUERY SELECT 'rest', NULL::text, json_build_object(
            'key', mine[1], 'below', CASE WHEN first > 0 THEN first ELSE lowest END)::text;
        END IF;
      END IF;
      IF below IS NULL THEN
        IF (SELECT w.id FROM workspace w) = ANY (mine) THEN
        {_rows_hanging_on(Hangs.WORKSPACE, growing=False)}
        END IF;
        IF '{OVERSIGHT_KEY}' = ANY (mine) THEN
        {_rows_hanging_on(Hangs.OVERSIGHT, growing=False)}
        END IF;
        {_rows_hanging_on(*own, growing=False)}
        {_rows_hanging_on(*shared, growing=False)}
      END IF;
      IF '{OVERSIGHT_KEY}' = ANY (mine) THEN
        {_rows_hanging_on(Hangs.OVERSIGHT, growing=True)}
      END IF;
        {_rows_hanging_on(*own, growing=True)}
        {_rows_hanging_on(*shared, growing=True)}
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
        "fetch(uuid[], bigint, bigint, integer)": fetch(),
        "push(uuid, text, bigint, text, text)": PUSH,
        "attachment(uuid)": ATTACHMENT,
        "presence(uuid, text)": PRESENCE,
    }
