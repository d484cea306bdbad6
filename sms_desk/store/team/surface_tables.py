"""What a team's workspace keeps on PostgreSQL beside the workspace's own tables (algorithms §2, §4).

None of it stands in a migration, and no person has a right on any of it: what they may do is a few
functions (`store.team.functions`). `surface.install` makes the tables.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.types import DateTime, UserDefinedType
from typing_extensions import override

from sms_desk.store import tables
from sms_desk.store.types import Id, Instant

SCHEMA: Final = "desk"
SURFACE_VERSION: Final = 3
"""Grows whenever `install` makes something else than before; a desk compares it with its own."""

metadata = MetaData(naming_convention=tables.metadata.naming_convention)


class Xid8(UserDefinedType[str]):
    """The number of a transaction, never used again; the driver gives it as text."""

    cache_ok = True

    @override
    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


class JsonB(UserDefinedType[Any]):
    """PostgreSQL's own form of JSON, which the driver reads by itself."""

    cache_ok = True

    @override
    def get_col_spec(self, **_: Any) -> str:
        return "jsonb"


def _xid(*, nullable: bool = False) -> Column[Any]:
    """Which transaction wrote the row last; a trigger sets it."""
    return Column("row_xid", Xid8, nullable=nullable, server_default=text("pg_current_xact_id()"))


def _moment(name: str, *, nullable: bool = True, now: bool = False) -> Column[Any]:
    """A time by the server's clock."""
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default)


team_meta = Table(
    "team_meta",  # one row: which workspace this is, and since when everything is remembered
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("epoch", Id, nullable=False, server_default=text("gen_random_uuid()")),
    Column("gc_xid", Xid8, nullable=False, server_default=text("'0'")),  # no tomb before it is left
    Column("surface_version", Integer, nullable=False),
    CheckConstraint("one", name="one_row"),
)

login = Table(
    "login",  # whose each role of the server is; written by the functions of provisioning only
    metadata,
    Column("name", Text, primary_key=True),
    Column("person_id", Id, nullable=False, index=True),
    _moment("invited_at", nullable=False, now=True),
    _moment("joined_at"),  # until then the invitation holds for seven days
    _moment("suspended_at"),
    # Where this login is told that there is news. Nobody can be kept from listening, so nobody else
    # can guess the name: who could would learn when others get messages.
    Column("channel", Text, nullable=False, server_default=text("'desk_' || gen_random_uuid()")),
)

access = Table(
    "access",  # cache: who sees what hangs on a key; one row a pair, never deleted
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("key", Id, primary_key=True),
    Column("mode", Text, nullable=False),  # see | none
    _xid(),
    Index("ix_access_changed", "person_id", "row_xid"),
    Index("ix_access_key", "key"),
)

tomb = Table(
    "tomb",  # rows that are gone, or that hang on another key since; by the key they hung on
    metadata,
    Column("tbl", Text, nullable=False),
    Column("pk", JsonB, nullable=False),
    Column("key", Id, nullable=False),
    _xid(),
    _moment("at", nullable=False, now=True),
    Index("ix_tomb_row_xid", "row_xid"),
    Index("ix_tomb_at", "at"),
)

digest = Table(
    "digest",  # cache: how many rows hang on a key, and the exclusive or of their hashes
    metadata,
    Column("key", Id, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("h", BigInteger, nullable=False),
    _xid(),
    Index("ix_digest_row_xid", "row_xid"),
)

queue = Table(
    "queue",  # commands as the desks pushed them, until they are executed
    metadata,
    Column("n", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("person_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # by the desk's clock, microseconds since 1970
    Column("args", Text, nullable=False),  # JSON
    Column("base", Text, nullable=False),  # JSON: what its author saw
    _moment("pushed_at", nullable=False, now=True),
)

receipt = Table(
    "receipt",  # what became of a pushed command; a repeat gets the same
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("state", Text, nullable=False),  # done | held | refused
    Column("result", JsonB, nullable=False),
    _moment("at", nullable=False, now=True),
    _xid(),
    Index("ix_receipt_changed", "person_id", "row_xid"),
    Index("ix_receipt_at", "at"),
    # Conversations that were begun under another id; every command asks for its own.
    Index("ix_receipt_asked", "person_id", text("(result ->> 'asked')")),
)

lease = Table(
    "lease",  # one row: which connector writes; the fence grows with each new holder
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("holder", Text, nullable=False, server_default=""),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    _moment("expires_at"),
    _moment("seen_at"),
    CheckConstraint("one", name="one_row"),
)

presence = Table(
    "presence",  # who is here and what they do right now; lost when the server restarts (R38)
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=True),
    Column("doing", Text, nullable=False),  # here | reading | typing
    _moment("at", nullable=False, now=True),
    _moment("claim_until"),
    prefixes=["UNLOGGED"],
)

# --- what the connector keeps for `access` --------------------------------------------------------

unsettled = Table(
    "unsettled",  # what a transaction moved, until its end: by triggers (`noting`), empty in between
    metadata,
    Column("what", Text, nullable=False),  # dated | conversation | contact | view
    Column("key", Id, nullable=True),
    Column("contact_id", Id, nullable=True),
    Column("peer_key", Text, nullable=True),
)

settled = Table(
    "settled",  # one row: how far the access rows are right
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("commits", BigInteger, nullable=False, server_default="0"),  # that wrote anything
    Column("n", BigInteger, nullable=False, server_default="0"),  # how often the sight changed
    Column("since", Instant, nullable=True),  # for which time it holds
    Column("until", Instant, nullable=True),
    CheckConstraint("one", name="one_row"),
)

sight = Table(
    "sight",  # cache: `domain.visibility.Sight`, by which the access rows were written
    metadata,
    Column("kind", Text, primary_key=True),  # all | sender | owner | way
    Column("key", Id, primary_key=True),
    Column("way", Text, primary_key=True),  # of an absent owner's conversations, as JSON
    Column("people", ARRAY(Id), nullable=False),
)
