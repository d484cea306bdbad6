"""What a change touched: the one word that screens hear (design §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sms_desk.domain.frozen import dataclass

ALL: frozenset[UUID] = frozenset()
"""As the ids of a kind: anything of that kind may have changed."""


class Thing(StrEnum):
    """Kinds of thing that a screen can show."""

    CONVERSATION = "conversation"
    MESSAGE = "message"
    OUTBOX = "outbox"
    SCHEDULED = "scheduled"
    CONTACT = "contact"
    MY_STATE = "my_state"
    DRAFT = "draft"
    TAG = "tag"
    VIEW = "view"
    TEMPLATE = "template"
    CONTENT_TEMPLATE = "content_template"
    DLT_TEMPLATE = "dlt_template"
    OPT_OUT = "opt_out"  # also: what asks for one
    PROGRAM = "program"
    SENDER = "sender"
    FINDING = "finding"
    PERSON = "person"
    ABSENCE = "absence"
    ACCOUNT = "account"
    SETTING = "setting"
    LINE = "line"
    NOTICE = "notice"  # also: its templates and mutes


@dataclass(frozen=True, slots=True)
class Changes:
    """Kinds touched, and for each which ids; an empty set of ids means any of them."""

    touched: Mapping[Thing, frozenset[UUID]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, **things: UUID | frozenset[UUID] | None) -> Changes:
        """`Changes.of(conversation=id, draft=None)`: None means any of that kind."""
        return cls(
            {
                Thing(name): ALL
                if ids is None
                else ids
                if isinstance(ids, frozenset)
                else frozenset((ids,))
                for name, ids in things.items()
            }
        )

    def __bool__(self) -> bool:
        return bool(self.touched)

    def __or__(self, other: Changes) -> Changes:
        merged = dict(self.touched)
        for thing, ids in other.touched.items():
            mine = merged.get(thing)
            merged[thing] = ids if mine is None else ALL if not mine or not ids else mine | ids
        return Changes(merged)

    def touches(self, thing: Thing, id_: UUID | None = None) -> bool:
        """Whether this kind (and, if given, this one) may have changed."""
        ids = self.touched.get(thing)
        return ids is not None and (id_ is None or not ids or id_ in ids)


NOTHING = Changes()
EVERYTHING = Changes(dict.fromkeys(Thing, ALL))
