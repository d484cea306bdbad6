"""The application's stylesheet, made from tokens: what every screen's controls look like.

Widgets choose by a `kind` property (`primary`, `quiet`, `chip`, …) that `ui.widgets` sets; nobody
else writes a stylesheet. Distances are whole pixels of the 4 px grid, less the border.
"""

from __future__ import annotations

from dataclasses import fields
from string import Template
from typing import Final

from PySide6.QtGui import QColor

from sms_desk.ui.theme.tokens import CHIP_HEIGHT, CONTROL_HEIGHT, RADIUS_CARD, Tokens

_BUTTONS: Final = """
QPushButton, QToolButton {
    min-height: ${control}px; padding: 0 11px; border: 1px solid $control_line;
    border-radius: ${radius}px; background: $raised; color: $text; outline: none;
}
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked {
    background: $accent_soft; color: $accent;
}
QPushButton:disabled, QToolButton:disabled { color: $disabled; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 0 10px; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }

*[kind="primary"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
*[kind="primary"]:hover { background: $accent_hover; }
*[kind="primary"]:pressed { background: $accent_hover; color: $on_accent; }
*[kind="primary"]:disabled { background: $neutral_soft; border-color: $line; color: $disabled; }
*[kind="primary"]:focus { border-color: $text; }
*[kind="danger"] { color: $error; }
*[kind="quiet"], *[kind="icon"] { background: transparent; border-color: transparent; }
*[kind="quiet"]:hover, *[kind="icon"]:hover { background: $hover; }
*[kind="quiet"]:focus, *[kind="icon"]:focus { border-color: $accent; }
*[kind="icon"] { padding: 0; min-width: ${control}px; max-width: ${control}px; }
*[kind="icon"]:focus { padding: 0; }
*[kind="link"] {
    background: transparent; border: none; color: $accent; padding: 0; min-height: 20px;
}
*[kind="link"]:hover { text-decoration: underline; }
*[kind="link"]:focus {
    border: none; padding: 0; border-radius: 4px; background: $accent_soft;
    text-decoration: underline;
}

*[kind="pill"] {
    min-height: 26px; max-height: 26px; border-radius: 14px; padding: 0 13px;
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
*[kind="pill"]:hover { background: $accent_hover; }
*[kind="pill"]:focus { border-color: $text; padding: 0 12px; }

*[kind="chip"] {
    min-height: ${chip}px; max-height: ${chip}px; padding: 0 9px; border-radius: ${chip_radius}px;
    color: $secondary; background: transparent;
}
*[kind="chip"][signed="true"] { padding-right: 25px; }
*[kind="chip"][opens="true"] { padding-right: 14px; }
*[kind="chip"]:hover { background: $hover; }
*[kind="chip"]:focus { padding: 0 8px; }
*[kind="chip"][signed="true"]:focus { padding-right: 24px; }
*[kind="chip"][opens="true"]:focus { padding-right: 13px; }
*[kind="chip"]:checked { background: $accent_soft; color: $accent; border-color: $accent_soft; }
*[kind="chip"][chosen="true"] {
    background: $accent_soft; color: $accent; border-color: $accent_soft;
}
*[kind="chip"]:checked:focus, *[kind="chip"][chosen="true"]:focus { border-color: $accent; }
*[kind="search"] { padding: 0 9px 0 33px; }
*[kind="search"]:focus { padding: 0 8px 0 32px; }
"""

