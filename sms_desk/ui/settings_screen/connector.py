"""The switch that lets an admin's desk be the team's connector, and how that goes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Signal, Slot

from sms_desk.bootstrap import Session
from sms_desk.services.team_rows import ConnectorHere, HerePart
from sms_desk.settings import registry
from sms_desk.ui.doors import Doors
from sms_desk.ui.settings_screen.fields import SettingField
from sms_desk.ui.team.words import here_words
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.unseen import ask_unseen
from sms_desk.ui.widgets.words import tr

_LOOK_MS: Final = 500


class ConnectorPart(Form):
    """Looks twice a second at what the session knows by itself."""

    chosen = Signal(str, object)
    """As `SettingField` tells it."""
    turned = Signal()
    """Whether secrets are kept on this machine is another than it was."""

    def __init__(self, session: Session, doors: Doors, value: object) -> None:
        super().__init__()
        self._session = session
        self._doors = doors
        self._kept = session.keeps_secrets()
        self._shown: ConnectorHere | None = None
        (setting,) = registry.of_scope(registry.Scope.MACHINE, registry.CONNECTOR)
        field = SettingField(setting, value)
        field.chosen.connect(self.chosen)
        self.add_title(tr("settings", "The connector in this desk"))
        self.add_widget(field)
        self._state = label("", wrap=True, parent=self)
        self._trouble = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._password = plain(tr("settings", "Password of its login…"), parent=self)
        self._password.clicked.connect(self._on_password)
        for widget in (self._state, self._trouble):
            self.add_widget(widget)
        self.add_widget(self._password, at_start=True)
        self._show(None)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.look()

    @Slot()
    def look(self) -> None:
        line = self._session.team_line()
        here = None if line is None else line.here
        if here != self._shown:
            self._show(here)
        kept, self._kept = self._kept, self._session.keeps_secrets()
        if kept != self._kept:
            self.turned.emit()

    def _show(self, here: ConnectorHere | None) -> None:
        self._shown = here
        state, trouble = here_words(here)
        self._state.setText(state)
        self._state.setVisible(bool(state))
        broken = here is not None and here.part is HerePart.TROUBLE
        self._state.set_tone("error" if broken else "secondary")
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        self._password.setVisible(here is not None)

    @Slot()
    def _on_password(self) -> None:
        self.clear_error()
        word = ask_unseen(
            self.window(),
            tr("settings", "Password of the connector's login"),
            tr(
                "settings",
                "Whoever made the workspace has it. It is kept in this computer's keyring.",
            ),
            tr("settings", "Keep"),
        )
        if word:
            session = self._session
            self._doors.call(
                self,
                lambda: session.keep_connector_password(word),
                then=lambda _none: self.look(),
                failed=self.show_error,
            )
