"""Who holds a sender ID: the running holdings, a new one with its rule and end, and the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.commands import Holder
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import RoutingRule
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services.holdings import HoldingRow
from sms_desk.services.rows import PersonRow
from sms_desk.ui.senders.trial import TrialPane
from sms_desk.ui.senders.words import rule_words
from sms_desk.ui.widgets.buttons import icon_button, link, plain
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.text import ElidedLabel, label
from sms_desk.ui.widgets.words import tr

_ON_BUTTON: Final = 18
"""Characters of a name on a button: the pane is no wider for a longer one."""

Day = Callable[[datetime], str]
When = Callable[[str], datetime]


class HoldersForm(Form):
    given = Signal(object)
    """What was filled in, as the fields of `HoldSender` from holder_kind on."""
    changed = Signal(object, object)
    """A holding, and the fields of `EditHolding` after its id."""
    ended = Signal(object)
    tried = Signal(object)
    """What is chosen now, as the fields of `Trial` after its sender ID."""

    def __init__(self, day: Day, when: When) -> None:
        super().__init__()
        self._day, self._when = day, when
        self._editing: HoldingRow | None = None
        self._lines = QWidget(self)
        self.holder = Choice([])
        self.rule = Choice([(rule_words(rule), rule) for rule in (None, *RoutingRule)])
        self.named = Choice([])
        self.until = line_edit(hint=tr("senders", "open, or as in mon 9:00, 2026-12-01"))
        self.reason = line_edit()
        self.give = plain(tr("senders", "Give out"))
        self._cancel = plain(tr("senders", "Cancel"))
        self._history = link("")
        self._past = QWidget(self)
        self.trial = TrialPane(day, self)
        self._build()

    def _build(self) -> None:
        self.add_title(tr("senders", "Holders"))
        self.add_widget(self._lines)
        self.add(tr("senders", "Give it to"), self.holder)
        self.add(tr("senders", "What comes in goes to"), self.rule)
        self._named_row = Form()
        self._named_row.add(tr("senders", "Who gets it"), self.named)
        self.add_widget(self._named_row)
        self.add(tr("senders", "Until"), self.until)
        self.add(tr("senders", "Why"), self.reason)
        self.add_foot(self._cancel, self.give)
        self.add_widget(self.trial)
        self.add_widget(self._history, at_start=True)
        self.add_widget(self._past)
        self._past.hide()
        self._cancel.hide()
        self.give.clicked.connect(self._on_give_clicked)
        self._cancel.clicked.connect(self.stop_editing)
        self._history.clicked.connect(self._on_history_clicked)
        self.rule.currentIndexChanged.connect(self._show_named)
        self.trial.asked.connect(self._on_trial_asked)
        for choice in (self.holder, self.rule, self.named):
            choice.currentIndexChanged.connect(self.trial.ask_again)
        self._show_named()

    def set_options(self, holders: Sequence[tuple[str, Any]], people: Sequence[PersonRow]) -> None:
        """Whom it can be given to."""
        self.holder.set_options(holders)
        named = [(display_name(each.name), each.id) for each in people if not each.suspended]
        self.named.set_options(named)

    def show_holdings(self, rows: Sequence[HoldingRow]) -> None:
        """The running ones with what can be done, the ended ones as history."""
        running = [row for row in rows if row.running]
        past = [row for row in rows if not row.running]
        column = QVBoxLayout(self._lines)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(6)
        for row in running:
            column.addWidget(self._line(row))
        if not any(row.kind != "program" for row in running):
            words = tr("senders", "Nobody holds it: what comes in stands in Unrouted.")
            column.addWidget(label(words, "snippet", tone="secondary", wrap=True))
        self._history.setVisible(bool(past))
        self._history.set_words(tr("senders", "History (%n)", len(past)))
        before = QVBoxLayout(self._past)
        before.setContentsMargins(0, 0, 0, 0)
        before.setSpacing(4)
        for row in past[:200]:
            before.addWidget(
                label(f"{_name(row)}: {self._span(row)}", "snippet", tone="secondary", wrap=True)
            )

    def _line(self, row: HoldingRow) -> QWidget:
        line = QWidget(self)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(ElidedLabel(_name(row), parent=line))
        texts.addWidget(label(self._span(row), "snippet", tone="secondary", wrap=True, parent=line))
        layout.addLayout(texts, 1)
        edit = icon_button("pencil", f"{tr('senders', 'Change how it is held by')} {_name(row)}")
        edit.clicked.connect(partial(self._edit, row))
        end = icon_button("x", f"{tr('senders', 'Take back from')} {_name(row)}")
        end.clicked.connect(lambda: self.ended.emit(row.id))
        layout.addWidget(edit)
        layout.addWidget(end)
        return line

    def _span(self, row: HoldingRow) -> str:
        """From when, until when, by which rule, why."""
        until = self._day(row.until) if row.until else tr("senders", "open")
        rule = ""
        if row.rule is not None:
            rule = rule_words(row.rule)
            if row.rule_name:
                rule = f"{rule}: {display_name(row.rule_name)}"
        span = f"{self._day(row.since)} – {until}"
        return " · ".join(filter(None, (span, rule, preview(row.reason, 120))))

    # --- giving out, changing ----------------------------------------------------------------------

    def terms(self) -> dict[str, Any]:
        """Raises UsageError for a time that is none."""
        typed = self.until.text().strip()
        rule: RoutingRule | None = self.rule.value()
        return {
            "until": self._when(typed) if typed else None,
            "reason": self.reason.text(),
            "rule": rule,
            "rule_person_id": self.named.value() if rule is RoutingRule.NAMED else None,
        }

    @Slot()
    def _on_give_clicked(self) -> None:
        self.clear_error()
        try:
            terms = self.terms()
        except UsageError as error:
            self.show_error(error)
            return
        if self._editing is not None:
            self.changed.emit(self._editing.id, terms | {"notice": self._editing.notice})
            return
        kind, holder_id = self.holder.value()
        self.given.emit({"holder_kind": kind, "holder_id": holder_id, **terms})

    @Slot(int)
    def _on_trial_asked(self, days: int) -> None:
        """The rule of the holding that is being changed, else that of a further holder."""
        rule: RoutingRule | None = self.rule.value()
        fields: dict[str, Any] = {
            "days": days,
            "rule": rule,
            "rule_person_id": self.named.value() if rule is RoutingRule.NAMED else None,
        }
        if self._editing is not None:
            fields["holding_id"] = self._editing.id
        elif self.holder.value() is not None:
            fields["more"] = Holder(*self.holder.value())
        self.tried.emit(fields)

    def _edit(self, row: HoldingRow) -> None:
        self._editing = row
        self.trial.fold()
        self.holder.setEnabled(False)
        self.rule.choose(row.rule)
        self.named.choose(row.rule_person_id)
        self.until.setText(self._day(row.until) if row.until else "")
        self.reason.setText(row.reason)
        name = _name(row, _ON_BUTTON)
        self.give.set_words(tr("senders", "Save for {name}").replace("{name}", name))
        self._cancel.show()
        self.rule.setFocus()

    @Slot()
    def stop_editing(self) -> None:
        """The fields are for a new holding again."""
        self._editing = None
        self.trial.fold()
        self.holder.setEnabled(True)
        self.rule.choose(None)
        self.until.clear()
        self.reason.clear()
        self.give.set_words(tr("senders", "Give out"))
        self._cancel.hide()

    def is_changed(self) -> bool:
        """Whether something is half typed."""
        return self._editing is not None or bool(self.until.text() or self.reason.text())

    @Slot()
    def _show_named(self) -> None:
        self._named_row.setVisible(self.rule.value() is RoutingRule.NAMED)

    @Slot()
    def _on_history_clicked(self) -> None:
        self._past.setVisible(not self._past.isVisible())


def _name(row: HoldingRow, limit: int = 80) -> str:
    if row.name:
        return display_name(row.name, limit)
    return tr("senders", "Everybody")
