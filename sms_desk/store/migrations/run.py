"""Taking a workspace from one schema to another, all of the way or not at all (GD3).

There is no alembic.ini: what it would say stands here, so that it also works from a wheel.
Importing this module costs 0.4 s (alembic); only who has a migration to run does it.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection, Engine

from sms_desk.domain.errors import StorageError


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision, in one transaction; a workspace that is there stays."""
    _migrate(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to an earlier revision; `base` leaves nothing. For tests and rescue."""
    _migrate(engine, command.downgrade, revision)


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration; `connection` is the one that env.py uses."""
    config = Config()
    folder = str(Path(__file__).parent).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    return config


def _migrate(engine: Engine, step: object, revision: str) -> None:
    assert callable(step)
    with engine.connect() as connection:
        connection = connection.execution_options(desk_write=True)
        checked = _checks_foreign_keys(connection)
        if checked:
            _set_foreign_keys(connection, on=False)
        try:
            with connection.begin():
                step(configuration(connection), revision)
                if checked:
                    _check_foreign_keys(connection)
        finally:
            if checked:
                _set_foreign_keys(connection, on=True)


def _checks_foreign_keys(connection: Connection) -> bool:
    """Not a replica: its rows name others that its person does not see. PostgreSQL does by itself."""
    if connection.dialect.name != "sqlite":
        return False
    driver = connection.connection.driver_connection
    assert driver is not None
    return bool(driver.execute("PRAGMA foreign_keys").fetchone()[0])


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    # A table that is altered by copying is dropped for a moment, which its references forbid; and
    # SQLite heeds this pragma only between transactions (https://sqlite.org/lang_altertable.html).
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StorageError(
            f"The update of the workspace would break its table “{broken[0]}”.",
            "Nothing was changed. Please report this, with the versions that sms-desk doctor shows.",
        )
