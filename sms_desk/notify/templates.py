"""E-mail templates: Jinja2 as far as a letter needs it, and not a step further (R21).

A template is checked when it is saved, by its parsed form and against a list of what is allowed:
text, variables, conditions, a few filters, and one plain loop over a bounded range. What could run
for ever, grow without bound or reach into the program is refused with its line. Rendering stops at
a limit besides, and runs in Jinja2's sandbox, for what a later version of it may bring.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from time import monotonic
from types import MappingProxyType
from typing import Any, Final

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sms_desk.domain.errors import DeskError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.settings.resources import resource_path

LONGEST: Final = 20_000
"""Characters of one part as it is written."""
LONGEST_MADE: Final = 60_000
"""Characters of one part as it is sent."""
_SECONDS: Final = 1.0
_TIMES: Final = 100
_DEEPEST: Final = 40


@dataclass(frozen=True, slots=True)
class Variable:
    """What a template may name. example: for the preview; invented."""

    name: str
    meaning: str
    example: str


VARIABLES: Final = (
    Variable("headline", "what happened, in one line", "New message from Nadia Okafor"),
    Variable("kind", "message, older, assigned, mentioned, covering, cover_ended, …", "message"),
    Variable("person", "who is told", "Ben Tailor"),
    Variable("contact", "the contact's name, or else the number", "Nadia Okafor"),
    Variable("number", "the contact's number", "+1 202 555 0147"),
    Variable("sender", "the sender ID by its label, or else its address", "Sales line"),
    Variable("sender_address", "the sender ID's address", "+1 202 555 0101"),
    Variable("channel", "SMS or WhatsApp", "SMS"),
    Variable("time", "when it happened, on the clock of who is told", "17 Nov 2026 13:05"),
    Variable(
        "text", "what the contact wrote; empty unless the workspace allows it", "Is it in stock?"
    ),
    Variable("reason", "why this person is told, in a sentence", "You own this conversation."),
    Variable("covered_for", "the absent person, where one answers for somebody", ""),
    Variable("owner", "whose conversation it is", "Ben Tailor"),
    Variable("by", "who assigned it, or wrote the note", ""),
    Variable("count", "how many, where several are told at once", "1"),
    Variable("workspace", "the name of the workspace", "Northwind Coats"),
)
EXAMPLES: Final[Mapping[str, str]] = MappingProxyType({v.name: v.example for v in VARIABLES})
FILTERS: Final = frozenset(
    ("upper", "lower", "title", "capitalize", "trim", "truncate", "default", "d", "length", "e")
)
_TESTS: Final = frozenset(("defined", "undefined", "none", "equalto", "eq", "ne", "in"))
_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
    nodes.Filter,
    nodes.Test,
    nodes.Keyword,
    nodes.For,
    nodes.Call,
)


@dataclass(frozen=True, slots=True)
class Template:
    """The parts of a letter as they are written. html: "" for a letter in plain text alone."""

    subject: str
    text: str
    html: str = ""

    def parts(self) -> tuple[tuple[str, str], ...]:
        return (("subject", self.subject), ("text", self.text), ("HTML", self.html))


@dataclass(frozen=True, slots=True)
class Made:
    """The parts of a letter as they are sent."""

    subject: str
    text: str
    html: str


class BrokenTemplate(DeskError):
    """A template that was saved cannot be filled."""


def shipped() -> Template:
    """The one that the desk brings along, for every kind of notice."""
    return _shipped()


@cache
def _shipped() -> Template:
    read = [
        resource_path("notices", name).read_text("utf-8").strip()
        for name in ("subject.txt", "text.txt", "page.html")
    ]
    return Template(*read)


def check(template: Template) -> None:
    """Raises UsageError, naming part and line, for a template that is not to be saved."""
    for part, source in template.parts():
        if part != "HTML" and not source.strip():
            raise UsageError(f"The {part} is empty.", "Every letter has a subject and a text.")
        _checked(part, source)
    try:
        render(template, EXAMPLES)
    except BrokenTemplate as error:
        raise UsageError(error.title, error.next_step) from None


def render(template: Template, values: Mapping[str, str]) -> Made:
    """The letter for these values. Raises BrokenTemplate, which repeats none of them."""
    try:
        for part, source in template.parts():
            _checked(part, source)
        return Made(
            _filled(_PLAIN, template.subject, values),
            _tidy(_filled(_PLAIN, template.text, values)),
            _filled(_HTML, template.html, values),
        )
    except UsageError as error:
        raise BrokenTemplate(error.title, error.next_step) from None
    except _TooMuch:
        raise BrokenTemplate("The template makes too long a letter.", "Shorten it.") from None
    except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        raise BrokenTemplate(
            f"The template cannot be filled ({type(error).__name__}).",
            "See the preview of the template.",
        ) from None


def _tidy(text: str) -> str:
    """Conditions leave lines behind: never more than one empty one."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


