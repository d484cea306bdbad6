"""R14, R39: the facts come whole, with their sources, and are read once."""

from __future__ import annotations

import csv

from sms_desk.domain.compliance import Support
from sms_desk.settings import facts
from sms_desk.settings.resources import resource_path


def test_resources_are_found_in_a_checkout() -> None:
    assert resource_path("keywords", "opt_out.csv").is_file()


def test_r39_every_row_of_keywords_is_a_rule_with_its_source() -> None:
    with resource_path("keywords", "opt_out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rules = facts.keyword_rules()
    assert [rule.keyword for rule in rules] == [row["keyword"] for row in rows]
    assert all(rule.source.startswith("https://") and rule.scope for rule in rules)
    assert facts.keyword_rules() is rules


def test_r14_a_country_says_what_both_sources_say() -> None:
    countries = facts.sender_id_countries()
    assert len(countries) == 228
    andorra = countries["AD"]
    assert (andorra.name, andorra.alphanumeric, andorra.short_code) == (
        "Andorra",
        Support.YES,
        Support.NO,
    )
    assert all(country.source.startswith("https://") for country in countries.values())
    assert sum(country.sources_disagree for country in countries.values()) == 34
