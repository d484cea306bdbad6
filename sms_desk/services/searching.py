"""Search as you type: contacts by name or number, and messages and notes newest first (R44)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain import excerpts
from sms_desk.domain.model import Position
from sms_desk.domain.search_query import Query, parse
from sms_desk.domain.wall_time import require_zone
from sms_desk.services.context import Context
from sms_desk.services.rows import ContactHit, ItemKind, SearchHit, SearchResult
from sms_desk.services.words import peer_text
from sms_desk.store import contacts, search
from sms_desk.store import inbox as inbox_store

PAGE = 50
_CONTACTS = 8


def find(ctx: Context, text: str, *, before: int | None = None, limit: int = PAGE) -> SearchResult:
    """What matches the typed text, newest first; contacts only with the first page.

    Never raises for what somebody typed: unknown operators are plain words.
    """
    query = parse(text)
    viewer = search.Viewer(ctx.actor.person_id, require_zone(ctx.actor.zone))
    found = search.find_messages(
        ctx.tx,
        query,
        limit=limit + 1,
        before=Position(before) if before else None,
        visible=inbox_store.sight(ctx.reach),
        viewer=viewer,
    )
    people = () if before else _contacts(ctx, text)
    return SearchResult(people, _hits(ctx, found[:limit], query), len(found) > limit)


def _hits(ctx: Context, found: list[search.Found], query: Query) -> tuple[SearchHit, ...]:
    rows = inbox_store.details(
        ctx.tx, list({hit.conversation_id for hit in found}), ctx.actor.person_id
    )
    hits = []
    for hit in found:
        row = rows[hit.conversation_id]
        excerpt = excerpts.excerpt(query.terms, hit.body)
        hits.append(
            SearchHit(
                ItemKind(hit.kind),
                hit.id,
                hit.conversation_id,
                hit.position,
                hit.at,
                row.contact_name,
                peer_text(row.reply_raw),
                row.channel,
                excerpt.text,
                excerpt.marks,
            )
        )
    return tuple(hits)


def _contacts(ctx: Context, text: str) -> tuple[ContactHit, ...]:
    """Contacts with a conversation that the actor may see."""
    hits = []
    for found in search.find_contacts(ctx.tx, text, limit=_CONTACTS):
        conversation = _seen(ctx, found.contact_id)
        if conversation is not None:
            numbers = tuple(
                peer_text(row["raw"]) for row in contacts.addresses(ctx.tx, found.contact_id)
            )
            hits.append(ContactHit(found.contact_id, found.name, numbers, conversation))
    return tuple(hits)


def _seen(ctx: Context, contact_id: UUID) -> UUID | None:
    ids = contacts.conversations(ctx.tx, contact_id)
    seen = inbox_store.visible(ctx.tx, ctx.reach, ids)
    return next((id_ for id_ in ids if id_ in seen), None)