# --- what is allowed ------------------------------------------------------------------------------


def _checked(part: str, source: str) -> None:
    if len(source) > LONGEST:
        raise UsageError(f"The {part} is longer than {LONGEST:,} characters.", "Shorten it.")
    if "{" not in source:
        return  # words alone, and nothing to take amiss
    if re.search(r"[{(\[]{%d,}" % _DEEPEST, source):  # noqa: UP031 - braces on both sides
        raise UsageError(f"The {part} nests too deep.", "Write it more plainly.")
    try:
        tree = _PLAIN.parse(source)
        _walk(part, tree, depth=0, in_loop=False)
    except jinja2.TemplateSyntaxError as error:
        raise _at(part, error.lineno, f"{error.message}") from None
    except RecursionError:
        raise UsageError(f"The {part} nests too deep.", "Write it more plainly.") from None


def _walk(part: str, node: nodes.Node, *, depth: int, in_loop: bool) -> None:
    if depth > _DEEPEST:
        raise UsageError(f"The {part} nests too deep.", "Write it more plainly.")
    if not isinstance(node, _ALLOWED):
        raise _at(part, node.lineno, f"“{type(node).__name__}” is not for templates")
    why = _objection(node, in_loop=in_loop)
    if why:
        raise _at(part, node.lineno, why)
    for child in _below(node):
        _walk(part, child, depth=depth + 1, in_loop=in_loop or isinstance(node, nodes.For))


def _below(node: nodes.Node) -> Iterator[nodes.Node]:
    """The children, but for the name and the range of a loop, which `_objection` looks at."""
    if isinstance(node, nodes.For):
        yield from (*node.body, *node.else_)
        return
    yield from node.iter_child_nodes()


def _objection(node: nodes.Node, *, in_loop: bool) -> str:
    match node:
        case nodes.Name():
            if node.name not in EXAMPLES and node.name != "n":
                return (
                    f"there is no variable “{_short(node.name)}”; there are: {', '.join(EXAMPLES)}"
                )
            if node.name == "n" and not in_loop:
                return "“n” is the number of a loop, and this is none"
        case nodes.Filter():
            if node.name not in FILTERS:
                known = ", ".join(sorted(FILTERS))
                return f"there is no filter “{_short(node.name)}” here; there are: {known}"
        case nodes.Test():
            if node.name not in _TESTS:
                return f"there is no test “{_short(node.name)}” here"
        case nodes.Const():
            if isinstance(node.value, int) and abs(node.value) > 1_000_000:
                return "the number is too large"
        case nodes.Call():
            return "nothing can be called but range in a loop"
        case nodes.For():
            if in_loop:
                return "a loop cannot stand in a loop"
            return _objection_to_loop(node)
    return ""


def _objection_to_loop(node: nodes.For) -> str:
    plain = f"a loop has the form {{% for n in range(3) %}}, of at most {_TIMES} times"
    called, target = node.iter, node.target
    if not (isinstance(target, nodes.Name) and target.name == "n"):
        return plain
    if not (isinstance(called, nodes.Call) and isinstance(called.node, nodes.Name)):
        return plain
    if called.node.name != "range" or len(called.args) != 1 or called.kwargs:
        return plain
    (times,) = called.args
    if not isinstance(times, nodes.Const) or type(times.value) is not int:
        return plain
    return "" if 0 <= times.value <= _TIMES and not (node.recursive or node.test) else plain


def _short(word: str) -> str:
    return word[:40]


def _at(part: str, line: int | None, why: str) -> UsageError:
    said = why.rstrip(".")
    said = said[:1].upper() + said[1:]
    return UsageError(f"Line {line or 1} of the {part}: {said}.", "Correct it, then save again.")


# --- filling --------------------------------------------------------------------------------------


class _TooMuch(Exception):
    pass


def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        autoescape=html,
        undefined=jinja2.StrictUndefined,
        cache_size=0,
    )
    made.globals = {"range": range}
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.tests = {name: made.tests[name] for name in _TESTS}
    return made


_PLAIN: Final = _environment(html=False)
_HTML: Final = _environment(html=True)


def _filled(environment: jinja2.Environment, source: str, values: Mapping[str, str]) -> str:
    if not source:
        return ""
    given: dict[str, Any] = {name: str(values.get(name, "")) for name in EXAMPLES}
    until = monotonic() + _SECONDS
    pieces: list[str] = []
    length = 0
    for piece in environment.from_string(source).generate(given):
        length += len(piece)
        if length > LONGEST_MADE or monotonic() > until:
            raise _TooMuch
        pieces.append(piece)
    return "".join(pieces)
