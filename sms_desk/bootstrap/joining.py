"""Joining a team's workspace: from an invitation to an inbox with something in it (design §6).

Called by the command line and by the window's assistant. Whoever is cut off on the way calls it again
with the same words: every step finds what the one before left.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from sms_desk.bootstrap import seats
from sms_desk.bootstrap.options import Options
from sms_desk.bootstrap.seats import Passwords
from sms_desk.bootstrap.unlocking import Unlocked, unlock
from sms_desk.domain.errors import LoginError, RefusedError, StorageError
from sms_desk.domain.frozen import dataclass
from sms_desk.settings import clock as clocks
from sms_desk.settings import keys, server_address
from sms_desk.settings.files import REAL_PROFILE, Profile
from sms_desk.settings.server_address import Seat, ServerAddress
from sms_desk.store import conversations, people
from sms_desk.store.engine import Workspace
from sms_desk.store.team.client import Client, Hello
from sms_desk.sync.connector import ConnectorLock
from sms_desk.sync.team_pull import Puller

FIRST_PAGE: Final = 100
"""Conversations with which a desk can be used; what is older comes while it is."""
_ROOT = "server-ca.pem"


class Step(StrEnum):
    REACHING = "reaching"  # the server, with what the invitation says
    SECURING = "securing"  # a password of this desk's own
    PREPARING = "preparing"  # the encrypted file
    FETCHING = "fetching"  # what this person sees, the newest first


@dataclass(frozen=True, slots=True)
class Progress:
    """here, to_fetch: conversations and whatever else, where the step is FETCHING."""

    step: Step
    here: int = 0
    to_fetch: int = 0


@dataclass(frozen=True, slots=True)
class Joined:
    """conversations: that are here; to_fetch: what comes while the desk is open. connector: whether
    one was heard of within the last quarter of a minute: else nothing is sent or received yet."""

    workspace_id: UUID
    workspace_name: str
    person_id: UUID
    person_name: str
    folder: str
    conversations: int
    to_fetch: int
    connector: bool


Tell = Callable[[Progress], None]
_CONNECTOR_ALIVE = 15.0


def nobody(_: Progress) -> None:
    """Who does not ask how far it is."""


def join(
    options: Options,
    address: ServerAddress,
    one_time: str,
    tell: Tell = nobody,
    *,
    set_aside: bool = False,
) -> Joined:
    """Make this desk one of the team's. one_time: the password of the invitation.

    set_aside: a workspace of one's own that stands in the place is moved beside it; else it is refused.
    Raises LoginError, ServerError, VersionError, KeyringError, StorageError, RefusedError; what a
    person has stays as it was.
    """
    profile = Profile.of(REAL_PROFILE, options.home)
    _refuse_others(profile, address, set_aside=set_aside)
    profile.make()
    lock = ConnectorLock(profile.folder)
    if not lock.acquire():
        raise RefusedError("This desk is open.", "Close its window, then join again.", rule="open")
    try:
        return _Joining(
            replace(options, demo=False), profile, address, one_time.strip(), tell
        ).run()
    finally:
        lock.release()


def _refuse_others(profile: Profile, address: ServerAddress, *, set_aside: bool) -> None:
    """Only a new desk, or one of the same workspace, joins."""
    seat = server_address.kept(profile)
    if seat is not None:
        if _place(seat.address) == _place(address):
            return
        raise RefusedError(
            f"This desk belongs to another team's workspace: {seat.address.place}.",
            "Give this one a folder of its own: --home FOLDER.",
            rule="other_team",
        )
    if not profile.database.exists():
        return
    if not set_aside:
        raise RefusedError(
            "There is a workspace of your own on this desk.",
            "Move it to the team first (sms-desk workspace move), put it beside (--set-aside), or"
            " give the team's desk a folder of its own: --home FOLDER.",
            rule="own_workspace",
        )
    put_aside(profile, "own")


def _place(address: ServerAddress) -> tuple[str, int, str]:
    return address.host, address.port, address.database


def put_aside(profile: Profile, why: str, *, read_only: bool = False) -> Path:
    """Move the whole folder beside itself: it opens again wherever it is put back. Where to."""
    with ConnectorLock(profile.folder) as free:
        if not free:
            raise RefusedError("This desk is open.", "Close its window first.", rule="open")
        n = 1
        while (target := profile.folder.with_name(f"{profile.folder.name}-{why}-{n}")).exists():
            n += 1
        try:
            profile.folder.rename(target)
            _leave_window_lock(profile, target)
            if read_only:
                for file in (one for one in target.iterdir() if one.is_file()):
                    file.chmod(0o400)
        except OSError as error:
            raise StorageError(
                f"The desk's folder cannot be moved: {profile.folder} ({error.strerror}).",
                "Nothing in it was changed. Make its folder yours, then try again.",
            ) from error
    return target


def _leave_window_lock(profile: Profile, target: Path) -> None:
    """The window in which somebody joins goes on in this place: a second start is to raise it."""
    lock = target / profile.window_lock.name
    if lock.exists():
        profile.make()
        lock.rename(profile.window_lock)


class _Joining:
    """One way from the invitation to the inbox."""

    def __init__(
        self, options: Options, profile: Profile, address: ServerAddress, one_time: str, tell: Tell
    ) -> None:
        self._options = options
        self._profile = profile
        self._address = address
        self._one_time = one_time
        self._tell = tell
        self._now: Callable[[], datetime] = clocks.wall

    def run(self) -> Joined:
        self._tell(Progress(Step.REACHING))
        known = self._known()
        client, password = self._let_in(known)
        try:
            hello = client.hello()
            hello.check()
            unlocked = known or unlock(self._options)
            self._take_seat(unlocked, hello)
            self._tell(Progress(Step.SECURING))
            self._secure(client, password, seats.passwords(unlocked, self._address))
            if not hello.joined:
                client.joined()
            self._tell(Progress(Step.PREPARING))
            workspace = seats.open_replica(unlocked)
            try:
                return self._fetch(client, workspace, hello)
            finally:
                workspace.close()
        finally:
            client.close()

    def _known(self) -> Unlocked | None:
        """What an earlier attempt has left."""
        return unlock(self._options) if keys.read(self._profile) is not None else None

    def _let_in(self, known: Unlocked | None) -> tuple[Client, str]:
        """A client that is let in, and with what. Nothing is written before."""
        found: tuple[str, ...] = ()
        if known is not None:
            found = seats.passwords(known, self._address).candidates()
        tried = [*found, *([self._one_time] if self._one_time else [])]
        refused: LoginError | None = None
        for password in tried:
            client = Client(self._address, password)
            try:
                client.hello()
            except LoginError as error:
                client.close()
                refused = error
            except BaseException:
                client.close()
                raise
            else:
                return client, password
        raise refused or LoginError(
            "The invitation's password is missing.", "Type it as the invitation has it."
        )

    def _take_seat(self, unlocked: Unlocked, hello: Hello) -> None:
        seat = server_address.kept(self._profile)
        if seat is not None and seat.person_id != hello.person_id:
            raise RefusedError(
                "This desk is somebody else's of this team.",
                "Give yours a folder of its own: --home FOLDER.",
                rule="other_person",
            )
        server_address.keep(
            unlocked.profile, Seat(self._with_own_root(self._address), hello.person_id)
        )

    def _with_own_root(self, address: ServerAddress) -> ServerAddress:
        """The certificate stays with the desk, wherever it was named from."""
        if not address.ca_file:
            return address
        kept = self._profile.folder / _ROOT
        if Path(address.ca_file) != kept:
            shutil.copyfile(address.ca_file, kept)
        return replace(address, ca_file=str(kept))

    def _secure(self, client: Client, password: str, own: Passwords) -> None:
        """What stood in an invitation opens nothing any more."""
        if password == self._one_time:
            password = own.prepare()
            client.change_password(password)
        own.settle(password)

    def _fetch(self, client: Client, workspace: Workspace, hello: Hello) -> Joined:
        puller = Puller(workspace)
        self._tell(Progress(Step.FETCHING))
        puller.pull_once(client, self._now())
        while True:
            progress = puller.progress()
            with workspace.read() as tx:
                here = conversations.count(tx)
            self._tell(Progress(Step.FETCHING, progress.kept, progress.to_fetch))
            if not progress.to_fetch or here >= FIRST_PAGE:
                break
            puller.fill_once(client, self._now())
        with workspace.read() as tx:
            name = people.names(tx).get(hello.person_id, "")
        age = hello.connector_age_s
        return Joined(
            hello.workspace_id,
            hello.workspace_name,
            hello.person_id,
            name,
            str(self._profile.folder),
            here,
            progress.to_fetch,
            age is not None and age < _CONNECTOR_ALIVE,
        )
