"""Which tokens hold now: the system's scheme, unless the setting overrides it."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from sms_desk.ui.theme import fonts, icons, tokens
from sms_desk.ui.theme.palette import palette_of
from sms_desk.ui.theme.stylesheet import stylesheet_of

Scheme = Literal["system", "light", "dark"]

_REQUESTS: Final = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}


class Signals(QObject):
    """Tells that colours or fonts are others now; who keeps tinted pixmaps draws them again."""

    changed = Signal()


class _Current(QObject):
    """The one place that remembers the scheme and listens to the system."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = tokens.LIGHT
        self.signals = Signals()
        self._scheme: Scheme = "system"
        self._ratios: tuple[float, ...] = ()
        self._listening_to: QApplication | None = None

    def apply(self, app: QApplication, scheme: Scheme) -> None:
        self._scheme = scheme
        if self._listening_to is not app:
            self._prepare(app)
        hints = app.styleHints()
        if scheme == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(_REQUESTS[scheme])
        self._refresh()

    def _prepare(self, app: QApplication) -> None:
        self._listening_to = app
        app.setStyle("Fusion")
        app.setFont(fonts.interface_font())
        app.screenAdded.connect(self._on_screen_added)
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        app.styleHints().accessibility().contrastPreferenceChanged.connect(self._on_system_changed)

    @Slot()
    def _on_screen_added(self) -> None:
        """A sharper screen: icons are drawn for it, too."""
        if icons.ratios() != self._ratios:
            self._refresh()

    @Slot()
    def _on_system_changed(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        app = self._listening_to
        if app is None:
            return
        wanted, ratios = self._wanted(app), icons.ratios()
        if (wanted, ratios) != (self.tokens, self._ratios):
            icons.forget()
        self.tokens, self._ratios = wanted, ratios
        app.setPalette(palette_of(wanted))
        sheet = stylesheet_of(wanted)
        if sheet != app.styleSheet():  # the same one, too, would polish every widget anew
            # A sheet that follows another polishes each widget once for each that it stands in.
            app.setStyleSheet("")
            app.setStyleSheet(sheet)
        self.signals.changed.emit()

    def _wanted(self, app: QApplication) -> tokens.Tokens:
        if self._scheme == "system" and _wants_contrast():
            app.setPalette(QPalette())  # the platform's own again
            return tokens.high_contrast(app.palette())
        scheme = _REQUESTS.get(self._scheme, app.styleHints().colorScheme())
        return tokens.DARK if scheme == Qt.ColorScheme.Dark else tokens.LIGHT


def _wants_contrast() -> bool:
    preference = QGuiApplication.styleHints().accessibility().contrastPreference()
    return preference == Qt.ContrastPreference.HighContrast


current: Final = _Current()
