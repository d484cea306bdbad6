"""Menus that ask one thing about conversations: whom to assign, until when to snooze."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from uuid import UUID

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from sms_desk.domain.plain_text import display_name
from sms_desk.services.rows import PersonRow
from sms_desk.ui.thread.snooze_dialog import ask_moment
from sms_desk.ui.thread.snooze_menu import add_choices
from sms_desk.ui.widgets.text import label, menu_text
from sms_desk.ui.widgets.words import tr


def _menu(parent: QWidget, title: str) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(title)
    heading = QWidgetAction(menu)  # a section's words are not drawn under a style sheet
    words = label(title, "meta", tone="secondary")
    words.setContentsMargins(16, 6, 16, 4)
    heading.setDefaultWidget(words)
    heading.setEnabled(False)
    menu.addAction(heading)
    return menu


def snooze_menu(
    parent: QWidget, now: datetime, zone: tzinfo, then: Callable[[datetime], None]
) -> QMenu:
    """At the wall clock of the person's own zone (R52)."""
    menu = _menu(parent, tr("snooze", "Snooze until"))

    def choose() -> None:
        until = ask_moment(parent, now, zone)
        if until is not None:
            then(until)

    add_choices(menu, now, zone, then, choose)
    return menu


def assign_menu(
    parent: QWidget,
    people: Sequence[PersonRow],
    me: UUID,
    then: Callable[[UUID | None], None],
    divide: Callable[[], None],
) -> QMenu:
    """divide: ask more, where one person is not enough."""
    menu = _menu(parent, tr("assign", "Assign to"))
    menu.addAction(tr("assign", "Me")).triggered.connect(lambda: then(me))
    for person in people:
        if person.id != me and not person.suspended:
            action = menu.addAction(menu_text(display_name(person.name)))
            action.triggered.connect(lambda _=False, chosen=person.id: then(chosen))
    menu.addSeparator()
    menu.addAction(tr("assign", "Nobody")).triggered.connect(lambda: then(None))
    menu.addAction(tr("assign", "Reassign…")).triggered.connect(divide)
    return menu


def pop_up(menu: QMenu, at: QPoint, *, ready: bool = True) -> None:
    """ready: its first entry is marked, so that Enter takes it; not where many are meant."""
    menu.popup(at)
    if not ready:
        return
    first = next((a for a in menu.actions() if a.isEnabled() and not a.isSeparator()), None)
    if first is not None:
        menu.setActiveAction(first)
