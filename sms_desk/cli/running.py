"""A call from its words to its exit code: every error ends here, in words or in JSON."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

import click

from sms_desk.cli.framework import Unsettled
from sms_desk.cli.invocation import Invocation
from sms_desk.cli.root import root
from sms_desk.cli.terminal import safe_lines
from sms_desk.domain.errors import DeskError, StorageError, UsageError
from sms_desk.settings import logs

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
TERMINATED = 143  # 128 + SIGTERM


def run(words: Sequence[str], call: Invocation) -> int:
    """Run one call; the exit code. Raises nothing."""
    _prepare_streams()
    call.json = _asks_for_json(words)
    try:
        return _run(list(words), call)
    except BrokenPipeError:  # who read our answer has seen enough, as `head` has
        _silence_stdout()
        return 0
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        _close(call)


def _run(words: list[str], call: Invocation) -> int:
    if call.own_process:
        signal.signal(signal.SIGTERM, _terminate)
    try:
        with root.make_context("sms-desk", words, obj=call) as ctx:
            if call.own_process:
                logs.set_up(call.log_level)
            root.invoke(ctx)
        sys.stdout.flush()
        return 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:  # the person left a prompt
        return INTERRUPTED
    except click.ClickException as error:
        return _say_error(_usage(error), call)
    except Unsettled as unsettled:
        if unsettled.shown and not call.json:
            call.say(unsettled.answer, but=(str(unsettled.error), unsettled.error.title))
        return _say_error(unsettled.error, call, unsettled.answer)
    except DeskError as error:
        return _say_error(error, call)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - the program begins here: no traceback with values
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            _silence_stdout()
            return _say_error(_no_room(error), call)
        return _say_error(_unforeseen(error), call)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(TERMINATED)


def _close(call: Invocation) -> None:
    try:
        call.close()
    except DeskError as error:
        _say_error(error, call)


# --- errors ---------------------------------------------------------------------------------------


def _say_error(error: DeskError, call: Invocation, answer: object = None) -> int:
    """Title and next step on stderr; with --json also the object that scripts read."""
    for line in safe_lines(f"{error.title}\n{error.next_step}".strip()):
        click.echo(line, err=True)
    if call.json:
        from sms_desk.cli.as_json import dumps, plain

        with contextlib.suppress(OSError):  # nobody reads it, or it has no room
            beside = plain(answer) if answer is not None else {}
            click.echo(dumps({"error": error_keys(error), **beside}))
            return error.exit_code
        _silence_stdout()
    return error.exit_code


def error_keys(error: DeskError) -> dict[str, str]:
    """An error as scripts see it."""
    kind = type(error).__name__.removesuffix("Error")
    return {
        "code": re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower(),
        "title": error.title,
        "next_step": error.next_step,
        "rule": getattr(error, "rule", "") or getattr(error, "code", ""),
    }


def _usage(error: click.ClickException) -> UsageError:
    """click's own words, with where to read more."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    where = ctx.command_path if ctx else "sms-desk"
    return UsageError(error.format_message(), f"See {where} --help.")


def _unforeseen(error: Exception) -> DeskError:
    """A mistake of the desk: kinds and places only, for a message may hold what nobody may see."""
    return DeskError(
        "Something went wrong that the desk did not foresee.",
        f"Please report it with these words: {logs.places(error)}",
    )


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def _no_room(error: OSError) -> DeskError:
    """Most often the answer's, sent to a file: what the command changed stands."""
    return StorageError(
        f"The answer could not be written: {os.strerror(error.errno or 0)}.",
        "Make room where it goes. What the command changed is kept: look before you repeat it.",
    )


# --- streams --------------------------------------------------------------------------------------


def _asks_for_json(words: Sequence[str]) -> bool:
    """Whether --json stands among the words: an error in the others is told in JSON, too."""
    options = words[: list(words).index("--")] if "--" in words else words
    return "--json" in options


def _prepare_streams() -> None:
    """A stream that was closed leads nowhere, and a terminal that cannot show a character shows its
    code, instead of failing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _silence_stdout() -> None:
    """So that Python's own farewell flush does not fail once more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
