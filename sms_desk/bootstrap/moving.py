"""From a workspace of one's own to one that a team shares (design §6)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sms_desk.bootstrap.joining import put_aside
from sms_desk.bootstrap.options import Options
from sms_desk.bootstrap.team_admin import Invitation, Team
from sms_desk.bootstrap.unlocking import Unlocked, unlock
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import DraftMode
from sms_desk.settings import server_address
from sms_desk.settings.files import REAL_PROFILE, Profile
from sms_desk.store import my_states
from sms_desk.store.engine import Tx, ensure_schema, open_file
from sms_desk.store.team.moving import Carried, Tell
from sms_desk.sync.connector import ConnectorLock


@dataclass(frozen=True, slots=True)
class Draft:
    """Half-typed text of who moved the workspace: it never leaves a desk."""

    conversation_id: UUID
    mode: DraftMode
    body: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What was taken to the server. kept: where the file is now, which nothing writes any more.
    drafts: what stays in it alone. invitation: of who moved it, an admin there."""

    name: str
    rows: int
    tables: tuple[Carried, ...]
    kept: str
    drafts: tuple[Draft, ...]
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
        moved = _taken(unlock(options), team, tell)
    return replace(moved, kept=str(put_aside(profile, "moved", read_only=True)))


def _taken(unlocked: Unlocked, team: Team, tell: Tell) -> Moved:
    own = open_file(unlocked.profile.database, unlocked.key, create=False)
    try:
        ensure_schema(own)
        with own.write(quiet=True) as source:  # nobody else writes meanwhile
            carried, name, invitation = team.take_over(source, tell)
            rows = sum(one.rows for one in carried)
            drafts = _drafts(source, invitation.person_id)
            return Moved(name, rows, carried, "", drafts, invitation)
    finally:
        own.close()


def _drafts(tx: Tx, person_id: UUID) -> tuple[Draft, ...]:
    return tuple(
        Draft(row["conversation_id"], DraftMode(row["mode"]), row["body"])
        for row in my_states.all_drafts(tx)
        if row["person_id"] == person_id
    )
