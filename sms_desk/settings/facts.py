"""The facts in `resources/`, read once each: data with a source, to be corrected without code."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import time
from functools import cache
from types import MappingProxyType

from sms_desk.domain.compliance import KeywordRule, Meaning, SenderIdCountry, Support
from sms_desk.domain.quiet_hours import Covers, QuietRule
from sms_desk.settings.resources import resource_path


@cache
def keyword_rules() -> tuple[KeywordRule, ...]:
    """The opt-out, opt-in and help keywords of every provider (`resources/keywords/opt_out.csv`)."""
    return tuple(
        KeywordRule(
            keyword=row["keyword"],
            meaning=Meaning(row["meaning"]),
            provider=row["provider"],
            match_rule=row["match_rule"],
            scope=row["scope"],
            source=row["source_url"],
            note=row["note"],
        )
        for row in _rows("keywords", "opt_out.csv")
    )


@cache
def sender_id_countries() -> Mapping[str, SenderIdCountry]:
    """By ISO 3166 code, what a provider supports there (`resources/countries/sender_ids.csv`)."""
    return MappingProxyType(
        {row["iso2"]: _country(row) for row in _rows("countries", "sender_ids.csv")}
    )


@cache
def quiet_rules() -> tuple[QuietRule, ...]:
    """The hours in which a contact is to be left alone (`resources/quiet_hours/rules.csv`)."""
    return tuple(
        QuietRule(
            name=row["rule"],
            country=row["country"],
            part=row["part"],
            area_codes=frozenset(row["area_codes"].split()),
            covers=Covers(row["applies_to"]),
            opens=time.fromisoformat(row["opens"]),
            closes=time.fromisoformat(row["closes"]),
            zone=row["zone"],
            title=row["title"],
            source=row["source"],
            note=row["note"],
        )
        for row in _rows("quiet_hours", "rules.csv")
    )


def _country(row: dict[str, str]) -> SenderIdCountry:
    return SenderIdCountry(
        region=row["iso2"],
        name=row["country"],
        alphanumeric=Support(row["alphanumeric_sender_id"]),
        two_way_long_code=Support(row["two_way_long_code"]),
        short_code=Support(row["short_code"]),
        source=row["source_url"],
        codes_source=row["codes_source_url"],
        provider=row["provider"],
        as_of=row["as_of"],
        second_alphanumeric=Support(row["second_source_alphanumeric"] or "unknown"),
        second_source=row["second_source_url"],
        note=row["note"],
    )


def _rows(*parts: str) -> Iterator[dict[str, str]]:
    with resource_path(*parts).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
