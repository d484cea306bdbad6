"""Messages that found no place in a conversation: kept as they came, for an admin to look at (R61, GR6)."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.services.context import Context
from sms_desk.services.effects import require_admin
from sms_desk.store import accounts
from sms_desk.store import unplaced as store

_WORDS = {
    store.NO_SENDER: "The provider has not chosen a sender ID yet; it is placed as soon as it has.",
    store.NO_PEER: "The provider has blanked the contact's address.",
}


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """One message, or a page that was none. account: its label. why: in words. raw: as it came, most
    often JSON, cut where it is very long."""

    id: int
    account_id: UUID
    account: str
    provider_sid: str | None
    why: str
    first_seen_at: datetime
    raw: str


def all_unplaced(ctx: Context, account_id: UUID | None = None) -> tuple[UnplacedRow, ...]:
    """All that still wait, the latest first; of one account if it is named.

    Raises RefusedError for anybody but an admin: texts of any conversation may stand there.
    """
    require_admin(ctx)
    labels = {row["id"]: row["label"] for row in accounts.listing(ctx.tx)}
    return tuple(
        UnplacedRow(
            row["id"],
            row["account_id"],
            labels.get(row["account_id"], ""),
            row["provider_sid"],
            _why(row["why"]),
            row["first_seen_at"],
            _as_it_came(row["raw"]),
        )
        for row in reversed(store.listing(ctx.tx, account_id))
    )


def count_unplaced(ctx: Context) -> dict[UUID, int]:
    """How many will hardly be placed by themselves, by account; an account without any is left out.
    One whose sender ID is still to be chosen is none of them."""
    return store.counts(ctx.tx)


def found_no_place(count: int) -> str:
    """So many messages, in a sentence."""
    if count == 1:
        return "1 message found no place in a conversation."
    return f"{count:,} messages found no place in a conversation."


def _why(kept: str) -> str:
    name, _, error = kept.partition(": ")
    if name == "not_stored":
        return f"It could not be stored ({error})."
    return _WORDS.get(kept) or f"{kept[:1].upper()}{kept[1:]}."


def _as_it_came(kept: str) -> str:
    """What the provider sent; what could not be read is kept as a string of JSON, escaped."""
    return str(json.loads(kept)) if kept.startswith('"') else kept
