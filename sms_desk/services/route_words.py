"""The trail of a message in words: one sentence, and what it rests on (R19, R20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sms_desk.domain.plain_text import display_name, preview
from sms_desk.domain.routing import UNROUTED

YOU = "you"

_CAME = {
    "one_holder": "It came to {owner}: nobody else holds {sender}.",
    "last_sender": "It came to {owner} as the last to write to this contact from {sender}.",
    "owner": "It came to {owner} as the contact’s owner.",
    "round_robin": "It came to {owner}, whose turn it was among those who hold {sender}.",
    "named": "It came to {owner}: on {sender} one person gets what comes in.",
    "owned": "It came to {owner} as the conversation’s owner.",
}
_NOBODYS = {
    "several_holders": "Several people hold {sender}, and no rule chooses among them: it stands in "
    "their shared inbox.",
    "everyone": "Everybody who holds {sender} gets what comes in: it stands in their shared inbox.",
    "no_holder": "Nobody holds {sender}, so it stands in Unrouted.",
    "program_only": "Only a program holds {sender}, so it stands in Unrouted.",
    "nobody_present": "Nobody who holds {sender} is here, so it stands in Unrouted.",
    "nobody_wrote": "It goes to who last wrote to the contact from {sender}, but no holder has "
    "written yet, so it stands in Unrouted.",
    "writers_gone": "It goes to who last wrote to the contact from {sender}, but whoever did holds "
    "it no longer or is away, so it stands in Unrouted.",
    "no_owner": "It goes to the contact’s owner, but the contact has none, so it stands in "
    "Unrouted.",
    "owner_gone": "It goes to the contact’s owner, but the owner does not hold {sender}, so it "
    "stands in Unrouted.",
    "owner_away": "It goes to the contact’s owner, but the owner is away and nobody answers "
    "instead, so it stands in Unrouted.",
    "named_gone": "On {sender} one person gets what comes in, but that person is no longer here, "
    "so it stands in Unrouted.",
    "named_away": "On {sender} one person gets what comes in, but that person is away and nobody "
    "answers instead, so it stands in Unrouted.",
}
_EARLIER = "It was routed by a rule of an earlier version."
NOT_STORED = "No reason was stored: it came before reasons were kept."

_RULES = {
    "one_holder": "its one holder",
    "several_holders": "several holders, and no rule among them",
    "no_holder": "no holder",
    "program_only": "held by a program only",
    "nobody_present": "no holder is here",
    "last_sender": "who last wrote to the contact from it",
    "owner": "the contact’s owner",
    "round_robin": "in turn among those present",
    "named": "one person",
    "everyone": "everybody who holds it",
    "owned": "the conversation has an owner",
    "cover": "the owner is away, and is covered",
}
_NOTHING_FOUND = {
    "nobody_wrote": "no holder has written",
    "writers_gone": "who wrote is no holder, or away",
    "no_owner": "the contact has no owner",
    "owner_gone": "the owner is no holder",
    "owner_away": "the owner is away",
    "named_gone": "that person left",
    "named_away": "that person is away",
}


def sentence(trail: Mapping[str, Any], names: Mapping[UUID, str], sender: str, me: UUID) -> str:
    """Why it came to whom it came. sender: the sender ID as it is called; me: who reads it."""
    rule, outcome = str(trail.get("rule", "")), trail.get("outcome")
    if "away" in trail:
        return _covered(trail, names, me)
    if outcome in ("shared_inbox", "unrouted"):
        words = _NOBODYS.get(str(trail.get("why", "")) or rule, _EARLIER)
    else:
        words = _CAME.get(rule, _EARLIER)
    owner = who(trail.get("owner"), names, me) or "somebody"
    return words.replace("{sender}", sender).replace("{owner}", owner)


def _covered(trail: Mapping[str, Any], names: Mapping[UUID, str], me: UUID) -> str:
    """The owner is away."""
    away = who(trail["away"], names, me)
    answering = listed(trail.get("answering", ()), names, me)
    is_me = away == YOU
    if not answering:
        gone = "You are away" if is_me else f"{away or 'The owner'} is away"
        return f"{gone}, and nobody answers instead: it stands in Unassigned."
    if is_me:
        return f"It came to {answering} in your place, while you are away."
    return f"It came to {answering} in the place of {away or 'the owner'}, who is away."


def unrouted_reason(trail: Mapping[str, Any] | None, unheld: bool) -> str:
    """Why nobody got it, in a few words for a row: "no holder". unheld: that nobody can, now; it
    tells where the trail does not: of what a back-fill brought, or what somebody had once."""
    if trail is None or trail.get("outcome") != UNROUTED:
        return "nobody holds it" if unheld else "its rule found nobody"
    rule, why = str(trail.get("rule", "")), str(trail.get("why", ""))
    return _NOTHING_FOUND.get(why) or _RULES.get(rule) or "an earlier rule"


def rule_text(trail: Mapping[str, Any]) -> str:
    """What decided: "in turn among those present"."""
    rule = str(trail.get("rule", ""))
    return _RULES.get(rule) or preview(rule.replace("_", " "), 60)


def who(said: Any, names: Mapping[UUID, str], me: UUID) -> str:
    """A person of a trail by name, or "you"; empty for nobody known."""
    try:
        id_ = UUID(str(said))
    except ValueError:
        return ""
    return YOU if id_ == me else display_name(names.get(id_, ""))


def listed(said: Collection[Any], names: Mapping[UUID, str], me: UUID) -> str:
    """People by name, oneself first: "you, Ann and Ben"."""
    found = sorted(filter(None, (who(one, names, me) for one in said)), key=_you_first)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def _you_first(name: str) -> tuple[bool, str]:
    return name != YOU, name.casefold()
