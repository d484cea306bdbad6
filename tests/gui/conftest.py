"""Every window test sees the same look: light, and one font, so that sizes can be compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from sms_desk.ui import theme
from tests.store.conftest import local_workspace

__all__ = ["local_workspace"]


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Iterator[None]:
    """The theme as at the start of the desk, whatever the test before made of it."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    theme.apply(qapp, "light")
    families = [name for name in ("Inter", "Noto Sans") if QFontDatabase.hasFamily(name)]
    font = qapp.font()
    font.setFamily(families[0] if families else font.family())
    qapp.setFont(font)
    yield
    for window in qapp.topLevelWidgets():
        window.close()
    # What a test gave up goes with it: else the next one's first event loop would take it apart.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
