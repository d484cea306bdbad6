"""A notice that goes by e-mail: what its letter is made from, and the server that takes it (R21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sms_desk.domain.plain_text import display_name, display_text
from sms_desk.notify.email import MailServer, Security
from sms_desk.services.context import Context
from sms_desk.services.notice_words import Known, headline, named, why
from sms_desk.services.words import moment_text
from sms_desk.settings import registry
from sms_desk.store import inbox as inbox_store
from sms_desk.store import people, settings, workspaces
from sms_desk.store.engine import Tx

_LONGEST_TEXT = 1_600
"""Characters of a message's text in a letter."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a letter is made from. values: for the variables of its template."""

    to: str
    values: Mapping[str, str]


def letter(tx: Tx, row: Mapping[Any, Any], ctx: Context) -> Addressed | str:
    """For a notice that goes by e-mail; or the reason why it goes no more. ctx: of whom it is for."""
    person = people.get(tx, row["person_id"])
    if person["removed_at"] is not None:
        return "gone"
    if not person["email"]:
        return "no_address"
    id_ = row["conversation_id"]
    if id_ is not None and not inbox_store.visible(tx, ctx.reach, [id_]):
        return "not_theirs"
    known = Known.of(tx, [row])
    with_text = bool(_workspace_value(tx, "email_text"))
    contact = known.contact(row)
    trail = row["trail"]
    values = {
        "headline": headline(row, contact, known.names),
        "kind": str(row["kind"]),
        "person": display_name(person["name"]),
        "contact": contact,
        "number": known.number(row),
        "sender": known.sender(row),
        "sender_address": known.sender_address(row),
        "channel": known.channel(row),
        "time": moment_text(row["made_at"], person["zone"]),
        "text": display_text(known.text(row)[:_LONGEST_TEXT]) if with_text else "",
        "reason": why(trail, "you", known.names),
        "covered_for": named(trail.get("instead_of"), known.names),
        "owner": named(trail.get("owner"), known.names),
        "by": named(trail.get("by"), known.names),
        "count": str(trail.get("count", 1)),
        "workspace": display_name(workspaces.name(tx)),
    }
    return Addressed(person["email"], values)


# --- the e-mail server ----------------------------------------------------------------------------


def mail_server(tx: Tx, password: str, ca_file: str) -> MailServer | None:
    """As the workspace has it; None where none is set up."""
    chosen = {
        name: _workspace_value(tx, f"email_{name}")
        for name in ("host", "port", "security", "user", "from")
    }
    if not chosen["host"]:
        return None
    return MailServer(
        host=chosen["host"],
        port=chosen["port"],
        security=Security(chosen["security"]),
        sender=chosen["from"],
        user=chosen["user"],
        password=password,
        ca_file=ca_file,
    )


def _workspace_value(tx: Tx, name: str) -> Any:
    return settings.read(tx).get(name, registry.get(name).default)
