"""What the audit screen shows: by one person, about somebody, of one kind, of some days (R31)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QDate, QLocale, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from sms_desk.domain.audit import Kind
from sms_desk.domain.frozen import dataclass
from sms_desk.services.audit import Choices, Named, Wanted
from sms_desk.services.audit_kinds import GROUPS, kind_words
from sms_desk.ui import theme
from sms_desk.ui.audit.questions import ask_days, ask_sender
from sms_desk.ui.theme.tokens import CHIP_HEIGHT
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.chips import ChipButton, RemovableChip
from sms_desk.ui.widgets.flow import FlowLayout
from sms_desk.ui.widgets.text import clipped, menu_text
from sms_desk.ui.widgets.words import tr

_DAYS: Final = (1, 7, 30, 365)
_IN_MENU: Final = 30
"""So many sender IDs stand in the menu; of more, one is typed."""
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the chips say. days: today and those before it; between: first and last day."""

    actor_id: UUID | None = None
    by_rule: bool = False
    person_id: UUID | None = None
    kinds: tuple[Kind, ...] = ()
    kind_name: str = ""
    sender_id: UUID | None = None
    days: int | None = None
    between: tuple[date, date] | None = None
    conversation: tuple[UUID, str] | None = None
    batch_id: UUID | None = None


