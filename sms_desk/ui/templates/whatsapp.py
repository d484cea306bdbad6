"""WhatsApp's templates as the provider lists them, with their approval (R42)."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from sms_desk.bootstrap import Session
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import ApprovalStatus
from sms_desk.domain.plain_text import display_name, display_text, preview, soft_break
from sms_desk.services import content_templates
from sms_desk.services.context import Context
from sms_desk.services.rows import ContentTemplateRow, TemplateListState
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.template_words import (
    blank_words,
    category_words,
    kind_words,
    language_words,
    status_words,
)
from sms_desk.ui.widgets.text import ElidedLabel
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_LONGEST_WAIT_MS: Final = 20_000
"""Until then a refresh that was asked for has answered, or the line says why not."""
_LOOKS: Final = {
    ApprovalStatus.APPROVED: ("ok", "circle-check"),
    ApprovalStatus.PENDING: ("secondary", "clock"),
    ApprovalStatus.REJECTED: ("error", "circle-x"),
    ApprovalStatus.PAUSED: ("nudge", "hand"),
    ApprovalStatus.DISABLED: ("error", "ban"),
    ApprovalStatus.UNSUBMITTED: ("secondary", "file"),
    ApprovalStatus.OTHER: ("nudge", "circle-question-mark"),
}


@dataclass(frozen=True, slots=True)
class Lists:
    rows: tuple[ContentTemplateRow, ...]
    states: tuple[TemplateListState, ...]


def lists(ctx: Context) -> Lists:
    """Both in one snapshot."""
    return Lists(content_templates.listing(ctx), content_templates.states(ctx))


class WhatsAppTemplates(Section):
    """They are written and judged elsewhere: here they are only looked at, and refreshed."""

    def __init__(
        self, session: Session, doors: Doors, bus: Bus, zone: tzinfo, parent: QObject
    ) -> None:
        table = Table(_columns(), tr("templates", "WhatsApp templates"))
        super().__init__("whatsapp", "WhatsApp", table, parent)
        self._session = session
        self._doors = doors
        self._zone = zone
        self._shown: UUID | None = None
        self._refresh = plain(tr("templates", "Refresh"), icon="refresh-cw")
        self._refresh.clicked.connect(self.refresh)
        self._state = ElidedLabel("", "snippet", tone="secondary")
        self.buttons = (self._state, self._refresh)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_LONGEST_WAIT_MS)
        self._patience.timeout.connect(self._read)
        table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._read()

    def words(self) -> str:
        """How the lists stand, as it is said beside the button."""
        return self._state.text()

    @Slot()
    def refresh(self) -> None:
        """Ask the connector, wherever it runs, to read the lists now."""
        self._refresh.setEnabled(False)
        self._state.setText(tr("templates", "Asking the provider…"))
        self._patience.start()
        session = self._session
        self._doors.call(self, session.refresh_templates, then=lambda _none: session.sync_soon())

    def _read(self) -> None:
        self._doors.read(self, lists, then=self._on_read, key="whatsapp")

    def _on_read(self, found: Lists) -> None:
        self._patience.stop()
        self._refresh.setEnabled(True)
        self._state.setText(self._state_words(found.states))
        self._state.set_tone("nudge" if any(each.problem for each in found.states) else "secondary")
        self.table.set_empty(_empty_words(found.states))
        self.table.show_rows(found.rows)

    def _state_words(self, states: tuple[TemplateListState, ...]) -> str:
        """The oldest refresh, or what went wrong."""
        wrong = next((each for each in states if each.problem), None)
        if wrong is not None:
            return preview(f"{display_name(wrong.account_label)}: {wrong.problem}", 300)
        read = [each.refreshed_at for each in states if each.refreshed_at is not None]
        if not read:
            return tr("templates", "Never refreshed") if states else ""
        said = tr("templates", "Refreshed {when}")
        return said.replace("{when}", clock_words(min(read), self._doors.desk.now(), self._zone))

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.CONTENT_TEMPLATE) or changes.touches(Thing.ACCOUNT):
            self._read()

    @Slot(object)
    def _on_row_chosen(self, row: ContentTemplateRow | None) -> None:
        shown = row.id if row else None
        if shown != self._shown:
            self._shown = shown
            self.detail_wanted.emit(None if row is None else _pane(row))


def _pane(row: ContentTemplateRow) -> QWidget:
    pane = Form()
    pane.add_title(display_name(row.name))
    state = pane.add_words(preview(row.why_not, 600) or status_words(row.status))
    state.set_tone("ok" if not row.why_not else "nudge")
    facts = (
        language_words(row.language),
        category_words(row.category),
        kind_words(row.kind),
        display_name(row.account_label),
    )
    pane.add_words(" · ".join(fact for fact in facts if fact))
    pane.add_words(soft_break(display_text(row.body[:2_000])))
    for name, sample in row.variables.items():
        said = tr("templates", "{blank}: such as {sample}") if sample else "{blank}"
        said = said.replace("{blank}", blank_words(name))
        pane.add_words(said.replace("{sample}", preview(sample, 120)))
    return pane


def _empty_words(states: tuple[TemplateListState, ...]) -> str:
    if not states:
        return tr("templates", "Connect an account: its WhatsApp templates are listed here.")
    return tr(
        "templates",
        "No account lists a WhatsApp template. They are written and submitted at the provider.",
    )


def _columns() -> list[Column]:
    return [
        Column(tr("templates", "Name"), lambda row: Cell(display_name(row.name), strong=True), 180),
        Column(
            tr("templates", "Approval"),
            _approval,
            195,
            sorts=lambda row: (bool(row.why_not), row.status),
        ),
        Column(
            tr("templates", "Language"),
            lambda row: Cell(language_words(row.language), category_words(row.category)),
            120,
        ),
        Column(
            tr("templates", "Text"),
            lambda row: Cell(preview(row.body, 200), preview(row.why_not, 200)),
            385,
        ),
    ]


def _approval(row: ContentTemplateRow) -> Cell:
    ink, icon = _LOOKS[row.status]
    return Cell(status_words(row.status), ink=ink, icon=icon)
