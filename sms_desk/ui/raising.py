"""How a second start brings up the window of the first one."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WORD: Final = b"raise\n"
_PATIENCE_MS: Final = 1_000
_PATIENCE: Final = 10.0
"""Seconds: a window that is opening listens only once it has painted and read (`main`)."""
_AGAIN: Final = 0.1


class RaiseServer(QObject):
    """Listens, in the window that holds the profile's lock, for later starts."""

    raise_requested = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        name = server_name(folder)
        QLocalServer.removeServer(name)  # what a crash has left behind
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connected)
        self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    @Slot()
    def _on_connected(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.raise_requested.emit()


def raise_other(folder: Path, patience: float = _PATIENCE) -> bool:
    """Ask the window that is there to come up; False if it has not answered after so many seconds.

    Blocks meanwhile: this is all that a second start does.
    """
    last = time.monotonic() + patience
    while not _asked(server_name(folder)):
        if time.monotonic() > last:
            return False
        time.sleep(_AGAIN)
    return True


def _asked(name: str) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_PATIENCE_MS):
        return False
    socket.write(_WORD)
    heard = socket.waitForBytesWritten(_PATIENCE_MS)
    socket.disconnectFromServer()
    return heard


def server_name(folder: Path) -> str:
    """A name that differs between profiles, and is short enough for a socket's path."""
    return "sms-desk-" + hashlib.sha256(str(folder).encode()).hexdigest()[:24]
