"""What the window is to look at again, told from rows that came and went (R6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sms_desk.domain.changes import ALL, NOTHING, Changes, Thing
from sms_desk.store.engine import Tx
from sms_desk.store.replica import rows
from sms_desk.store.replica.rows import Row
from sms_desk.store.team.replicated import BY_NAME
from sms_desk.store.types import id_of

_MOST: Final = 500
"""Ids of a kind that are worth naming: beyond, all of that kind is quicker to look at."""

_CONVERSATION: Final = (Thing.CONVERSATION, "conversation_id")
_SENDER: Final = (Thing.SENDER, "sender_id")
_TOLD: Final[Mapping[str, tuple[tuple[Thing, str | None], ...]]] = {
    "workspace": ((Thing.SETTING, None),),
    "settings": ((Thing.SETTING, None),),
    "people": ((Thing.PERSON, "id"),),
    "teams": ((Thing.PERSON, None), (Thing.SENDER, None)),
    "memberships": ((Thing.PERSON, "person_id"), (Thing.SENDER, None)),
    "absences": ((Thing.ABSENCE, "id"),),
    "accounts": ((Thing.ACCOUNT, "id"), (Thing.LINE, None)),
    "sender_ids": ((Thing.SENDER, "id"),),
    "sender_accounts": (_SENDER,),
    "holdings": (_SENDER,),
    "health_changes": (_SENDER,),
    "messaging_services": ((Thing.SENDER, None), (Thing.PROGRAM, None)),
    "service_senders": (_SENDER, (Thing.PROGRAM, None)),
    "programs": ((Thing.PROGRAM, "id"),),
    "program_bindings": ((Thing.PROGRAM, "program_id"), (Thing.SENDER, None)),
    "tags": ((Thing.TAG, "id"),),
    "templates": ((Thing.TEMPLATE, "id"),),
    "content_templates": ((Thing.CONTENT_TEMPLATE, "id"),),
    "dlt_templates": ((Thing.DLT_TEMPLATE, "id"),),
    "notice_templates": ((Thing.NOTICE, None),),
    "sender_mutes": ((Thing.NOTICE, None),),
    "notices": ((Thing.NOTICE, "id"),),
    "views": ((Thing.VIEW, "id"),),
    "finding_waivers": ((Thing.FINDING, None),),
    "my_states": ((Thing.MY_STATE, "conversation_id"),),
    "contacts": ((Thing.CONTACT, "id"),),
    "contact_addresses": ((Thing.CONTACT, "contact_id"),),
    "opt_outs": ((Thing.OPT_OUT, None),),
    "opt_out_requests": ((Thing.OPT_OUT, None), _CONVERSATION),
    "conversations": ((Thing.CONVERSATION, "id"),),
    "conversation_tags": (_CONVERSATION,),
    "covered_conversations": (_CONVERSATION,),
    "messages": ((Thing.MESSAGE, "conversation_id"),),
    "message_routes": ((Thing.MESSAGE, "conversation_id"),),
    "notes": ((Thing.MESSAGE, "conversation_id"),),
    "events": (_CONVERSATION,),
    "scheduled_messages": ((Thing.SCHEDULED, "id"), _CONVERSATION),
    "outbox": ((Thing.OUTBOX, "id"), _CONVERSATION),
    "attempts": ((Thing.OUTBOX, "outbox_id"),),
    "attachments": ((Thing.MESSAGE, "conversation of message_id"),),
    # what no screen keeps on show
    "audit": (),
    "audit_subjects": (),
    "commands": (),
}


def by_rows(tx: Tx, came: Mapping[str, Iterable[Row]]) -> Changes:
    """What rows of the file tell. came: by table."""
    found: dict[Thing, set[UUID] | None] = {}
    for table, listed in came.items():
        for thing, column in _TOLD[table]:
            _add(found, thing, None if column is None else _ids(tx, table, column, listed))
    return _changes(found)


def by_keys(tx: Tx, keys: Iterable[UUID]) -> Changes:
    """What hangs on these keys and is about to go."""
    rows.name_keys(tx, keys)
    found: dict[Thing, set[UUID] | None] = {}
    for one in BY_NAME.values():
        if not _TOLD[one.name] or one.name in ("attempts", "attachments"):
            continue  # of the latter their conversations tell
        columns = [column for _, column in _TOLD[one.name] if column is not None]
        listed = rows.distinct(tx, one, columns or one.primary_key)
        if listed:
            for thing, column in _TOLD[one.name]:
                ids = (
                    None
                    if column is None
                    else {id_of(row[columns.index(column)]) for row in listed}
                )
                _add(found, thing, ids)
    return _changes(found)


def _ids(tx: Tx, table: str, column: str, listed: Iterable[Row]) -> set[UUID]:
    of = BY_NAME[table].columns
    if column not in of:
        messages = {row[of.index("message_id")] for row in listed}
        return {id_of(row) for row in rows.conversations_of(tx, messages)}
    place = of.index(column)
    return {id_of(row[place]) for row in listed if row[place] is not None}


def _add(found: dict[Thing, set[UUID] | None], thing: Thing, ids: set[UUID] | None) -> None:
    known = found.get(thing, set())
    if ids is None or known is None:
        found[thing] = None
    elif ids:
        found[thing] = known | ids


def _changes(found: Mapping[Thing, set[UUID] | None]) -> Changes:
    if not found:
        return NOTHING
    return Changes(
        {
            thing: ALL if ids is None or len(ids) > _MOST else frozenset(ids)
            for thing, ids in found.items()
        }
    )
