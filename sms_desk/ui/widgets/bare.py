"""Widgets that are hidden in most windows: what is in them is made when it is first to be seen."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


class Bare(QWidget):
    """A widget whose parts are to come. The stylesheet dresses each of a window's widgets, seen or
    not: those of its hidden places were a third of all.
    """

    def furnish(self) -> None:
        """Make the parts, once; every method that shows something begins with this."""
        if self.is_furnished():
            return
        stop = self._stop_before()
        self._furnish()
        window = self.window()
        for part in self.findChildren(QWidget):
            if part.focusPolicy() != Qt.FocusPolicy.NoFocus and part.window() is window:
                QWidget.setTabOrder(stop, part)
                stop = part

    def is_furnished(self) -> bool:
        return self.layout() is not None

    @abstractmethod
    def _furnish(self) -> None:
        """Make the parts and lay them out."""

    def _stop_before(self) -> QWidget:
        """Where Tab halts before it comes here: it goes by where things stand, not by when they
        were made."""
        found = self.previousInFocusChain()
        while found and found.focusPolicy() == Qt.FocusPolicy.NoFocus and found is not self:
            found = found.previousInFocusChain()
        return found or self
