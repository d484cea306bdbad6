"""The team's line, what came back, and who else is here, in words: nothing here paints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import display_name, isolate, preview
from sms_desk.services.team_rows import (
    ConnectorHere,
    Doing,
    HerePart,
    Returned,
    ReturnedState,
    Seen,
    TeamLine,
)
from sms_desk.ui.widgets.text import Tone
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr as translated

_NAMED = 2
"""Colleagues that are named in a line; more are counted."""


def tr(text: str, n: int = -1) -> str:
    return translated("team", text, n)


# --- the line --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineWords:
    """The line in a few words with a sign, and as a small story: a title, and what to do."""

    icon: str
    ink: str
    tone: Tone
    words: str
    title: str
    lines: tuple[str, ...]


def line_words(line: TeamLine, workspace: str, now: datetime, zone: tzinfo) -> LineWords:
    """workspace: its name."""
    said = _line_words(line, workspace, now, zone)
    return replace(said, lines=(*said.lines, *filter(None, here_words(line.here))))


def _line_words(line: TeamLine, workspace: str, now: datetime, zone: tzinfo) -> LineWords:
    name = isolate(display_name(workspace, 60))
    if replace(line, here=None) == UNKNOWN:
        return LineWords("refresh-cw", "accent", "secondary", *_unknown(name))
    if line.refused:
        return LineWords("lock", "error", "error", tr("Not let in"), *_refused_story(line))
    if not line.online:
        return LineWords("cloud-off", "nudge", "nudge", *_offline(line, name, now, zone))
    if not line.connector:
        return LineWords("plug", "nudge", "nudge", *_unconnected(line, now, zone))
    if line.to_fetch:
        return LineWords("refresh-cw", "accent", "secondary", *_fetching(line, name))
    return LineWords("circle-check", "ok", "secondary", *_online(line, name, now, zone))


UNKNOWN: Final = TeamLine(online=False)
"""A desk that has just begun, and has asked nobody yet."""


def _unknown(name: str) -> tuple[str, str, tuple[str, ...]]:
    title = tr("Connecting with {name}").replace("{name}", name)
    return tr("Connecting…"), title, (tr("What is here can be read and written to already."),)


def _refused_story(line: TeamLine) -> tuple[str, tuple[str, ...]]:
    lines = (line.next_step, tr("What is here stays readable until then."), *_waiting(line))
    return line.title, tuple(filter(None, lines))


def _offline(
    line: TeamLine, name: str, now: datetime, zone: tzinfo
) -> tuple[str, str, tuple[str, ...]]:
    words, title = tr("Offline"), tr("{name} cannot be reached")
    if line.since is not None:
        since = clock_words(line.since, now, zone)
        if not line.pending:  # the rail has room for one of the two; the card says both
            words = tr("Offline since {time}").replace("{time}", since)
        title = tr("{name} cannot be reached since {time}").replace("{time}", since)
    lines = (
        tr("Go on working: what you do is kept on this desk and sent when the line is back."),
        tr("What your colleagues do meanwhile is not shown here yet."),
        f"{line.title} {line.next_step}".strip(),
        *_waiting(line),
    )
    return _and_waiting(words, line), title.replace("{name}", name), tuple(filter(None, lines))


def _unconnected(line: TeamLine, now: datetime, zone: tzinfo) -> tuple[str, str, tuple[str, ...]]:
    title = tr("No connector runs")
    if line.connector_since is not None:
        since = clock_words(line.connector_since, now, zone)
        title = tr("No connector runs since {time}").replace("{time}", since)
    lines = (
        tr("Nothing new comes in, and nothing goes out, until one runs again."),
        tr("You can read and write: what you send waits in its turn."),
        tr("An admin starts it on its machine, or in the desk: Settings, Accounts."),
        *_waiting(line),
    )
    words = tr("No connector") if line.pending else tr("No connector runs")
    return _and_waiting(words, line), title, lines


def _fetching(line: TeamLine, name: str) -> tuple[str, str, tuple[str, ...]]:
    total = line.kept + line.to_fetch
    words = tr("Fetching {done} of {all}")
    words = words.replace("{done}", f"{line.kept:,}").replace("{all}", f"{total:,}")
    title = tr("The history of {name} is on its way").replace("{name}", name)
    lines = (
        tr("{done} of {all} conversations are here, the newest first.")
        .replace("{done}", f"{line.kept:,}")
        .replace("{all}", f"{total:,}"),
        tr("Everything new comes at once; go on working meanwhile."),
        *_waiting(line),
    )
    return words, title, lines


def _online(
    line: TeamLine, name: str, now: datetime, zone: tzinfo
) -> tuple[str, str, tuple[str, ...]]:
    title = tr("Connected with {name}").replace("{name}", name)
    lines = []
    if line.since is not None:
        since = tr("The line stands since {time}.")
        lines.append(since.replace("{time}", clock_words(line.since, now, zone)))
    lines += _waiting(line) or (tr("Everything that you did is with the workspace."),)
    return _and_waiting(tr("Online"), line), title, tuple(lines)


def _and_waiting(words: str, line: TeamLine) -> str:
    return f"{words} · {tr('%n waiting', line.pending)}" if line.pending else words


def _waiting(line: TeamLine) -> tuple[str, ...]:
    """What the workspace has not answered yet."""
    if not line.pending:
        return ()
    return (tr("%n change(s) of yours still to be taken by the workspace.", line.pending),)


# --- the connector in this desk ---------------------------------------------------------------------


def here_words(here: ConnectorHere | None) -> tuple[str, str]:
    """What it is, and why it cannot work; "" for what is not to be said."""
    if here is None:
        return "", ""
    words = {
        HerePart.STARTING: tr("This desk is becoming the connector…"),
        HerePart.WORKS: tr("This desk is the connector: it receives and sends for the team."),
        HerePart.SPARE: tr("This desk is a spare connector: another one works at the moment."),
        HerePart.TROUBLE: tr("This desk cannot be the connector."),
    }
    return words[here.part], f"{here.title} {here.next_step}".strip()


# --- what came back --------------------------------------------------------------------------------


def returned_title(row: Returned) -> str:
    """What it was, and that it came back: "Reply: not done"."""
    label = display_name(row.label, 60) or tr("A change")
    held = row.state is ReturnedState.HELD
    words = tr("{what}: held") if held else tr("{what}: came back")
    return words.replace("{what}", label)


def reason_words(row: Returned) -> str:
    """Why, and what to do."""
    return preview(f"{row.title} {row.next_step}".strip(), 400) or tr("No reason was given.")


def whom_words(row: Returned) -> str:
    """Whom it was about, "" where nobody."""
    return display_name(row.contact_name, 60) or display_name(row.peer, 60)


def banner_words(count: int) -> tuple[str, str]:
    title = tr("%n thing(s) that you did came back.", count)
    return title, tr("The workspace did not do it. Your words are kept.")


# --- who else is here ------------------------------------------------------------------------------


def seen_words(colleagues: Sequence[Seen]) -> str:
    """ "Ann is typing…", "Ann and Ben are reading"; who types goes first. "" for nobody."""
    typing = [each for each in colleagues if each.doing is Doing.TYPING]
    shown = typing or [each for each in colleagues if each.doing is Doing.READING]
    if not shown:
        return ""
    names = _names(shown)
    if typing:
        words = tr("{names} is typing…") if len(shown) == 1 else tr("{names} are typing…")
    else:
        words = tr("{names} is reading") if len(shown) == 1 else tr("{names} are reading")
    return words.replace("{names}", names)


def claim_words(colleagues: Sequence[Seen]) -> str:
    """Who has begun an answer here, "" for nobody (R38)."""
    claimed = claimants(colleagues)
    if not claimed:
        return ""
    one = len(claimed) == 1
    words = tr("{names} is writing an answer here.") if one else tr("{names} are writing here.")
    return words.replace("{names}", _names(claimed))


def claimants(colleagues: Sequence[Seen]) -> tuple[Seen, ...]:
    """Whose answer a reply sent now would cross."""
    return tuple(each for each in colleagues if each.claims or each.doing is Doing.TYPING)


def _names(colleagues: Sequence[Seen]) -> str:
    names = [isolate(display_name(each.name, 30) or tr("Somebody")) for each in colleagues]
    more = len(names) - _NAMED
    if more > 0:
        return f"{', '.join(names[:_NAMED])} {tr('and %n more', more)}"
    return tr("{one} and {two}").format(one=names[0], two=names[1]) if len(names) > 1 else names[0]
