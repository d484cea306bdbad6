"""The window: the only importer of Qt."""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401 (brings the search that is spared here)


def _spare_feature_search() -> None:
    """Let no `import` ask whether a module switches one of PySide's features on; none of ours does.

    For that question a statement takes three times as long, and of each module that is imported after
    PySide, the standard library's and SQLAlchemy's too, the whole source is read and kept by
    `linecache`: 20 MB, and a fifth of the time of all imports.
    """
    unasked = getattr(builtins, "__orig_import__", None)
    if unasked is not None:
        builtins.__import__ = unasked


_spare_feature_search()
