"""The window: the only importer of Qt."""

from __future__ import annotations

import sys
from types import ModuleType

import PySide6.QtCore  # noqa: F401 (brings the search that is spared here)


def _spare_feature_search() -> None:
    """Answer PySide's question about every later import from the module's name.

    To learn whether a module may switch a `__feature__` on, PySide reads the whole source of each
    module that is imported after it, the standard library's and SQLAlchemy's too, and `linecache`
    keeps it: 20 MB, and a fifth of the time of all imports. We switch no feature on.
    """
    search = sys.modules.get("shibokensupport.feature")
    if hasattr(search, "_mod_uses_pyside"):
        setattr(search, "_mod_uses_pyside", _uses_qt)  # noqa: B010 (of a module without types)


def _uses_qt(module: ModuleType) -> bool:
    return module.__name__.startswith(f"{__name__}.")


_spare_feature_search()
