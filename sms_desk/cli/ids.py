"""From what a person types to the id of a thing: whole ids, parts of them, and names."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.short_ids import SHORTEST, fitting
from sms_desk.domain.short_ids import is_part as is_part
from sms_desk.domain.short_ids import whole as whole
from sms_desk.services import directory, targets
from sms_desk.services.desk import Desk

_SHOWN = 10
_EVERY_STATE = InboxFilter(state=None)


def pick(text: str, candidates: Iterable[UUID], what: str) -> UUID:
    """The one candidate that begins or ends with `text` (people see an id's end, scripts all of it).

    Raises UsageError for a text too short or that means several, NotFoundError for none.
    """
    if not is_part(text):
        raise UsageError(
            f"“{text}” is not the id of a {what}.",
            f"Give the whole id, or at least {SHORTEST} characters of its beginning or end.",
        )
    found = fitting(text, candidates)
    if not found:
        raise NotFoundError(f"There is no {what} “{text}”.")
    if len(found) > 1:
        shown = ", ".join(map(str, sorted(found)[:_SHOWN]))
        more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise UsageError(f"“{text}” could be any of: {shown}{more}.", "Give more of the id.")
    return found[0]


def conversation(desk: Desk, text: str) -> UUID:
    """A conversation; whether the person may see it, the service that gets it says."""
    return whole(text) or pick(text, desk.read(targets.matching, _EVERY_STATE), "conversation")


def conversations(desk: Desk, texts: Iterable[str]) -> tuple[UUID, ...]:
    """As `conversation`, for several."""
    return tuple(conversation(desk, text) for text in texts)


def message(desk: Desk, text: str) -> UUID:
    """A message in the outbox; a part of its id means one that the list shows."""
    if (id_ := whole(text)) is not None:
        return id_
    rows = desk.read(directory.outbox_rows, everything=True)
    return pick(text, (row.id for row in rows), "message in the outbox")


def person(desk: Desk, text: str) -> UUID:
    """A person by name, `me`, or id."""
    people = desk.read(directory.everybody)
    if text.casefold() not in {"me", *(row.name.casefold() for row in people)} and is_part(text):
        return pick(text, (row.id for row in people), "person")
    return desk.read(directory.person, text)


def person_or_nobody(desk: Desk, text: str) -> UUID | None:
    return None if text == "nobody" else person(desk, text)


def fresh(desk: Desk) -> UUID:
    """An id for something new."""
    return desk.stamp()["id"]
