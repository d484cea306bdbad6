"""Templates: a text with named fields such as `{first_name}`, and the keyword that calls it (R36).

The parser is our own. `str.format` would follow `{a.__class__}` and `{x:>999999999}` (algorithms
§3, 97–101). Only a template's own text is read for fields: what a contact wrote, and what a
field is filled with, is literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from sms_desk.domain.errors import UsageError

_PIECE = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<field>[a-z][a-z0-9_]{0,39})\}|(?P<stray>[{}])")
_STRAY_SHOWN = 20


def fields(text: str) -> tuple[str, ...]:
    """The names of the fields in `text`, each once, in order.

    Raises UsageError where a brace neither belongs to a field nor stands twice.
    """
    return tuple(dict.fromkeys(match["field"] for match in _pieces(text) if match["field"]))


def render(text: str, values: Mapping[str, str]) -> str:
    """`text` with its fields filled and `{{`, `}}` as single braces; values are not read again.

    Raises UsageError that names every field without a value (an empty one counts as none).
    """
    missing = [name for name in fields(text) if not values.get(name, "").strip()]
    if missing:
        raise UsageError(
            f"No value for {', '.join(f'{{{name}}}' for name in missing)}.",
            "Fill it in, or take it out of the text.",
        )
    return _PIECE.sub(lambda match: values[match["field"]] if match["field"] else match[0][0], text)


def _pieces(text: str) -> Iterator[re.Match[str]]:
    for match in _PIECE.finditer(text):
        if match["stray"]:
            around = text[match.start() :][:_STRAY_SHOWN]
            raise UsageError(
                f"There is no field in “{around}”.",
                "A field is a name in braces, as in {first_name}; for a brace itself write it twice.",
            )
        yield match


# --- keywords ---------------------------------------------------------------------------------

_SHORTCUT = re.compile(r"[\w-]{1,32}")
_CALLED = re.compile(r"(?:^|\s)/(?P<keyword>[\w-]{0,32})$")


def as_shortcut(text: str) -> str:
    """The keyword as it is kept: small letters, digits, `-` and `_`, without the slash.

    Raises UsageError for anything else.
    """
    keyword = text.strip().removeprefix("/").casefold()
    if not _SHORTCUT.fullmatch(keyword):
        raise UsageError(
            f"“{text}” cannot be a keyword.",
            "Take one word of at most 32 letters, digits, - or _.",
        )
    return keyword


def called_shortcut(before_cursor: str) -> str | None:
    """What was typed after a `/` that begins a word just before the cursor; None without one."""
    match = _CALLED.search(before_cursor)
    return match["keyword"].casefold() if match else None


def matching_shortcuts(typed: str, shortcuts: Iterable[str]) -> tuple[str, ...]:
    """The keywords that `typed` may mean: itself, then those that begin with it, then contain it."""
    typed = typed.casefold()
    found = [shortcut for shortcut in shortcuts if typed in shortcut]
    return tuple(sorted(found, key=lambda s: (not s.startswith(typed), s)))
