"""What stands in audit entries, in words: instants, holders, covers, lists of people (R31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.services.audit_names import Names, as_id
from sms_desk.settings import registry

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED: Final = 3
"""So many names stand in a sentence; the others are counted."""
LISTED: Final = 12

FIELDS: Final = {
    "since": "From",
    "until": "Until",
    "covers": "Cover",
    "permanent": "For good",
    "rule": "Routing rule",
    "rule_person_id": "Routed to",
    "person_id": "Person",
    "holder_id": "Holder",
    "holder_kind": "Kind of holder",
    "sender_id": "Sender ID",
    "sender_ids": "Sender IDs",
    "inbound_id": "Inbound number",
    "fallback_id": "Fallback",
    "team_id": "Team",
    "program_id": "Program",
    "service_id": "Messaging Service",
    "account_id": "Account",
    "owner_id": "Owner",
    "from_id": "From",
    "begun": "Holdings begun",
    "ended": "Holdings ended",
    "renamed": "Rules that name others",
    "contacts": "Contacts given",
    "held": "Holdings",
    "goes_on_from": "Goes on from",
    "routed": "Conversations routed",
    "count": "How many",
    "taken_back": "Taken back",
    "left": "Left with who answered",
    "email": "E-mail",
    "zone": "Time zone",
    "name": "Name",
    "takes_replies": "Takes replies",
    "attribution_days": "Days of attribution",
    "starts_at": "Starts",
    "ends_at": "Ends",
}
_INSTANTS: Final = frozenset({"since", "until", "starts_at", "ends_at", "at", "due_at"})
_NO_VALUE: Final = {"until": "no end", "value": "the default"}
_COUNTED: Final = frozenset({"routed", "memberships", "contacts"})
_PARTS: Final = {
    "conversations": "conversations",
    "inbound": "new messages",
    "senders": "sender IDs",
    "scheduled": "scheduled messages",
    "notifications": "notices",
}


class Values:
    """Says values in words. zone: of who reads."""

    def __init__(self, names: Names, zone: ZoneInfo) -> None:
        self._names = names
        self._zone = zone

    def value(self, key: str, value: Any) -> str:
        if value is None:
            return _NO_VALUE.get(key, "none")
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int):
            return self.instant(value) if key in _INSTANTS else f"{value:,}"
        if key == "covers" and isinstance(value, list):
            return "; ".join(filter(None, map(self.cover, value))) or "nobody"
        if isinstance(value, list):
            if key in _COUNTED:
                return f"{len(value):,}"
            return self.some([self.value("", one) for one in value], LISTED) if value else "none"
        if isinstance(value, Mapping):
            if set(value) == {"count", "digest"}:
                return f"{value['count']:,}"
            if set(value) == {"kind", "id"}:
                return "everybody" if value["id"] is None else self._names.of(value["id"])
            return "; ".join(
                f"{FIELDS.get(str(name), titled(str(name))).lower()} {self.value(str(name), one)}"
                for name, one in value.items()
            )
        if key == "name":
            return setting_title(value)
        return self._names.of(value) if as_id(value) is not None else words_of(value)

    def cover(self, cover: Any) -> str:
        if not isinstance(cover, Mapping):
            return ""
        shares = cover.get("shares")
        named = [
            self._names.of(share.get("person_id"))
            for share in (shares if isinstance(shares, list) else [])
            if isinstance(share, Mapping)
        ]
        part = _PARTS.get(str(cover.get("part")), str(cover.get("part")))
        return f"{part}: {self.some(named, LISTED)}"

    def instant(self, value: int) -> str:
        try:
            at = (_EPOCH + timedelta(microseconds=value)).astimezone(self._zone)
        except (OverflowError, ValueError):
            return str(value)
        return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"

    def period(self, fields: Mapping[str, Any]) -> str:
        since = self.value("since", fields.get("since"))
        if fields.get("permanent"):
            return f"from {since}, for good"
        if fields.get("until") is None:
            return f"from {since}, no end yet"
        return f"from {since} to {self.value('until', fields['until'])}"

    def holder(self, fields: Mapping[str, Any]) -> str:
        if fields.get("holder_id") is None:
            return "everybody"
        return self._names.of(fields["holder_id"])

    def holders(self, found: Any) -> str:
        some = found if isinstance(found, list) else []
        return self.some(
            [
                "everybody" if one.get("id") is None else self._names.of(one["id"])
                for one in some
                if isinstance(one, Mapping)
            ]
        )

    def people(self, groups: Any) -> str:
        if not isinstance(groups, list):
            return "many people"
        named = [self._names.of(group.get("owner_id")) for group in groups]
        return self.some(named)

    def some(self, named: Sequence[str], most: int = _NAMED) -> str:
        if len(named) > most:
            return f"{', '.join(named[:most])} and {len(named) - most:,} more"
        return joined(named) or "nobody"


def words_of(value: Any) -> str:
    return str(value).replace("_", " ")


def titled(key: str) -> str:
    return key.removesuffix("_id").replace("_", " ").capitalize()


def setting_title(name: Any) -> str:
    try:
        return registry.get(str(name)).title
    except (UsageError, NotFoundError, KeyError):
        return words_of(name)


def joined(named: Iterable[str]) -> str:
    some = list(named)
    return " and ".join(filter(None, (", ".join(some[:-1]), *some[-1:])))


def as_fields(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def count_of(groups: Any) -> int:
    if isinstance(groups, list):
        return sum(int(group.get("count", 0)) for group in groups)
    return int(groups.get("count", 0)) if isinstance(groups, Mapping) else 0


def length_of(value: Any) -> int:
    if isinstance(value, list):
        return len(value)
    return int(value.get("count", 0)) if isinstance(value, Mapping) else 0
