"""How a desk is opened, and what window and command line are handed then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from sms_desk.domain.frozen import dataclass

if TYPE_CHECKING:  # a window's first page waits for no store and no provider
    from sms_desk.domain.changes import Changes
    from sms_desk.domain.commands import Command
    from sms_desk.domain.inbox_filters import Scope
    from sms_desk.providers.base import Directory
    from sms_desk.services.desk import Desk
    from sms_desk.services.rows import LineState
    from sms_desk.services.team_rows import Doing, Returned, Seen, TeamLine

Ask = Callable[[str], str]
Also = Callable[[UUID], "Sequence[Command]"]
"""Commands that follow an account's own, given its id."""


def nothing_also(_account_id: UUID) -> Sequence[Command]:
    return ()


@dataclass(frozen=True, slots=True)
class Options:
    """How to open a desk.

    home: the person's folder, None for SMS_DESK_HOME or the platform's. as_person: who acts, by
    name or id, None for oneself. ask_passphrase: called with a prompt where no keyring can be had;
    None: do not ask, raise KeyringError. demo: the demo workspace with its embedded sandbox.
    """

    home: Path | None = None
    as_person: str | None = None
    ask_passphrase: Ask | None = None
    demo: bool = False


class Session(Protocol):
    """An open workspace with all that runs beside it."""

    desk: Desk
    demo: bool
    folder: Path

    @property
    def title(self) -> str:
        """The workspace's name, and who acts where that is not oneself."""

    def start_connector(self, on_changes: Callable[[Changes], None]) -> bool:
        """Poll and post in a thread; False if another process of this profile does (R63)."""

    def sync_once(self) -> Changes:
        """One cycle now, in this thread. Raises StorageError if another process syncs."""

    def sync_soon(self) -> None:
        """Ask the connector for a cycle now, whatever the line's state ("Sync now")."""

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        """Which conversations are on screen: a doubt there is asked about sooner."""

    def lines(self) -> tuple[LineState, ...]:
        """The state of each account's line: cheap enough for the window's thread."""

    def foreign_changes(self) -> bool:
        """Whether another process wrote since the last call."""

    def test_account(self, provider: str, values: Mapping[str, str]) -> Directory:
        """Try a credential and list its sender IDs; keeps nothing. Raises ProviderError."""

    def add_account(
        self, provider: str, values: Mapping[str, str], also: Also = nothing_also
    ) -> UUID:
        """Keep the secret in the keyring, then the account in the workspace. values: by field key
        of `providers.catalogue` (account_sid, user, secret, base_url), and `label`. also: commands
        of the same transaction, such as who holds its sender IDs before the first sync sees it."""

    def check_account(self, account_id: UUID) -> None:
        """Ask the provider whether the kept credential works. Raises ProviderError, KeyringError."""

    def account_directory(self, account_id: UUID) -> Directory:
        """What the provider lists now, taking nothing over. Raises as `check_account`."""

    def keeps_secrets(self) -> bool:
        """Whether secrets are kept on this machine; in a team only where the connector runs. Cheap
        enough for the window's thread."""

    def set_secret(self, account_id: UUID, secret: str) -> None:
        """A new secret for an account whose old one was refused. Raises RefusedError where
        `keeps_secrets` is false, saying where it belongs."""

    def remove_account(self, account_id: UUID) -> None: ...

    def start_backfill(self, account_id: UUID, *, since: datetime) -> None: ...

    def stop_backfill(self, account_id: UUID) -> None: ...
    def resume_backfill(self, account_id: UUID) -> None: ...
    def refresh_templates(self) -> None:
        """Read the lists of WhatsApp templates again, in the next cycle (R42)."""

    def acting_as(self, person_id: UUID) -> None:
        """Somebody else sits at this desk from now on."""

    def keep_glance(self, scope: Scope) -> None:
        """Keep what stands at this place of the rail now: the next start shows it first. A cache:
        that it cannot be kept is no error."""

    def test_mail(self, to: str) -> None:
        """Send a letter through the workspace's e-mail server. Raises UsageError that says what
        failed, RefusedError for who is no admin."""

    def set_mail_password(self, password: str) -> None:
        """Keep the e-mail server's password; "" forgets it. Raises RefusedError."""

    def has_mail_password(self) -> bool:
        """Whether one is kept."""

    # --- a team's workspace; a workspace of one's own answers None, () or does nothing ---

    def team_line(self) -> TeamLine | None:
        """How the desk stands to the workspace's server, as last known: never blocks. None: the
        workspace is a file of one's own."""

    def look(self, conversation_id: UUID | None, doing: Doing | None) -> None:
        """Tell the colleagues what is done here, soon; cheap, never blocks. None: nobody is at the
        desk (R38)."""

    def seen(self) -> tuple[Seen, ...]:
        """Who else is at a desk, as last known: never blocks."""

    def keep_connector_password(self, password: str) -> None:
        """Keep the password of the connector's login, for the connector in this desk. Raises
        KeyringError, RefusedError for who is no admin."""

    def waiting(self) -> frozenset[UUID]:
        """Ids of outbox entries, notes and conversations of which something done here is not with
        the workspace yet. Reads the file: not in the window's thread."""

    def returned(self) -> tuple[Returned, ...]:
        """What the workspace did not do, newest first. Reads the file."""

    def repeat_returned(self, command_id: UUID) -> Changes:
        """Give the same command once more, as of now: what stands in the conversation is seen, and
        what may be waived is waived. It leaves the list. Raises as any command does."""

    def be_patient(self, seconds: float) -> None:
        """From now on what only a team's workspace can do waits so long for its answer, in the
        thread that asks: for the command line."""

    def settle_returned(self, command_id: UUID) -> None:
        """It is dealt with: it leaves the list."""

    def kept_since(self, conversation_id: UUID) -> datetime | None:
        """From when on the conversation's messages are kept here; None: from its beginning. Reads
        the file."""

    def fetch_older(self, conversation_id: UUID) -> Changes:
        """Fetch what the server keeps of it beside. Waits for the network. Raises StorageError."""

    # --- the end ---

    def close(self, begins_at: Scope | None = None) -> None:
        """Stop what runs within ten seconds, and let go of the locks. begins_at: where a window
        begins the next time, to keep its glance when nothing is written any more."""
