"""From a workspace of one's own to one that a team shares (design §6)."""

from __future__ import annotations

from sms_desk.bootstrap.joining import put_aside
from sms_desk.bootstrap.options import Options
from sms_desk.bootstrap.team_admin import Invitation, Team
from sms_desk.bootstrap.unlocking import Unlocked, unlock
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.frozen import dataclass
from sms_desk.settings import server_address
from sms_desk.settings.files import REAL_PROFILE, Profile
from sms_desk.store.engine import ensure_schema, open_file
from sms_desk.store.team.moving import Carried, Tell
from sms_desk.sync.connector import ConnectorLock


@dataclass(frozen=True, slots=True)
class Moved:
    """What was taken to the server. kept: where the file is now, which nothing writes any more.
    invitation: of who moved it, an admin there."""

    name: str
    rows: int
    tables: tuple[Carried, ...]
    kept: str
    invitation: Invitation


def nobody(_table: str, _rows: int) -> None:
    """Who does not ask how far it is."""


def move(options: Options, team: Team, tell: Tell = nobody) -> Moved:
    """Take this desk's own workspace to the team's, all of it or nothing; the file is put beside.

    Whoever is cut off calls it again. Raises RefusedError, StorageError, ServerError.
    """
    profile = Profile.of(REAL_PROFILE, options.home)
    if server_address.kept(profile) is not None or not profile.database.exists():
        raise NotFoundError(
            "There is no workspace of your own on this desk.", "Name its folder by --home FOLDER."
        )
    with ConnectorLock(profile.folder) as free:
        if not free:
            raise RefusedError("This desk is open.", "Close its window, then move it.", rule="open")
        carried, name, invitation = _carried(unlock(options), team, tell)
    kept = put_aside(profile, "moved", read_only=True)
    return Moved(name, sum(one.rows for one in carried), carried, str(kept), invitation)


def _carried(
    unlocked: Unlocked, team: Team, tell: Tell
) -> tuple[tuple[Carried, ...], str, Invitation]:
    own = open_file(unlocked.profile.database, unlocked.key, create=False)
    try:
        ensure_schema(own)
        with own.write(quiet=True) as source:  # nobody else writes meanwhile
            return team.take_over(source, tell)
    finally:
        own.close()
