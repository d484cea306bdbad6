"""Reads the glance from a workspace's file before SQLAlchemy is loaded, and nothing else.

The file is opened to be read only: it is neither made nor changed, and what is wrong with it is
said by `store.engine`, which opens it next.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote
from uuid import UUID

_ASK = """
    SELECT glance.person_id, glance.body FROM glance
    JOIN workspace ON workspace.me_id = glance.person_id
    JOIN alembic_version ON alembic_version.version_num = ?
    WHERE glance.pulse = (SELECT coalesce(sum(n), 0) FROM pulse)
"""
_BUSY_MS = 100


def read(path: Path, key: bytes, version: str) -> tuple[UUID, bytes] | None:
    """(whose, body) of the glance of the person who acts when nobody says otherwise; None if there
    is none, if anybody has written since, or if the file cannot be read.

    key: 32 raw bytes. version: the migration that the file must stand at (`engine.HEAD`).
    """
    from sqlcipher3 import dbapi2

    try:
        connection = dbapi2.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
    except dbapi2.Error:
        return None
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        row = connection.execute(_ASK, (version,)).fetchone()
    except dbapi2.Error:
        return None
    finally:
        connection.close()
    return None if row is None else (UUID(bytes=row[0]), bytes(row[1]))
