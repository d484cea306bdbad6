"""What a window shows of a team workspace: its line, who else is here, and what came back.

Frozen values by themselves, since the window's first page may ask for them. Texts are as stored.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sms_desk.domain.frozen import dataclass


class HerePart(StrEnum):
    """What the connector in this desk is at the moment."""

    STARTING = "starting"
    WORKS = "works"
    SPARE = "spare"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class ConnectorHere:
    """The connector that runs in this desk. title, next_step: what keeps it from working."""

    part: HerePart
    title: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class TeamLine:
    """How this desk stands to the workspace's server (R63).

    since: when the line came to stand, or broke. title, next_step: what is wrong
    and what to do, "" while all is well; refused: no retry helps, such as a suspended login.
    connector: whether one writes the workspace; connector_since: since when none does. pending:
    commands given here that the workspace has not answered. returned: those it did not take.
    kept, to_fetch: conversations whose history is here, and those that it is still fetched for.
    here: the connector in this desk, None where the machine is not switched to it.
    """

    online: bool
    since: datetime | None = None
    title: str = ""
    next_step: str = ""
    connector: bool = True
    connector_since: datetime | None = None
    pending: int = 0
    returned: int = 0
    kept: int = 0
    to_fetch: int = 0
    refused: bool = False
    here: ConnectorHere | None = None


class ReturnedState(StrEnum):
    """Why the workspace did not do what was asked."""

    HELD = "held"  # a person may have it done all the same
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Returned:
    """A command that the workspace did not do: its person's own words, whole, and the reason.

    label: what it was, such as "Reply" or "Reassign". text: what the person had written, "" for a
    command without words. again: whether giving the same once more can help.
    """

    id: UUID
    at: datetime
    label: str
    text: str
    title: str
    next_step: str
    conversation_id: UUID | None
    state: ReturnedState = ReturnedState.REFUSED
    again: bool = True
    contact_name: str = ""
    peer: str = ""
    is_note: bool = False  # text is an internal note: never to be put where a reply is written


class Doing(StrEnum):
    """What a person does at their desk; never more than this is told (R38)."""

    HERE = "here"
    READING = "reading"
    TYPING = "typing"


@dataclass(frozen=True, slots=True)
class Seen:
    """A colleague at a desk now. seconds: since their desk last said so. claims: they have begun an
    answer in this conversation; whoever writes over it is asked first (R38)."""

    person_id: UUID
    name: str
    conversation_id: UUID | None
    doing: Doing
    seconds: float
    claims: bool = False
