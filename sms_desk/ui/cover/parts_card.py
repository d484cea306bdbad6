"""What is handed over, and to whom: one line a part, each with its own substitutes (R23)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from sms_desk.domain.absences import HANDED_OVER, Cover, Part, Share, Split
from sms_desk.domain.plain_text import display_name
from sms_desk.services.absence_rows import Candidate, PartCount, PlanDraft
from sms_desk.ui.cover.cards import Card
from sms_desk.ui.cover.divide_dialog import DivideDialog
from sms_desk.ui.cover.words import PART_ICONS, cover_words, part_detail, part_title, tr
from sms_desk.ui.widgets.labels import ElidedLabel
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.sign import Sign
from sms_desk.ui.widgets.text import label, menu_text


class PartsCard(Card):
    """`covers` is what is chosen. Nobody is a choice, and the check says what follows from it."""

    edited = Signal()

    def __init__(self, now: datetime, zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__(tr("What is handed over, and to whom"), parent)
        self._now, self._zone = now, zone
        self._covers: dict[Part, Cover] = {part: Cover(part) for part in Part}
        self._draft: PlanDraft | None = None
        self._rows: dict[Part, _PartRow] = {}
        everything = QHBoxLayout()
        everything.addWidget(label(tr("Everything to"), "body", tone="secondary", parent=self))
        self.all = MenuButton(tr("Choose…"), parent=self)
        self.all.setAccessibleName(tr("Everything to one person, or divided"))
        self.all.about_to_show.connect(self._fill_all)
        everything.addWidget(self.all)
        everything.addStretch(1)
        self.column.addLayout(everything)
        for part in Part:
            self.add_line()
            row = self._rows[part] = _PartRow(part, self)
            row.button.about_to_show.connect(partial(self._fill_part, part))
            self.add(row)

    @property
    def covers(self) -> tuple[Cover, ...]:
        return tuple(self._covers[part] for part in Part)

    def show_draft(self, draft: PlanDraft, covers: tuple[Cover, ...]) -> None:
        self._draft = draft
        self._covers = {part: Cover(part) for part in Part}
        for cover in covers:
            self._covers[cover.part] = cover
        counts = {count.part: count for count in draft.parts}
        for part, row in self._rows.items():
            row.show_count(counts.get(part, PartCount(part, 0)), self._now, self._zone)
        self._say()

    def button_of(self, part: Part) -> MenuButton:
        return self._rows[part].button

    # --- choosing --------------------------------------------------------------------------------

    def _names(self) -> Mapping[UUID, str]:
        return {one.person_id: one.name for one in self._candidates()}

    def _candidates(self) -> tuple[Candidate, ...]:
        return self._draft.candidates if self._draft is not None else ()

    @Slot()
    def _fill_all(self) -> None:
        self._fill(self.all.options(), HANDED_OVER)

    def _fill_part(self, part: Part) -> None:
        self._fill(self._rows[part].button.options(), (part,))

    def _fill(self, menu: QMenu, parts: tuple[Part, ...]) -> None:
        menu.clear()
        for one in self._candidates():
            if not one.suspended:
                action = menu.addAction(menu_text(_choice_words(one)))
                cover = self._covers[parts[0]]
                action.setCheckable(True)
                action.setChecked(len(parts) == 1 and cover.substitutes == {one.person_id})
                action.triggered.connect(partial(self._choose_one, parts, one.person_id))
        menu.addSeparator()
        if len(self._candidates()) > 1 and parts != (Part.NOTIFICATIONS,):
            menu.addAction(tr("Divide among several…")).triggered.connect(
                partial(self._divide, parts)
            )
        nobody = cover_words(Cover(parts[0]), {})
        menu.addAction(nobody).triggered.connect(partial(self._choose_one, parts, None))

    def _choose_one(
        self, parts: tuple[Part, ...], person_id: UUID | None, _checked: bool = False
    ) -> None:
        shares = () if person_id is None else (Share(person_id),)
        self._choose([Cover(part, Split.ONE, shares) for part in parts])

    def _divide(self, parts: tuple[Part, ...], _checked: bool = False) -> None:
        assert self._draft is not None
        dialog = DivideDialog(
            self._draft,
            self._covers[parts[0]],
            self.window(),
            listed=parts == (Part.CONVERSATIONS,),
        )
        if dialog.exec():
            split, shares = dialog.chosen()
            self._choose([Cover(part, *_for_part(part, split, shares)) for part in parts])

    def _choose(self, covers: list[Cover]) -> None:
        for cover in covers:
            self._covers[cover.part] = cover
        self._say()
        self.edited.emit()

    def _say(self) -> None:
        names = self._names()
        for part, row in self._rows.items():
            words = cover_words(self._covers[part], names)
            row.button.set_words(words)
            row.button.setAccessibleName(f"{part_title(part)}: {words}")
        said = {cover_words(self._covers[part], names) for part in HANDED_OVER}
        self.all.set_words(said.pop() if len(said) == 1 else tr("Choose…"))


def _for_part(
    part: Part, split: Split, shares: tuple[Share, ...]
) -> tuple[Split, tuple[Share, ...]]:
    """Sender IDs are divided by sender ID, or lent to everybody who takes something."""
    if part is Part.SENDERS and split is not Split.SENDER:
        return Split.EVEN, tuple(Share(one.person_id) for one in shares)
    return split, shares


def _choice_words(one: Candidate) -> str:
    load = tr("%n open", one.open)
    away = f" · {tr('away meanwhile?')}" if one.absent_from is not None else ""
    return f"{display_name(one.name, 30)} · {load}{away}"


class _PartRow(QWidget):
    def __init__(self, part: Part, parent: QWidget) -> None:
        super().__init__(parent)
        self._count = label("", "body_strong", parent=self)
        self._detail = ElidedLabel("", "snippet", tone="secondary", parent=self)
        self.button = MenuButton(tr("Nobody"), parent=self)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(part_title(part), "body", parent=self))
        words.addWidget(self._detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(10)
        row.addWidget(Sign(PART_ICONS[part], "secondary", self))
        row.addLayout(words, 1)
        row.addWidget(self._count)
        row.addWidget(self.button)

    def show_count(self, count: PartCount, now: datetime, zone: tzinfo) -> None:
        self._count.setText(f"{count.count:,}" if count.count else "")
        self._detail.setText(part_detail(count, now, zone))
