"""Templates in the composer: which ones are offered, and what they become (R36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sms_desk.domain import plain_text, templates
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import Channel
from sms_desk.services.rows import TemplateRow
from sms_desk.ui.composer.completion import Offer
from sms_desk.ui.widgets.words import tr


def offers(
    rows: Sequence[TemplateRow], typed: str, channel: Channel, values: Mapping[str, str]
) -> list[Offer]:
    """The replies for this channel that `typed` may mean, by keyword or by name."""
    fitting = [row for row in rows if row.channel in (None, channel)]
    order = templates.matching_shortcuts(typed, (row.keyword for row in fitting if row.keyword))
    by_keyword = {row.keyword: row for row in fitting if row.keyword}
    found = [by_keyword[keyword] for keyword in order]
    named = [row for row in fitting if row not in found and typed.casefold() in row.name.casefold()]
    return [_offer(row, values) for row in (*found, *named)]


def _offer(row: TemplateRow, values: Mapping[str, str]) -> Offer:
    keyword = plain_text.isolate(f"/{plain_text.display_name(row.keyword)}") if row.keyword else ""
    preview = plain_text.display_text(filled_or_marked(row.body, values))[:400]
    return Offer(plain_text.display_name(row.name), keyword, row, preview)


def filled_or_marked(body: str, values: Mapping[str, str]) -> str:
    """The text with what is known filled in; what is missing stands as its field."""
    try:
        names = templates.fields(body)
        known = {name: values.get(name, "").strip() or f"{{{name}}}" for name in names}
        return templates.render(body, known)
    except UsageError as error:
        return f"{error.title} {error.next_step}"


def missing(body: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Fields without a value. Raises UsageError for a text whose fields cannot be read."""
    return tuple(name for name in templates.fields(body) if not values.get(name, "").strip())


def field_words(name: str) -> str:
    """A field's name for a person: the usual ones in words."""
    known = {
        "first_name": tr("composer", "First name"),
        "name": tr("composer", "Name"),
        "my_name": tr("composer", "My name"),
    }
    return known.get(name, name.replace("_", " ").capitalize())
