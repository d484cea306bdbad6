"""Divides a part among several people: by which rule, who, and who gets which of what there is."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.plain_text import display_name
from sms_desk.services.absence_rows import Candidate, PlanDraft
from sms_desk.ui.cover.words import tr
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.check_box import CheckBox
from sms_desk.ui.widgets.forms import Choice, scrolled
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.share_list import choose_in_list
from sms_desk.ui.widgets.shares import KEYED, ShareKeys, split_hint, split_title
from sms_desk.ui.widgets.text import label, menu_text, set_window_title

_RULES = (Split.EVEN, Split.LOAD, Split.PROGRAM, Split.SENDER)


class DivideDialog(QDialog):
    """`chosen` is the rule with its shares, in the order of the names."""

    def __init__(
        self, draft: PlanDraft, cover: Cover, parent: QWidget | None = None, *, listed: bool = False
    ) -> None:
        """listed: the part is of conversations alone, which can be named one by one."""
        super().__init__(parent)
        rules = (*_RULES, Split.LIST) if listed else _RULES
        set_window_title(self, tr("Divide among several"))
        self._rule = Choice([(split_title(one), one) for one in rules], self)
        self._rule.setAccessibleName(tr("How it is divided"))
        if cover.split in rules and len(cover.shares) > 1:
            self._rule.choose(cover.split)
        self._senders = next((p.senders for p in draft.parts if p.part is Part.SENDERS), ())
        self._programs = draft.programs
        self._conversations = draft.conversations
        self._kind = self._rule.value()
        self._keys = ShareKeys({share.person_id: share.keys for share in cover.shares})
        self._lines = [
            _Line(one, one.person_id in cover.substitutes, self)
            for one in draft.candidates
            if not one.suspended
        ]
        self._hint = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._yes = primary(tr("Divide"), parent=self)
        self._lay_out()
        self._rule.currentIndexChanged.connect(lambda _at: self._follow())
        for line in self._lines:
            line.box.toggled.connect(lambda _on: self._follow())
            line.keys.about_to_show.connect(partial(self._fill_keys, line))
        self._follow()
        self.resize(540, 420)

    def chosen(self) -> tuple[Split, tuple[Share, ...]]:
        rule: Split = self._rule.value()
        shares = [
            Share(
                line.person_id,
                self._keys.of(line.person_id) if rule in KEYED else (),
            )
            for line in self._lines
            if line.box.isChecked()
        ]
        return (rule if len(shares) > 1 else Split.ONE), tuple(shares)

    def _lay_out(self) -> None:
        people = QWidget(self)
        grid = QGridLayout(people)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setVerticalSpacing(8)
        for at, line in enumerate(self._lines):
            grid.addWidget(line.box, at, 0)
            grid.addWidget(line.load, at, 1)
            grid.addWidget(line.keys, at, 2)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(len(self._lines), 1)
        no = plain(tr("Cancel"), parent=self)
        no.clicked.connect(self.reject)
        self._yes.clicked.connect(self.accept)
        self._yes.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(no)
        foot.addWidget(self._yes)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(10)
        column.addWidget(self._rule)
        column.addWidget(self._hint)
        column.addWidget(scrolled(people), 1)
        on_ground(people, "raised")  # as the dialog around it
        column.addLayout(foot)

    @Slot()
    def _follow(self) -> None:
        rule: Split = self._rule.value()
        if rule is not self._kind:
            self._keys.clear()  # a program is no sender ID
            self._kind = rule
        keyed = rule in KEYED
        for line in self._lines:
            line.keys.setVisible(keyed)
            line.keys.setEnabled(line.box.isChecked())
            line.keys.set_words(self._keys.words(line.person_id))
        self._hint.setText(split_hint(rule))
        self._yes.setEnabled(any(line.box.isChecked() for line in self._lines))

    def _fill_keys(self, line: _Line) -> None:
        if self._rule.value() is Split.LIST:
            choose = partial(self._choose, line)
            self._keys.fill_list(line.keys.options(), line.person_id, choose, self._follow)
            return
        if self._rule.value() is Split.PROGRAM:
            offers = list(self._programs)
        else:
            offers = [(id_, name or address) for id_, name, address, _ in self._senders]
        self._keys.fill(line.keys.options(), line.person_id, offers, self._follow)

    def _choose(self, line: _Line, _checked: bool = False) -> None:
        names = {one.person_id: one.name for one in self._lines}
        choose_in_list(self._keys, line.person_id, names, self._conversations, self, self._follow)


class _Line:
    """One person who may take a share."""

    def __init__(self, one: Candidate, on: bool, parent: QWidget) -> None:
        self.person_id, self.name = one.person_id, one.name
        self.box = CheckBox(menu_text(display_name(one.name, 28)), parent)
        self.box.setChecked(on)
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        words = tr("%n open", one.open)
        if one.capacity:
            words = tr("{open} of {capacity} open").format(open=one.open, capacity=one.capacity)
        self.load = label(words, "snippet", tone="secondary", parent=parent)
        self.keys = MenuButton(tr("All others"), parent=parent)
