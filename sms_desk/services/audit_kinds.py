"""What the kinds of audit entries, and their reasons, are called (R31)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sms_desk.domain.audit import Kind

KIND_NAMES: Final[Mapping[Kind, str]] = {
    Kind.ASSIGNED: "Conversations assigned",
    Kind.REASSIGNED: "Conversations reassigned",
    Kind.ROUTED: "Conversations routed",
    Kind.CONTACT_ASSIGNED: "Contact assigned",
    Kind.ABSENCE_PLANNED: "Absence planned",
    Kind.ABSENCE_CHANGED: "Absence changed",
    Kind.ABSENCE_ENDED: "Absence ended",
    Kind.ABSENCE_CANCELLED: "Absence called off",
    Kind.ABSENCE_REVIVED: "Absence goes on",
    Kind.COVER_BEGUN: "Cover began by its date",
    Kind.COVER_ENDED: "Cover ended by its date",
    Kind.COVER_TAKEN: "Taken from cover",
    Kind.COVER_SETTLED: "Cover settled",
    Kind.BRIEF_SETTLED: "Brief read",
    Kind.HANDED_OVER: "Handed over for good",
    Kind.HAND_OVER_UNDONE: "Hand-over taken back",
    Kind.HOLDING_BEGUN: "Sender ID given",
    Kind.HOLDING_CHANGED: "Holding changed",
    Kind.HOLDING_ENDED: "Sender ID taken",
    Kind.SENDER_ADDED: "Sender ID added",
    Kind.SENDER_CHANGED: "Sender ID changed",
    Kind.SENDER_RETIRED: "Sender ID retired",
    Kind.SENDERS_IMPORTED: "Sender IDs imported",
    Kind.HEALTH_SET: "Health set",
    Kind.FALLBACK_TAKEN: "Switched to fallback",
    Kind.FALLBACK_LEFT: "Switched back",
    Kind.PROGRAM_CHANGED: "Program changed",
    Kind.PROGRAM_RETIRED: "Program retired",
    Kind.BINDING_BEGUN: "Program bound",
    Kind.BINDING_ENDED: "Binding ended",
    Kind.PERSON_ADDED: "Person added",
    Kind.PERSON_CHANGED: "Person changed",
    Kind.PERSON_SUSPENDED: "Person suspended",
    Kind.PERSON_RESTORED: "Person restored",
    Kind.PERSON_REMOVED: "Person removed",
    Kind.TEAM_ADDED: "Team added",
    Kind.TEAM_CHANGED: "Team changed",
    Kind.MEMBER_ADDED: "Member added",
    Kind.MEMBER_REMOVED: "Member removed",
    Kind.ACCOUNT_ADDED: "Account added",
    Kind.ACCOUNT_REMOVED: "Account removed",
    Kind.SETTING_CHANGED: "Setting changed",
    Kind.RULE_CHANGED: "Rule changed",
    Kind.FINDING_WAIVED: "Finding accepted",
    Kind.UNDONE: "Taken back",
}

GROUPS: Final[tuple[tuple[str, tuple[Kind, ...]], ...]] = (
    (
        "Conversations",
        (Kind.ASSIGNED, Kind.REASSIGNED, Kind.ROUTED, Kind.CONTACT_ASSIGNED),
    ),
    (
        "Absence and cover",
        (
            Kind.ABSENCE_PLANNED,
            Kind.ABSENCE_CHANGED,
            Kind.ABSENCE_ENDED,
            Kind.ABSENCE_CANCELLED,
            Kind.ABSENCE_REVIVED,
            Kind.COVER_BEGUN,
            Kind.COVER_ENDED,
            Kind.COVER_TAKEN,
            Kind.COVER_SETTLED,
            Kind.BRIEF_SETTLED,
            Kind.HANDED_OVER,
            Kind.HAND_OVER_UNDONE,
        ),
    ),
    ("Who holds what", (Kind.HOLDING_BEGUN, Kind.HOLDING_CHANGED, Kind.HOLDING_ENDED)),
    (
        "Sender IDs",
        (
            Kind.SENDER_ADDED,
            Kind.SENDER_CHANGED,
            Kind.SENDER_RETIRED,
            Kind.SENDERS_IMPORTED,
            Kind.HEALTH_SET,
            Kind.FALLBACK_TAKEN,
            Kind.FALLBACK_LEFT,
        ),
    ),
    (
        "Programs",
        (
            Kind.PROGRAM_CHANGED,
            Kind.PROGRAM_RETIRED,
            Kind.BINDING_BEGUN,
            Kind.BINDING_ENDED,
        ),
    ),
    (
        "People, roles and teams",
        (
            Kind.PERSON_ADDED,
            Kind.PERSON_CHANGED,
            Kind.PERSON_SUSPENDED,
            Kind.PERSON_RESTORED,
            Kind.PERSON_REMOVED,
            Kind.TEAM_ADDED,
            Kind.TEAM_CHANGED,
            Kind.MEMBER_ADDED,
            Kind.MEMBER_REMOVED,
        ),
    ),
    (
        "Rules, settings and accounts",
        (
            Kind.SETTING_CHANGED,
            Kind.RULE_CHANGED,
            Kind.FINDING_WAIVED,
            Kind.ACCOUNT_ADDED,
            Kind.ACCOUNT_REMOVED,
        ),
    ),
    ("Taken back", (Kind.UNDONE,)),
)
"""The kinds by what they are about, each in one group, in the order of a menu."""

REASONS: Final = {
    "person": "",
    "undo": "Taken back",
    "rule": "By rule",
    "figures": "By the figures",
    "found": "Found in a message",
    "import": "From a file or the provider's list",
    "cover": "Cover",
    "vacation": "Vacation",
    "sick": "Sick",
    "left": "Left",
    "other": "Other",
}


def kind_words(kind: str) -> str:
    """What an entry is about, in a few words."""
    return KIND_NAMES[Kind(kind)] if kind in set(Kind) else kind.replace("_", " ").capitalize()


def reason_words(reason: str) -> str:
    """Why, in our words; "" where somebody decided so and there is nothing to add."""
    return REASONS.get(reason, reason.replace("_", " "))
