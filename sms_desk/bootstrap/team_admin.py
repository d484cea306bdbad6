"""Setting up a team's workspace and letting people in, for whoever looks after it (design §6).

No window and no desk is needed for it: the calls go to the server straight, each transaction between
two of the connector's. Passwords that people get are made here, shown once, and kept nowhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import wall_time
from sms_desk.domain.errors import KeyringError, NotFoundError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role
from sms_desk.services.desk import Desk
from sms_desk.settings import clock as clocks
from sms_desk.settings.server_address import ServerAddress
from sms_desk.settings.server_passwords import ServerPasswords, made
from sms_desk.store import people, workspaces
from sms_desk.store.engine import Tx
from sms_desk.store.head import HEAD
from sms_desk.store.ids import new_id
from sms_desk.store.team import access, invited, moving
from sms_desk.store.team import administering as server
from sms_desk.store.team.functions import INVITED_DAYS
from sms_desk.store.team.lease import seen
from sms_desk.store.team.moving import Carried, Tell
from sms_desk.store.team.surface_tables import SURFACE_VERSION
from sms_desk.store.team.workspace import AdminWorkspace

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_GROUPS, _GROUP = 4, 5  # 99 bits


@dataclass(frozen=True, slots=True)
class Invitation:
    """How somebody comes in. address, password: for sms-desk join, or the window; the password works
    once, until valid_until."""

    person_id: UUID
    name: str
    role: Role
    address: str
    password: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A new workspace. connector_password: "" where the key store named by kept_in has it."""

    workspace_id: UUID
    name: str
    connector: str
    connector_password: str
    kept_in: str
    invitation: Invitation


@dataclass(frozen=True, slots=True)
class Locked:
    """logins: how many ended, or were let in again."""

    person_id: UUID
    name: str
    suspended: bool
    logins: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody, and how they come in. state: none (no login), invited, expired (an invitation that
    nobody used), joined, suspended. seen_at: when they joined. connections: open right now."""

    person_id: UUID
    name: str
    role: Role
    state: str
    login: str
    invited_at: datetime | None
    joined_at: datetime | None
    connections: int


@dataclass(frozen=True, slots=True)
class TeamStatus:
    """How the workspace stands. connector: the name of who holds the lease, "" for nobody.
    connector_age_s: since when nothing was heard of it. waiting: commands that nobody executed yet.
    upgrade: whether sms-desk workspace upgrade has something to do. exposed: what stands open on the
    server that was closed when the workspace was made, a sentence each."""

    workspace_id: UUID
    name: str
    place: str
    server: str
    schema: str
    surface: int
    upgrade: bool
    epoch: str
    connector: str
    connector_age_s: float | None
    waiting: int
    conversations: int
    messages: int
    bytes: int
    exposed: tuple[str, ...]
    people: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """A workspace after a restore. epoch: its new one; every desk starts over. lost: logins that did
    not come with the backup, whose people are to be invited again."""

    epoch: str
    connector: str
    connector_password: str
    kept_in: str
    lost: tuple[str, ...]


# --- as the server's administrator --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Founder:
    """The first person of a workspace, who configures it."""

    name: str
    zone: str
    email: str | None = None


def init(address: ServerAddress, password: str, name: str, founder: Founder) -> Made:
    """Make a workspace on a server. address: of its administrator. Raises RefusedError where there
    is one already, and then nothing was changed."""
    if not name.strip():
        raise UsageError("A workspace has a name.", "Give it by --name.")
    wall_time.require_zone(founder.zone)
    connector, secret = prepare(address, password)
    shown, kept_in = keep_connector_password(connector, secret)
    workspace_id = new_id()
    with opened(connector, secret, new=True) as team:
        me = team.found(workspace_id, name.strip(), founder)
        invitation = team.invitation(me)
    return Made(workspace_id, name.strip(), connector.user, shown, kept_in, invitation)


def prepare(address: ServerAddress, password: str) -> tuple[ServerAddress, str]:
    """Everything but the workspace's first row. Answers the connector's way in."""
    server.ensure_database(address, password)
    secret = made()
    with server.administering(address, password) as connection:
        names = server.install(connection, address.database)
        server.set_connector_password(connection, names, secret)
    return replace(address, user=names.connector), secret


def keep_connector_password(address: ServerAddress, secret: str) -> tuple[str, str]:
    """(what is to be shown, what keeps it): a key store if there is one, else whoever reads it."""
    try:
        passwords = ServerPasswords(address)
        passwords.keep(secret)
    except KeyringError:
        return secret, ""
    return "", passwords.where


def upgrade(address: ServerAddress, password: str) -> None:
    """Bring the workspace to what this version of the desk works with. Raises RefusedError while a
    connector runs."""
    with server.administering(address, password) as connection:
        server.require_workspace(connection)
        server.require_no_connector(connection)
        server.upgrade(connection)


def restored(address: ServerAddress, password: str) -> Begun:
    """What is to be done after a restore from a backup: what the server knows of it is another
    workspace's, so every desk starts over, keeping what waits to be sent."""
    secret = made()
    with server.administering(address, password) as connection:
        names = server.upgrade(connection)  # roles do not come with a backup
        server.set_connector_password(connection, names, secret)
        server.end_lease(connection)
        lost = server.lock_who_has_no_role(connection)
        epoch = server.begin_epoch(connection)
    shown, kept_in = keep_connector_password(replace(address, user=names.connector), secret)
    return Begun(str(epoch), names.connector, shown, kept_in, lost)


