"""Who may be changed how: a workspace always has an admin, and who leaves owns nothing (R29, R31)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sms_desk.domain.errors import RefusedError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role

MOST_CAPACITY = 9_999


@dataclass(frozen=True, slots=True)
class Staff:
    """One of us. here: neither suspended nor removed."""

    id: UUID
    role: Role
    here: bool


@dataclass(frozen=True, slots=True)
class Holds:
    """What somebody has that another has to take before they can be removed.

    conversations: open or snoozed ones that they own; senders: labels of the sender IDs that they
    hold by name; scheduled: messages of theirs that wait for their time; contacts: whose owner they
    are; rules: labels of the sender IDs of others whose rule names them.
    """

    conversations: int = 0
    senders: tuple[str, ...] = ()
    scheduled: int = 0
    contacts: int = 0
    rules: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Holds()


def refuse_last_admin(everybody: Iterable[Staff], person_id: UUID) -> None:
    """Raises RefusedError where nobody else could configure the workspace."""
    others = (one for one in everybody if one.id != person_id)
    if not any(one.here and one.role is Role.ADMIN for one in others):
        raise RefusedError(
            "The workspace would have no admin left.",
            "Make somebody else an admin first.",
            rule="last_admin",
        )


def refuse_holding(name: str, holds: Holds) -> None:
    """Raises RefusedError for somebody who still has something (R29)."""
    if holds:
        raise RefusedError(
            f"{name} still has {held_words(holds)}.",
            "Hand over for good first: an absence without end gives all of it to others. "
            "Suspending stops them at once.",
            rule="holds",
        )


def held_words(holds: Holds) -> str:
    """As in "3 open conversations, 2 sender IDs (Support, Sales) and 1 scheduled message"."""
    parts = [_counted(holds.conversations, "open or snoozed conversation")]
    parts.append(_listed(holds.senders, "sender ID"))
    parts.append(_counted(holds.scheduled, "scheduled message"))
    parts.append(_counted(holds.contacts, "contact"))
    parts.append(_listed(holds.rules, "routing rule"))
    return _joined([part for part in parts if part])


def _counted(n: int, what: str) -> str:
    return "" if not n else f"1 {what}" if n == 1 else f"{n:,} {what}s"


def _listed(labels: Sequence[str], what: str) -> str:
    if not labels:
        return ""
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    return f"{_counted(len(labels), what)} ({', '.join(labels[:3])}{more})"


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
