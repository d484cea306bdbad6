"""What was, and what is since an audit entry, line by line (R31).

What was typed stands with the command that the entry names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from typing import Any, Final
from uuid import UUID

from sms_desk.domain.audit import Entry, Kept
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import preview
from sms_desk.services.audit_kinds import REASONS
from sms_desk.services.audit_names import Names, as_id
from sms_desk.services.audit_values import FIELDS, LISTED, Values, as_fields, count_of, titled
from sms_desk.services.effects import conversations
from sms_desk.store import commands as history
from sms_desk.store.engine import Tx

_TYPED: Final = 400
_META: Final = frozenset(
    {"owners", "changed", "undoes", "entry", "was", "confirmed", "since_wall", "until_wall"}
)
"""What a sentence or another line says already."""
_ROWS: Final = frozenset(
    {"absence_id", "membership_id", "holding_id", "binding_id", "batch_id", "contact_id"}
)
"""The sentence tells whose they are."""
_WHOSE: Final = frozenset(
    {"sender_id", "person_id", "team_id", "program_id", "service_id", "account_id", "holder_id"}
)
"""What changed; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed. before: "" where nothing was, or nobody noted what was."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Texts of the command that an entry names. before: of its way back."""

    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why, as somebody wrote it; "" where it is one of our words, or there is none."""
        said = self.after.get("reason", "")
        return "" if said in REASONS else said


NOTHING_TYPED: Final = Typed()


def typed(tx: Tx, batch_ids: Collection[UUID]) -> dict[UUID | None, Typed]:
    """What people typed in commands; none for those that the history does not keep."""
    return {row["id"]: _typed(row) for row in history.some(tx, batch_ids)}


def _typed(row: Mapping[Any, Any]) -> Typed:
    steps = (row["inverse"] or {}).get("commands", ())
    back = next((args for kind, args in steps if kind == row["kind"]), None)
    return Typed(_texts(back), _texts(row["args"]))


def _texts(args: Any) -> dict[str, str]:
    if not isinstance(args, Mapping):
        return {}
    return {
        str(name): preview(value, _TYPED)
        for name, value in args.items()
        if isinstance(value, str) and as_id(value) is None
    }


class Differences:
    """Of an entry, in the words of who reads."""

    def __init__(self, names: Names, values: Values) -> None:
        self._names = names
        self._values = values

    def of(self, entry: Entry, said: Typed) -> tuple[Difference, ...]:
        """What was, and what is since, line by line."""
        before, after = as_fields(entry.before), as_fields(entry.after)
        found = list(self._owners(before, after))
        changed = after.get("changed")
        if not isinstance(changed, list):
            changed = [*after, *(key for key in before if key not in after)]
        for key in changed:
            if key in _META or (key == "count" and found):
                continue
            if key in after and key not in before and _says_nothing(key, after):
                continue
            if before and key not in before and key in _WHOSE:
                continue
            was = self._said(key, before, said.before)
            now = self._said(key, after, said.after)
            if was != now:
                found.append(Difference(FIELDS.get(key, titled(key)), was, now))
        return tuple(found)

    def _owners(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
        if "owners" in after or "owners" in before:
            n = count_of(after.get("owners", before.get("owners")))
            what = "Owner" if n == 1 else f"Owners of {conversations(n)}"
            yield Difference(
                what,
                self._group_words(before.get("owners"), n),
                self._group_words(after.get("owners"), n),
            )

    def _group_words(self, groups: Any, n: int) -> str:
        if not isinstance(groups, list):
            return "many people" if groups else ""
        said = [
            self._names.of(group.get("owner_id")) + (f" ({group['count']:,})" if n > 1 else "")
            for group in groups
        ]
        return self._values.some(said, LISTED)

    def _said(self, key: str, fields: Mapping[str, Any], texts: Mapping[str, str]) -> str:
        if key in fields and fields[key] != Kept.TEXT.value:
            if key == "holder_id" and fields[key] is None:
                return "everybody"
            return self._values.value(key, fields[key])
        return texts.get(key, "")


def _says_nothing(key: str, after: Mapping[str, Any]) -> bool:
    """What a new thing has not, the ids of rows that nobody calls by a name, and of a holding that
    began who and what it is about, once more."""
    value = after.get(key)
    if key in _ROWS or (key == "begun" and "holding_id" in after):
        return True
    return key != "until" and (value is None or value is False or value == [])