# --- as the connector ---------------------------------------------------------------------------


@contextmanager
def opened(
    address: ServerAddress,
    password: str,
    as_person: str | None = None,
    *,
    any_version: bool = False,
    new: bool = False,
) -> Iterator[Team]:
    """The workspace, for its connector's login or the server's administrator. as_person: who acts,
    by name or id; the founder, or another admin, if not given. Raises VersionError where it is not
    of this desk's version, unless any will do. new: nobody has founded it yet."""
    engine, _ = server.connector_engine(address, password)
    workspace = AdminWorkspace(engine)
    try:
        if not any_version:
            server.check_version(workspace)
        if not new:
            server.require_founded(workspace, address)
        yield Team(workspace, address, as_person)
    finally:
        workspace.close()


class Team:
    """A team's workspace in the hands of who looks after it."""

    def __init__(
        self, workspace: AdminWorkspace, address: ServerAddress, as_person: str | None = None
    ) -> None:
        self.workspace = workspace
        self.address = address
        self._as = as_person
        self._now = clocks.wall

    def found(self, workspace_id: UUID, name: str, founder: Founder) -> UUID:
        """The first row, and the first admin."""
        me, now = new_id(), self._now()
        with self.workspace.write() as tx:
            workspaces.insert(tx, id_=workspace_id, name=name, kind="real", me_id=me, at=now)
            people.insert(
                tx,
                id_=me,
                name=founder.name,
                role=Role.ADMIN,
                zone=founder.zone,
                at=now,
                email=founder.email,
            )
        return me

    def take_over(self, source: Tx, tell: Tell) -> tuple[tuple[Carried, ...], str, Invitation]:
        """Everything of a workspace of somebody's own, who is an admin here then. source: its file.
        Answers what came, what it is called, and how they come in."""
        me = people.me(source)
        if me is None or workspaces.kind(source) == "demo":
            raise UsageError("A demo is not moved.", "Name the folder of a real one by --home.")
        with self.workspace.read() as tx:
            server.require_no_connector(tx)
        with self.workspace.write() as tx:
            if moving.is_carried(source, tx):
                carried = tuple(moving.counted(source))
            else:
                founder = people.me(tx)
                carried = moving.carry(source, tx, tell)
                if founder is not None:
                    server.lock_logins(tx, founder)
                people.change(tx, me, role=Role.ADMIN, suspended_at=None, removed_at=None)
                access.rebuild(tx, self._now())
            name = workspaces.name(tx)
        invitation = self.invitation(me)
        self.tell()
        return carried, name, invitation

    def invite(
        self,
        person: str,
        *,
        role: Role | None = None,
        zone: str | None = None,
        email: str | None = None,
    ) -> Invitation:
        """Let somebody in: a new person, who needs a role, or one that is known. An earlier login of
        theirs ends, and with it the desk that uses it."""
        person_id = self._find(person)
        if person_id is None:
            person_id = self._add(person, role, zone, email)
        else:
            self._edit(person_id, role, zone, email)
        invitation = self.invitation(person_id)
        self.tell()
        return invitation

    def invitation(self, person_id: UUID) -> Invitation:
        """A login with a password that works once."""
        password = one_time_password()
        with self.workspace.write() as tx:
            row = people.get(tx, person_id)
            if row["suspended_at"] is not None or row["removed_at"] is not None:
                raise UsageError(
                    f"{row['name']} is suspended, or has left.",
                    "Let them back in first: sms-desk workspace resume, or people restore.",
                )
            login = server.create_login(tx, person_id, password)
            invited.note(tx, self._now())
        return Invitation(
            person_id,
            row["name"],
            Role(row["role"]),
            replace(self.address, user=login, ca_file="").url,
            password,
            self._now() + timedelta(days=INVITED_DAYS),
        )

    def suspend(self, person: str) -> Locked:
        """End somebody's sessions at once, and let them in no more; they keep what they hold (GP2)."""
        person_id = self._known(person)
        desk = self.acting(not_as=person_id)
        desk.change(c.SuspendPerson(**desk.stamp(), person_id=person_id))
        with self.workspace.write() as tx:
            ended = server.lock_logins(tx, person_id)
            name = people.names(tx)[person_id]
        self.tell()
        return Locked(person_id, name, True, ended)

    def resume(self, person: str) -> Locked:
        """Let them in again, with the password that they had."""
        person_id = self._known(person)
        desk = self.acting(not_as=person_id)
        desk.change(c.SuspendPerson(**desk.stamp(), person_id=person_id, suspended=False))
        with self.workspace.write() as tx:
            back = server.unlock_login(tx, person_id)
            name = people.names(tx)[person_id]
        self.tell()
        return Locked(person_id, name, False, back)

    def status(self) -> TeamStatus:
        """Who is in, and how it stands. Changes nothing."""
        now = self._now()
        with self.workspace.read() as tx:
            figures = server.figures(tx)
            lease = seen(tx)
            newest = {one.person_id: one for one in reversed(server.list_logins(tx))}
            exposed = server.exposed(tx)
            listed = [row for row in people.listing(tx) if row["removed_at"] is None]
            workspace_id, name = workspaces.id_of(tx), workspaces.name(tx)
        return TeamStatus(
            workspace_id,
            name,
            self.address.place,
            figures.server,
            figures.schema,
            figures.surface,
            (figures.schema, figures.surface) < (HEAD, SURFACE_VERSION),
            str(figures.epoch),
            lease.holder.partition("#")[0] if lease.left > 0 else "",
            lease.age,
            figures.waiting,
            figures.conversations,
            figures.messages,
            figures.bytes,
            exposed,
            tuple(_member({**row}, newest.get(row["id"]), now) for row in listed),
        )

    # --- who ---

    def _find(self, person: str) -> UUID | None:
        try:
            return self._known(person)
        except NotFoundError as error:
            if "Several" in error.title:
                raise
            return None

    def _known(self, person: str) -> UUID:
        with self.workspace.read() as tx:
            return people.find(tx, person)

    def _add(self, name: str, role: Role | None, zone: str | None, email: str | None) -> UUID:
        if role is None:
            raise UsageError(
                f"“{name}” is new here, and it is not said what they may do.",
                "Say --role rep, supervisor or admin.",
            )
        desk, person_id = self.acting(), new_id()
        with self.workspace.read() as tx:
            own_zone = people.get(tx, desk.person_id)["zone"]
        desk.change(
            c.AddPerson(
                **desk.stamp(),
                person_id=person_id,
                name=name,
                role=role,
                zone=zone or own_zone,
                email=email,
            )
        )
        return person_id

    def _edit(
        self, person_id: UUID, role: Role | None, zone: str | None, email: str | None
    ) -> None:
        if role is zone is email is None:
            return
        with self.workspace.read() as tx:
            row = people.get(tx, person_id)
        desk = self.acting()
        desk.change(
            c.EditPerson(
                **desk.stamp(),
                person_id=person_id,
                name=row["name"],
                role=role or Role(row["role"]),
                zone=zone or row["zone"],
                email=email,
            )
        )

    def acting(self, not_as: UUID | None = None) -> Desk:
        """The desk of who acts: who was named, else an admin, the founder before others."""
        with self.workspace.read() as tx:
            if self._as is not None:
                return self._desk(people.find(tx, self._as))
            founder = people.me(tx)
            admins = [
                row["id"]
                for row in people.listing(tx)
                if row["role"] == Role.ADMIN and row["suspended_at"] is row["removed_at"] is None
            ]
        admins.sort(key=lambda id_: (id_ == not_as, id_ != founder))
        if not admins:
            raise NotFoundError("The workspace has no admin.", "Name who acts: --as PERSON.")
        return self._desk(admins[0])

    def _desk(self, person_id: UUID) -> Desk:
        return Desk(self.workspace, person_id, clock=self._now)

    def tell(self) -> None:
        """Hint to the desks that there is something new."""
        server.tell_desks(self.workspace.engine)


def one_time_password() -> str:
    """One to be read aloud and typed."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _member(row: Mapping[str, Any], login: server.Login | None, now: datetime) -> Member:
    state = "suspended" if row["suspended_at"] is not None else _state(login, now)
    return Member(
        row["id"],
        row["name"],
        Role(row["role"]),
        state,
        "" if login is None else login.name,
        None if login is None else login.invited_at,
        None if login is None else login.joined_at,
        0 if login is None else login.connected,
    )


def _state(login: server.Login | None, now: datetime) -> str:
    if login is None:
        return "none"
    if login.suspended_at is not None:
        return "suspended"
    if login.joined_at is not None:
        return "joined"
    late = login.invited_at + timedelta(days=INVITED_DAYS) <= now
    return "expired" if late else "invited"
