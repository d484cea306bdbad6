"""The laid out rows of a thread, each kept until its content, the width or the theme changes."""

from __future__ import annotations

from sms_desk.ui.thread.arrange import Row
from sms_desk.ui.thread.pieces import Shape
from sms_desk.ui.thread.shape import Setting, shape_of


class Shapes:
    """Shapes by row. At most the loaded rows and those just left are kept."""

    LIMIT = 600

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._kept: dict[tuple[str, str], tuple[Row, Shape]] = {}

    @property
    def setting(self) -> Setting:
        return self._setting

    def use(self, setting: Setting) -> bool:
        """Lay out against another setting from now on; tells whether it is another."""
        if setting == self._setting:
            return False
        self._setting = setting
        self._kept.clear()
        return True

    def of(self, row: Row) -> Shape:
        kept = self._kept.get(row.key)
        if kept is not None and kept[0] == row:
            return kept[1]
        if len(self._kept) >= self.LIMIT:
            self._kept.clear()
        shape = shape_of(row, self._setting)
        self._kept[row.key] = (row, shape)
        return shape

    def forget(self, key: tuple[str, str] | None = None) -> None:
        """Lay one row, or all, out again when next asked for."""
        if key is None:
            self._kept.clear()
        else:
            self._kept.pop(key, None)
