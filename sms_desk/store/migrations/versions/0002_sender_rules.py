"""Rules of sending: health, approved templates, triage, scheduling, auto-responders (R13–R18, R36–R42)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from sms_desk.store import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _columns() -> dict[str, Sequence[sa.Column[Any]]]:
    """Without constraints of their own, so that SQLite adds them in place, without copying."""
    return {
        "sender_ids": (
            sa.Column("health_reason", sa.Text(), server_default="", nullable=False),
            sa.Column("health_since", types.Instant(), nullable=True),
            sa.Column("health_by", types.Id(), nullable=True),
        ),
        "holdings": (
            sa.Column("rule_person_id", types.Id(), nullable=True),
            sa.Column("notice", sa.Text(), nullable=True),
        ),
        "programs": (sa.Column("auto_reply", sa.Text(), server_default="", nullable=False),),
        "conversations": (
            sa.Column("human_since", types.Instant(), nullable=True),
            sa.Column("continued_from_id", types.Id(), nullable=True),
        ),
        "outbox": (
            sa.Column("origin", sa.Text(), server_default="person", nullable=False),
            sa.Column("program_id", types.Id(), nullable=True),
            sa.Column("content_sid", sa.Text(), nullable=True),
            sa.Column("content_variables", types.Json(), nullable=True),
            sa.Column("scheduled_id", types.Id(), nullable=True),
        ),
    }


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    _set_author_nullable(nullable=True)
    _index("ix_conversations_continued", "conversations", "continued_from_id IS NOT NULL")
    _index("ix_conversations_window", "conversations", "channel = 'whatsapp'", "last_inbound")
    _index_program_messages(*_FIGURES)
    _create_tables()


def downgrade() -> None:
    for table in (
        "glance",
        "auto_replies",
        "scheduled_messages",
        "finding_waivers",
        "health_changes",
        "dlt_templates",
        "content_templates",
        "opt_out_requests",
    ):
        op.drop_table(table)
    op.drop_index("ix_conversations_window", "conversations")
    op.drop_index("ix_conversations_continued", "conversations")
    _index_program_messages()
    # What nobody of us wrote has no place in the older schema.
    op.execute(
        "DELETE FROM attempts WHERE outbox_id IN (SELECT id FROM outbox WHERE author_id IS NULL)"
    )
    op.execute("DELETE FROM outbox WHERE author_id IS NULL")
    _set_author_nullable(nullable=False)
    for table, columns in reversed(_columns().items()):
        for column in reversed(columns):
            op.drop_column(table, column.name)


def _set_author_nullable(*, nullable: bool) -> None:
    # Named here because SQLite tells their defaults in brackets.
    texts = tuple(
        sa.Column(name, sa.Text(), server_default="", nullable=False)
        for name in ("reason", "reason_text")
    )
    with op.batch_alter_table("outbox", reflect_args=texts) as outbox:
        outbox.alter_column("author_id", existing_type=types.Id(), nullable=nullable)


def _index(name: str, table: str, where: str, column: str = "continued_from_id") -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, [column], sqlite_where=condition, postgresql_where=condition, unique=False
    )


_FIGURES = ("direction", "sender_id", "conversation_id", "status", "keyword", "error_code")


def _index_program_messages(*columns: str) -> None:
    """The same index with more in it: what a program's figures ask for."""
    condition = sa.text("program_id IS NOT NULL")
    op.drop_index("ix_messages_program", "messages")
    op.create_index(
        "ix_messages_program",
        "messages",
        ["program_id", "position", *columns],
        sqlite_where=condition,
        postgresql_where=condition,
        unique=False,
    )


def _create_tables() -> None:
    op.create_table(
        "glance",
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("pulse", types.BigInt, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_glance")),
    )
    op.create_table(
        "opt_out_requests",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("said_at", types.Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", types.Id(), nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("opt_out_id", types.Id(), nullable=True),
        _references("opt_out_requests", "conversation_id", "conversations"),
        _references("opt_out_requests", "decided_by", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out_requests")),
        sa.UniqueConstraint("message_id", name=op.f("uq_opt_out_requests_message_id")),
    )
    op.create_index("ix_opt_out_requests_conversation", "opt_out_requests", ["conversation_id"])
    _index("ix_opt_out_requests_open", "opt_out_requests", "state = 'open'", "said_at")
    op.create_table(
        "content_templates",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("provider_sid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("variables", types.Json(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_text", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.Column("gone_at", types.Instant(), nullable=True),
        _references("content_templates", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_templates")),
        sa.UniqueConstraint(
            "account_id", "provider_sid", name=op.f("uq_content_templates_account_id_provider_sid")
        ),
    )
    op.create_table(
        "dlt_templates",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("dlt_id", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("retired_at", types.Instant(), nullable=True),
        _references("dlt_templates", "sender_id", "sender_ids"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dlt_templates")),
        sa.UniqueConstraint("dlt_id", "sender_id", name=op.f("uq_dlt_templates_dlt_id_sender_id")),
    )
    op.create_table(
        "health_changes",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", types.Id(), nullable=True),
        _references("health_changes", "sender_id", "sender_ids"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_changes")),
    )
    op.create_index("ix_health_changes_sender", "health_changes", ["sender_id", "at"])
    op.create_table(
        "finding_waivers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        _references("finding_waivers", "person_id", "people"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_finding_waivers")),
    )
    op.create_table(
        "scheduled_messages",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("content_sid", sa.Text(), nullable=True),
        sa.Column("content_variables", types.Json(), nullable=True),
        sa.Column("author_id", types.Id(), nullable=False),
        sa.Column("on_behalf_id", types.Id(), nullable=True),
        sa.Column("owner_epoch", sa.Integer(), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("confirmed", types.Json(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outbox_id", types.Id(), nullable=True),
        _references("scheduled_messages", "conversation_id", "conversations"),
        _references("scheduled_messages", "sender_id", "sender_ids"),
        _references("scheduled_messages", "author_id", "people"),
        _references("scheduled_messages", "on_behalf_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_messages")),
    )
    op.create_index("ix_scheduled_messages_conversation", "scheduled_messages", ["conversation_id"])
    _index("ix_scheduled_messages_due", "scheduled_messages", "state = 'waiting'", "due_at")
    op.create_table(
        "auto_replies",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("program_id", types.Id(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("peer_key", sa.Text(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("outbox_id", types.Id(), nullable=True),
        _references("auto_replies", "program_id", "programs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auto_replies")),
        sa.UniqueConstraint("message_id", name=op.f("uq_auto_replies_message_id")),
    )
    op.create_index(
        "ix_auto_replies_peer", "auto_replies", ["program_id", "peer_key", "channel", "at"]
    )


def _references(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
