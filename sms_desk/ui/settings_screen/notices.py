"""How one is told, whose inbox is muted, and for admins the e-mail server (R21)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sms_desk.bootstrap import Session
from sms_desk.domain import commands as c
from sms_desk.domain.model import Role
from sms_desk.domain.plain_text import isolate
from sms_desk.services.notices import InboxMute
from sms_desk.services.rows import PersonRow
from sms_desk.settings import registry
from sms_desk.settings.registry import NOTICES, Scope
from sms_desk.ui.doors import Doors
from sms_desk.ui.settings_screen.fields import SettingField
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.check_box import CheckBox
from sms_desk.ui.widgets.dialogs import ask_text
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.unseen import ask_unseen
from sms_desk.ui.widgets.words import tr


class NoticesPage(Form):
    """chosen: what a field tells; values: of all settings of the section."""

    notices_requested = Signal(str)
    """told | letters"""

    def __init__(
        self,
        session: Session,
        doors: Doors,
        me: PersonRow,
        values: dict[str, Any],
        inboxes: tuple[InboxMute, ...],
        chosen: Callable[[str, object], None],
    ) -> None:
        super().__init__()
        self._session = session
        self._doors = doors
        self.add_widget(self._ways_on(admin=me.role is Role.ADMIN), at_start=True)
        self.add_words("")
        self._add_fields(Scope.PERSON, values, chosen)
        if inboxes:
            self.add_title(tr("settings", "Muted inboxes"))
            self.add_words(tr("settings", "Of these you hear nothing; others do as before."))
        for inbox in inboxes:
            self.add_widget(self._mute_box(inbox))
        if inboxes:
            self.add_words("")
        if me.role is Role.ADMIN:
            self.add_title(tr("settings", "E-mail of the workspace"))
            self._add_fields(Scope.WORKSPACE, values, chosen)
            if not session.keeps_secrets():
                self.add_words(
                    tr(
                        "settings",
                        "The connector sends it, and has the certificates. The password belongs on"
                        " its machine: sms-desk connector-secret mail",
                    )
                )
                return
            self._add_fields(Scope.MACHINE, values, chosen)
            self._said = label("", "snippet", tone="secondary", wrap=True, parent=self)
            self.add_widget(self._said)
            password = plain(tr("settings", "Password…"), parent=self)
            password.clicked.connect(self._on_password)
            test = plain(tr("settings", "Send a test e-mail…"), parent=self)
            test.clicked.connect(self._on_test)
            self.add_foot(password, test)

    def _ways_on(self, *, admin: bool) -> QWidget:
        """To what was told and, for admins, to the templates."""
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        ways = [("told", tr("settings", "What was told, and why…"))]
        if admin:
            ways.append(("letters", tr("settings", "E-mail templates…")))
        for key, words in ways:
            button = plain(words, parent=line)
            button.clicked.connect(partial(self.notices_requested.emit, key))
            row.addWidget(button)
        return line

    def _add_fields(
        self, scope: Scope, values: dict[str, Any], chosen: Callable[[str, object], None]
    ) -> None:
        for setting in registry.of_scope(scope, NOTICES):
            field = SettingField(setting, values[setting.name])
            field.chosen.connect(chosen)
            self.add_widget(field)
            self.add_words("")

    def _mute_box(self, inbox: InboxMute) -> CheckBox:
        words = isolate(inbox.label or inbox.address).replace("&", "&&")
        box = CheckBox(words, self)
        box.setChecked(inbox.muted)
        box.toggled.connect(
            lambda on: self._doors.change(
                self, c.MuteSender(**self._doors.stamp(), sender_id=inbox.sender_id, on=on)
            )
        )
        return box

    def _on_password(self) -> None:
        title = tr("settings", "Password of the e-mail server")
        prompt = tr("settings", "It is kept in this computer's keyring.")
        word = ask_unseen(self.window(), title, prompt, tr("settings", "Keep"))
        if word:
            session = self._session
            self._doors.call(
                self,
                lambda: session.set_mail_password(word),
                then=lambda _none: self._said.setText(tr("settings", "The password is kept.")),
                failed=self.show_error,
            )

    def _on_test(self) -> None:
        self.clear_error()
        address = ask_text(
            self.window(),
            tr("settings", "Send a test e-mail"),
            tr("settings", "To which address?"),
            ok=tr("settings", "Send"),
        )
        if not address:
            return
        session = self._session
        self._said.setText(tr("settings", "Sending…"))
        done = tr("settings", "The server took it.")
        self._doors.call(
            self,
            lambda: session.test_mail(address),
            then=lambda _none: self._said.setText(done),
            failed=self.show_error,
        )
