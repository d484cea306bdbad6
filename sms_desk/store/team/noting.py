"""Triggers that note what may change who sees what, for `access.settle` (algorithms §2.1).

Whoever writes the workspace notes it by writing: nothing is missed, and a change that moves nothing
notes nothing. The conditions stand in the triggers themselves, where they cost no function's call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sms_desk.store.team.functions import PATH
from sms_desk.store.team.surface_tables import SCHEMA

_DATED: Final = ("people", "teams", "memberships", "holdings", "absences", "workspace")
"""Tables of which any change may change what everybody sees; `access` compares what it comes to."""


def _noting(
    table: str,
    noted: str,
    *,
    inserted: bool = True,
    updated: str = "",
    moved: bool = False,
) -> Iterator[str]:
    """Triggers on a table's rows. noted: what is noted of ROW, as columns and values; updated: of
    which updates; moved: the row as it was is noted, too."""
    columns, values = noted.split(" = ")
    new, old = (
        f"INSERT INTO unsettled ({columns}) VALUES ({values.replace('ROW', row)});"  # noqa: S608 (own names)
        for row in ("NEW", "OLD")
    )
    before = old if moved else ""
    yield (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.note_{table}() RETURNS trigger LANGUAGE plpgsql {PATH}"
        f" AS $body$ BEGIN IF TG_OP = 'DELETE' THEN {old} ELSIF TG_OP = 'UPDATE' THEN {before} {new}"
        f" ELSE {new} END IF; RETURN NULL; END $body$;"
    )
    events = {"DELETE": ""}
    if inserted:
        events["INSERT"] = ""
    if updated:
        events["UPDATE"] = f"WHEN ({updated})"
    for event, when in events.items():
        yield (
            f"CREATE OR REPLACE TRIGGER note_{event.lower()} AFTER {event} ON {SCHEMA}.{table}"
            f" FOR EACH ROW {when} EXECUTE FUNCTION {SCHEMA}.note_{table}();"
        )


def _differs(*columns: str) -> str:
    return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)


def _noting_dated(table: str, events: str = "INSERT OR UPDATE OR DELETE") -> str:
    """One note for each statement: what changed is read anew."""
    return (
        f"CREATE OR REPLACE TRIGGER note AFTER {events} ON {SCHEMA}.{table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {SCHEMA}.note_dated();"
    )


NOTING: Final = "\n".join(
    (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.note_dated() RETURNS trigger LANGUAGE plpgsql {PATH}"  # noqa: S608 (own names)
        " AS $body$ BEGIN INSERT INTO unsettled (what) VALUES ('dated'); RETURN NULL; END $body$;",
        *(_noting_dated(table) for table in _DATED),
        _noting_dated("sender_ids", "INSERT OR DELETE"),
        *_noting(
            "conversations",
            "what, key, contact_id, peer_key"
            " = 'conversation', ROW.id, ROW.contact_id, ROW.peer_key",
            updated=_differs("owner_id", "sender_id", "contact_id", "peer_key"),
            moved=True,
        ),
        *_noting(
            "covered_conversations",
            "what, key = 'conversation', ROW.conversation_id",
            updated=_differs("absence_id", "conversation_id", "substitute_id"),
            moved=True,
        ),
        *_noting(
            "views", "what, key = 'view', ROW.id", updated=_differs("shared_with", "owner_id")
        ),
        *_noting("contacts", "what, contact_id = 'contact', ROW.id"),
        *_noting("contact_addresses", "what, peer_key = 'contact', ROW.peer_key"),
        *_noting("opt_outs", "what, peer_key = 'contact', ROW.peer_key"),
        f"CREATE INDEX IF NOT EXISTS ix_conversations_peer ON {SCHEMA}.conversations (peer_key);",
        "INSERT INTO settled DEFAULT VALUES ON CONFLICT DO NOTHING;",
    )
)
"""What `surface.install` runs once the tables are there."""
