"""From a folder and its key to an open session; at the first start, making the workspace."""

from __future__ import annotations

import getpass
from uuid import UUID

from sms_desk.bootstrap.options import Options
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.bootstrap.session import LocalSession
from sms_desk.domain.errors import KeyringError
from sms_desk.domain.model import Role
from sms_desk.settings import clock as clocks
from sms_desk.settings import keys
from sms_desk.settings.credentials import KeyringStore
from sms_desk.settings.files import DEMO_PROFILE, REAL_PROFILE, Profile
from sms_desk.settings.zones import local_zone
from sms_desk.store import people, workspaces
from sms_desk.store.engine import Workspace, ensure_schema, open_file
from sms_desk.store.ids import new_id


def open_session(options: Options) -> LocalSession:
    """Open the workspace, made anew at the first start. Raises StorageError, KeyringError."""
    profile = Profile.of(DEMO_PROFILE if options.demo else REAL_PROFILE, options.home)
    profile.make()
    key, workspace_id = _key(profile, options)
    workspace = open_file(profile.database, key)
    try:
        ensure_schema(workspace)
        _first_start(workspace, workspace_id, demo=options.demo)
        secrets = Secrets(lambda: KeyringStore(workspace_id))
        session = LocalSession(profile, workspace, secrets, demo=options.demo)
        session.furnish()
        if options.as_person is not None:
            session.acting_as(_person(session, options.as_person))
    except BaseException:
        workspace.close()
        raise
    return session


def _person(session: LocalSession, name_or_id: str) -> UUID:
    with session.desk.workspace.read() as tx:
        return people.find(tx, name_or_id)


def _key(profile: Profile, options: Options) -> tuple[bytes, UUID]:
    identity = keys.read(profile)
    if identity is None:
        return _new_key(profile, options)
    ask = options.ask_passphrase
    key = keys.load(
        identity,
        store=lambda: KeyringStore(identity.workspace_id),
        passphrase=None if ask is None else lambda: ask("Passphrase of the workspace: "),
    )
    return key, identity.workspace_id


def _new_key(profile: Profile, options: Options) -> tuple[bytes, UUID]:
    workspace_id = new_id()
    if options.demo:
        return keys.make_published(profile, workspace_id), workspace_id
    try:
        return keys.make_with_keyring(
            profile, workspace_id, KeyringStore(workspace_id)
        ), workspace_id
    except KeyringError as error:
        if options.ask_passphrase is None:
            raise KeyringError(
                error.title,
                f"{error.next_step} Or give the new workspace a passphrase: --passphrase-fd.",
            ) from error
        prompt = f"{error.title} Without one, the new workspace opens with a passphrase: "
    passphrase = options.ask_passphrase(prompt)
    return keys.make_with_passphrase(profile, workspace_id, passphrase), workspace_id


def _first_start(workspace: Workspace, workspace_id: UUID, *, demo: bool) -> None:
    """A workspace has a name, and a person who is me and configures it (design §1)."""
    with workspace.read() as tx:
        if people.me(tx) is not None:
            return
    with workspace.write() as tx:
        if people.me(tx) is not None:  # another process was first
            return
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
