"""Buttons: primary, plain, quiet, icon and link; each with a name, each tinted with the theme."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QStyleOptionButton, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.labels import menu_text, repolish, set_tip

_APART = " "
"""Stands between a drawing and its words: Qt's own four pixels look like none."""
_ICON_TOKEN = {"primary": "on_accent", "pill": "on_accent", "danger": "error"}


class Button(QPushButton):
    """A push button that follows the theme. Its focus ring shows for the keyboard only."""

    def __init__(
        self,
        text: str,
        kind: str = "plain",
        *,
        icon: str = "",
        size: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(menu_text(text), parent)
        self.setProperty("kind", kind)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self.setAccessibleName(text)
        self._icon_name = icon
        self._icon_token = _ICON_TOKEN.get(kind, "secondary")
        self.setIconSize(QSize(size, size))
        self._on_theme_changed()
        theme.signals.changed.connect(self._on_theme_changed)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, as Space does: Qt has it press only the
        default one of a dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    @override
    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        if self._has_both():
            option.text = _APART + option.text

    @override
    def sizeHint(self) -> QSize:
        more = self.fontMetrics().horizontalAdvance(_APART) if self._has_both() else 0
        return super().sizeHint() + QSize(more, 0)

    def _has_both(self) -> bool:
        return bool(self.text()) and not self.icon().isNull()

    def set_words(self, text: str) -> None:
        """Other words on the same button."""
        self.setText(menu_text(text))
        self.setAccessibleName(text)

    def set_icon(self, name: str, token: str = "") -> None:
        """Another drawing, perhaps in another colour token."""
        self._icon_name = name
        self._icon_token = token or self._icon_token
        self._on_theme_changed()

    def set_kind(self, kind: str) -> None:
        """Another rank, such as `primary` while it is the next thing to do."""
        self.setProperty("kind", kind)
        self._icon_token = _ICON_TOKEN.get(kind, "secondary")
        self._on_theme_changed()
        repolish(self)

    @Slot()
    def _on_theme_changed(self) -> None:
        if self._icon_name:
            self.setIcon(theme.icon(self._icon_name, self._icon_token, self.iconSize().width()))


def primary(text: str, *, icon: str = "", parent: QWidget | None = None) -> Button:
    """The one thing to do next; at most one in sight."""
    return Button(text, "primary", icon=icon, parent=parent)


def plain(text: str, *, icon: str = "", parent: QWidget | None = None) -> Button:
    """An ordinary action with an edge around it."""
    return Button(text, "plain", icon=icon, parent=parent)


def quiet(text: str, *, icon: str = "", parent: QWidget | None = None) -> Button:
    """An action that stays in the background until it is looked for."""
    return Button(text, "quiet", icon=icon, parent=parent)


def link(text: str, *, parent: QWidget | None = None) -> Button:
    """An action inside a sentence, such as "why?"."""
    made = Button(text, "link", parent=parent)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def icon_button(
    icon: str, name: str, *, tip: str = "", size: int = 16, parent: QWidget | None = None
) -> Button:
    """A button that is only a drawing; its name is what a screen reader and the tooltip say."""
    made = Button("", "icon", icon=icon, size=size, parent=parent)
    made.setAccessibleName(name)
    set_tip(made, tip or name)
    return made
