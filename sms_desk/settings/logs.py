"""What the desk writes about itself: one line each, ids and never bodies, numbers or secrets (R46).

A log may be sent to a stranger who helps. So lines are escaped (a message cannot fake the next
one), whatever looks like a secret or a number is struck out as a second guard, and a traceback
names types and the desk's own places, no values: an exception's text may quote a body.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from typing_extensions import override

LEVELS = ("debug", "info", "warning", "error")

_log = logging.getLogger(__name__)
_PACKAGE = Path(__file__).resolve().parents[1]
_FILE_BYTES = 1_000_000
_FILES = 3


def set_up(
    level: str = "warning",
    folder: Path | None = None,
    stream: TextIO | None = None,
    *,
    as_json: bool = False,
) -> None:
    """Begin logging to a stream (stderr) and, if given, to a folder; once, at the program's start.

    level: one of LEVELS, for the desk's own words; libraries are heard from `warning` on. as_json:
    each line an object, for a service's log.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(stream)]
    if folder is not None:
        handlers.append(PrivateFile(folder / "desk.log"))
    for handler in handlers:
        handler.setFormatter(JsonLine() if as_json else OneLine())
    logging.basicConfig(handlers=handlers, level=logging.WARNING, force=True)
    logging.getLogger("sms_desk").setLevel(level.upper())
    logging.captureWarnings(capture=True)
    _install_hooks()
    faulthandler.enable(stream or sys.stderr)  # places only, never values
    no_core_dumps()


def no_core_dumps() -> None:
    """A core dump would hold keys and messages in plain text.

    Not `prctl(PR_SET_DUMPABLE, 0)`: the desktop's portals could no longer tell whose window it is.
    """
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


class OneLine(logging.Formatter):
    """Time, level, logger, words: on one line, escaped and redacted."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    @override
    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler's formatter may have kept a full one
        whole = super().format  # of logging, not of str
        return escaped(redacted(whole(record)))

    @override
    def formatException(self, ei: object) -> str:
        assert isinstance(ei, tuple)
        return f"| {places(ei[1])}" if ei[1] is not None else ""

    @override
    def formatStack(self, stack_info: str) -> str:
        return ""  # source lines, which `places` leaves out on purpose


class JsonLine(logging.Formatter):
    """The same as an object: at, level, logger, thread, message; places where something broke."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "thread": record.threadName,
            "message": redacted(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["places"] = places(record.exc_info[1])
        return json.dumps(line)


# --- redaction --------------------------------------------------------------------------------

_STRUCK = "[…]"
_PATTERNS = (
    # user:password@host
    (re.compile(r"(://)[^/\s@]+@"), rf"\1{_STRUCK}@"),
    (re.compile(r"(?i)\b(basic|bearer)\s+[\w.~+/=-]+"), rf"\1 {_STRUCK}"),
    (
        re.compile(
            r"(?i)\b([\w-]*(?:password|passphrase|secret|token|api_?key|authorization))"
            r"([\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
        ),
        rf"\1\2{_STRUCK}",
    ),
    # An auth token or key. An id, two capitals and 32 digits such as SM… or AC…, stays.
    (
        re.compile(
            r"(?<![0-9A-Za-z])(?![A-Z]{2}[0-9a-f]{32}(?![0-9A-Za-z]))[0-9a-fA-F]{32,}(?![0-9A-Za-z])"
        ),
        _STRUCK,
    ),
    (re.compile(r"(?i)(?:\+|%2B|whatsapp:\+?)\d[\d ().-]{4,}\d"), _STRUCK),
    (re.compile(r"(?<![\w.:-])\d{10,15}(?![\w.:-])"), _STRUCK),
)


def redacted(text: str) -> str:
    """`text` without what looks like a secret or a number."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def escaped(text: str) -> str:
    """`text` on one line: everything that is not printable as its escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


# --- exceptions -------------------------------------------------------------------------------


def places(error: BaseException) -> str:
    """Types and the desk's own places of an exception and its causes; no values, no texts."""
    parts = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        own = " > ".join(_own_frames(cause.__traceback__))
        parts.append(f"{type(cause).__module__}.{type(cause).__qualname__} at {own or 'elsewhere'}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return " | because of ".join(parts)


def _own_frames(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        code = traceback.tb_frame.f_code
        path = Path(code.co_filename)
        if path.is_relative_to(_PACKAGE):
            yield f"{path.relative_to(_PACKAGE)}:{traceback.tb_lineno} {code.co_name}"
        traceback = traceback.tb_next


def _install_hooks() -> None:
    sys.excepthook = _on_exception
    threading.excepthook = _on_thread_exception
    sys.unraisablehook = _on_unraisable


def _on_exception(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("an error that nobody expected", exc_info=(kind, error, traceback))


def _on_thread_exception(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
        _on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _on_unraisable(arguments: sys.UnraisableHookArgs) -> None:
    if arguments.exc_value is not None:
        _on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


class PrivateFile(RotatingFileHandler):
    """A log file for its owner alone, of which the last few megabytes are kept."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8")

    @override
    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600, exist_ok=True)
        return super()._open()
