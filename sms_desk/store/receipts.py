"""What providers said of messages, appended; also of messages that are not here yet (R57)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.delivery import Report
from sms_desk.domain.model import DeliveryStatus
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_R = tables.receipts.c


def append(tx: Tx, account_id: UUID, heard: Mapping[str, Report], *, at: datetime) -> None:
    """Keep reports, by the provider's message id."""
    if not heard:
        return
    tx.execute(
        sa.insert(tables.receipts),
        [
            {
                "account_id": account_id,
                "provider_sid": sid,
                "status": report.status,
                "status_text": report.text,
                "error_code": report.error_code,
                "error_text": report.error_text,
                "seen_at": at,
            }
            for sid, report in heard.items()
        ],
    )


def of(tx: Tx, account_id: UUID, sids: Collection[str]) -> dict[str, list[Report]]:
    """All that was heard of these, in the order of hearing."""
    found: dict[str, list[Report]] = {}
    for sid, *heard in _OF.rows(tx, account_id=account_id, sids=list(sids)):
        found.setdefault(sid, []).append(Report(*heard))
    return found


_OF = Query(
    sa.select(_R.provider_sid, _R.status, _R.status_text, _R.error_code, _R.error_text)
    .where(
        _R.account_id == sa.bindparam("account_id"),
        _R.provider_sid.in_(sa.bindparam("sids", expanding=True)),
    )
    .order_by(_R.id),
    status=DeliveryStatus,
)
