"""What each filter chip offers, declared: an option is its words and the fields that it sets.

A new filter is one field in `domain.inbox_filters`, one clause in the store, and one entry here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter, Order, SourceFilter
from sms_desk.domain.model import Channel, ProgramKind, TeamState
from sms_desk.domain.plain_text import display_name
from sms_desk.services.inbox_rows import ProgramCount
from sms_desk.ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What can be chosen from: (id, name) pairs as stored, and the programs."""

    programs: tuple[ProgramCount, ...] = ()
    senders: tuple[tuple[UUID, str], ...] = ()
    owners: tuple[tuple[UUID, str], ...] = ()
    tags: tuple[tuple[UUID, str], ...] = ()
    whatsapp: frozenset[UUID] = frozenset()  # which of the senders are on WhatsApp


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. sets: fields of InboxFilter; icon: its sign in the menu."""

    text: str
    sets: Mapping[str, Any]
    icon: str = ""
    ink: str = "secondary"

    def holds_in(self, value: InboxFilter) -> bool:
        return all(getattr(value, name) == wanted for name, wanted in self.sets.items())

    def chosen_in(self, value: InboxFilter) -> InboxFilter:
        return with_fields(value, self.sets)

    def asks_something(self) -> bool:
        """False for the option that means "any"."""
        default = InboxFilter()
        return any(getattr(default, name) != wanted for name, wanted in self.sets.items())


Sections = Sequence[Sequence[Option]]
"""Options with a separator between the groups."""


def with_fields(value: InboxFilter, fields: Mapping[str, Any]) -> InboxFilter:
    """The filter with other values in these fields."""
    return replace(value, **fields)


def source_options(choices: FilterChoices) -> Sections:
    """Direct, any campaign or service, or one of them (R4)."""
    campaigns = [p for p in choices.programs if p.kind is ProgramKind.CAMPAIGN]
    services = [p for p in choices.programs if p.kind is ProgramKind.SERVICE]
    return (
        (
            Option(tr("filter", "Any source"), _source(None)),
            Option(tr("filter", "Direct"), _source(SourceFilter.DIRECT), "user"),
        ),
        (
            Option(
                tr("filter", "Any campaign"),
                _source(SourceFilter.CAMPAIGN),
                "megaphone",
                "campaign",
            ),
            *(_program(p, SourceFilter.CAMPAIGN) for p in campaigns),
        ),
        (
            Option(tr("filter", "Any service"), _source(SourceFilter.SERVICE), "bot", "service"),
            *(_program(p, SourceFilter.SERVICE) for p in services),
        ),
    )


def channel_options(_choices: FilterChoices) -> Sections:
    return (
        (Option(tr("filter", "Any channel"), {"channel": None}),),
        (
            Option(tr("filter", "SMS"), {"channel": Channel.SMS}, "message-square"),
            Option("WhatsApp", {"channel": Channel.WHATSAPP}, "message-circle", "whatsapp"),
        ),
    )


def sender_options(choices: FilterChoices) -> Sections:
    any_ = Option(tr("filter", "Any sender ID"), {"sender_id": None})
    named = _named(choices.senders, "sender_id", "hash")
    signed = [
        replace(option, icon="message-circle", ink="whatsapp")
        if option.sets["sender_id"] in choices.whatsapp
        else option
        for option in named
    ]
    return ((any_,), signed)


def state_options(_choices: FilterChoices) -> Sections:
    return (
        (
            Option(tr("filter", "Open"), {"state": TeamState.OPEN}, "inbox"),
            Option(tr("filter", "Snoozed"), {"state": TeamState.SNOOZED}, "alarm-clock"),
            Option(tr("filter", "Closed"), {"state": TeamState.CLOSED}, "circle-check"),
        ),
        (Option(tr("filter", "Any state"), {"state": None}, "layers"),),
    )


def owner_options(choices: FilterChoices) -> Sections:
    return (
        (Option(tr("filter", "Any owner"), {"owner_id": None}),),
        _named(choices.owners, "owner_id", "user"),
    )


def tag_options(choices: FilterChoices) -> Sections:
    return (
        (Option(tr("filter", "Any tag"), {"tag_id": None}),),
        _named(choices.tags, "tag_id", "tag"),
    )


def without_tag_options(choices: FilterChoices) -> Sections:
    return (
        (Option(tr("filter", "No such condition"), {"without_tag_id": None}),),
        _named(choices.tags, "without_tag_id", "tag"),
    )


def order_options(_choices: FilterChoices) -> Sections:
    return (
        (
            Option(tr("filter", "Newest first"), {"order": Order.NEWEST}),
            Option(tr("filter", "Longest waiting first"), {"order": Order.WAITING}),
        ),
    )


def flag_options() -> Sequence[Option]:
    """Conditions under "More" that are on or off."""
    return (
        Option(tr("filter", "Silent after our message"), {"nudge": True}, "zap", "nudge"),
        Option(tr("filter", "Failed or held back"), {"failed": True}, "triangle-alert", "error"),
        Option(tr("filter", "Pinned"), {"pinned": True}, "pin"),
    )


def chosen_text(sections: Sections, value: InboxFilter) -> str:
    """The words of the option that holds, "" if nothing is asked."""
    holding = (o for section in sections for o in section if o.holds_in(value))
    return next((option.text for option in holding if option.asks_something()), "")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition from "More" that holds, and the filter without it."""

    text: str
    without: InboxFilter


def more_conditions(value: InboxFilter, choices: FilterChoices) -> tuple[Condition, ...]:
    """What "More" has added, each to be shown as a chip that can be taken away."""
    found = [
        Condition(option.text, with_fields(value, dict.fromkeys(option.sets, False)))
        for option in flag_options()
        if option.holds_in(value)
    ]
    for field, prefix, sections in (
        ("owner_id", tr("filter", "Owner:"), owner_options(choices)),
        ("tag_id", tr("filter", "Tag:"), tag_options(choices)),
        ("without_tag_id", tr("filter", "Not:"), without_tag_options(choices)),
    ):
        if getattr(value, field) is not None:
            words = chosen_text(sections, value) or tr("filter", "gone")
            found.append(Condition(f"{prefix} {words}", with_fields(value, {field: None})))
    if value.order is Order.WAITING:
        words = tr("filter", "Longest waiting first")
        found.append(Condition(words, replace(value, order=Order.NEWEST)))
    return tuple(found)


def _source(source: SourceFilter | None) -> dict[str, Any]:
    return {"source": source, "program_id": None}


def _program(program: ProgramCount, source: SourceFilter) -> Option:
    name = display_name(program.name, 40) or tr("filter", "Unnamed")
    return Option(name, {"source": source, "program_id": program.program_id})


def _named(pairs: Sequence[tuple[UUID, str]], field: str, icon: str) -> Sequence[Option]:
    return [
        Option(display_name(name, 40) or tr("filter", "Unnamed"), {field: id_}, icon)
        for id_, name in pairs
    ]
