"""What leaves a person's view leaves the file: rows, search index, half-typed text, traces (GY2)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import search_index
from sms_desk.store import tables as workspace_tables
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.replica import rows, state, tables
from sms_desk.store.replica.state import Name

_D = workspace_tables.drafts.c
_STEPS = 10
"""Of the search index, between two pulls: a large one is done with after some pulls."""


def leave(tx: Tx, keys: Collection[UUID], *, but: bool = False) -> None:
    """Delete all that hangs on these keys; `but`: on any others. What this person was typing there
    goes to what came back to them. Afterwards `purge` wipes the traces."""
    if not keys and not but:
        return
    rows.delete_hanging(tx, keys, but=but)
    _return_drafts(tx, but=but)
    tx.execute(sa.delete(workspace_tables.glance))  # it shows what stood there
    state.put(tx, Name.TO_PURGE, "1")


def _return_drafts(tx: Tx, *, but: bool) -> None:
    """Drafts outlive their conversation as words of their author's own."""
    named = sa.text("(SELECT key FROM replica_keys)")
    gone = _D.conversation_id.not_in(named) if but else _D.conversation_id.in_(named)
    found = tx.execute(sa.select(workspace_tables.drafts).where(gone)).all()
    for draft in found:
        if draft.body.strip():
            tx.execute(sa.insert(tables.pending).values(_returned(draft)))
    tx.execute(sa.delete(workspace_tables.drafts).where(gone))


def _returned(draft: sa.Row[tuple[object, ...]]) -> dict[str, object]:
    words = {"conversation_id": str(draft.conversation_id), "mode": draft.mode, "body": draft.body}
    return {
        "id": new_id(),
        "kind": tables.DRAFT,
        "at": draft.changed_at,
        "args": words,
        "state": "held",
    }


def purge(workspace: Workspace) -> bool:
    """Wipe the traces of what left, outside any transaction of the caller's: words in old parts of
    the search index, and pages in the log beside the file. Whether anything is left to wipe.

    Freed pages are overwritten as they are freed (PRAGMA secure_delete).
    """
    with workspace.read() as tx:
        if not state.get(tx, Name.TO_PURGE):
            return False
    more = True
    for _ in range(_STEPS):  # short ones: the window writes in between
        with workspace.write(quiet=True) as tx:
            more = search_index.squeeze(tx)
        if not more:
            break
    if not workspace.truncate_log() or more:
        return True
    with workspace.write(quiet=True) as tx:
        state.put(tx, Name.TO_PURGE, "")
    return False
