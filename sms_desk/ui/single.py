"""One window per profile: a second start raises the first one and ends."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WORD: Final = b"raise\n"
_PATIENCE_MS: Final = 1_000


class SingleInstance(QObject):
    """Holds the profile's window lock while it lives, and listens for second starts."""

    raise_requested = Signal()

    def __init__(self, lock: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = QLockFile(str(lock))
        self._lock.setStaleLockTime(0)  # only a lock whose process is gone is stale
        self._name = server_name(lock.parent)
        self._server: QLocalServer | None = None

    def acquire(self) -> bool:
        """Whether this is the first window; it then listens for others."""
        if not self._lock.tryLock(0):
            return False
        QLocalServer.removeServer(self._name)  # what a crash has left behind
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._on_connected)
        server.listen(self._name)
        self._server = server
        return True

    def raise_other(self) -> bool:
        """Ask the window that is there to come up; False if it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_PATIENCE_MS):
            return False
        socket.write(_WORD)
        heard = socket.waitForBytesWritten(_PATIENCE_MS)
        socket.disconnectFromServer()
        return heard

    def release(self) -> None:
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    @Slot()
    def _on_connected(self) -> None:
        server = self._server
        socket = server.nextPendingConnection() if server is not None else None
        if socket is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.raise_requested.emit()


def server_name(folder: Path) -> str:
    """A name that differs between profiles, and is short enough for a socket's path."""
    return "sms-desk-" + hashlib.sha256(str(folder).encode()).hexdigest()[:24]
