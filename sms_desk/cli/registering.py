"""The registration of a sender ID as options: India's ledger, the US's 10DLC (R11, R41)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.registration import (
    HeaderType,
    India,
    Registration,
    RegistrationState,
    Route,
    TenDlc,
)

F = TypeVar("F", bound=Callable[..., Any])
_STATES = click.Choice([str(state) for state in RegistrationState])
_OPTIONS = {
    "india_route": click.Choice([str(route) for route in Route]),
    "india_entity_id": "ID",
    "india_header": "HEADER",
    "india_header_type": click.Choice([str(kind) for kind in HeaderType]),
    "us_brand_id": "ID",
    "us_brand_state": _STATES,
    "us_campaign_id": "ID",
    "us_campaign_state": _STATES,
}
_HELP = {
    "india_route": "How its texts enter India.",
    "india_entity_id": "The principal entity's number.",
    "india_header": "The header, without operator and suffix.",
    "india_header_type": "What the header is registered for.",
    "us_brand_id": "10DLC brand.",
    "us_brand_state": "How far the brand is.",
    "us_campaign_id": "10DLC campaign.",
    "us_campaign_state": "How far the campaign is.",
}
_WORDS: dict[str, Callable[[str], Any]] = {
    "india_route": Route,
    "india_header_type": HeaderType,
    "us_brand_state": RegistrationState,
    "us_campaign_state": RegistrationState,
}


@dataclass(frozen=True, slots=True)
class RegistrationWords:
    """What was typed, by option; what was not named stays. without: the countries to forget."""

    typed: dict[str, str]
    without: tuple[str, ...]

    def on(self, was: Registration | None) -> Registration | None:
        """The registration with what was typed."""
        said = was or Registration()
        india, us = self._of("india", said.india, India()), self._of("us", said.us, TenDlc())
        return None if india is None and us is None else Registration(india, us)

    def _of(self, country: str, was: Any, empty: Any) -> Any:
        values = {
            name.removeprefix(f"{country}_"): _WORDS.get(name, str)(word)
            for name, word in self.typed.items()
            if name.startswith(f"{country}_")
        }
        if country in self.without:
            was = None
        return replace(was or empty, **values) if values else was


def registration_options(function: F) -> F:
    """Add the options; handed over as `registered`."""

    @functools.wraps(function)
    def call(*args: Any, without: tuple[str, ...], **kwargs: Any) -> Any:
        typed = {name: kwargs.pop(name) for name in _OPTIONS}
        found = {name: word for name, word in typed.items() if word is not None}
        return function(*args, registered=RegistrationWords(found, without), **kwargs)

    made: Any = call
    made = click.option(
        "--without",
        multiple=True,
        type=click.Choice(["india", "us"]),
        help="Forget its registration there.",
    )(made)
    for name, kind in reversed(_OPTIONS.items()):
        flag = f"--{name.replace('_', '-')}"
        shape: dict[str, Any] = {"metavar": kind} if isinstance(kind, str) else {"type": kind}
        made = click.option(flag, name, help=_HELP[name], **shape)(made)
    return made  # type: ignore[no-any-return]
