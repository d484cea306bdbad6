"""Bringing a provider's content templates and their approval into the workspace (R42)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import NotFoundError, ProviderError, RateLimited
from sms_desk.domain.plain_text import clean_intake
from sms_desk.providers.base import Provider, RemoteTemplate, TemplateList
from sms_desk.store import content_templates
from sms_desk.store.engine import Tx, Workspace

EVERY = timedelta(hours=1)
"""An approval takes minutes to days, and a paused template is refused; somebody may ask sooner."""
_AFTER_A_FAULT = timedelta(minutes=5)


def due(tx: Tx, account_id: UUID, now: datetime) -> bool:
    """Whether the list is old, was never read, or somebody asked for it."""
    state = content_templates.list_state(tx, account_id)
    if "at" not in state or state.get("asked"):
        return True
    last = datetime.fromisoformat(state["at"])
    return not last <= now < last + (_AFTER_A_FAULT if state.get("problem") else EVERY)


def refresh(workspace: Workspace, account_id: UUID, provider: Provider, now: datetime) -> Changes:
    """Read the list and store it; what cannot be read stays out (GR6).

    Raises RateLimited only: messages come and go without this list, which lies on a host of its
    own and which not every key may read.
    """
    listed, problem = TemplateList((), complete=False), ""
    try:
        listed = provider.templates()
    except RateLimited:
        raise
    except (ProviderError, NotFoundError) as error:
        problem = f"{error.title} {error.next_step}".strip()
    with workspace.write() as tx:
        _take(tx, account_id, listed, now)
        unreadable = len(listed.poison)
        done = {"at": now.isoformat(), "problem": problem, "unreadable": unreadable}
        content_templates.save_list_state(tx, account_id, done, at=now)
    return Changes.of(content_template=None)


def _take(tx: Tx, account_id: UUID, listed: TemplateList, now: datetime) -> None:
    content_templates.take(tx, account_id, map(_values, listed.templates), at=now)
    sids = {template.sid for template in listed.templates}
    sids |= {item.sid for item in listed.poison if item.sid}
    nameless = any(item.sid is None for item in listed.poison)
    if listed.complete and not nameless:
        content_templates.mark_gone(tx, account_id, sids, at=now)


def _values(template: RemoteTemplate) -> dict[str, Any]:
    return {
        "provider_sid": template.sid,
        "name": _text(template.name),
        "language": _text(template.language),
        "category": _text(template.category),
        "kind": _text(template.kind),
        "body": _text(template.body),
        "variables": {name: _text(sample) for name, sample in template.variables.items()},
        "status": template.status,
        "status_text": _text(template.status_text),
        "reason": _text(template.reason),
    }


def _text(text: str) -> str:
    """As it may be stored by either engine: a NUL, which PostgreSQL refuses, is no part of a template."""
    return clean_intake(text).replace("\0", "\ufffd")
