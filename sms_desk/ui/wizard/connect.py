"""The account: the provider's fields, the secret typed unseen, tried before it is kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from sms_desk.domain.errors import DeskError, StorageError
from sms_desk.providers.catalogue import CATALOGUE, entry
from sms_desk.settings import keys
from sms_desk.settings.files import Profile
from sms_desk.settings.keys import KeySource
from sms_desk.ui.widgets.buttons import link, plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.outside import open_link
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.wizard.steps import Step


def secret_words(folder: Path) -> str:
    """Where the secret will be kept, as this workspace keeps its own key."""
    try:
        identity = keys.read(Profile(folder))
    except StorageError:
        identity = None
    if identity is not None and identity.source is KeySource.PASSPHRASE:
        return tr(
            "wizard",
            "Without a keyring, the secret is kept only until the desk closes. "
            "After the next start it is asked for again.",
        )
    return tr("wizard", "The secret goes into this machine's keyring, and nowhere else.")


def secret_of_team_words() -> str:
    return tr(
        "wizard",
        "The secret is tried from here, and not kept. The connector needs it on its own machine:"
        " sms-desk connector-secret and the account's SID.",
    )


class ConnectStep(Step):
    test_requested = Signal(str, object)
    """The provider's name and the values by field key."""
    back_requested = Signal()

    def __init__(self, kept: str) -> None:
        """kept: where the secret will be."""
        super().__init__(tr("wizard", "Connect an account"), kept)
        self._provider = Choice([(each.label, each.name) for each in CATALOGUE.values()])
        self._fields: dict[str, QLineEdit] = {}
        self._asked = Form()
        self._test = primary(tr("wizard", "Test and go on"))
        back = plain(tr("wizard", "Back"))
        self._page = link(tr("wizard", "Where do I find these?"))
        self.form.add(tr("wizard", "Provider"), self._provider)
        self.form.add_widget(self._asked)
        self.form.add_widget(self._page, at_start=True)
        self.form.add_foot(back, self._test)
        self._provider.currentIndexChanged.connect(self._show_fields)
        self._test.clicked.connect(self._on_test_clicked)
        self._page.clicked.connect(lambda: open_link(entry(self._provider.value()).page))
        back.clicked.connect(self.back_requested)
        self._show_fields()

    def values(self) -> dict[str, str]:
        return {key: field.text() for key, field in self._fields.items()}

    def field(self, key: str) -> QLineEdit:
        return self._fields[key]

    def set_busy(self, busy: bool) -> None:
        """While the provider is asked."""
        self._test.setEnabled(not busy)
        self._test.set_words(tr("wizard", "Asking…") if busy else tr("wizard", "Test and go on"))

    def show_error(self, error: DeskError) -> None:
        self.set_busy(False)
        self.form.show_error(error)

    def error_words(self) -> str:
        return self.form.error_words()

    def forget_secret(self) -> None:
        """The desk has it now."""
        for each in entry(self._provider.value()).fields:
            if each.secret:
                self._fields[each.key].clear()

    def _show_fields(self) -> None:
        fresh = Form()
        self._fields = {}
        for each in entry(self._provider.value()).fields:
            field = line_edit()
            if each.secret:
                field.setEchoMode(QLineEdit.EchoMode.Password)
            field.returnPressed.connect(self._on_test_clicked)
            name = each.label if each.required else f"{each.label} ({tr('wizard', 'optional')})"
            fresh.add(name, field, each.hint)
            self._fields[each.key] = field
        layout = self.form.layout()
        assert layout is not None
        layout.replaceWidget(self._asked, fresh)
        self._asked.hide()
        self._asked.deleteLater()
        self._asked = fresh
        self.form.clear_error()

    def _on_test_clicked(self) -> None:
        self.form.clear_error()
        self.set_busy(True)
        self.test_requested.emit(self._provider.value(), self.values())
