"""What a sender ID is registered as: India's ledger (DLT), the US's 10DLC (R11, R41).

Stored as a person typed it, never derived: the same six letters may be registered on one route
and not on the other, and it is the operator who adds the suffix -P, -S, -T or -G. A half-filled
registration can be kept; what sending still needs of it is `missing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from sms_desk.domain.frozen import dataclass


class Route(StrEnum):
    """How texts from this sender ID enter India; the ledger's rules hang on it (R41)."""

    DOMESTIC = "domestic"  # through an Indian operator: entity, header and template
    INTERNATIONAL = "international"  # the operators put a number of their own: none of them


class HeaderType(StrEnum):
    """What the header is registered for; the operator shows the letter after it."""

    PROMOTIONAL = "P"
    SERVICE = "S"
    TRANSACTIONAL = "T"
    GOVERNMENT = "G"


class RegistrationState(StrEnum):
    """How far a 10DLC brand or campaign is, in one set of words for every provider."""

    NONE = "none"
    PENDING = "pending"  # also: in review, in progress
    APPROVED = "approved"  # also: verified
    REJECTED = "rejected"  # also: failed
    SUSPENDED = "suspended"  # was approved once; also: deleted


@dataclass(frozen=True, slots=True)
class India:
    """entity_id: principal entity, the operator's number. header: without operator and suffix."""

    route: Route = Route.INTERNATIONAL
    entity_id: str = ""
    header: str = ""
    header_type: HeaderType | None = None

    @property
    def domestic(self) -> bool:
        return self.route is Route.DOMESTIC

    def missing(self) -> tuple[str, ...]:
        """Names of the fields that sending on this route still needs."""
        if not self.domestic:
            return ()
        return tuple(name for name in _INDIA_NEEDS if not getattr(self, name))


@dataclass(frozen=True, slots=True)
class TenDlc:
    """US long codes: the brand and the campaign that the carriers approved."""

    brand_id: str = ""
    brand_state: RegistrationState = RegistrationState.NONE
    campaign_id: str = ""
    campaign_state: RegistrationState = RegistrationState.NONE

    @property
    def approved(self) -> bool:
        """Whether the carriers take application traffic from this sender ID."""
        return self.brand_state == self.campaign_state == RegistrationState.APPROVED


@dataclass(frozen=True, slots=True)
class Registration:
    """None where nothing is said of that country."""

    india: India | None = None
    us: TenDlc | None = None


@dataclass(frozen=True, slots=True)
class FieldError:
    """field: as in JSON, such as `india.header`. title, next_step: for the person who typed it."""

    field: str
    title: str
    next_step: str


_INDIA_NEEDS = ("entity_id", "header", "header_type")

# --- JSON -------------------------------------------------------------------------------------


def to_json(registration: Registration) -> dict[str, Any] | None:
    """As `sender_ids.registration` keeps it; None where nothing is said at all."""
    stored: dict[str, Any] = {}
    if (india := registration.india) is not None:
        stored["india"] = {
            "route": str(india.route),
            "entity_id": india.entity_id,
            "header": india.header,
            "header_type": None if india.header_type is None else str(india.header_type),
        }
    if (us := registration.us) is not None:
        stored["us"] = {
            "brand_id": us.brand_id,
            "brand_state": str(us.brand_state),
            "campaign_id": us.campaign_id,
            "campaign_state": str(us.campaign_state),
        }
    return stored or None


def from_json(stored: Mapping[str, Any] | None) -> Registration:
    """The registration again; raises ValueError for words that this version does not know."""
    india, us = (stored or {}).get("india"), (stored or {}).get("us")
    return Registration(
        None if india is None else _india(india),
        None
        if us is None
        else TenDlc(
            brand_id=us.get("brand_id") or "",
            brand_state=RegistrationState(us.get("brand_state") or "none"),
            campaign_id=us.get("campaign_id") or "",
            campaign_state=RegistrationState(us.get("campaign_state") or "none"),
        ),
    )


def _india(stored: Mapping[str, Any]) -> India:
    header_type = stored.get("header_type")
    return India(
        route=Route(stored.get("route") or "international"),
        entity_id=stored.get("entity_id") or "",
        header=stored.get("header") or "",
        header_type=HeaderType(header_type) if header_type else None,
    )


# --- what may be kept ---------------------------------------------------------------------------

_ENTITY = re.compile(r"[0-9]{6,30}")
_LETTERS = re.compile(r"[A-Za-z]{6}")
_DIGITS = re.compile(r"[0-9]{6}")
_WITH_SUFFIX = re.compile(r"(?:[A-Za-z]{2}-)?(?P<header>[A-Za-z0-9]{6})(?:-[PSTGpstg])?")
_US_ID = re.compile(r"[A-Za-z0-9]{2,40}")


def errors(registration: Registration) -> tuple[FieldError, ...]:
    """What is wrong in what was typed, field by field; an empty field is not wrong, only missing."""
    return (*_india_errors(registration.india), *_us_errors(registration.us))


def _india_errors(india: India | None) -> Iterator[FieldError]:
    if india is None:
        return
    if india.entity_id and not is_entity_id(india.entity_id):
        yield FieldError(
            "india.entity_id",
            f"“{india.entity_id}” is no principal entity ID.",
            "It is a number, mostly of 19 digits; copy it from the operator's DLT portal.",
        )
    if india.header:
        yield from _header_errors(india.header, india.header_type)


def _header_errors(header: str, kind: HeaderType | None) -> Iterator[FieldError]:
    """Six letters, promotional ones six digits; the operator's own parts around it are not ours."""
    if kind is None:
        fits = bool(_LETTERS.fullmatch(header) or _DIGITS.fullmatch(header))
        wanted = "six letters, or six digits for promotional texts"
    elif kind is HeaderType.PROMOTIONAL:
        fits, wanted = bool(_DIGITS.fullmatch(header)), "six digits for promotional texts"
    else:
        fits, wanted = bool(_LETTERS.fullmatch(header)), "six letters"
    if fits:
        return
    inner = _WITH_SUFFIX.fullmatch(header)
    if inner and inner["header"] != header:
        step = f"Keep “{inner['header']}” alone: the operator adds what stands around it."
    else:
        step = f"A header is {wanted}."
    yield FieldError("india.header", f"“{header}” is no header.", step)


def _us_errors(us: TenDlc | None) -> Iterator[FieldError]:
    if us is None:
        return
    for noun, value, state in (
        ("brand", us.brand_id, us.brand_state),
        ("campaign", us.campaign_id, us.campaign_state),
    ):
        if value and not _US_ID.fullmatch(value):
            yield FieldError(
                f"us.{noun}_id",
                f"“{value}” is no {noun} ID.",
                "It is letters and digits; copy it from the provider's console.",
            )
        if state is RegistrationState.APPROVED and not value:
            yield FieldError(
                f"us.{noun}_id",
                f"An approved {noun} has an ID.",
                "Copy it from the provider's console, or take the approval back.",
            )
    if us.campaign_state is RegistrationState.APPROVED and us.brand_state in (
        RegistrationState.NONE,
        RegistrationState.REJECTED,
    ):
        yield FieldError(
            "us.brand_state",
            "A campaign is approved only under an approved brand.",
            "Enter the state of the brand.",
        )


def is_entity_id(text: str) -> bool:
    """Whether it can be a principal entity's number; its length is the operators' to change."""
    return bool(_ENTITY.fullmatch(text))
