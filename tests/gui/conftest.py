"""Every window test sees the same look: light, and one font, so that sizes can be compared."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from sms_desk.ui import theme
from tests.fixtures.desk import KEY, copied, open_hurried
from tests.store.office import KeptOffice, Office


@pytest.fixture(scope="session")
def kept_office(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> KeptOffice:
    """The office of every test, before anybody wrote."""
    path = copied(migrated_file, tmp_path_factory.mktemp("office") / "workspace.db")
    return KeptOffice(Office(open_hurried(path, KEY)))


@pytest.fixture
def office(kept_office: KeptOffice, tmp_path: Path) -> Iterator[Office]:
    """Ann, Ben and Cara in a file of this test's own."""
    with kept_office.copied(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def rubbish() -> Iterator[None]:
    """None is looked for while there are readers' threads, in which a widget may not end; as in the
    desk (`ui.collecting`)."""
    gc.disable()
    yield
    gc.enable()


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
