"""The first schema."""

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
    """CREATE VIRTUAL TABLE message_index USING fts5(body, content='', contentless_delete=1, tokenize='ascii', prefix='2 3')""",
    """CREATE VIRTUAL TABLE contact_index USING fts5(name, number, content='', contentless_delete=1, tokenize='ascii', prefix='1 2 3')""",
)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=True),
        sa.Column("key_sid", sa.Text(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("removed_at", types.Instant(), nullable=True),
        sa.Column("line", types.Json(), nullable=True),
        sa.Column("clock_offset_us", types.BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("provider", "sid", name=op.f("uq_accounts_provider_sid")),
    )
    op.create_table(
        "opt_outs",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("peer_key", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("scope_id", types.Id(), nullable=False),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=True),
        sa.Column("learnt_from", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_outs")),
    )
    op.create_index("ix_opt_outs_peer", "opt_outs", ["peer_key", "channel"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("suspended_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "programs",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("attribution_days", sa.Integer(), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=True),
        sa.Column("ends_at", types.Instant(), nullable=True),
        sa.Column("takes_replies", sa.Boolean(), nullable=False),
        sa.Column("reply_instruction", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("retired_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
    )
    op.create_table(
        "pulse",
        sa.Column("writer", sa.Text(), nullable=False),
        sa.Column("n", types.BigInt, nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("pk_pulse")),
    )
    op.create_table(
        "sender_ids",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), server_default="", nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("registration", types.Json(), nullable=True),
        sa.Column("inbound_id", types.Id(), nullable=True),
        sa.Column("fallback_id", types.Id(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("retired_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fallback_id"], ["sender_ids.id"], name=op.f("fk_sender_ids_fallback_id")
        ),
        sa.ForeignKeyConstraint(
            ["inbound_id"], ["sender_ids.id"], name=op.f("fk_sender_ids_inbound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_ids")),
        sa.UniqueConstraint(
            "channel", "address", "country", name=op.f("uq_sender_ids_channel_address_country")
        ),
    )
    op.create_table(
        "settings",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", types.Json(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", name=op.f("pk_settings")),
    )
    op.create_table(
        "tags",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("folded", name=op.f("uq_tags_folded")),
    )
    op.create_table(
        "teams",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("retired_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_table(
        "templates",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("keyword", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("retired_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
    )
    op.create_table(
        "workspace",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("me_id", types.Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
    )
    op.create_table(
        "commands",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("args", types.Json(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("inverse", types.Json(), nullable=True),
        sa.Column("undone_by", types.Id(), nullable=True),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_commands_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commands")),
    )
    op.create_index("ix_commands_person", "commands", ["person_id", "at"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", types.Id(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("merged_into", types.Id(), nullable=True),
        sa.Column("search_row", types.BigInt, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_contacts_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("search_row", name=op.f("uq_contacts_search_row")),
    )
    op.create_table(
        "holdings",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("holder_kind", sa.Text(), nullable=False),
        sa.Column("holder_id", types.Id(), nullable=True),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["sender_ids.id"], name=op.f("fk_holdings_sender_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holdings")),
    )
    op.create_index("ix_holdings_holder", "holdings", ["holder_id"], unique=False)
    op.create_index("ix_holdings_sender", "holdings", ["sender_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("team_id", types.Id(), nullable=False),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_memberships_person_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_memberships_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_person", "memberships", ["person_id"], unique=False)
    op.create_index("ix_memberships_team", "memberships", ["team_id"], unique=False)
    op.create_table(
        "messaging_services",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("provider_sid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_messaging_services_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messaging_services")),
        sa.UniqueConstraint(
            "account_id", "provider_sid", name=op.f("uq_messaging_services_account_id_provider_sid")
        ),
    )
    op.create_table(
        "receipts",
        sa.Column("id", types.BigInt, autoincrement=True, nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("provider_sid", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_text", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_receipts_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_index("ix_receipts_sid", "receipts", ["account_id", "provider_sid"], unique=False)
    op.create_table(
        "scans",
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", types.Json(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_scans_account_id")),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_scans")),
    )
    op.create_table(
        "sender_accounts",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("provider_sid", sa.Text(), nullable=True),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sender_accounts_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["sender_ids.id"], name=op.f("fk_sender_accounts_sender_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_accounts")),
    )
    op.create_index("ix_sender_accounts_sender", "sender_accounts", ["sender_id"], unique=False)
    op.create_table(
        "unplaced",
        sa.Column("id", types.BigInt, autoincrement=True, nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("provider_sid", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("resolved_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_unplaced_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unplaced")),
        sa.UniqueConstraint(
            "account_id", "provider_sid", name=op.f("uq_unplaced_account_id_provider_sid")
        ),
    )
    op.create_table(
        "views",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner_id", types.Id(), nullable=False),
        sa.Column("shared_with", types.Json(), nullable=True),
        sa.Column("filter", types.Json(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_views_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
    )
    op.create_table(
        "contact_addresses",
        sa.Column("peer_key", sa.Text(), nullable=False),
        sa.Column("contact_id", types.Id(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_contact_addresses_contact_id")
        ),
        sa.PrimaryKeyConstraint("peer_key", name=op.f("pk_contact_addresses")),
    )
    op.create_index(
        "ix_contact_addresses_contact", "contact_addresses", ["contact_id"], unique=False
    )
    op.create_table(
        "conversations",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("peer_key", sa.Text(), nullable=False),
        sa.Column("contact_id", types.Id(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("owner_id", types.Id(), nullable=True),
        sa.Column("owner_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("team_state", sa.Text(), nullable=False),
        sa.Column("snoozed_until", types.Instant(), nullable=True),
        sa.Column("state_at", types.Instant(), nullable=False),
        sa.Column("closed_at", types.Instant(), nullable=True),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_program_id", types.Id(), nullable=True),
        sa.Column("source_from_id", types.Id(), nullable=True),
        sa.Column("source_reason", sa.Text(), nullable=False),
        sa.Column("taken_over_at", types.Instant(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reply_raw", sa.Text(), nullable=False),
        sa.Column("last_position", types.BigInt, server_default="0", nullable=False),
        sa.Column("last_inbound", types.BigInt, server_default="0", nullable=False),
        sa.Column("last_outbound", types.BigInt, server_default="0", nullable=False),
        sa.Column("answered_position", types.BigInt, server_default="0", nullable=False),
        sa.Column("waiting_since", types.Instant(), nullable=True),
        sa.Column("listed", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("snippet", sa.Text(), server_default="", nullable=False),
        sa.Column("snippet_from", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_conversations_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["people.id"], name=op.f("fk_conversations_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["sender_ids.id"], name=op.f("fk_conversations_sender_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_from_id"], ["programs.id"], name=op.f("fk_conversations_source_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_program_id"], ["programs.id"], name=op.f("fk_conversations_source_program_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "sender_id", "peer_key", name=op.f("uq_conversations_sender_id_peer_key")
        ),
    )
    op.create_index("ix_conversations_contact", "conversations", ["contact_id"], unique=False)
    op.create_index(
        "ix_conversations_kind",
        "conversations",
        ["source_kind", "listed", "team_state", "last_position"],
        unique=False,
    )
    op.create_index(
        "ix_conversations_owner",
        "conversations",
        ["owner_id", "listed", "team_state", "last_position", "last_inbound", "sender_id"],
        unique=False,
    )
    op.create_index(
        "ix_conversations_sender",
        "conversations",
        ["sender_id", "listed", "team_state", "last_position", "owner_id"],
        unique=False,
    )
    op.create_index(
        "ix_conversations_snoozed",
        "conversations",
        ["snoozed_until"],
        unique=False,
        sqlite_where=sa.text("snoozed_until IS NOT NULL"),
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_index(
        "ix_conversations_source",
        "conversations",
        ["source_program_id", "listed", "team_state", "last_position"],
        unique=False,
    )
    op.create_index(
        "ix_conversations_state",
        "conversations",
        ["listed", "team_state", "last_position", "channel", "owner_id", "sender_id"],
        unique=False,
    )
    op.create_index(
        "ix_conversations_trouble",
        "conversations",
        ["last_position"],
        unique=False,
        sqlite_where=sa.text("trouble IS NOT NULL"),
        postgresql_where=sa.text("trouble IS NOT NULL"),
    )
    op.create_index(
        "ix_conversations_waiting",
        "conversations",
        [
            "waiting_since",
            "owner_id",
            "sender_id",
            "source_program_id",
            "source_kind",
            "team_state",
        ],
        unique=False,
        sqlite_where=sa.text("waiting_since IS NOT NULL"),
        postgresql_where=sa.text("waiting_since IS NOT NULL"),
    )
    op.create_table(
        "program_bindings",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("program_id", types.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=True),
        sa.Column("service_id", types.Id(), nullable=True),
        sa.Column("pattern", sa.Text(), nullable=True),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN sender_id IS NULL THEN 0 ELSE 1 END + CASE WHEN service_id IS NULL THEN 0 ELSE 1 END + CASE WHEN pattern IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_program_bindings_one_target"),
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_program_bindings_program_id")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["sender_ids.id"], name=op.f("fk_program_bindings_sender_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["messaging_services.id"], name=op.f("fk_program_bindings_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_bindings")),
    )
    op.create_index("ix_program_bindings_program", "program_bindings", ["program_id"], unique=False)
    op.create_table(
        "service_senders",
        sa.Column("service_id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["sender_ids.id"], name=op.f("fk_service_senders_sender_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["messaging_services.id"], name=op.f("fk_service_senders_service_id")
        ),
        sa.PrimaryKeyConstraint("service_id", "sender_id", name=op.f("pk_service_senders")),
    )
    op.create_table(
        "conversation_tags",
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("tag_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_tags_conversation_id"),
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_conversation_tags_tag_id")),
        sa.PrimaryKeyConstraint("conversation_id", "tag_id", name=op.f("pk_conversation_tags")),
    )
    op.create_index(
        "ix_conversation_tags_tag", "conversation_tags", ["tag_id", "conversation_id"], unique=False
    )
    op.create_table(
        "drafts",
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_drafts_conversation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_drafts_person_id")),
        sa.PrimaryKeyConstraint("person_id", "conversation_id", "mode", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_conversation", "drafts", ["conversation_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("position", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", types.Id(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", types.Json(), nullable=False),
        sa.Column("batch_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_events_conversation_id")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
    )
    op.create_index(
        "ix_events_batch",
        "events",
        ["batch_id"],
        unique=False,
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_index(
        "ix_events_conversation", "events", ["conversation_id", "position"], unique=False
    )
    op.create_table(
        "messages",
        sa.Column("position", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("provider_sid", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.Column("late", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("peer_raw", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_text", sa.Text(), server_default="", nullable=False),
        sa.Column("status_at", types.Instant(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.Column("author_id", types.Id(), nullable=True),
        sa.Column("on_behalf_id", types.Id(), nullable=True),
        sa.Column("program_id", types.Id(), nullable=True),
        sa.Column("program_reason", sa.Text(), server_default="none", nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=True),
        sa.Column("source_reason", sa.Text(), nullable=True),
        sa.Column("service_sid", sa.Text(), nullable=True),
        sa.Column("outbox_id", types.Id(), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=True),
        sa.Column("price", sa.Text(), nullable=True),
        sa.Column("price_unit", sa.Text(), nullable=True),
        sa.Column("media_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("keyword", sa.Text(), nullable=True),
        sa.Column("next_check_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_messages_account_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_messages_author_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["on_behalf_id"], ["people.id"], name=op.f("fk_messages_on_behalf_id")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_messages_program_id")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["sender_ids.id"], name=op.f("fk_messages_sender_id")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "account_id", "provider_sid", name=op.f("uq_messages_account_id_provider_sid")
        ),
        sa.UniqueConstraint("id", name=op.f("uq_messages_id")),
    )
    op.create_index(
        "ix_messages_conversation", "messages", ["conversation_id", "position"], unique=False
    )
    op.create_index(
        "ix_messages_inbound",
        "messages",
        ["conversation_id", "position"],
        unique=False,
        sqlite_where=sa.text("direction = 'inbound'"),
        postgresql_where=sa.text("direction = 'inbound'"),
    )
    op.create_index(
        "ix_messages_next_check",
        "messages",
        ["next_check_at"],
        unique=False,
        sqlite_where=sa.text("next_check_at IS NOT NULL"),
        postgresql_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_program",
        "messages",
        ["program_id", "position"],
        unique=False,
        sqlite_where=sa.text("program_id IS NOT NULL"),
        postgresql_where=sa.text("program_id IS NOT NULL"),
    )
    op.create_table(
        "my_states",
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("read_position", types.BigInt, server_default="0", nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("muted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("nudge_seen", types.BigInt, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_my_states_conversation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_my_states_person_id")),
        sa.PrimaryKeyConstraint("person_id", "conversation_id", name=op.f("pk_my_states")),
    )
    op.create_index("ix_my_states_conversation", "my_states", ["conversation_id"], unique=False)
    op.create_index(
        "ix_my_states_pinned",
        "my_states",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("pinned = 1"),
        postgresql_where=sa.text("pinned"),
    )
    op.create_table(
        "notes",
        sa.Column("position", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("author_id", types.Id(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("mentions", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_notes_author_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_notes_conversation_id")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_notes")),
        sa.UniqueConstraint("id", name=op.f("uq_notes_id")),
    )
    op.create_index("ix_notes_conversation", "notes", ["conversation_id", "position"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("queue_n", sa.Integer(), nullable=False),
        sa.Column("conversation_id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=True),
        sa.Column("to_raw", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("author_id", types.Id(), nullable=False),
        sa.Column("on_behalf_id", types.Id(), nullable=True),
        sa.Column("owner_epoch", sa.Integer(), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("confirmed", types.Json(), nullable=False),
        sa.Column("composed_at", types.Instant(), nullable=False),
        sa.Column("not_after", types.Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_text", sa.Text(), server_default="", nullable=False),
        sa.Column("state_at", types.Instant(), nullable=False),
        sa.Column("next_try_at", types.Instant(), nullable=True),
        sa.Column("provider_sid", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_outbox_account_id")),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_outbox_author_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_outbox_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["on_behalf_id"], ["people.id"], name=op.f("fk_outbox_on_behalf_id")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["sender_ids.id"], name=op.f("fk_outbox_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "conversation_id", "queue_n", name=op.f("uq_outbox_conversation_id_queue_n")
        ),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["state"],
        unique=False,
        sqlite_where=sa.text("state NOT IN ('accepted', 'refused', 'withdrawn')"),
        postgresql_where=sa.text("state NOT IN ('accepted', 'refused', 'withdrawn')"),
    )
    op.create_table(
        "attachments",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("message_id", types.Id(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("provider_sid", sa.Text(), nullable=True),
        sa.Column("provider_path", sa.Text(), nullable=True),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("message_id", "n", name=op.f("uq_attachments_message_id_n")),
    )
    op.create_index(
        "ix_attachments_pending",
        "attachments",
        ["state"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "attempts",
        sa.Column("outbox_id", types.Id(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("started_mono_us", types.BigInt, nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("offset_us", types.BigInt, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("checks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_check_at", types.Instant(), nullable=True),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("provider_sid", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_attempts_account_id")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_attempts_outbox_id")),
        sa.PrimaryKeyConstraint("outbox_id", "n", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "account_id", "provider_sid", name=op.f("uq_attempts_account_id_provider_sid")
        ),
    )
    op.create_index(
        "uq_attempts_lane",
        "attempts",
        ["lane"],
        unique=True,
        sqlite_where=sa.text("state IN ('claimed', 'sending', 'in_doubt', 'ask')"),
        postgresql_where=sa.text("state IN ('claimed', 'sending', 'in_doubt', 'ask')"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in SEARCH:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE message_index")
        op.execute("DROP TABLE contact_index")
    op.drop_index(
        "uq_attempts_lane",
        table_name="attempts",
        sqlite_where=sa.text("state IN ('claimed', 'sending', 'in_doubt', 'ask')"),
        postgresql_where=sa.text("state IN ('claimed', 'sending', 'in_doubt', 'ask')"),
    )
    op.drop_table("attempts")
    op.drop_index(
        "ix_attachments_pending",
        table_name="attachments",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_table("attachments")
    op.drop_index(
        "ix_outbox_open",
        table_name="outbox",
        sqlite_where=sa.text("state NOT IN ('accepted', 'refused', 'withdrawn')"),
        postgresql_where=sa.text("state NOT IN ('accepted', 'refused', 'withdrawn')"),
    )
    op.drop_table("outbox")
    op.drop_index("ix_notes_conversation", table_name="notes")
    op.drop_table("notes")
    op.drop_index(
        "ix_my_states_pinned",
        table_name="my_states",
        sqlite_where=sa.text("pinned = 1"),
        postgresql_where=sa.text("pinned"),
    )
    op.drop_index("ix_my_states_conversation", table_name="my_states")
    op.drop_table("my_states")
    op.drop_index(
        "ix_messages_program",
        table_name="messages",
        sqlite_where=sa.text("program_id IS NOT NULL"),
        postgresql_where=sa.text("program_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_messages_next_check",
        table_name="messages",
        sqlite_where=sa.text("next_check_at IS NOT NULL"),
        postgresql_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_messages_inbound",
        table_name="messages",
        sqlite_where=sa.text("direction = 'inbound'"),
        postgresql_where=sa.text("direction = 'inbound'"),
    )
    op.drop_index("ix_messages_conversation", table_name="messages")
    op.drop_table("messages")
    op.drop_index("ix_events_conversation", table_name="events")
    op.drop_index(
        "ix_events_batch",
        table_name="events",
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.drop_table("events")
    op.drop_index("ix_drafts_conversation", table_name="drafts")
    op.drop_table("drafts")
    op.drop_index("ix_conversation_tags_tag", table_name="conversation_tags")
    op.drop_table("conversation_tags")
    op.drop_table("service_senders")
    op.drop_index("ix_program_bindings_program", table_name="program_bindings")
    op.drop_table("program_bindings")
    op.drop_index(
        "ix_conversations_waiting",
        table_name="conversations",
        sqlite_where=sa.text("waiting_since IS NOT NULL"),
        postgresql_where=sa.text("waiting_since IS NOT NULL"),
    )
    op.drop_index(
        "ix_conversations_trouble",
        table_name="conversations",
        sqlite_where=sa.text("trouble IS NOT NULL"),
        postgresql_where=sa.text("trouble IS NOT NULL"),
    )
    op.drop_index("ix_conversations_state", table_name="conversations")
    op.drop_index("ix_conversations_source", table_name="conversations")
    op.drop_index(
        "ix_conversations_snoozed",
        table_name="conversations",
        sqlite_where=sa.text("snoozed_until IS NOT NULL"),
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.drop_index("ix_conversations_sender", table_name="conversations")
    op.drop_index("ix_conversations_owner", table_name="conversations")
    op.drop_index("ix_conversations_kind", table_name="conversations")
    op.drop_index("ix_conversations_contact", table_name="conversations")
    op.drop_table("conversations")
    op.drop_index("ix_contact_addresses_contact", table_name="contact_addresses")
    op.drop_table("contact_addresses")
    op.drop_table("views")
    op.drop_table("unplaced")
    op.drop_index("ix_sender_accounts_sender", table_name="sender_accounts")
    op.drop_table("sender_accounts")
    op.drop_table("scans")
    op.drop_index("ix_receipts_sid", table_name="receipts")
    op.drop_table("receipts")
    op.drop_table("messaging_services")
    op.drop_index("ix_memberships_team", table_name="memberships")
    op.drop_index("ix_memberships_person", table_name="memberships")
    op.drop_table("memberships")
    op.drop_index("ix_holdings_sender", table_name="holdings")
    op.drop_index("ix_holdings_holder", table_name="holdings")
    op.drop_table("holdings")
    op.drop_table("contacts")
    op.drop_index("ix_commands_person", table_name="commands")
    op.drop_table("commands")
    op.drop_table("workspace")
    op.drop_table("templates")
    op.drop_table("teams")
    op.drop_table("tags")
    op.drop_table("settings")
    op.drop_table("sender_ids")
    op.drop_table("pulse")
    op.drop_table("programs")
    op.drop_table("people")
    op.drop_index("ix_opt_outs_peer", table_name="opt_outs")
    op.drop_table("opt_outs")
    op.drop_table("accounts")
