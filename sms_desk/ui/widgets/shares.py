"""How things are divided among people, in words, and who gets which of what they are divided by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QMenu

from sms_desk.domain.absences import Split
from sms_desk.domain.plain_text import display_name
from sms_desk.ui.widgets.text import menu_text
from sms_desk.ui.widgets.words import tr

KEYED = (Split.PROGRAM, Split.SENDER, Split.LIST)
"""Splits that say who gets what, and not only how much."""


def split_title(split: Split) -> str:
    return {
        Split.ONE: tr("cover", "One person"),
        Split.EVEN: tr("cover", "Evenly"),
        Split.LOAD: tr("cover", "By load"),
        Split.PROGRAM: tr("cover", "By program"),
        Split.SENDER: tr("cover", "By sender ID"),
        Split.LIST: tr("cover", "By list"),
    }[split]


def split_hint(split: Split) -> str:
    return {
        Split.ONE: tr("cover", "One person gets all of it."),
        Split.EVEN: tr("cover", "Each gets the same number, and keeps what they got."),
        Split.LOAD: tr("cover", "Whoever has the most room for their capacity gets the next."),
        Split.PROGRAM: tr("cover", "By the campaign or service that a conversation answers."),
        Split.SENDER: tr("cover", "By our sender ID that the customer writes to."),
        Split.LIST: tr("cover", "You say who gets which; whoever has none chosen gets the rest."),
    }[split]


class ShareKeys:
    """What each person gets: programs, sender IDs or conversations; one thing goes to one person."""

    def __init__(self, keys: Mapping[UUID, Iterable[UUID]] | None = None) -> None:
        self._keys = {person: set(chosen) for person, chosen in (keys or {}).items()}

    def of(self, person_id: UUID) -> tuple[UUID, ...]:
        return tuple(sorted(self._keys.get(person_id, ())))

    def words(self, person_id: UUID) -> str:
        """What the button says that opens the choice."""
        n = len(self._keys.get(person_id, ()))
        return tr("cover", "%n chosen", n) if n else tr("cover", "All others")

    def clear(self) -> None:
        self._keys.clear()

    def takers(self) -> dict[UUID, UUID]:
        """By thing, who gets it."""
        return {key: person for person, keys in self._keys.items() for key in keys}

    def choose_all(self, person_id: UUID, keys: Iterable[UUID]) -> None:
        """These and no others; what somebody else had goes to this person."""
        mine = set(keys)
        for one in self._keys.values():
            one -= mine
        self._keys[person_id] = mine

    def choose(self, person_id: UUID, key: UUID, on: bool) -> None:
        for one, keys in self._keys.items():
            if one != person_id:
                keys.discard(key)
        mine = self._keys.setdefault(person_id, set())
        (mine.add if on else mine.discard)(key)

    def fill(
        self,
        menu: QMenu,
        person_id: UUID,
        offers: Sequence[tuple[UUID, str]],
        then: Callable[[], object],
    ) -> None:
        """A person's menu, made anew. then: after another choice."""
        menu.clear()
        mine = self._keys.get(person_id, set())

        def chosen(key: UUID, on: bool) -> None:
            self.choose(person_id, key, on)
            then()

        for id_, name in offers:
            action = menu.addAction(menu_text(display_name(name, 40)))
            action.setCheckable(True)
            action.setChecked(id_ in mine)
            action.triggered.connect(partial(chosen, id_))
        if not offers:
            menu.addAction(tr("cover", "There is none")).setEnabled(False)

    def fill_list(
        self, menu: QMenu, person_id: UUID, choose: Callable[[], object], then: Callable[[], object]
    ) -> None:
        """A person's menu where things are too many for one: to choose in a list, or the rest."""

        def rest() -> None:
            self.choose_all(person_id, ())
            then()

        menu.clear()
        menu.addAction(tr("cover", "Choose…")).triggered.connect(choose)
        menu.addAction(tr("cover", "All others")).triggered.connect(rest)
