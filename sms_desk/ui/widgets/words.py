"""Words for the screen, through Qt's translation, with English plurals where none is loaded."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def tr(context: str, text: str, n: int = -1) -> str:
    """The text in the person's language. `%n` becomes n; "(s)" is English's own plural.

    `lupdate -tr-function-alias translate+=tr` collects these calls.
    """
    said = QCoreApplication.translate(context, text, "", n)
    return said if n < 0 else said.replace("(s)", "" if n == 1 else "s")
