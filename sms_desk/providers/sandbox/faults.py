"""Ordered misbehaviour: which calls go wrong, how, and how often. Pure; `wire.py` carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What can go wrong. *before*: the call had no effect; *after*: it had, and nobody is told."""

    LATENCY = "latency"  # the answer is right, but `seconds` late
    RATE_LIMIT = "rate_limit"  # 429 with Retry-After; before
    ERROR_BEFORE = "error_before"  # `status`, 500 unless told; before
    HTML = "html"  # 200 with a captive portal's page; before
    REDIRECT = "redirect"  # 307 to `location`; before
    HANG_BEFORE = "hang_before"  # silence for `seconds`, then a reset; before
    RESET_BEFORE = "reset_before"  # TCP reset; before
    ERROR_AFTER = "error_after"  # `status`, 500 unless told; after
    HANG_AFTER = "hang_after"  # silence for `seconds`, then a reset; after
    RESET_AFTER = "reset_after"  # TCP reset; after
    CLOSE_AFTER = "close_after"  # orderly close without an answer; after
    TRUNCATE = "truncate"  # right head, half a body, close; after
    GARBAGE = "garbage"  # right status, a body that is no JSON; after
    NO_SID = "no_sid"  # right status, JSON without a sid; after
    LIST_LAG = "list_lag"  # lists leave out what arrived in the last `seconds`
    LIST_DUPLICATES = "list_duplicates"  # each page shows every row twice
    LIST_SHUFFLED = "list_shuffled"  # each page comes in no order


BEFORE = frozenset(
    {
        FaultKind.RATE_LIMIT,
        FaultKind.ERROR_BEFORE,
        FaultKind.HTML,
        FaultKind.REDIRECT,
        FaultKind.HANG_BEFORE,
        FaultKind.RESET_BEFORE,
    }
)
AFTER = frozenset(
    {
        FaultKind.ERROR_AFTER,
        FaultKind.HANG_AFTER,
        FaultKind.RESET_AFTER,
        FaultKind.CLOSE_AFTER,
        FaultKind.TRUNCATE,
        FaultKind.GARBAGE,
        FaultKind.NO_SID,
    }
)
_DEFAULT_SECONDS = {FaultKind.LATENCY: 1.0, FaultKind.LIST_LAG: 60.0}
_HANG = 3600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One order.

    on: the operation, such as `messages.create`, or `*`. to: only calls with this To. skip: so many
    fitting calls pass unharmed first. times: how many are hit; None until cleared.
    seconds: for latency, hang and list_lag. status: for errors. retry_after: the header's value
    for rate_limit; None leaves the header out. location: for redirect.
    """

    kind: FaultKind
    on: str = "*"
    to: str = ""
    skip: int = 0
    times: int | None = 1
    seconds: float | None = None
    status: int = 500
    retry_after: str | None = "1"
    location: str = "/"

    @property
    def pause(self) -> float:
        """How many seconds it takes."""
        return _DEFAULT_SECONDS.get(self.kind, _HANG) if self.seconds is None else self.seconds

    def fits(self, operation: str, to: str) -> bool:
        return self.on in ("*", operation) and self.to in ("", to)

    @classmethod
    def from_json(cls, words: Mapping[str, Any]) -> Fault:
        """An order as the control endpoint takes it, numbers also as text.

        Raises ValueError, TypeError or KeyError if it is off.
        """
        unknown = words.keys() - _READ.keys()
        if unknown:
            raise ValueError(f"no fault has {', '.join(sorted(unknown))}")
        return cls(FaultKind(words["kind"]), **_values(words))


def _values(words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: None if value is None and key in _MAY_BE_NULL else _READ[key](value)
        for key, value in words.items()
        if key != "kind"
    }


def _status(value: Any) -> int:
    status = int(value)
    if not 400 <= status <= 599:
        raise ValueError(f"{status} is no status of an error")
    return status


def _header(value: Any) -> str:
    text = str(value)
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"{text!r} cannot stand in a header")
    return text


_READ: Mapping[str, Callable[[Any], Any]] = {
    "kind": FaultKind,
    "on": str,
    "to": str,
    "skip": int,
    "times": int,
    "seconds": float,
    "status": _status,
    "retry_after": _header,
    "location": _header,
}
_MAY_BE_NULL = frozenset({"times", "seconds", "retry_after"})


@dataclass(slots=True)
class _Standing:
    fault: Fault
    skip: int
    left: int | None


class FaultBook:
    """The orders that stand, in the order in which they were given."""

    def __init__(self) -> None:
        self._standing: list[_Standing] = []

    def order(self, fault: Fault) -> None:
        self._standing.append(_Standing(fault, fault.skip, fault.times))

    def clear(self) -> None:
        self._standing.clear()

    def standing(self) -> list[Fault]:
        return [entry.fault for entry in self._standing]

    def take(self, operation: str, to: str = "") -> Afflictions:
        """What befalls this call: at most one latency, one before, one after, and list faults."""
        hit: dict[str, Fault] = {}
        for entry in [e for e in self._standing if e.fault.fits(operation, to)]:
            slot = _slot(entry.fault.kind)
            if slot not in hit and self._use(entry):
                hit[slot] = entry.fault
        return Afflictions(hit)

    def _use(self, entry: _Standing) -> bool:
        if entry.skip > 0:
            entry.skip -= 1
            return False
        if entry.left is not None:
            entry.left -= 1
            if entry.left <= 0:
                self._standing.remove(entry)
        return True


@dataclass(frozen=True, slots=True)
class Afflictions:
    """What befalls one call, by slot."""

    by_slot: Mapping[str, Fault]

    @property
    def delay(self) -> float:
        fault = self.by_slot.get(FaultKind.LATENCY)
        return fault.pause if fault else 0

    @property
    def before(self) -> Fault | None:
        return self.by_slot.get("before")

    @property
    def after(self) -> Fault | None:
        return self.by_slot.get("after")

    @property
    def list_lag(self) -> timedelta:
        fault = self.by_slot.get(FaultKind.LIST_LAG)
        return timedelta(seconds=fault.pause) if fault else timedelta(0)

    def has(self, kind: FaultKind) -> bool:
        return kind in self.by_slot


def _slot(kind: FaultKind) -> str:
    if kind in BEFORE:
        return "before"
    return "after" if kind in AFTER else kind
