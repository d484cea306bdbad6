"""How a sender ID fares: figures of the last days, and what they say of its health (R11, R17).

Per sender ID and channel, never merged (R2). Delivery is judged over what the provider has decided;
what is still on its way counts for nothing. A person's word stands above the figures until it is
taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Health


class Fault(StrEnum):
    """What an error code says of the sender ID rather than of one message."""

    NONE = "none"
    FILTERED = "filtered"  # the carrier took the message for unwanted
    STOPPED = "stopped"  # nothing goes from it: unregistered, suspended, disabled


class HealthReason(StrEnum):
    """Why the figures say what they say; stored with the health."""

    DELIVERY = "delivery"
    FILTERED = "filtered"
    STOPPED = "stopped"
    OPT_OUTS = "opt_outs"


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the messages of one sender ID in a span of days.

    delivered: arrived or read. failed: with its error codes. pending: not decided yet. contacts:
    how many were written to; opt_outs: how many of those asked to stop.
    """

    delivered: int = 0
    failed: int = 0
    pending: int = 0
    codes: Mapping[str, int] = field(default_factory=dict)
    filtered: int = 0
    stopped: int = 0
    contacts: int = 0
    opt_outs: int = 0

    @property
    def sent(self) -> int:
        return self.delivered + self.failed + self.pending

    @property
    def decided(self) -> int:
        return self.delivered + self.failed

    @property
    def delivery_percent(self) -> float | None:
        """Of what is decided; None where nothing is."""
        return _percent(self.delivered, self.decided)

    @property
    def filtered_percent(self) -> float | None:
        return _percent(self.filtered, self.decided)

    @property
    def opt_out_percent(self) -> float | None:
        return _percent(self.opt_outs, self.contacts)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on figures say something. least: fewer decided messages say nothing.

    Delivery below, the others from: in percent. The defaults are our own: carriers publish none.
    """

    days: int = 7
    least: int = 30
    degraded_delivery: int = 90
    blocked_delivery: int = 50
    degraded_filtered: int = 5
    blocked_filtered: int = 30
    degraded_opt_outs: int = 3
    stopped: int = 3
    """So many messages refused because nothing goes from it any more: no coincidence."""


@dataclass(frozen=True, slots=True)
class Judgement:
    health: Health
    reason: HealthReason | None = None


FINE = Judgement(Health.OK)


def judge(figures: Figures, thresholds: Thresholds) -> Judgement:
    """What the figures say; the worst of it."""
    if figures.stopped >= thresholds.stopped and figures.stopped > figures.delivered:
        return Judgement(Health.BLOCKED, HealthReason.STOPPED)
    if figures.decided < thresholds.least:
        return FINE
    delivery, filtered = figures.delivery_percent or 0.0, figures.filtered_percent or 0.0
    if filtered >= thresholds.blocked_filtered:
        return Judgement(Health.BLOCKED, HealthReason.FILTERED)
    if delivery < thresholds.blocked_delivery:
        return Judgement(Health.BLOCKED, HealthReason.DELIVERY)
    if filtered >= thresholds.degraded_filtered:
        return Judgement(Health.DEGRADED, HealthReason.FILTERED)
    if delivery < thresholds.degraded_delivery:
        return Judgement(Health.DEGRADED, HealthReason.DELIVERY)
    if (
        figures.contacts >= thresholds.least
        and (figures.opt_out_percent or 0.0) >= thresholds.degraded_opt_outs
    ):
        return Judgement(Health.DEGRADED, HealthReason.OPT_OUTS)
    return FINE


_WORDS = {
    HealthReason.DELIVERY: "{delivery:.0f} % of {decided:,} messages arrived",
    HealthReason.FILTERED: "carriers filtered {filtered:.0f} % of {decided:,} messages",
    HealthReason.STOPPED: "{stopped:,} messages were refused because nothing goes from it any more",
    HealthReason.OPT_OUTS: "{opt_outs:.0f} % of {contacts:,} contacts opted out",
}


def reason_words(reason: HealthReason, figures: Figures, days: int) -> str:
    """The reason as a sentence's second half, with its figures, as it is kept and shown."""
    said = _WORDS[reason].format(
        delivery=figures.delivery_percent or 0,
        decided=figures.decided,
        filtered=figures.filtered_percent or 0,
        stopped=figures.stopped,
        opt_outs=figures.opt_out_percent or 0,
        contacts=figures.contacts,
    )
    return f"{said} (last {days} days)"


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
