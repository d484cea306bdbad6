"""Which rows go to whose desk, and how a row travels (algorithms §2.1).

Every row that travels hangs on one *key*, and a person sees the row exactly when an `access` row
says that they see the key. Most keys are ids that exist anyway: of the conversation, the contact,
the person, the workspace. Numbers have a key made of their match key, so that a contact with two
numbers shows each only to who writes with it. What only admins oversee has a fixed key.

On the wire a row is a JSON array of its columns in their order: ids as text, instants as whole
microseconds, JSON columns as the text that they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypeAlias
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.types import Id

Wire = list[Any]
"""A row as it travels."""

_Converters: TypeAlias = Mapping[type[Any], Callable[[Any], Any]]


class Hangs(StrEnum):
    """On what kind of key a table's rows hang."""

    CONVERSATION = "conversation"
    CONTACT = "contact"
    ADDRESS = "address"
    PERSON = "person"
    WORKSPACE = "workspace"
    VIEW = "view"  # by whom it is shared with: a person, the workspace, or the view itself
    SETTING = "setting"  # by its scope: a person or the workspace
    OVERSIGHT = "oversight"


ALONE: Final = (Hangs.WORKSPACE, Hangs.OVERSIGHT)
"""There is one key of the kind, so all of a table hangs on it."""


