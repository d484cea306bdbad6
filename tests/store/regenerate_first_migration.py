"""Writes migration 0001 anew from `store.tables`: `python -m tests.store.regenerate_first_migration`.

For as long as no workspace of a released version exists; from then on tables change by a further
migration.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext

from sms_desk.store import migrations, search, tables, types

TARGET = Path(migrations.__file__).parent / "versions" / "0001_first.py"

HEAD = '''"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sms_desk.store import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The search index is the desk's own (team workspaces search locally), so PostgreSQL has none.
SEARCH = (
{search}
)


def upgrade() -> None:
{upgrade}
    if op.get_bind().dialect.name == "sqlite":
        for statement in SEARCH:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE message_index")
        op.execute("DROP TABLE contact_index")
{downgrade}
'''


def main() -> None:
    """Write the file and let ruff put it in order."""
    TARGET.write_text(source(), encoding="utf-8")
    for words in (["check", "--fix-only", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *words, str(TARGET)], check=True)
    print(f"{TARGET.name} written")


def source() -> str:
    """The migration's text, before formatting."""
    upgrade, downgrade = _code()
    statements = "\n".join(f'    """{statement}""",' for statement in search.TABLES)
    return HEAD.format(search=statements, upgrade=upgrade, downgrade=downgrade)


def _code() -> tuple[str, str]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"render_item": _render_item, "target_metadata": tables.metadata}
        )
        script = produce_migrations(context, tables.metadata)
        parts = [
            render_python_code(ops, migration_context=context, render_item=_render_item)
            for ops in (script.upgrade_ops, script.downgrade_ops)
            if ops is not None
        ]
    engine.dispose()
    up, down = (_without_comments(part) for part in parts)
    return up, down


def _render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    if kind == "type":
        for name in ("Id", "Instant", "Json"):
            if isinstance(item, getattr(types, name)):
                return f"types.{name}()"
        if item is types.BigInt:
            return "types.BigInt"
    return False


def _without_comments(code: str) -> str:
    lines = [line for line in code.splitlines() if not line.strip().startswith("#")]
    return "\n".join(f"    {line.removeprefix('    ')}" for line in lines if line.strip())


if __name__ == "__main__":
    main()
