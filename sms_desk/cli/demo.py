"""`demo` and `tour`: they open the window, which only `sms_desk.__main__` may; here is the rest."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from sms_desk.cli.answers import Removed
from sms_desk.cli.framework import command, with_invocation
from sms_desk.cli.invocation import Invocation
from sms_desk.domain.errors import RefusedError, StorageError
from sms_desk.settings.files import DEMO_PROFILE, Profile
from sms_desk.sync.connector import ConnectorLock


@command()
@click.option("--remove", is_flag=True, help="Remove the demo workspace with all that is in it.")
@click.option("--reset", is_flag=True, help="Remove it, then open a new one.")
@with_invocation
def demo(call: Invocation, remove: bool, reset: bool) -> Removed:
    """Open the window on the demo workspace: an invented shop on an embedded sandbox."""
    if reset or not remove:  # `sms_desk.__main__` opens the window, and knows no other words
        raise click.UsageError("The window takes only --home, --as and --log-level.")
    return remove_demo(call.home)


@command(add_help_option=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where pictures go.")
def tour(out: Path) -> None:
    """Play a scripted tour of the real window and leave a picture of each step."""
    raise click.UsageError(f"The tour is played by the program itself: sms-desk tour --out {out}.")


def remove_demo(home: Path | None) -> Removed:
    """Remove the demo's folder. Raises RefusedError while a process uses it."""
    folder = Profile.of(DEMO_PROFILE, home).folder
    if not folder.is_dir():
        return Removed(str(folder), removed=False)
    with ConnectorLock(folder) as free:
        if not free:
            raise RefusedError(
                "The demo is open in another process.", "Close its window first.", rule="in_use"
            )
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise StorageError(
                f"The demo's folder cannot be removed: {folder} ({error.strerror}).",
                "Check that it is yours.",
            ) from error
    return Removed(str(folder), removed=True)
