"""Which conversations one person gets, of a division by list: picked in a table, or pasted as ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.domain.short_ids import pasted
from sms_desk.services.choosing import Offer
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.search_field import SearchField
from sms_desk.ui.widgets.shares import ShareKeys
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import label, set_window_title
from sms_desk.ui.widgets.words import tr as translated

_NAME: Final = 60


def tr(text: str, n: int = -1) -> str:
    return translated("cover", text, n)


@dataclass(frozen=True, slots=True)
class _Row:
    """to: who else gets it, "" for nobody."""

    id: UUID
    name: str
    detail: str
    mine: bool
    to: str


class ShareList(QDialog):
    """`chosen` is what the person gets. Enter, Space or a click chooses a row or lets it go."""

    def __init__(
        self,
        keys: ShareKeys,
        person_id: UUID,
        names: Mapping[UUID, str],
        offer: Offer,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        name = isolate(display_name(names.get(person_id, ""), 40))
        title = tr("What {name} gets").replace("{name}", name)
        set_window_title(self, title)
        self._offer = offer
        self._chosen = set(keys.of(person_id))
        self._to = {
            key: display_name(names.get(other, ""), 32)
            for key, other in keys.takers().items()
            if other != person_id
        }
        self._title = label(title, "body_strong", wrap=True, parent=self)
        self._find = SearchField(tr("Find a conversation"), tr("Find a conversation"), parent=self)
        self._find.textChanged.connect(self._on_typed)
        self.table = _ToggleTable(self._toggle, tr("Conversations"), parent=self)
        self._said = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._more = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._lay_out()
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self.table, self._on_paste)
        self._show()
        self._tell_more()
        self.resize(560, 560)
        self.table.setFocus()

    def chosen(self) -> frozenset[UUID]:
        return frozenset(self._chosen)

    def paste(self, text: str) -> None:
        """Choose the conversations whose ids stand in a text, and say how many it knew."""
        found = pasted(text, self._offer.ids)
        self._chosen |= set(found.found)
        self._show()
        words = [tr("%n found by their ids.", len(found.found))]
        if found.unknown:
            words.append(tr("%n of the words is the id of none of these.", found.unknown))
        self._more.setText(" ".join(words))
        self._more.show()

    def _lay_out(self) -> None:
        whole = plain(tr("Choose all shown"), parent=self)
        whole.clicked.connect(self._on_all)
        none = plain(tr("None"), parent=self)
        none.clicked.connect(self._on_none)
        paste = plain(tr("Paste ids"), parent=self)
        paste.clicked.connect(self._on_paste)
        above = QHBoxLayout()
        above.setSpacing(8)
        for button in (whole, none, paste):
            button.setAutoDefault(False)
            above.addWidget(button)
        above.addStretch(1)
        no = plain(tr("Cancel"), parent=self)
        no.clicked.connect(self.reject)
        yes = primary(tr("Done"), parent=self)
        yes.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self._said, 1)
        foot.addWidget(no)
        foot.addWidget(yes)
        for button in (no, yes):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._find)
        column.addLayout(above)
        column.addWidget(self.table, 1)
        column.addWidget(self._more)
        column.addLayout(foot)

    def _tell_more(self) -> None:
        hidden = len(self._offer.ids) - len(self._offer.rows)
        self._more.setText(tr("%n older one(s) not listed: paste their ids.", hidden))
        self._more.setVisible(hidden > 0)

    def _show(self) -> None:
        self.table.show_rows(
            [
                _Row(one.id, one.name, one.detail, one.id in self._chosen, self._to.get(one.id, ""))
                for one in self._offer.rows
            ]
        )
        self._said.setText(tr("%n chosen", len(self._chosen)))

    def _toggle(self, row: _Row) -> None:
        self._choose([row.id], on=not row.mine)

    def _choose(self, ids: Iterable[UUID], *, on: bool) -> None:
        some = set(ids)
        self._chosen = self._chosen | some if on else self._chosen - some
        self._show()

    @Slot()
    def _on_all(self) -> None:
        self._choose((row.id for row in self.table.rows()), on=True)

    @Slot()
    def _on_none(self) -> None:
        self._choose(self._offer.ids, on=False)

    @Slot()
    def _on_paste(self) -> None:
        self.paste(QGuiApplication.clipboard().text())

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self.table.show_matching(text)


class _ToggleTable(Table):
    """A row is chosen or let go by a click, Enter or Space."""

    def __init__(
        self, toggle: Callable[[_Row], object], name: str, parent: QWidget | None = None
    ) -> None:
        columns = (
            Column(tr("Conversation"), _conversation, 340),
            Column(tr("Goes to"), _goes_to, 160),
        )
        super().__init__(
            columns, name, empty=tr("No conversation is like that."), sortable=False, parent=parent
        )
        self._toggle = toggle
        self.clicked.connect(self._on_clicked)

    @Slot(QModelIndex)
    def _on_clicked(self, _index: QModelIndex) -> None:
        self._toggle_chosen()

    def _toggle_chosen(self) -> None:
        row = self.chosen()
        if row is not None:
            self._toggle(row)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._toggle_chosen()
            return
        super().keyPressEvent(event)


def _conversation(row: _Row) -> Cell:
    name = display_name(row.name, _NAME) or tr("Unnamed")
    if row.mine:
        return Cell(name, row.detail, ink="accent", icon="circle-check", strong=True)
    return Cell(name, row.detail, icon="plus")


def _goes_to(row: _Row) -> Cell:
    if row.mine:
        return Cell(tr("This person"), strong=True)
    return Cell(row.to or tr("The rest"), ink="text" if row.to else "secondary")


def choose_in_list(
    keys: ShareKeys,
    person_id: UUID,
    names: Mapping[UUID, str],
    offer: Offer,
    parent: QWidget,
    then: Callable[[], object],
) -> None:
    """Let a person's conversations be chosen. then: after another choice."""
    dialog = ShareList(keys, person_id, names, offer, parent.window())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def done() -> None:
        keys.choose_all(person_id, dialog.chosen())
        then()

    dialog.accepted.connect(done)
    dialog.open()
