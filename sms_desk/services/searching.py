"""Search as you type: contacts by name or number, and messages and notes newest first (R44)."""

from __future__ import annotations

from sms_desk.domain import excerpts
from sms_desk.domain.addresses import from_provider
from sms_desk.domain.model import Position
from sms_desk.domain.search_query import Query, parse
from sms_desk.domain.wall_time import require_zone
from sms_desk.services.context import Context
from sms_desk.services.rows import ContactHit, ItemKind, SearchHit, SearchResult
from sms_desk.services.words import peer_text
from sms_desk.store import inbox as inbox_store
from sms_desk.store import search
from sms_desk.store.inbox import Spoken

PAGE = 50
_CONTACTS = 8
_CANDIDATES = 200
"""Looked at where some of what is found is not the actor's to see."""
_KINDS = {kind: ItemKind(kind) for kind in search.FoundKind}


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
    places = inbox_store.places(ctx.tx, list({hit.conversation_id for hit in found}))
    shown = excerpts.excerpter(query.terms)
    hits = []
    for hit in found:
        place = places[hit.conversation_id]
        excerpt = shown(hit.body)
        hits.append(
            SearchHit(
                _KINDS[hit.kind],
                hit.id,
                hit.conversation_id,
                hit.position,
                hit.at,
                place.contact_name,
                peer_text(place.reply_raw),
                place.channel,
                excerpt.text,
                excerpt.marks,
            )
        )
    return tuple(hits)


def _contacts(ctx: Context, text: str) -> tuple[ContactHit, ...]:
    """Contacts with a conversation that the actor may see, with the addresses of such conversations
    alone; one that matches only by another address is none (R31)."""
    at_most = _CONTACTS if ctx.reach.everything else _CANDIDATES
    found = search.find_contacts(ctx.tx, text, limit=at_most)
    if not found:
        return ()
    seen = inbox_store.of_contacts(ctx.tx, ctx.reach, [hit.contact_id for hit in found])
    matches = search.matcher(text)
    hits = []
    for hit in found:
        theirs = seen.get(hit.contact_id, [])
        if theirs and matches(hit.name, _spellings(theirs)):
            raws = dict.fromkeys(sorted(one.reply_raw for one in theirs))
            addresses = tuple(dict.fromkeys(peer_text(raw) for raw in raws))
            hits.append(ContactHit(hit.contact_id, hit.name, addresses, theirs[-1].id))
    return tuple(hits[:_CONTACTS])


def _spellings(seen: list[Spoken]) -> list[str]:
    """As the index knows these addresses."""
    numbers = (from_provider(one.reply_raw).e164 for one in seen)
    return [one for one in (*(one.peer_key for one in seen), *numbers) if one]
