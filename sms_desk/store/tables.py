"""Every table of a workspace, as the newest migration leaves it.

What a table keeps is one of three kinds (design §3): *truth* that somebody said or did; *history*
that is only appended to; and *cache*, which `store.rebuild` makes anew from the other two.
Cached columns are marked. Ids are made by the desk; `position` orders and pages a thread
(`domain.positions`) and is the row number of the search index.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.engine import Connection

from sms_desk.store.types import BigInt, Id, Instant, Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_ONLY = "postgresql_where"


def _only(condition: str, *, postgresql: str = "") -> dict[str, Any]:
    """A partial index: of the rows that meet a condition. postgresql: its own words for it.

    PostgreSQL's are set when it makes the table: naming them here loads its whole dialect, 20 ms
    of every start.
    """
    return {"sqlite_where": text(condition), "info": {_ONLY: postgresql or condition}}


@event.listens_for(metadata, "before_create")
def _say_it_to_postgresql(_: MetaData, connection: Connection, **_others: object) -> None:
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.tables.values():
        for index in table.indexes:
            if _ONLY in index.info:
                index.dialect_kwargs[_ONLY] = text(index.info[_ONLY])


def _id() -> Column[object]:
    return Column("id", Id, primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=nullable)


# --- who we are (truth; dated rows, never deleted: R58) -------------------------------------------

workspace = Table(
    "workspace",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # real | demo
    Column("created_at", Instant, nullable=False),
    Column("me_id", Id, nullable=True),  # solo: who acts when nobody says otherwise
)

pulse = Table(
    "pulse",  # how often each process wrote: how a window notices another process's writes
    metadata,
    Column("writer", Text, primary_key=True),
    Column("n", BigInt, nullable=False),
)

glance = Table(
    "glance",  # cache, one row: what a window showed last, shown at its next start before all else
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("pulse", BigInt, nullable=False),  # all writes until then; a later one makes it stale
    Column("body", LargeBinary, nullable=False),  # services.glances
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("zone", Text, nullable=False),  # IANA name
    Column("email", Text, nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("suspended_at", Instant, nullable=True),  # may come back; holds what they held
    Column("removed_at", Instant, nullable=True),  # left for good, owning nothing (R29)
    Column("capacity", Integer, nullable=True),  # open conversations that are a full desk (R23)
)

teams = Table(
    "teams",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # team | profile: a profile is a named group of holders
    Column("retired_at", Instant, nullable=True),
)

memberships = Table(
    "memberships",
    metadata,
    _id(),
    _ref("person_id", "people"),
    _ref("team_id", "teams"),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),
    Index("ix_memberships_person", "person_id"),
    Index("ix_memberships_team", "team_id"),
)

settings = Table(
    "settings",
    metadata,
    Column("scope", Text, primary_key=True),  # workspace, or the person's id
    Column("name", Text, primary_key=True),
    Column("value", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# --- who is away, and who answers (truth: R23-R29) ------------------------------------------------

absences = Table(
    "absences",
    metadata,
    _id(),
    _ref("person_id", "people"),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),  # None: without end
    Column("planned_until", Instant, nullable=True),  # before it was ended early
    Column("zone", Text, nullable=False),  # the absent person's own: IANA name
    Column("since_wall", Text, nullable=False, server_default=""),  # as typed, in that zone
    Column("until_wall", Text, nullable=False, server_default=""),
    Column("permanent", Boolean, nullable=False, server_default="0"),  # does not come back (R29)
    Column("reason", Text, nullable=False, server_default=""),  # vacation | sick | left | other
    Column("covers", Json, nullable=False),  # who takes which part: domain.absences.Cover
    _ref("created_by", "people"),
    Column("created_at", Instant, nullable=False),
    Column("cancelled_at", Instant, nullable=True),  # never was
    # what a connector has done at its boundaries, once each; nothing that is true hangs on it
    Column("begun_at", Instant, nullable=True),
    Column("ended_at", Instant, nullable=True),
    Column("briefed_at", Instant, nullable=True),  # the returning person has read the brief
    Index("ix_absences_person", "person_id"),
)

covered_conversations = Table(
    "covered_conversations",  # who answers a conversation, fixed when it falls under the cover
    metadata,
    Column("absence_id", Id, ForeignKey("absences.id"), primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True),
    _ref("substitute_id", "people", nullable=True),  # None: nobody takes that part
    Column("part", Text, nullable=False),  # conversations | inbound
    Column("since", Instant, nullable=False),
    Index("ix_covered_conversations_conversation", "conversation_id"),
    Index("ix_covered_conversations_substitute", "substitute_id", "absence_id"),
)

# --- who was told (R21, R22) ----------------------------------------------------------------------

notices = Table(
    "notices",  # one thing that one person is told in one way, once
    metadata,
    _id(),
    _ref("person_id", "people"),
    Column("kind", Text, nullable=False),  # domain.notices.Kind
    Column("way", Text, nullable=False),  # screen | email
    Column("subject_id", Id, nullable=False),  # message, command, absence …: what it is about
    _ref("conversation_id", "conversations", nullable=True),
    Column("made_at", Instant, nullable=False),
    Column("state", Text, nullable=False),  # waiting | sending | sent | silent | failed | in_doubt
    Column("state_at", Instant, nullable=False),
    Column("next_try_at", Instant, nullable=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("template", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),  # stable word: why silent, failed
    Column("trail", Json, nullable=False),  # how it was decided (R20): ids and enumerated words
    UniqueConstraint("person_id", "way", "kind", "subject_id"),
    Index("ix_notices_waiting", "state", "made_at", **_only("state IN ('waiting', 'sending')")),
    Index("ix_notices_person", "person_id", "made_at"),
)

notice_templates = Table(
    "notice_templates",  # e-mail texts that a holding names (R21)
    metadata,
    Column("name", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False, server_default=""),
    Column("changed_at", Instant, nullable=False),
    Column("retired_at", Instant, nullable=True),
)

sender_mutes = Table(
    "sender_mutes",  # of whose inbox a person wants no notices
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    Column("sender_id", Id, ForeignKey("sender_ids.id"), primary_key=True),
    Column("since", Instant, nullable=False),
)

message_routes = Table(
    "message_routes",  # history: how each inbound message found who answers it (R20)
    metadata,
    Column("position", BigInt, primary_key=True, autoincrement=False),  # the message's
    Column("conversation_id", Id, nullable=False),
    Column("trail", Json, nullable=False),  # ids and enumerated words
)

audit = Table(
    "audit",  # history, hash-chained: ids and enumerated values, never names, numbers or bodies
    metadata,
    Column("n", BigInt, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    Column("at", Instant, nullable=False),
    Column("actor_id", Id, nullable=True),  # None: a rule
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("batch_id", Id, nullable=True),  # the command
    Column("subject_ids", Json, nullable=False),
    Column("before", Json, nullable=True),
    Column("after", Json, nullable=True),
    Column("previous", Text, nullable=False),  # hash of the entry before
    Column("hash", Text, nullable=False),
    Index("ix_audit_at", "at"),
    Index("ix_audit_batch", "batch_id"),
)

audit_subjects = Table(
    "audit_subjects",  # what each entry names, to be found by; the chain is over subject_ids
    metadata,
    Column("subject_id", Id, primary_key=True),
    Column("n", BigInt, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

AUDIT_GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_update BEFORE UPDATE ON audit"
        " BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_delete BEFORE DELETE ON audit"
        " BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        # REPLACE deletes without asking the trigger for deleting
        # (https://sqlite.org/lang_conflict.html).
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
"""By dialect: the database itself refuses to change or take out an entry, whoever asks."""


@event.listens_for(audit, "after_create")
def _guard_audit(_table: Table, connection: Connection, **_: Any) -> None:
    for statement in AUDIT_GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


# --- accounts, sender IDs, programs (truth) -------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("provider", Text, nullable=False),
    Column("sid", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("base_url", Text, nullable=True),  # None: the provider's own hosts
    Column(
        "key_sid", Text, nullable=True
    ),  # the user name where it is not the sid; never the secret
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant, nullable=True),
    Column(
        "line", Json, nullable=True
    ),  # last sync, offline since, what the provider refused (R63)
    Column(
        "clock_offset_us", BigInt, nullable=True
    ),  # provider's clock minus ours (algorithms §1.4)
    UniqueConstraint("provider", "sid"),
)

sender_ids = Table(
    "sender_ids",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),  # E.164, short code or name, without a channel prefix
    Column("kind", Text, nullable=False),
    Column("country", Text, nullable=False, server_default=""),  # ISO 3166, "" where unknown
    Column("label", Text, nullable=False, server_default=""),
    Column("direction", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("health", Text, nullable=False),
    Column("health_reason", Text, nullable=False, server_default=""),  # word or a person's own
    Column("health_since", Instant, nullable=True),
    Column("health_by", Id, nullable=True),  # who said so; None: the thresholds (R17)
    Column("registration", Json, nullable=True),  # domain.registration, stored, not derived (R41)
    Column(
        "inbound_id", Id, ForeignKey("sender_ids.id"), nullable=True
    ),  # one-way: its inbound number (R60)
    Column("fallback_id", Id, ForeignKey("sender_ids.id"), nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant, nullable=True),
    UniqueConstraint("channel", "address", "country"),
)

sender_accounts = Table(
    "sender_accounts",  # which account carries a sender ID, dated: porting keeps the history (R1)
    metadata,
    _id(),
    _ref("sender_id", "sender_ids"),
    _ref("account_id", "accounts"),
    Column("provider_sid", Text, nullable=True),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),
    Index("ix_sender_accounts_sender", "sender_id"),
)

holdings = Table(
    "holdings",  # who holds a sender ID, dated (R59)
    metadata,
    _id(),
    _ref("sender_id", "sender_ids"),
    Column("holder_kind", Text, nullable=False),
    Column("holder_id", Id, nullable=True),  # None for the organisation
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),
    Column("reason", Text, nullable=False, server_default=""),
    Column("rule", Text, nullable=True),  # how inbound is routed among several holders (R19)
    Column("rule_person_id", Id, nullable=True),  # for the rule "named"
    Column("notice", Text, nullable=True),  # which e-mail template tells the holders (R21)
    Index("ix_holdings_sender", "sender_id"),
    Index("ix_holdings_holder", "holder_id"),
)

messaging_services = Table(
    "messaging_services",
    metadata,
    _id(),
    _ref("account_id", "accounts"),
    Column("provider_sid", Text, nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("account_id", "provider_sid"),
)

service_senders = Table(
    "service_senders",
    metadata,
    Column("service_id", Id, ForeignKey("messaging_services.id"), primary_key=True),
    Column("sender_id", Id, ForeignKey("sender_ids.id"), primary_key=True),
)

programs = Table(
    "programs",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("attribution_days", Integer, nullable=False),
    Column("starts_at", Instant, nullable=True),
    Column("ends_at", Instant, nullable=True),
    Column("takes_replies", Boolean, nullable=False),
    Column("reply_instruction", Text, nullable=False, server_default=""),
    Column("auto_reply", Text, nullable=False, server_default=""),  # R18, where it takes no replies
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant, nullable=True),
)

program_bindings = Table(
    "program_bindings",
    metadata,
    _id(),
    _ref("program_id", "programs"),
    Column("kind", Text, nullable=False),
    _ref("sender_id", "sender_ids", nullable=True),
    _ref("service_id", "messaging_services", nullable=True),
    Column("pattern", Text, nullable=True),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),
    CheckConstraint(
        "CASE WHEN sender_id IS NULL THEN 0 ELSE 1 END + CASE WHEN service_id IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN pattern IS NULL THEN 0 ELSE 1 END = 1",
        name="one_target",
    ),
    Index("ix_program_bindings_program", "program_id"),
)

# --- contacts and conversations -------------------------------------------------------------------

contacts = Table(
    "contacts",
    metadata,
    _id(),
    Column("name", Text, nullable=False, server_default=""),
    _ref("owner_id", "people", nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("merged_into", Id, nullable=True),
    Column(
        "search_row", BigInt, nullable=False, unique=True
    ),  # the contact's row in the name index
)

contact_addresses = Table(
    "contact_addresses",
    metadata,
    Column("peer_key", Text, primary_key=True),  # R53: spellings of one number share it
    _ref("contact_id", "contacts"),
    Column("raw", Text, nullable=False),
    Column("e164", Text, nullable=True),
    Index("ix_contact_addresses_contact", "contact_id"),
)

conversations = Table(
    "conversations",
    metadata,
    _id(),
    _ref("sender_id", "sender_ids"),
    Column("channel", Text, nullable=False),
    Column("peer_key", Text, nullable=False),
    _ref("contact_id", "contacts"),
    Column("created_at", Instant, nullable=False),
    # truth, moved by commands and by what contacts write
    _ref("owner_id", "people", nullable=True),
    Column("owner_epoch", Integer, nullable=False, server_default="0"),
    Column("team_state", Text, nullable=False),
    Column("snoozed_until", Instant, nullable=True),
    Column(
        "state_at", Instant, nullable=False
    ),  # when team state last moved (a close answers what is older)
    Column(
        "closed_at", Instant, nullable=True
    ),  # last close, kept on reopening: it answered what was there (R8)
    Column("source_kind", Text, nullable=False),
    _ref("source_program_id", "programs", nullable=True),
    _ref("source_from_id", "programs", nullable=True),
    Column("source_reason", Text, nullable=False),
    Column("taken_over_at", Instant, nullable=True),  # R5; a later send of the program ends it
    Column(
        "human_since", Instant, nullable=True
    ),  # a person answers; the automation is silent (R51)
    Column("continued_from_id", Id, nullable=True),  # its sender ID was blocked (R17)
    Column(
        "version", Integer, nullable=False, server_default="0"
    ),  # grows with every customer-visible message
    # cache (store.rebuild): from messages
    Column(
        "reply_raw", Text, nullable=False
    ),  # raw address of the latest inbound, else as first used (R1)
    Column(
        "last_position", BigInt, nullable=False, server_default="0"
    ),  # newest customer-visible message
    Column("last_inbound", BigInt, nullable=False, server_default="0"),
    Column("last_outbound", BigInt, nullable=False, server_default="0"),
    Column(
        "answered_position", BigInt, nullable=False, server_default="0"
    ),  # newest human outbound
    Column("waiting_since", Instant, nullable=True),  # R8
    Column(
        "listed", Boolean, nullable=False, server_default="0"
    ),  # R51: silent bulk recipients are not
    Column("trouble", Text, nullable=True),  # newest own message failed, held, or not confirmed
    Column("snippet", Text, nullable=False, server_default=""),
    Column("snippet_from", Text, nullable=False, server_default=""),  # Origin of the newest message
    UniqueConstraint("sender_id", "peer_key"),
    Index("ix_conversations_contact", "contact_id"),
    # In the list's order; what stands after it is looked at without fetching the row.
    Index(
        "ix_conversations_state",
        "listed",
        "team_state",
        "last_position",
        "channel",
        "owner_id",
        "sender_id",
    ),
    Index(
        "ix_conversations_owner",
        "owner_id",
        "listed",
        "team_state",
        "last_position",
        "last_inbound",
        "sender_id",
    ),
    Index(
        "ix_conversations_sender",
        "sender_id",
        "listed",
        "team_state",
        "last_position",
        "owner_id",
    ),
    Index("ix_conversations_source", "source_program_id", "listed", "team_state", "last_position"),
    Index("ix_conversations_kind", "source_kind", "listed", "team_state", "last_position"),
    Index(
        "ix_conversations_waiting",
        "waiting_since",
        "owner_id",
        "sender_id",
        "source_program_id",
        "source_kind",
        "team_state",
        **_only("waiting_since IS NOT NULL"),
    ),
    Index(
        "ix_conversations_snoozed",
        "snoozed_until",
        **_only("snoozed_until IS NOT NULL"),
    ),
    Index(
        "ix_conversations_continued",
        "continued_from_id",
        **_only("continued_from_id IS NOT NULL"),
    ),
    Index(
        "ix_conversations_window",  # open WhatsApp windows by time left (R42)
        "last_inbound",
        **_only("channel = 'whatsapp'"),
    ),
    Index(
        "ix_conversations_trouble",
        "last_position",
        **_only("trouble IS NOT NULL"),
    ),
)

messages = Table(
    "messages",
    metadata,
    Column("position", BigInt, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False, unique=True),
    _ref("conversation_id", "conversations"),
    _ref("account_id", "accounts"),
    Column("provider_sid", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("at", Instant, nullable=False),  # provider's creation date, fixed at first sight (R56)
    Column("seen_at", Instant, nullable=False),  # when this workspace first stored it
    Column("late", Boolean, nullable=False, server_default="0"),  # GR5
    _ref(
        "sender_id", "sender_ids"
    ),  # the one used, which for a one-way sender is not the conversation's (R60)
    Column("peer_raw", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_text", Text, nullable=False, server_default=""),  # the provider's own word
    Column("status_at", Instant, nullable=True),
    Column("error_code", Text, nullable=True),
    Column("error_text", Text, nullable=True),
    _ref("author_id", "people", nullable=True),
    _ref("on_behalf_id", "people", nullable=True),  # "sent by B for A" (R26)
    _ref("program_id", "programs", nullable=True),
    Column("program_reason", Text, nullable=False, server_default="none"),
    Column("source_kind", Text, nullable=True),  # inbound only (R3)
    Column("source_reason", Text, nullable=True),
    Column("service_sid", Text, nullable=True),
    Column("outbox_id", Id, nullable=True),
    Column("parts", Integer, nullable=True),
    Column("price", Text, nullable=True),
    Column("price_unit", Text, nullable=True),
    Column("media_count", Integer, nullable=False, server_default="0"),
    Column("keyword", Text, nullable=True),  # stop | start | help | triage (R39)
    Column("next_check_at", Instant, nullable=True),  # non-final outbound: when to ask again
    UniqueConstraint("account_id", "provider_sid"),
    Index("ix_messages_conversation", "conversation_id", "position"),
    Index(
        "ix_messages_inbound",  # counting the unread without fetching a row
        "conversation_id",
        "position",
        **_only("direction = 'inbound'"),
    ),
    Index(
        "ix_messages_program",  # a program's figures are counted without fetching a row
        "program_id",
        "position",
        "direction",
        "sender_id",
        "conversation_id",
        "status",
        "keyword",
        "error_code",
        **_only("program_id IS NOT NULL"),
    ),
    Index(
        "ix_messages_next_check",
        "next_check_at",
        **_only("next_check_at IS NOT NULL"),
    ),
)

attachments = Table(
    "attachments",
    metadata,
    _id(),
    Column("message_id", Id, ForeignKey("messages.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("provider_sid", Text, nullable=True),
    Column("provider_path", Text, nullable=True),
    Column("content_type", Text, nullable=False, server_default=""),
    Column("size", Integer, nullable=True),
    Column("sha256", Text, nullable=True),
    Column("data", LargeBinary, nullable=True),  # inside the encrypted file, 5 MB at most
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="0"),
    UniqueConstraint("message_id", "n"),
    Index(
        "ix_attachments_pending",
        "state",
        **_only("state = 'pending'"),
    ),
)

notes = Table(
    "notes",  # not messages: no code path can send one (R37)
    metadata,
    Column("position", BigInt, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False, unique=True),
    _ref("conversation_id", "conversations"),
    _ref("author_id", "people"),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("mentions", Json, nullable=False),  # ids of people
    Index("ix_notes_conversation", "conversation_id", "position"),
)

events = Table(
    "events",  # history: what happened to a conversation, by whom, why; ids and enumerated words only
    metadata,
    Column("position", BigInt, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False, unique=True),
    _ref("conversation_id", "conversations"),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor_id", Id, nullable=True),  # None: a rule
    Column("reason", Text, nullable=False, server_default=""),
    Column("detail", Json, nullable=False),  # before, after, and a routing decision's trail (R20)
    Column("batch_id", Id, nullable=True),
    Index("ix_events_conversation", "conversation_id", "position"),
    Index(
        "ix_events_batch",
        "batch_id",
        **_only("batch_id IS NOT NULL"),
    ),
)

tags = Table(
    "tags",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, unique=True),
)

conversation_tags = Table(
    "conversation_tags",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True),
    Column("tag_id", Id, ForeignKey("tags.id"), primary_key=True),
    Index("ix_conversation_tags_tag", "tag_id", "conversation_id"),
)

my_states = Table(
    "my_states",  # for one person alone (R48)
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True),
    Column(
        "read_position", BigInt, nullable=False, server_default="0"
    ),  # the last message displayed
    Column("pinned", Boolean, nullable=False, server_default="0"),
    Column("muted", Boolean, nullable=False, server_default="0"),
    Column(
        "nudge_seen", BigInt, nullable=False, server_default="0"
    ),  # R9: opened after this message
    Index("ix_my_states_conversation", "conversation_id"),
    Index(
        "ix_my_states_pinned",
        "person_id",
        **_only("pinned = 1", postgresql="pinned"),
    ),
)

drafts = Table(
    "drafts",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True),
    Column("mode", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_drafts_conversation", "conversation_id"),
)

views = Table(
    "views",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    _ref("owner_id", "people"),
    Column(
        "shared_with", Json, nullable=True
    ),  # {"kind": "all" | "team" | "people", "ids": […]}; None: private
    Column("filter", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
)

templates = Table(
    "templates",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("keyword", Text, nullable=False),
    Column("channel", Text, nullable=True),  # None: any
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant, nullable=True),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("peer_key", Text, nullable=False),
    Column("scope", Text, nullable=False),  # OptOutScope
    Column("scope_id", Id, nullable=False),  # sender ID, Messaging Service or account
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),
    Column("learnt_from", Text, nullable=False),  # keyword | refusal | person
    Index("ix_opt_outs_peer", "peer_key", "channel"),
)

opt_out_requests = Table(
    "opt_out_requests",  # phrases that ask to stop: a person decides (R39)
    metadata,
    _id(),
    Column("message_id", Id, nullable=False, unique=True),
    _ref("conversation_id", "conversations"),
    Column("said_at", Instant, nullable=False),
    Column("state", Text, nullable=False),  # open | opted_out | dismissed
    _ref("decided_by", "people", nullable=True),
    Column("decided_at", Instant, nullable=True),
    Column("opt_out_id", Id, nullable=True),  # what the decision made
    Index("ix_opt_out_requests_conversation", "conversation_id"),
    Index(
        "ix_opt_out_requests_open",
        "said_at",
        **_only("state = 'open'"),
    ),
)

# --- rules of channels and countries (truth) ------------------------------------------------------

content_templates = Table(
    "content_templates",  # WhatsApp templates as the provider lists them, with approval (R42)
    metadata,
    _id(),
    _ref("account_id", "accounts"),
    Column("provider_sid", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False, server_default=""),
    Column("category", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False, server_default=""),  # the provider's type of content
    Column("body", Text, nullable=False),
    Column("variables", Json, nullable=False),  # name of each placeholder → the provider's sample
    Column("status", Text, nullable=False),  # ApprovalStatus
    Column("status_text", Text, nullable=False, server_default=""),  # the provider's own word
    Column("reason", Text, nullable=False, server_default=""),  # why it was rejected
    Column("seen_at", Instant, nullable=False),
    Column("gone_at", Instant, nullable=True),  # no longer listed; old messages keep the name (R58)
    UniqueConstraint("account_id", "provider_sid"),
)

dlt_templates = Table(
    "dlt_templates",  # India: texts registered on the operators' ledger (R41)
    metadata,
    _id(),
    Column("dlt_id", Text, nullable=False),  # the operator's number of the template
    Column("entity_id", Text, nullable=False),  # principal entity
    _ref("sender_id", "sender_ids", nullable=True),  # None: every header of the entity
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # DltKind
    Column("body", Text, nullable=False),  # fixed text with {#var#}
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant, nullable=True),
    UniqueConstraint("dlt_id", "sender_id"),
)

health_changes = Table(
    "health_changes",  # history: how a sender ID's health moved, by whom and why (R17)
    metadata,
    _id(),
    _ref("sender_id", "sender_ids"),
    Column("at", Instant, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("by_id", Id, nullable=True),  # None: the thresholds
    Index("ix_health_changes_sender", "sender_id", "at"),
)

finding_waivers = Table(
    "finding_waivers",  # findings of the advisor that somebody accepted as they are (R15)
    metadata,
    Column("key", Text, primary_key=True),  # code and subject
    _ref("person_id", "people"),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
)

# --- writing later (R36), and by itself (R18) -----------------------------------------------------

scheduled_messages = Table(
    "scheduled_messages",  # until it is due; then it becomes an entry of the outbox
    metadata,
    _id(),
    _ref("conversation_id", "conversations"),
    _ref("sender_id", "sender_ids"),
    Column("body", Text, nullable=False),
    Column("content_sid", Text, nullable=True),
    Column("content_variables", Json, nullable=True),
    _ref("author_id", "people"),
    _ref("on_behalf_id", "people", nullable=True),
    Column("owner_epoch", Integer, nullable=False),
    Column("seen_version", Integer, nullable=False),
    Column("confirmed", Json, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("zone", Text, nullable=False),  # in whose time it was chosen: IANA name
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("state", Text, nullable=False),  # waiting | released | cancelled
    Column("outbox_id", Id, nullable=True),  # once released
    Index("ix_scheduled_messages_conversation", "conversation_id"),
    Index(
        "ix_scheduled_messages_due",
        "due_at",
        **_only("state = 'waiting'"),
    ),
)

auto_replies = Table(
    "auto_replies",  # history: whom an auto-responder told, so that it does so once a day (R18)
    metadata,
    _id(),
    _ref("program_id", "programs"),
    Column("channel", Text, nullable=False),
    Column("peer_key", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("message_id", Id, nullable=False, unique=True),  # the inbound one that it answers
    Column("outbox_id", Id, nullable=True),
    Index("ix_auto_replies_peer", "program_id", "peer_key", "channel", "at"),
)

# --- sending once (algorithms §1.2) ---------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("queue_n", Integer, nullable=False),  # order within the conversation (I6)
    _ref("conversation_id", "conversations"),
    _ref("sender_id", "sender_ids"),
    _ref("account_id", "accounts", nullable=True),
    Column("to_raw", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("origin", Text, nullable=False, server_default="person"),  # person | automatic (R18)
    _ref("author_id", "people", nullable=True),  # None: an auto-responder
    _ref("on_behalf_id", "people", nullable=True),
    Column("program_id", Id, nullable=True),  # whose auto-responder
    Column("content_sid", Text, nullable=True),  # the provider's id of an approved template (R42)
    Column("content_variables", Json, nullable=True),
    Column("scheduled_id", Id, nullable=True),  # what it was scheduled as (R36)
    Column("owner_epoch", Integer, nullable=False),
    Column("seen_version", Integer, nullable=False),
    Column("confirmed", Json, nullable=False),  # checks that the person has waived, by name
    Column("composed_at", Instant, nullable=False),
    Column("not_after", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column(
        "reason", Text, nullable=False, server_default=""
    ),  # stable word: why held, refused, in doubt
    Column("reason_text", Text, nullable=False, server_default=""),
    Column("state_at", Instant, nullable=False),
    Column("next_try_at", Instant, nullable=True),
    Column("provider_sid", Text, nullable=True),
    UniqueConstraint("conversation_id", "queue_n"),
    Index(
        "ix_outbox_open",
        "state",
        **_only("state NOT IN ('accepted', 'refused', 'withdrawn')"),
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("outbox_id", Id, ForeignKey("outbox.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("holder", Text, nullable=False),  # which process
    Column("fence", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("started_mono_us", BigInt, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column(
        "offset_us", BigInt, nullable=True
    ),  # provider's clock minus ours, as known at the attempt
    Column("state", Text, nullable=False),
    Column(
        "outcome", Text, nullable=False, server_default=""
    ),  # class of the answer, or of its absence
    Column("checks", Integer, nullable=False, server_default="0"),
    Column("next_check_at", Instant, nullable=True),
    _ref("account_id", "accounts"),
    Column("provider_sid", Text, nullable=True),
    UniqueConstraint("account_id", "provider_sid"),  # I4
    Index(
        "uq_attempts_lane",  # I5: at most one open attempt in a lane
        "lane",
        unique=True,
        **_only("state IN ('claimed', 'sending', 'in_doubt', 'ask')"),
    ),
)

# --- receiving ------------------------------------------------------------------------------------

scans = Table(
    "scans",  # how far each walk over the provider's list has come (algorithms §1.6)
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("name", Text, primary_key=True),  # hot | warm | cold | backfill
    Column("state", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

receipts = Table(
    "receipts",  # history; also those for a message that is not here yet (R57)
    metadata,
    Column("id", BigInt, primary_key=True, autoincrement=True),
    _ref("account_id", "accounts"),
    Column("provider_sid", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_text", Text, nullable=False),
    Column("error_code", Text, nullable=True),
    Column("error_text", Text, nullable=True),
    Column("seen_at", Instant, nullable=False),
    Index("ix_receipts_sid", "account_id", "provider_sid"),
)

unplaced = Table(
    "unplaced",  # what cannot be stored yet: poison, or a Messaging Service message without a sender (R61, GR6)
    metadata,
    Column("id", BigInt, primary_key=True, autoincrement=True),
    _ref("account_id", "accounts"),
    Column("provider_sid", Text, nullable=True),
    Column("why", Text, nullable=False),
    Column("raw", Text, nullable=False),  # as received, JSON-escaped
    Column("first_seen_at", Instant, nullable=False),
    Column("resolved_at", Instant, nullable=True),
    UniqueConstraint("account_id", "provider_sid"),
)

# --- commands -------------------------------------------------------------------------------------

commands = Table(
    "commands",  # history: what was asked, by whom, and how to take it back
    metadata,
    _id(),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("args", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Column("inverse", Json, nullable=True),  # commands that undo it; None: it cannot be undone
    Column("undone_by", Id, nullable=True),
    Column("label", Text, nullable=False, server_default=""),
    Index("ix_commands_person", "person_id", "at"),
)