@dataclass(frozen=True)
class Replicated:
    """A table whose rows travel. key_sql: their key, over the row `NEW` of a trigger in the
    workspace's schema. unsent: columns that stay on the server until they are asked for."""

    table: sa.Table
    hangs: Hangs
    key_sql: str
    unsent: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.table.name

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What travels, in order."""
        return tuple(column.name for column in self.table.columns if column.name not in self.unsent)

    @cached_property
    def primary_key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.primary_key.columns)

    def row_sql(self, alias: str) -> str:
        """The row as it travels, as JSON text. alias: a name of ours, never anybody's input."""
        listed = ", ".join(f"{alias}.{name}" for name in self.columns)
        return f"json_build_array({listed})::text"

    def canonical_sql(self, alias: str) -> str:
        """The text whose hash a digest is made of; `canonical` makes the same of a row."""
        parts = (f"coalesce('=' || {alias}.{name}::text, '-')" for name in self.columns)
        return f"concat_ws(E'\\x1f', '{self.name}', {', '.join(parts)})"

    def canonical(self, row: Sequence[Any]) -> str:
        """The text of a row as it travels, the same that PostgreSQL makes of it."""
        return "\x1f".join((self.name, *map(_canonical, row)))

    def to_file(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """What the file's driver keeps of a row that arrived."""
        return tuple(self._converted(row, _PUT))

    def key_to_file(self, key: Mapping[str, Any]) -> tuple[Any, ...]:
        """What the file's driver keeps of a primary key that arrived, in its columns' order."""
        kinds = ((name, type(self.table.c[name].type)) for name in self.primary_key)
        return tuple(_PUT.get(kind, _same)(key[name]) for name, kind in kinds)

    def to_wire(self, row: Sequence[Any]) -> Wire:
        """A row of the file as it would travel."""
        return self._converted(row, _TAKE)

    def _converted(self, row: Sequence[Any], how: _Converters) -> list[Any]:
        if len(row) != len(self.columns):
            raise ValueError(f"a row of {self.name} has {len(self.columns)} columns")
        made = list(row)
        for place, kind in self._unlike:
            value = made[place]
            if value is not None:
                made[place] = how[kind](value)
        return made

    def primary_key_of(self, row: Sequence[Any]) -> dict[str, Any]:
        """The key columns of a row as it travels, by name."""
        return {name: row[self.columns.index(name)] for name in self.primary_key}

    @cached_property
    def _unlike(self) -> tuple[tuple[int, type[Any]], ...]:
        """The places of values that the file keeps in another form than they travel."""
        kinds = enumerate(type(self.table.c[name].type) for name in self.columns)
        return tuple((place, kind) for place, kind in kinds if kind in _PUT)


def _same(value: Any) -> Any:
    return value


def _text_of(id_: bytes) -> str:
    digits = id_.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


_PUT: Final[_Converters] = {
    Id: lambda value: bytes.fromhex(value.replace("-", "")),  # a fifth of what UUID takes
    sa.Boolean: int,
}
_TAKE: Final[_Converters] = {Id: _text_of, sa.Boolean: bool}


def _canonical(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "=true" if value else "=false"
    return f"={value}"


def hash_of(canonical: str) -> int:
    """A row's part of its key's digest: the first eight bytes of the MD5 of its text, signed. A
    digest is the exclusive or of all parts, so the order of rows does not matter."""
    digest = hashlib.md5(canonical.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def hash_sql(canonical: str) -> str:
    """As `hash_of`, on the server. canonical: an expression."""
    return f"('x' || substr(md5({canonical}), 1, 16))::bit(64)::bigint"


def address_key(peer_key: str) -> UUID:
    """The key that a number's rows hang on: `md5(peer_key)::uuid`."""
    return UUID(bytes=hashlib.md5(peer_key.encode(), usedforsecurity=False).digest())


OVERSIGHT_KEY: Final = address_key("oversight of the workspace")
"""No number's match key has blanks, so none of them shares it."""

WORKSPACE_KEY_SQL: Final = "(SELECT w.id FROM workspace w)"


def _of_conversation(table: sa.Table, key_sql: str = "NEW.conversation_id") -> Replicated:
    unsent = frozenset(column.name for column in table.columns if _heavy(column))
    return Replicated(table, Hangs.CONVERSATION, key_sql, unsent)


def _heavy(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.LargeBinary)


def _of_workspace(table: sa.Table) -> Replicated:
    return Replicated(table, Hangs.WORKSPACE, WORKSPACE_KEY_SQL)


def _of_person(table: sa.Table) -> Replicated:
    return Replicated(table, Hangs.PERSON, "NEW.person_id")


def _of_address(table: sa.Table) -> Replicated:
    return Replicated(table, Hangs.ADDRESS, "md5(NEW.peer_key)::uuid")


def _of_oversight(table: sa.Table) -> Replicated:
    return Replicated(table, Hangs.OVERSIGHT, f"'{OVERSIGHT_KEY}'::uuid")


# Whoever changes how a key is told tells it to the file, too: store.replica.rows.
_VIEW_KEY = (
    "CASE WHEN NEW.shared_with IS NULL THEN NEW.owner_id"
    f" WHEN NEW.shared_with::jsonb ->> 'all' = 'true' THEN {WORKSPACE_KEY_SQL}"
    " ELSE NEW.id END"
)
_SETTING_KEY = (  # what is neither the workspace's nor a person's is the head of the audit log
    f"CASE WHEN NEW.scope = 'workspace' THEN {WORKSPACE_KEY_SQL}"
    f" WHEN NEW.scope ~ '^[0-9a-f]{{8}}-' THEN NEW.scope::uuid ELSE '{OVERSIGHT_KEY}'::uuid END"
)

REPLICATED: Final[tuple[Replicated, ...]] = (
    # Who sits at a desk is the desk's own affair.
    Replicated(tables.workspace, Hangs.WORKSPACE, "NEW.id", frozenset(("me_id",))),
    _of_workspace(tables.people),
    _of_workspace(tables.teams),
    _of_workspace(tables.memberships),
    _of_workspace(tables.accounts),
    _of_workspace(tables.sender_ids),
    _of_workspace(tables.sender_accounts),
    _of_workspace(tables.holdings),
    _of_workspace(tables.messaging_services),
    _of_workspace(tables.service_senders),
    _of_workspace(tables.programs),
    _of_workspace(tables.program_bindings),
    _of_workspace(tables.absences),
    _of_workspace(tables.tags),
    _of_workspace(tables.templates),
    _of_workspace(tables.content_templates),
    _of_workspace(tables.dlt_templates),
    _of_workspace(tables.notice_templates),
    _of_workspace(tables.health_changes),
    Replicated(tables.settings, Hangs.SETTING, _SETTING_KEY),
    Replicated(tables.views, Hangs.VIEW, _VIEW_KEY),
    _of_oversight(tables.audit),
    _of_oversight(tables.audit_subjects),
    _of_oversight(tables.finding_waivers),
    _of_person(tables.my_states),
    _of_person(tables.notices),
    _of_person(tables.sender_mutes),
    _of_person(tables.commands),
    Replicated(tables.contacts, Hangs.CONTACT, "NEW.id"),
    _of_address(tables.contact_addresses),
    _of_address(tables.opt_outs),
    _of_conversation(tables.conversations, "NEW.id"),
    _of_conversation(tables.messages),
    _of_conversation(
        tables.attachments,
        "(SELECT m.conversation_id FROM messages m WHERE m.id = NEW.message_id)",
    ),
    _of_conversation(tables.message_routes),
    _of_conversation(tables.notes),
    _of_conversation(tables.events),
    _of_conversation(tables.conversation_tags),
    _of_conversation(tables.covered_conversations),
    _of_conversation(tables.opt_out_requests),
    _of_conversation(tables.scheduled_messages),
    _of_conversation(tables.outbox),
    _of_conversation(
        tables.attempts,
        "(SELECT o.conversation_id FROM outbox o WHERE o.id = NEW.outbox_id)",
    ),
)
"""In an order in which each row's key can be told from rows before it."""

BY_NAME: Final[Mapping[str, Replicated]] = {one.name: one for one in REPLICATED}

STAYS: Final = frozenset(
    ("pulse", "glance", "drafts", "scans", "receipts", "unplaced", "auto_replies")
)
"""Tables of which no row travels: a process's own, what a desk keeps of half-typed text, and what
only the connector needs. A test compares: every table is in one of the two lists."""
