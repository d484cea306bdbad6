"""The look: contrast in both schemes, icons of every name used, and a theme that can change."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.ui import theme
from sms_desk.ui.theme.avatars import COLORS, NAMELESS, ON_AVATAR
from sms_desk.ui.theme.icons import icon_folder
from sms_desk.ui.theme.tokens import DARK, LIGHT, Tokens, contrast, high_contrast
from sms_desk.ui.widgets.labels import Label

SIGNS = ("campaign", "service", "whatsapp", "waiting", "nudge", "ok", "error", "accent")
GROUNDS = ("base", "raised", "sunken", "accent_soft", "hover")
schemes = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)


@schemes
@pytest.mark.parametrize("ground", [*GROUNDS, "note", "incoming", "own_bubble", "neutral_soft"])
def test_text_can_be_read_on_every_ground(tokens: Tokens, ground: str) -> None:
    for ink in ("text", "secondary"):
        assert contrast(tokens.color(ink), tokens.color(ground)) >= 4.5


@schemes
@pytest.mark.parametrize("sign", SIGNS)
def test_meaning_colours_can_be_read_as_text(tokens: Tokens, sign: str) -> None:
    for ground in ("base", "sunken", f"{sign}_soft", "accent_soft"):
        assert contrast(tokens.color(sign), tokens.color(ground)) >= 4.5, ground


@schemes
def test_button_text_and_focus_ring(tokens: Tokens) -> None:
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent_hover) >= 4.5
    assert contrast(tokens.accent, tokens.raised) >= 3.0


@pytest.mark.parametrize("ground", [*COLORS, NAMELESS], ids=lambda color: color.name())
def test_initials_can_be_read(ground: QColor) -> None:
    assert contrast(ON_AVATAR, ground) >= 4.5


def test_an_avatar_keeps_its_colour() -> None:
    assert theme.avatar_color(UUID(int=77)) == theme.avatar_color(UUID(int=77))
    assert len({theme.avatar_color(UUID(int=n)).name() for n in range(200)}) == len(COLORS)
    assert theme.avatar_color(UUID(int=77), named=False) == NAMELESS


def test_high_contrast_takes_the_platform_and_drops_tints() -> None:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Base, QColor("black"))
    palette.setColor(QPalette.ColorRole.Text, QColor("yellow"))
    tokens = high_contrast(palette)
    assert tokens.dark
    for ground in (tokens.base, tokens.incoming, tokens.campaign_soft, tokens.note):
        assert ground == QColor("black")
    for ink in (tokens.text, tokens.campaign, tokens.line, tokens.waiting):
        assert ink == QColor("yellow")
    assert tokens.accent_soft not in (tokens.base, tokens.hover), "what is chosen is seen"
    assert contrast(tokens.text, tokens.accent_soft) >= 7


def test_the_scheme_changes_and_tells(qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.signals.changed):
        theme.apply(qapp, "dark")
    assert theme.tokens() is DARK
    assert qapp.palette().color(QPalette.ColorRole.Base) == DARK.base
    theme.apply(qapp, "light")
    assert theme.tokens() is LIGHT


def test_icons_are_tinted_and_sharp(qapp: QApplication) -> None:
    drawn = theme.pixmap("inbox", "accent", 16, 2.0)
    assert (drawn.width(), drawn.devicePixelRatio()) == (32, 2.0)
    image = drawn.toImage()
    inks = {
        image.pixelColor(x, y).name()
        for x in range(32)
        for y in range(32)
        if image.pixelColor(x, y).alpha() == 255
    }
    assert inks == {theme.tokens().accent.name()}


def test_every_icon_named_in_the_source_exists() -> None:
    """A misspelt name would only fail when painted."""
    names = {path.stem for path in icon_folder().glob("*.svg")}
    ui = Path(theme.__file__).parent.parent
    used = {
        found
        for path in ui.rglob("*.py")
        for found in re.findall(
            r'(?:theme\.(?:icon|pixmap)|icon_button)\(\s*"([a-z0-9-]+)"', path.read_text()
        )
    }
    assert used
    assert used <= names
    assert "Lucide" in (icon_folder() / "LICENSE").read_text()


def test_fonts_have_the_sizes_of_the_look(qapp: QApplication) -> None:
    sizes = {role: theme.font(role).pixelSize() for role in ("body", "snippet", "meta", "title")}
    assert sizes == {"body": 13, "snippet": 12, "meta": 11, "title": 16}
    assert theme.font("name_unread").weight() > theme.font("name").weight()


def test_the_same_look_again_keeps_what_was_drawn(qapp: QApplication) -> None:
    drawn = theme.pixmap("inbox").cacheKey()
    theme.apply(qapp, "light")
    assert theme.pixmap("inbox").cacheKey() == drawn
    theme.apply(qapp, "dark")
    theme.apply(qapp, "light")
    assert theme.pixmap("inbox").cacheKey() != drawn


def test_another_scheme_is_quicker_than_a_sheet_that_follows_a_sheet(
    qapp: QApplication, qtbot: QtBot
) -> None:
    """As in a window, where most things stand in a dozen others."""
    window = inner = QWidget()
    for _ in range(12):
        inner = QWidget(inner)
    for n in range(200):
        Label(f"{n}", "snippet", parent=inner)
    qtbot.addWidget(window)
    window.show()
    sheets = {}
    for scheme in ("light", "dark"):
        theme.apply(qapp, scheme)
        sheets[scheme] = qapp.styleSheet()

    def follow(scheme: str) -> float:
        began = time.process_time()
        qapp.setStyleSheet(sheets[scheme])
        return time.process_time() - began

    def apply(scheme: Literal["light", "dark"]) -> float:
        began = time.process_time()
        theme.apply(qapp, scheme)
        return time.process_time() - began

    follows, ours = [], []
    for _ in range(3):
        follows.append(follow("light"))
        ours.append(apply("dark"))
    assert min(ours) < min(follows) / 2
    theme.apply(qapp, "light")
