"""Absences and their cover, notices, routing trails, audit (R19–R31)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sms_desk.store import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    "audit_subjects",
    "audit",
    "message_routes",
    "sender_mutes",
    "notice_templates",
    "notices",
    "covered_conversations",
    "absences",
)

_GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_update BEFORE UPDATE ON audit"
        " BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_delete BEFORE DELETE ON audit"
        " BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_replace BEFORE INSERT ON audit"
        " WHEN EXISTS (SELECT 1 FROM audit WHERE n = NEW.n)"
        " BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$",
        "CREATE TRIGGER audit_change BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
        "CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ),
}


def upgrade() -> None:
    op.add_column("people", sa.Column("removed_at", types.Instant(), nullable=True))
    op.add_column("people", sa.Column("capacity", sa.Integer(), nullable=True))
    _absences()
    _notices()
    _histories()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuse()")
    op.drop_column("people", "capacity")
    op.drop_column("people", "removed_at")


def _absences() -> None:
    op.create_table(
        "absences",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=True),
        sa.Column("planned_until", types.Instant(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("since_wall", sa.Text(), server_default="", nullable=False),
        sa.Column("until_wall", sa.Text(), server_default="", nullable=False),
        sa.Column("permanent", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("covers", types.Json(), nullable=False),
        sa.Column("created_by", types.Id(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("cancelled_at", types.Instant(), nullable=True),
        sa.Column("begun_at", types.Instant(), nullable=True),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("briefed_at", types.Instant(), nullable=True),
        _references("absences", "person_id", "people"),
        _references("absences", "created_by", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_person", "absences", ["person_id"])
    op.create_table(
        "covered_conversations",
        sa.Column("absence_id", types.Id(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("substitute_id", types.Id(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("since", types.Instant(), nullable=False),
        _references("covered_conversations", "absence_id", "absences"),
        _references("covered_conversations", "conversation_id", "conversations"),
        _references("covered_conversations", "substitute_id", "people"),
        sa.PrimaryKeyConstraint(
            "absence_id", "conversation_id", name=op.f("pk_covered_conversations")
        ),
    )
    op.create_index(
        "ix_covered_conversations_conversation", "covered_conversations", ["conversation_id"]
    )
    op.create_index(
        "ix_covered_conversations_substitute",
        "covered_conversations",
        ["substitute_id", "absence_id"],
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("subject_id", types.Id(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=True),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", types.Instant(), nullable=False),
        sa.Column("next_try_at", types.Instant(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("template", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("trail", types.Json(), nullable=False),
        _references("notices", "person_id", "people"),
        _references("notices", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "person_id",
            "way",
            "kind",
            "subject_id",
            name=op.f("uq_notices_person_id_way_kind_subject_id"),
        ),
    )
    waiting = sa.text("state IN ('waiting', 'sending')")
    op.create_index(
        "ix_notices_waiting",
        "notices",
        ["state", "made_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_notices_person", "notices", ["person_id", "made_at"])
    op.create_table(
        "notice_templates",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("retired_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_notice_templates")),
    )
    op.create_table(
        "sender_mutes",
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("since", types.Instant(), nullable=False),
        _references("sender_mutes", "person_id", "people"),
        _references("sender_mutes", "sender_id", "sender_ids"),
        sa.PrimaryKeyConstraint("person_id", "sender_id", name=op.f("pk_sender_mutes")),
    )


def _histories() -> None:
    op.create_table(
        "message_routes",
        sa.Column("position", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("trail", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_message_routes")),
    )
    op.create_table(
        "audit",
        sa.Column("n", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("actor_id", types.Id(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("batch_id", types.Id(), nullable=True),
        sa.Column("subject_ids", types.Json(), nullable=False),
        sa.Column("before", types.Json(), nullable=True),
        sa.Column("after", types.Json(), nullable=True),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_batch", "audit", ["batch_id"])
    op.create_table(
        "audit_subjects",
        sa.Column("subject_id", types.Id(), nullable=False),
        sa.Column("n", types.BigInt, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "n", name=op.f("pk_audit_subjects")),
        sqlite_with_rowid=False,
    )
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _references(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
