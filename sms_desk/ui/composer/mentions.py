"""People mentioned in a note by @ and their name (R37)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from sms_desk.domain import plain_text
from sms_desk.services.rows import PersonRow
from sms_desk.ui.composer.completion import Offer

_CALLED = re.compile(r"(?:^|[\s(])@([^@\s]{0,40}(?: [^@\s]{0,40})?)$")


def called_name(before_cursor: str) -> str | None:
    """What was typed after an @ that begins a word; None without one."""
    match = _CALLED.search(before_cursor)
    return match[1] if match else None


def offers(people: Sequence[PersonRow], typed: str) -> list[Offer]:
    """People one of whose names begins with what was typed."""
    wanted = typed.casefold()
    return [
        Offer(plain_text.display_name(person.name), "", person)
        for person in people
        if _begins(person.name.casefold(), wanted)
    ]


def mentioned(text: str, people: Sequence[PersonRow]) -> tuple[UUID, ...]:
    """Ids of those whose full name follows an @ in the text."""
    return tuple(
        person.id for person in people if f"@{plain_text.display_name(person.name)}" in text
    )


def _begins(name: str, wanted: str) -> bool:
    if name == wanted:  # complete: nothing left to offer
        return False
    return name.startswith(wanted) or any(word.startswith(wanted) for word in name.split())
