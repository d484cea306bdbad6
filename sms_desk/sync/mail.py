"""Sends notices by e-mail, each once (R21; docs/decisions.md, Letters).

Only the connector does, in a thread beside the one that receives, so that a mail server that hangs
holds up no message. A letter that is about to be handed over stands as `sending` on the disk before
its text leaves; a process that is killed then leaves a doubt, which is shown and never repeated. All
that fails before that is tried again, ever more seldom, for a day.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain import notices as rules
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.errors import KeyringError, NotFoundError
from sms_desk.domain.notices import Because, Kind, State, Told, Way
from sms_desk.notify import email
from sms_desk.notify.email import Letter, MailServer, Outcome, Result
from sms_desk.services import letters
from sms_desk.services.context import Context
from sms_desk.services.notice_words import DEFAULT
from sms_desk.services.telling import Teller
from sms_desk.store import notices, people
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import derived
from sms_desk.sync.tell_absences import tell_absences

log = logging.getLogger(__name__)

_AT_ONCE = 20
_LATEST = timedelta(seconds=60)
_TIDY_EVERY = timedelta(hours=1)
_MOST_FORGOTTEN = 2_000
_TEMPLATES = UUID(int=0)

HandIn = Callable[[MailServer, Letter, Callable[[], None]], Result]


class _Taken(Exception):
    """Somebody else has moved the letter meanwhile."""


class Mailer:
    """One workspace's letters. password: asked for each time that there is something to send; may
    raise KeyringError. ca_file: of one's own authority, or ""."""

    def __init__(
        self,
        workspace: Workspace,
        password: Callable[[], str],
        ca_file: Callable[[], str] = lambda: "",
        hand_in: HandIn = email.send,
    ) -> None:
        self._workspace = workspace
        self._password = password
        self._ca_file = ca_file
        self._hand_in = hand_in
        self._clean = False
        self._tidied: datetime | None = None
        self._failures = 0
        self._rests_until: datetime | None = None

    def run_once(self, now: datetime, *, force: bool = False) -> Changes:
        """Send what is due. force: also while the server rests after a failure."""
        changes = self._recover(now) | self._tidy(now) | tell_absences(self._workspace, now)
        if force:
            self._rests_until = None
        self._clean = True
        if self._rests(now):
            return changes
        with self._workspace.read() as tx:
            due = [dict(row) for row in notices.due_mail(tx, now, limit=_AT_ONCE)]
        if not due:
            return changes
        self._clean = False
        server = self._server()
        for row in due:
            changes |= self._send(server, row, now)
            if self._rests(now):
                break
        self._clean = True
        return changes

    def next_due(self, now: datetime) -> datetime:
        """When there is something to do; at the latest in a minute."""
        latest = now + _LATEST
        with self._workspace.read() as tx:
            due = notices.next_due(tx, Way.EMAIL)
        if due is None:
            return latest
        return min(latest, max(now, due, self._rests_until or now))

    def watch(self, _conversation_ids: Iterable[UUID]) -> None:
        """Who looks at what makes no difference to a letter."""

    def close(self) -> None:
        """Nothing stays open between two letters."""

    def _rests(self, now: datetime) -> bool:
        return self._rests_until is not None and now < self._rests_until

    def _recover(self, now: datetime) -> Changes:
        """At the start nothing is under way: what stands as being sent is a doubt."""
        if self._clean:
            return NOTHING
        with self._workspace.read() as tx:
            if not notices.any_sending(tx):
                return NOTHING
        with self._workspace.write() as tx:
            notices.interrupted(tx, now)
        return Changes.of(notice=None)

    def _tidy(self, now: datetime) -> Changes:
        """Pop-ups that no window has shown in time, and rows that nobody will look up."""
        with self._workspace.read() as tx:
            stale = notices.any_stale(tx, now)
        if stale:
            with self._workspace.write() as tx:
                notices.hush_stale(tx, now)
        if self._tidied is None or now - self._tidied > _TIDY_EVERY:
            self._tidied = now
            with self._workspace.write(quiet=True) as tx:
                notices.forget(tx, now - rules.KEPT, limit=_MOST_FORGOTTEN)
        return NOTHING

    def _server(self) -> MailServer | None:
        try:
            password = self._password()
        except KeyringError as error:
            log.warning("the password of the e-mail server: %s", type(error).__name__)
            password = ""
        with self._workspace.read() as tx:
            return letters.mail_server(tx, password, self._ca_file())

    # --- one letter ---

    def _send(self, server: MailServer | None, row: Mapping[str, Any], now: datetime) -> Changes:
        if server is None:
            return self._settle(row, State.WAITING, State.SILENT, now, "off")
        made = self._letter(row, now)
        if isinstance(made, str):
            return self._settle(row, State.WAITING, State.SILENT, now, made)
        claimed = False

        def claim() -> None:
            nonlocal claimed
            with self._workspace.write() as tx:
                if not notices.move(tx, row["id"], State.WAITING, State.SENDING, now):
                    raise _Taken
            claimed = True

        try:
            result = self._hand_in(server, made, claim)
        except _Taken:
            return NOTHING
        log.info("notice %s by e-mail: %s %s", row["id"], result.outcome, result.reason)
        self._take_rest(result, now)
        return self._conclude(row, State.SENDING if claimed else State.WAITING, result, now)

    def _conclude(
        self, row: Mapping[str, Any], before: State, result: Result, now: datetime
    ) -> Changes:
        match result.outcome:
            case Outcome.SENT:
                return self._settle(row, before, State.SENT, now, "")
            case Outcome.REFUSED:
                return self._settle(row, before, State.FAILED, now, result.reason)
            case Outcome.IN_DOUBT:
                return self._settle(row, before, State.IN_DOUBT, now, result.reason)
        tries = row["tries"] + 1
        again = rules.next_try(tries, now)
        if again is None:
            return self._settle(row, before, State.FAILED, now, "tried")
        return self._settle(
            row, before, State.WAITING, now, result.reason, next_try_at=again, tries=tries
        )

    def _settle(
        self,
        row: Mapping[str, Any],
        before: State,
        after: State,
        now: datetime,
        reason: str,
        **values: Any,
    ) -> Changes:
        with self._workspace.write() as tx:
            notices.move(tx, row["id"], before, after, now, reason=reason, **values)
        return Changes.of(notice=row["id"])

    def _take_rest(self, result: Result, now: datetime) -> None:
        """A server that is not to be had is left alone a while: no letter would fare better."""
        if result.reason.partition(":")[0] not in email.SERVER_WORDS:
            self._failures, self._rests_until = 0, None
            return
        self._failures = min(self._failures + 1, 4)
        self._rests_until = rules.next_try(self._failures, now)

    # --- what it says ---

    def _letter(self, row: Mapping[str, Any], now: datetime) -> Letter | str:
        """The letter, or why none is to be sent any more."""
        with self._workspace.read() as tx:
            try:
                ctx = Context(tx, people.actor(tx, row["person_id"]), now)
            except NotFoundError:
                return "gone"
            addressed = letters.letter(tx, row, ctx)
            if isinstance(addressed, str):
                return addressed
            chosen = _template_of(tx, row["template"])
        return self._filled(row, addressed, chosen, now)

    def _filled(
        self,
        row: Mapping[str, Any],
        addressed: letters.Addressed,
        chosen: Mapping[Any, Any] | None,
        now: datetime,
    ) -> Letter:
        """By the template; by the desk's own where that is broken, which the admins hear of."""
        from sms_desk.notify import templates  # Jinja2: only where a letter is written

        own = templates.shipped()
        template, broken = own, False
        if chosen is not None:
            template = templates.Template(chosen["subject"], chosen["text"], chosen["html"])
        elif row["template"] not in ("", DEFAULT):
            broken = True
        try:
            made = templates.render(template, addressed.values)
        except templates.BrokenTemplate:
            broken = True
            made = templates.render(templates.Template(own.subject, own.text), addressed.values)
        if broken:
            self._tell_admins(row["template"], chosen, now)
        return Letter(row["id"].hex, addressed.to, made.subject, made.text, made.html)

    def _tell_admins(self, name: str, chosen: Mapping[Any, Any] | None, now: datetime) -> None:
        """Once for each state of the template, however many letters it spoils."""
        version = chosen["changed_at"].isoformat() if chosen is not None else "missing"
        with self._workspace.write() as tx:
            teller = Teller(tx, people.directory(tx), now)
            told = [Told(person_id, Because.ADMIN) for person_id in teller.admins]
            subject = derived(_TEMPLATES, (name, version))
            teller.tell(tx, told, Kind.TEMPLATE_BROKEN, subject, template=name)


def _template_of(tx: Tx, name: str) -> Mapping[Any, Any] | None:
    """The saved one; a retired one counts as the desk's own."""
    if name in ("", DEFAULT):
        return None
    row = notices.template(tx, name)
    if row is not None and row["retired_at"] is not None:
        from sms_desk.notify.templates import shipped

        own = shipped()
        return {"subject": own.subject, "text": own.text, "html": own.html, "changed_at": None}
    return row
