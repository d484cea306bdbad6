"""Join a team: what the invitation says, and how far it is until the inbox opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QWidget

from sms_desk.domain.errors import DeskError, UsageError
from sms_desk.settings import server_address
from sms_desk.settings.server_address import ServerAddress
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Form, line_edit
from sms_desk.ui.widgets.outside import ask_what_to_open
from sms_desk.ui.widgets.progress_bar import Work, progress_words
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.wizard.steps import Step

if TYPE_CHECKING:  # the program has it in hand
    from sms_desk.bootstrap.joining import Progress

_SCHEME: Final = "postgresql://"


def address_of(typed: str, login: str, ca_file: str) -> ServerAddress:
    """An invitation's address, whole or in its parts: the login may stand in it or beside it.

    Raises UsageError.
    """
    text = typed.strip()
    if not text:
        raise UsageError("The address is missing.", "It stands in your invitation.")
    rest = text.removeprefix(_SCHEME).removeprefix("postgres://")
    if "://" not in text:
        text = _SCHEME + rest
    if login.strip() and "@" not in rest.split("/", 1)[0]:
        text = f"{_SCHEME}{quote(login.strip(), safe='')}@{rest}"
    return server_address.parsed(text, ca_file=ca_file.strip())


class JoinStep(Step):
    """Asks, then shows what happens; who does it tells by `show_progress` and `show_error`."""

    join_requested = Signal(object, str)
    """A `ServerAddress`, and the one-time password."""
    back_requested = Signal()

    def __init__(self) -> None:
        super().__init__(
            tr("wizard", "Join a team"),
            tr(
                "wizard",
                "An admin of the workspace gives you an invitation: an address, and a password that"
                " works once. What you may see then comes to this machine, in an encrypted file.",
            ),
        )
        self.asked = Form()
        self.address, self.login = line_edit(), line_edit()
        self.password, self.ca_file = line_edit(), line_edit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.address.setPlaceholderText("postgresql://login@desk.example.org/shop")
        self._join = primary(tr("wizard", "Join"))
        self._back = plain(tr("wizard", "Back"))
        self._fill()
        self.work = _Work()
        self.work.hide()
        for widget in (self.asked, self.work):
            self.form.add_widget(widget)
        self._join.clicked.connect(self._on_join)
        self._back.clicked.connect(self.back_requested)
        for field in (self.address, self.login, self.password, self.ca_file):
            field.returnPressed.connect(self._on_join)

    def _fill(self) -> None:
        form = self.asked
        form.add(
            tr("wizard", "Address of the workspace"),
            self.address,
            tr("wizard", "As it stands in the invitation. There is never a password in it."),
        )
        form.add(
            tr("wizard", "Login"),
            self.login,
            tr("wizard", "Only where the address does not name it: it stands before the @."),
        )
        form.add(
            tr("wizard", "One-time password"),
            self.password,
            tr("wizard", "The desk replaces it by one of its own, which nobody has to know."),
        )
        form.add(
            tr("wizard", "Certificate of the server (optional)"),
            self._with_choice(),
            tr(
                "wizard",
                "Where your company has an authority of its own: its file, such as ca.pem.",
            ),
        )
        form.add_foot(self._back, self._join)

    def _with_choice(self) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        choose = plain(tr("wizard", "Choose…"), parent=line)
        choose.clicked.connect(self._on_choose)
        row.addWidget(self.ca_file, 1)
        row.addWidget(choose)
        line.setFocusProxy(self.ca_file)
        self.ca_file.setAccessibleName(tr("wizard", "Certificate of the server (optional)"))
        return line

    # --- how it goes -------------------------------------------------------------------------------

    def show_progress(self, progress: Progress) -> None:
        """What is done now, and how far it is."""
        self._show_only(self.work)
        self.work.show_progress(progress)

    def show_error(self, error: DeskError) -> None:
        """It was not done; what was typed stays, so that it can be tried again at once."""
        self._show_only(self.asked)
        self.asked.show_error(error)
        self.password.setFocus()

    def error_words(self) -> str:
        return self.asked.error_words()

    def _show_only(self, shown: QWidget) -> None:
        for widget in (self.asked, self.work):
            widget.setVisible(widget is shown)

    @Slot()
    def _on_join(self) -> None:
        self.asked.clear_error()
        try:
            address = address_of(self.address.text(), self.login.text(), self.ca_file.text())
            if not self.password.text():
                raise UsageError(
                    "The one-time password is missing.", "It stands in your invitation."
                )
        except UsageError as error:
            self.asked.show_error(error)
            return
        self._show_only(self.work)
        self.work.show_words(tr("wizard", "Reaching the server…"))
        self.join_requested.emit(address, self.password.text())

    @Slot()
    def _on_choose(self) -> None:
        kinds = (
            f"{tr('wizard', 'Certificates')} (*.pem *.crt *.cer);;{tr('wizard', 'All files')} (*)"
        )
        path = ask_what_to_open(self, tr("wizard", "Certificate of the server"), kinds)
        if path is not None:
            self.ca_file.setText(str(path))


class _Work(QWidget):
    """A sentence on what is done now, and a bar."""

    def __init__(self) -> None:
        super().__init__()
        self._what = label("", wrap=True, parent=self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._far = label("", "snippet", tone="secondary", parent=self)
        form = Form()
        for widget in (self._what, self._bar, self._far):
            form.add_widget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(form)

    def show_words(self, words: str) -> None:
        """Nobody knows how long it takes."""
        self._what.setText(words)
        self._far.setText("")
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(words)

    def show_progress(self, progress: Progress) -> None:
        self.show_words(_step_words(progress.step))
        total = progress.here + progress.to_fetch
        if total:
            self._bar.setRange(0, total)
            self._bar.setValue(progress.here)
            self._far.setText(progress_words(Work("", progress.here, total, None)))

    def words(self) -> str:
        return f"{self._what.text()} {self._far.text()}".strip()


def _step_words(step: str) -> str:
    return {
        "reaching": tr("wizard", "Reaching the server…"),
        "securing": tr("wizard", "Giving this desk a password of its own…"),
        "preparing": tr("wizard", "Preparing the encrypted file…"),
        "fetching": tr("wizard", "Fetching your conversations, the newest first…"),
    }.get(step, tr("wizard", "Joining…"))