_FIELDS: Final = """
QLineEdit, QComboBox, QSpinBox, QDateTimeEdit, QDateEdit, QTimeEdit {
    min-height: ${control}px; padding: 0 9px; border: 1px solid $control_line;
    border-radius: ${radius}px; background: $raised; color: $text;
    selection-background-color: $accent; selection-color: $on_accent;
}
QPlainTextEdit[kind="field"] {
    padding: 6px; border: 1px solid $control_line; border-radius: ${radius}px;
    background: $raised; color: $text;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateTimeEdit:focus, QDateEdit:focus,
QTimeEdit:focus { border: 2px solid $accent; padding: 0 8px; }
QPlainTextEdit[kind="field"]:focus { border: 2px solid $accent; padding: 5px; }
QLineEdit:disabled, QComboBox:disabled, QPlainTextEdit:disabled {
    color: $disabled; background: $sunken;
}
QCheckBox::indicator {
    width: 12px; height: 12px; border: 1px solid $secondary; border-radius: 3px;
    background: $raised;
}
QCheckBox::indicator:checked { border-color: $accent; background: $accent; }
QCheckBox::indicator:disabled { border-color: $disabled; }
QCheckBox::indicator:checked:disabled { background: $disabled; }
QRadioButton::indicator {
    width: 12px; height: 12px; border: 1px solid $secondary; border-radius: 7px;
    background: $raised;
}
QRadioButton::indicator:checked {
    width: 6px; height: 6px; border: 4px solid $accent; background: $on_accent;
}
QRadioButton::indicator:focus { border-color: $accent; }
QComboBox::drop-down, QDateTimeEdit::drop-down { border: none; width: 28px; }
QComboBox::down-arrow, QDateTimeEdit::down-arrow { image: none; }
QComboBox QAbstractItemView {
    background: $raised; border: 1px solid $control_line; padding: 0;
    outline: none;
    selection-background-color: $accent_soft; selection-color: $text;
}
QComboBox QAbstractItemView::item {
    min-height: 28px; padding: 0 8px; border-radius: 6px; color: $text;
}
QComboBox QAbstractItemView::item:selected, QComboBox QAbstractItemView::item:hover {
    background: $accent_soft; color: $text;
}
"""

_FLOATING: Final = """
QMenu {
    background: $raised; color: $text; border: 1px solid $control_line; padding: 4px 0;
}
QMenu::item { padding: 6px 28px 6px 12px; margin: 0 4px; border-radius: 6px; }
QMenu::icon { padding-left: 10px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $line; margin: 4px 12px; }
QMenu::right-arrow { width: 12px; height: 12px; }
QToolTip {
    background: $raised; color: $text; border: 1px solid $control_line; padding: 4px 6px;
}
QDialog, QDialog QWidget[pane="base"] { background: $raised; }
"""

_LISTS: Final = """
QAbstractScrollArea { background: $base; border: none; outline: none; }
QAbstractItemView {
    background: $base; border: none; outline: none;
    selection-background-color: $accent_soft; selection-color: $text;
}
QListView[kind="sections"] { background: $base; padding: 8px; }
QListView[kind="sections"]::item { min-height: 24px; padding: 4px 8px; border-radius: 6px; }
QListView[kind="sections"]::item:hover { background: $hover; }
QListView[kind="sections"]::item:selected { background: $accent_soft; color: $accent; }
QHeaderView::section {
    background: $base; color: $secondary; border: none; border-bottom: 1px solid $line;
    padding: 8px 12px;
}
QHeaderView::section:first, QHeaderView::section:only-one { padding-left: 16px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $control_line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $line; }
"""

_PANES: Final = """
QWidget[pane="sunken"] { background: $sunken; }
QWidget[pane="base"] { background: $base; }
QWidget[pane="raised"] { background: $raised; }
QWidget[pane="soft"] { background: $accent_soft; }
QFrame[pane="line"] { background: $line; border: none; }
QFrame[pane="card"] {
    background: $raised; border: 1px solid $line; border-radius: ${radius}px;
}
QFrame[pane="toast"] { background: $text; border: none; border-radius: ${radius}px; }
QFrame[pane="toast"] QLabel { color: $base; }
QFrame[pane="toast"] QPushButton {
    background: transparent; border-color: transparent; color: $base; font-weight: 600;
}
QFrame[pane="toast"] QPushButton:hover { text-decoration: underline; }
QFrame[pane="toast"] QPushButton:focus { border-color: $base; }
QLabel { background: transparent; }
QLabel[tone="secondary"] { color: $secondary; }
QLabel[tone="disabled"] { color: $disabled; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="error"] { color: $error; }
QLabel[tone="nudge"] { color: $nudge; }
QLabel[tone="ok"] { color: $ok; }
QProgressBar {
    border: none; border-radius: 2px; background: $line; min-height: 4px; max-height: 4px;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }
"""


def stylesheet_of(tokens: Tokens) -> str:
    """One stylesheet for the whole application."""
    values: dict[str, object] = {
        field.name: value.name()
        for field in fields(tokens)
        if isinstance(value := getattr(tokens, field.name), QColor)
    }
    values |= {
        "radius": RADIUS_CARD,
        "control": CONTROL_HEIGHT - 2,
        "chip": CHIP_HEIGHT - 2,
        "chip_radius": CHIP_HEIGHT // 2,
    }
    parts = (_BUTTONS, _FIELDS, _FLOATING, _LISTS, _PANES)
    return "\n".join(Template(part).substitute(values) for part in parts)
