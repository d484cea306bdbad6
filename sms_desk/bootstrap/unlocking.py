"""From a folder to its key; and the glance, which is shown before anything else is loaded.

Imported before the first page stands: no SQLAlchemy, no provider (measured.md, Start).
"""

from __future__ import annotations

from dataclasses import field
from uuid import UUID

from sms_desk.bootstrap.options import Options
from sms_desk.domain.errors import DeskError, KeyringError
from sms_desk.domain.frozen import dataclass
from sms_desk.services import glances
from sms_desk.services.glances import Glance
from sms_desk.settings import clock as clocks
from sms_desk.settings import keys
from sms_desk.settings.credentials import KeyringStore
from sms_desk.settings.files import DEMO_PROFILE, REAL_PROFILE, Profile
from sms_desk.store import glance_file
from sms_desk.store.head import HEAD


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A profile whose key is known; its file has not been touched. is_new: the file is to be made,
    or was not made to its end; a file of invented data may be made anew at any time."""

    profile: Profile
    workspace_id: UUID
    key: bytes = field(repr=False)
    is_new: bool = True


def unlock(options: Options) -> Unlocked:
    """Find or make the key of the workspace. Raises StorageError, KeyringError."""
    profile = Profile.of(DEMO_PROFILE if options.demo else REAL_PROFILE, options.home)
    profile.make()
    identity = keys.read(profile)
    if identity is None:
        return _new(profile, options)
    ask = options.ask_passphrase
    key = keys.load(
        identity,
        store=lambda: KeyringStore(identity.workspace_id),
        passphrase=None if ask is None else lambda: ask("Passphrase of the workspace: "),
    )
    is_new = not identity.begun or identity.source is keys.KeySource.PUBLISHED
    return Unlocked(profile, identity.workspace_id, key, is_new)


def read_glance(unlocked: Unlocked, options: Options) -> Glance | None:
    """What the window showed last, if it still is what the workspace says. Says no errors:
    `open_session` comes to the same file."""
    if options.as_person is not None:
        return None
    found = glance_file.read(unlocked.profile.database, unlocked.key, HEAD)
    glance = None if found is None else glances.from_bytes(found[1])
    if found is None or glance is None or glance.person_id != found[0]:
        return None
    try:
        return glance.at(clocks.chosen(played=options.demo)())
    except DeskError:
        return None


def _new(profile: Profile, options: Options) -> Unlocked:
    from sms_desk.store.ids import new_id

    workspace_id = new_id()
    if options.demo:
        return Unlocked(profile, workspace_id, keys.make_published(profile, workspace_id))
    try:
        key = keys.make_with_keyring(profile, workspace_id, KeyringStore(workspace_id))
        return Unlocked(profile, workspace_id, key)
    except KeyringError as error:
        if options.ask_passphrase is None:
            raise KeyringError(
                error.title,
                f"{error.next_step} Or give the new workspace a passphrase: --passphrase-fd.",
            ) from error
        prompt = f"{error.title} Without one, the new workspace opens with a passphrase: "
    passphrase = options.ask_passphrase(prompt)
    key = keys.make_with_passphrase(profile, workspace_id, passphrase)
    return Unlocked(profile, workspace_id, key)
