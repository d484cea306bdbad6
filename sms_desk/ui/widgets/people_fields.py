"""Fields and words that stand wherever a person of ours is shown or edited."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from sms_desk.domain.model import Role
from sms_desk.ui.widgets.forms import line_edit
from sms_desk.ui.widgets.words import tr


def role_words(role: Role) -> str:
    return {
        Role.REP: tr("people", "Rep"),
        Role.SUPERVISOR: tr("people", "Supervisor"),
        Role.ADMIN: tr("people", "Admin"),
    }[role]


def zone_field(zone: str, parent: QWidget) -> QLineEdit:
    """A time zone by its IANA name, completed while typing."""
    field = line_edit(zone, parent=parent)
    completer = QCompleter(_zones(), field)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    field.setCompleter(completer)
    return field


@cache
def _zones() -> list[str]:
    """Asked for once: Python opens six hundred files to know them."""
    return sorted(available_timezones())