class AuditFilters(QWidget):
    """The chips, and the filter that they make together."""

    changed = Signal()

    def __init__(self, zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._choices = Choices((), ())
        self._value = Narrowed()
        self.who = ChipButton(tr("audit", "Who"), self)
        self.whom = ChipButton(tr("audit", "Whom"), self)
        self.kind = ChipButton(tr("audit", "Kind"), self)
        self.sender_chip = ChipButton(tr("audit", "Sender ID"), self)
        self.period = ChipButton(tr("audit", "Period"), self)
        self.conversation = RemovableChip("", self)
        self.batch = RemovableChip(tr("audit", "One batch"), self)
        self.clear_button = link(tr("audit", "Clear"), parent=self)
        self.clear_button.setFixedHeight(CHIP_HEIGHT)
        self.clear_button.setFont(theme.font("snippet"))
        self._lay_out()
        self._connect()
        self._show_value()

    def _lay_out(self) -> None:
        flow = FlowLayout(self)
        for widget in (
            self.who,
            self.whom,
            self.kind,
            self.sender_chip,
            self.period,
            self.conversation,
            self.batch,
            self.clear_button,
        ):
            flow.addWidget(widget)

    def _connect(self) -> None:
        self.who.about_to_show.connect(self._fill_who)
        self.whom.about_to_show.connect(self._fill_whom)
        self.kind.about_to_show.connect(self._fill_kinds)
        self.sender_chip.about_to_show.connect(self._fill_senders)
        self.period.about_to_show.connect(self._fill_periods)
        self.conversation.removed.connect(lambda: self.narrow(conversation=None))
        self.batch.removed.connect(lambda: self.narrow(batch_id=None))
        self.clear_button.clicked.connect(self.clear)

    # --- the filter ------------------------------------------------------------------------------

    def value(self) -> Narrowed:
        return self._value

    def wanted(self, text: str, now: datetime) -> Wanted:
        """now: from which the days are counted back."""
        value = self._value
        since, until = self._span(now)
        conversation_id = value.conversation[0] if value.conversation else None
        subjects = (value.person_id, value.sender_id, conversation_id)
        return Wanted(
            since=since,
            until=until,
            actor_id=value.actor_id,
            by_rule=value.by_rule,
            kinds=value.kinds,
            subject_ids=tuple(id_ for id_ in subjects if id_ is not None),
            batch_id=value.batch_id,
            text=text,
        )

    def _span(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        value = self._value
        if value.between is not None:
            first, last = value.between
            return self._begin_of(first), self._begin_of(last + timedelta(days=1))
        if value.days is None:
            return None, None
        today = now.astimezone(self._zone).date()
        return self._begin_of(today - timedelta(days=value.days - 1)), None

    def _begin_of(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self._zone)

    def set_choices(self, choices: Choices) -> None:
        """Whom and what the menus offer from now on."""
        self._choices = choices
        self._show_value()

    def narrow(self, **fields: Any) -> None:
        """Other values in these fields of `Narrowed`; tells `changed` if anything is another."""
        value = replace(self._value, **fields)
        if value != self._value:
            self._value = value
            self._show_value()
            self.changed.emit()

    def show_only(self, **fields: Any) -> None:
        """These, and nothing else."""
        self.narrow(**{name: getattr(Narrowed(), name) for name in _FIELDS} | fields)

    @Slot()
    def clear(self) -> None:
        """All entries again."""
        self.show_only()

    # --- showing ---------------------------------------------------------------------------------

    def _show_value(self) -> None:
        value, people, senders = self._value, self._choices.people, self._choices.senders
        desk = tr("audit", "The desk") if value.by_rule else ""
        self.who.set_value(desk or _named("Who: {name}", people, value.actor_id))
        self.whom.set_value(_named("Whom: {name}", people, value.person_id))
        self.kind.set_value(tr("audit", value.kind_name) if value.kind_name else "")
        self.sender_chip.set_value(_named("{name}", senders, value.sender_id))
        self.period.set_value(self._period_words())
        if value.conversation:
            words = tr("audit", "Conversation: {name}").replace("{name}", value.conversation[1])
            self.conversation.set_words(clipped(words, _LONGEST))
        self.conversation.setVisible(value.conversation is not None)
        self.batch.setVisible(value.batch_id is not None)
        self.clear_button.setVisible(value != Narrowed())
        self.updateGeometry()

    def _period_words(self) -> str:
        if self._value.between is not None:
            return " – ".join(map(_day_words, self._value.between))
        return _days_words(self._value.days) if self._value.days else ""

    # --- menus -----------------------------------------------------------------------------------

    @Slot()
    def _fill_who(self) -> None:
        menu = self.who.options()
        menu.clear()
        value = self._value
        nobody = value.actor_id is None and not value.by_rule
        self._offer(menu, tr("audit", "Everybody"), nobody, actor_id=None, by_rule=False)
        words = tr("audit", "The desk, by a rule or date")
        self._offer(menu, words, value.by_rule, actor_id=None, by_rule=True)
        menu.addSeparator()
        for id_, name in self._choices.people:
            self._offer(menu, name, id_ == value.actor_id, actor_id=id_, by_rule=False)

    @Slot()
    def _fill_whom(self) -> None:
        menu = self.whom.options()
        menu.clear()
        chosen = self._value.person_id
        self._offer(menu, tr("audit", "Anybody"), chosen is None, person_id=None)
        menu.addSeparator()
        for id_, name in self._choices.people:
            self._offer(menu, name, id_ == chosen, person_id=id_)

    @Slot()
    def _fill_kinds(self) -> None:
        menu = self.kind.options()
        menu.clear()
        chosen = self._value.kinds
        self._offer(menu, tr("audit", "Everything"), not chosen, kinds=(), kind_name="")
        menu.addSeparator()
        for name, kinds in GROUPS:
            if len(kinds) == 1:
                self._offer(menu, tr("audit", name), chosen == kinds, kinds=kinds, kind_name=name)
                continue
            under = menu.addMenu(menu_text(tr("audit", name)))
            every = tr("audit", "All of these")
            self._offer(under, every, chosen == kinds, kinds=kinds, kind_name=name)
            under.addSeparator()
            for kind in kinds:
                words = kind_words(kind)
                is_it = chosen == (kind,)
                self._offer(under, tr("audit", words), is_it, kinds=(kind,), kind_name=words)

    @Slot()
    def _fill_senders(self) -> None:
        menu = self.sender_chip.options()
        menu.clear()
        chosen, senders = self._value.sender_id, self._choices.senders
        self._offer(menu, tr("audit", "Any sender ID"), chosen is None, sender_id=None)
        menu.addSeparator()
        for id_, name in senders[:_IN_MENU]:
            self._offer(menu, name, id_ == chosen, sender_id=id_)
        if len(senders) > _IN_MENU:
            menu.addSeparator()
            menu.addAction(tr("audit", "Another one…")).triggered.connect(self._on_other_sender)

    @Slot()
    def _fill_periods(self) -> None:
        menu = self.period.options()
        menu.clear()
        value = self._value
        every = value.days is None and value.between is None
        self._offer(menu, tr("audit", "All time"), every, days=None, between=None)
        menu.addSeparator()
        for days in _DAYS:
            self._offer(menu, _days_words(days), value.days == days, days=days, between=None)
        menu.addSeparator()
        menu.addAction(tr("audit", "From … to …")).triggered.connect(self._on_other_days)

    def _offer(self, menu: QMenu, words: str, chosen: bool, **fields: Any) -> QAction:
        action = menu.addAction(menu_text(words))
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(lambda: self.narrow(**fields))
        return action

    # --- what does not fit a menu ----------------------------------------------------------------

    @Slot()
    def _on_other_sender(self) -> None:
        QTimer.singleShot(0, self, self._ask_sender)  # when the menu has let its chip go

    def _ask_sender(self) -> None:
        chosen = ask_sender(self, self._choices.senders, self._value.sender_id)
        if chosen is not None:
            self.narrow(sender_id=chosen)

    @Slot()
    def _on_other_days(self) -> None:
        QTimer.singleShot(0, self, self._ask_days)

    def _ask_days(self) -> None:
        chosen = ask_days(self, self._value.between)
        if chosen is not None:
            self.narrow(between=chosen, days=None)


_FIELDS: Final = tuple(Narrowed.__dataclass_fields__)


def _named(words: str, names: Named, id_: UUID | None) -> str:
    """The chip's words about what is chosen; also where it is not among those offered."""
    if id_ is None:
        return ""
    name = next((name for each, name in names if each == id_), tr("audit", "somebody else"))
    return tr("audit", words).replace("{name}", clipped(name, _LONGEST))


def _days_words(days: int) -> str:
    return tr("audit", "Today") if days == 1 else tr("audit", "Last %n days", days)


def _day_words(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), "d MMM yyyy")
