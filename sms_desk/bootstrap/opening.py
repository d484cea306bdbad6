"""From a key to an open session; at the first start, making the workspace."""

from __future__ import annotations

import getpass
from uuid import UUID

from sms_desk.bootstrap.options import Options, Session
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.bootstrap.session import LocalSession
from sms_desk.bootstrap.unlocking import Unlocked
from sms_desk.domain.model import Role
from sms_desk.settings import clock as clocks
from sms_desk.settings import keys, server_address
from sms_desk.settings.credentials import KeyringStore
from sms_desk.settings.server_address import Seat
from sms_desk.store import people, workspaces
from sms_desk.store.engine import Workspace, ensure_schema, open_file
from sms_desk.store.ids import new_id


def open_unlocked(unlocked: Unlocked, options: Options) -> Session:
    """Open the workspace, made anew at the first start. Raises StorageError."""
    seat = None if options.demo else server_address.kept(unlocked.profile)
    workspace = _own_file(unlocked) if seat is None else _replica(unlocked)
    try:
        if seat is None:
            session: Session = _own_session(unlocked, options, workspace)
        else:
            session = _team_session(unlocked, seat, workspace)
        if options.as_person is not None:
            session.acting_as(_person(session, options.as_person))
    except BaseException:
        workspace.close()
        raise
    return session


def _own_file(unlocked: Unlocked) -> Workspace:
    return open_file(unlocked.profile.database, unlocked.key, create=unlocked.is_new)


def _own_session(unlocked: Unlocked, options: Options, workspace: Workspace) -> LocalSession:
    workspace_id = unlocked.workspace_id
    ensure_schema(workspace)
    _first_start(workspace, workspace_id, demo=options.demo)
    if unlocked.is_new:
        keys.note_begun(unlocked.profile)
    secrets = Secrets(lambda: KeyringStore(workspace_id))
    session = LocalSession(unlocked.profile, workspace, secrets, demo=options.demo)
    session.furnish()
    return session


def _replica(unlocked: Unlocked) -> Workspace:
    from sms_desk.bootstrap import seats

    return seats.open_replica(unlocked)


def _team_session(unlocked: Unlocked, seat: Seat, workspace: Workspace) -> Session:
    """A replica of a team's workspace; the server is asked in a thread of its own, later."""
    from sms_desk.bootstrap import seats
    from sms_desk.bootstrap.desk_connector import address_beside
    from sms_desk.bootstrap.team_session import TeamSession

    return TeamSession(
        unlocked.profile,
        workspace,
        seat.person_id,
        seats.connecting(unlocked, seat),
        lambda: address_beside(unlocked.profile, seat.address),
    )


def _person(session: Session, name_or_id: str) -> UUID:
    with session.desk.workspace.read() as tx:
        return people.find(tx, name_or_id)


def _first_start(workspace: Workspace, workspace_id: UUID, *, demo: bool) -> None:
    """A workspace has a name, and a person who is me and configures it (design §1)."""
    with workspace.read() as tx:
        if people.me(tx) is not None:
            return
    with workspace.write() as tx:
        if people.me(tx) is not None:  # another process was first
            return
        from sms_desk.settings.zones import local_zone

        now = clocks.chosen(played=demo)()
        me = new_id()
        people.insert(tx, id_=me, name=_my_name(), role=Role.ADMIN, zone=local_zone(), at=now)
        workspaces.insert(
            tx,
            id_=workspace_id,
            name="Demo" if demo else "SMS Desk",
            kind="demo" if demo else "real",
            me_id=me,
            at=now,
        )


def _my_name() -> str:
    try:
        return getpass.getuser().capitalize()
    except (KeyError, OSError):
        return "Me"
