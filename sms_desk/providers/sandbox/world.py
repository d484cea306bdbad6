"""The provider's state and what happens in it. No clock, no network, no files: `now` is passed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from typing_extensions import override

from . import content, images, rules
from .admission import check
from .archive import Archive
from .customers import Customers, small_talk
from .directory import Directory
from .events import Agenda, Arrival, Chatter, Confirmation, Dispatch, Event, Step
from .model import (
    FINAL,
    UNSENT,
    Account,
    Direction,
    Media,
    Message,
    Refusal,
    SendRequest,
    Status,
    Timing,
)
from .rules import refusal

_RANK = {
    Status.SCHEDULED: 0,
    Status.ACCEPTED: 1,
    Status.QUEUED: 2,
    Status.SENDING: 3,
    Status.SENT: 4,
    Status.DELIVERED: 5,
    Status.READ: 6,
    Status.UNDELIVERED: 9,
    Status.FAILED: 9,
    Status.CANCELED: 9,
    Status.RECEIVED: 9,
}


class World(Directory):
    """One account with its senders, messages, opt-outs and what is still to happen."""

    def __init__(
        self,
        *,
        account: Account | None = None,
        seed: int = 0,
        timing: Timing | None = None,
        customers: Customers | None = None,
    ) -> None:
        super().__init__(seed)
        self.account = account or Account()
        self.timing = timing or Timing()
        self.customers = customers or Customers(seed=seed)
        self.opt_outs: set[tuple[str, str]] = set()  # (sender or service sid, customer)
        self.unreachable: dict[str, int] = {}  # customer -> the error code of their phone
        self.archive = Archive()
        self.agenda = Agenda()
        self.receipts: list[tuple[Status, ...]] = []  # orders for the next messages, one each

    @override
    def new_sid(self, prefix: str) -> str:
        """A fresh id; one that a ledger from before brought in is passed over."""
        while self.archive.knows(sid := super().new_sid(prefix)):
            pass
        return sid

    # --- reading --------------------------------------------------------------------------

    def message(self, sid: str) -> Message:
        """One message; 404 with code 20404 when there is none."""
        found = self.archive.get(sid)
        if found is None:
            raise refusal(20404, 404)
        return found

    def messages(self) -> list[Message]:
        """All of them, oldest first."""
        return self.archive.all()

    def window_is_open(self, ours: str, customer: str, now: datetime) -> bool:
        """Whether a WhatsApp customer wrote to that sender within the last 24 hours."""
        last = self.archive.last_inbound(ours, customer)
        return last is not None and now - last < timedelta(hours=rules.WHATSAPP_WINDOW_HOURS)

    def counts(self) -> dict[str, int]:
        """How many messages, by direction and by status; how many events are planned."""
        every = self.messages()
        return {
            "messages": len(every),
            **Counter(f"direction:{m.direction}" for m in every),
            **Counter(f"status:{m.status}" for m in every),
            "opt_outs": len(self.opt_outs),
            "planned": len(self.agenda),
        }

    # --- sending --------------------------------------------------------------------------

    def send(self, request: SendRequest, now: datetime) -> Message:
        """Accept a message, or raise the refusal that Twilio would give."""
        check(request, self, self.opt_outs)
        return self.accept(request, now)

    def accept(
        self,
        request: SendRequest,
        now: datetime,
        *,
        sid: str = "",
        direction: Direction = Direction.OUTBOUND,
    ) -> Message:
        """Take a message in and plan what becomes of it. sid: given when it is put back in."""
        message = Message(
            sid=sid or self.new_sid("MM" if request.media else "SM"),
            seq=self.archive.next_seq(),
            direction=direction,
            sender=request.sender,
            to=request.to,
            body=self._text(request),
            status=_first_status(request),
            created=now,
            updated=now,
            service_sid=request.service_sid,
            media=tuple(self._foreign_media(url, now) for url in request.media),
            template_sid=request.content_sid,
            validity=request.validity,
            arrived=now,
        )
        self.archive.add(message)
        if message.status is Status.QUEUED:
            self._plan(message, now)
        else:
            chosen = timedelta(seconds=self.timing.accepted)
            self.agenda.add(request.send_at or now + chosen, Dispatch(message.sid))
        return message

    def _text(self, request: SendRequest) -> str:
        template = self.template(request.content_sid)
        if template is None:
            return request.body
        return content.text(template, request.content_variables)

    # --- receiving ------------------------------------------------------------------------

    def receive(
        self,
        sender: str,
        to: str,
        body: str,
        now: datetime,
        *,
        pictures: Sequence[str] = (),
        created: datetime | None = None,
        sid: str = "",
        hidden_until: datetime | None = None,
    ) -> Message:
        """A customer's message arrives. created: an older date for it; pictures: their names."""
        when = created or now
        message = Message(
            sid=sid or self.new_sid("MM" if pictures else "SM"),
            seq=self.archive.next_seq(),
            direction=Direction.INBOUND,
            sender=sender,
            to=to,
            body=body,
            status=Status.RECEIVED,
            created=when,
            updated=when,
            sent=when,
            service_sid=next((s.sid for s in self.services if to in s.senders), ""),
            media=tuple(self._picture(name, when) for name in pictures),
            arrived=now,
            hidden_until=hidden_until,
        )
        self.archive.add(message)
        self.unreachable.pop(sender, None)
        if not message.is_whatsapp:  # Twilio handles keywords on SMS; WhatsApp is left to the user
            self._obey(message, now)
        return message

    def _obey(self, message: Message, now: datetime) -> None:
        """Do what a keyword asks for; a keyword that changes nothing is an ordinary text."""
        key = (self.opt_out_scope(message.to), message.sender)
        word = rules.keyword(message.body)
        if word == "stop" and key not in self.opt_outs:
            self.opt_outs.add(key)
            self._confirm(message, rules.STOP_TEXT, now)
        elif word == "start" and key in self.opt_outs:
            self.opt_outs.discard(key)
            self._confirm(message, rules.START_TEXT, now)
        elif word == "help":
            self._confirm(message, rules.HELP_TEXT, now)

    def _confirm(self, message: Message, text: str, now: datetime) -> None:
        due = now + timedelta(seconds=self.timing.confirmation)
        self.agenda.add(due, Confirmation(message.to, message.sender, text))

    # --- changing -------------------------------------------------------------------------

    def set_status(
        self, sid: str, status: Status, now: datetime, error_code: int | None = None
    ) -> Message:
        """Set a status whatever it was before; the sent date follows the first step out."""
        message = self.message(sid)
        leaves = message.sent is None and status not in UNSENT and status is not Status.CANCELED
        changed = replace(
            message,
            status=status,
            error_code=error_code,
            updated=now,
            sent=now if leaves else message.sent,
        )
        self.archive.change(changed)
        return changed

    def redact(self, sid: str, now: datetime) -> Message:
        """Blank a text, as a POST with an empty Body does."""
        changed = replace(self.message(sid), body="", updated=now)
        self.archive.change(changed)
        return changed

    def cancel(self, sid: str, now: datetime) -> Message:
        """Cancel a message that has not left yet."""
        message = self.message(sid)
        if message.status not in (Status.SCHEDULED, Status.ACCEPTED, Status.QUEUED):
            raise Refusal(30409, f"Cannot cancel message in state {message.status.upper()}", 400)
        return self.set_status(sid, Status.CANCELED, now)

    def delete(self, sid: str, *, forced: bool = False) -> None:
        """Remove a message; one whose fate is open is refused, as at Twilio, unless forced."""
        message = self.message(sid)
        if message.status not in FINAL and not forced:
            raise Refusal(20009, f"Cannot delete message in state {message.status.upper()}", 400)
        self.archive.remove(sid)

    def delete_media(self, message_sid: str, media_sid: str) -> None:
        message = self.message(message_sid)
        kept = tuple(m for m in message.media if m.sid != media_sid)
        if len(kept) == len(message.media):
            raise refusal(20404, 404)
        self.archive.change(replace(message, media=kept))

    # --- time -----------------------------------------------------------------------------

    def tick(self, now: datetime) -> int:
        """Let everything happen that is due; how much it was."""
        happened = 0
        for due, event in self.agenda.due(now):
            self._happen(event, due)
            if isinstance(event, Chatter):  # from now on: nobody makes up for a long pause
                self._plan_chatter(now)
            happened += 1
        return happened

    def start_chatter(self, now: datetime) -> None:
        """Begin the unasked-for messages, when customers are set to write any."""
        if not any(isinstance(event, Chatter) for _, event in self.agenda.pending()):
            self._plan_chatter(now)

    def _happen(self, event: Event, now: datetime) -> None:
        match event:
            case Step():
                self._step(event, now)
            case Dispatch(sid):
                self._dispatch(sid, now)
            case Arrival(sender, to, body, media):
                self.receive(sender, to, body, now, pictures=media)
            case Confirmation(sender, to, body):
                self.accept(SendRequest(to, sender, body), now, direction=Direction.AUTOMATIC)
            case Chatter():
                self._chat(now)

    def _step(self, step: Step, now: datetime) -> None:
        message = self.archive.get(step.sid)
        if message is None or (not step.forced and _RANK[step.status] <= _RANK[message.status]):
            return
        changed = self.set_status(step.sid, step.status, now, step.error_code)
        if step.status is Status.DELIVERED and changed.direction is Direction.OUTBOUND:
            self._plan_answers(changed, now)

    def _dispatch(self, sid: str, now: datetime) -> None:
        message = self.archive.get(sid)
        if message is None or message.status not in (Status.ACCEPTED, Status.SCHEDULED):
            return
        service = self.service(message.service_sid)
        sender = message.sender or (self.choose_sender(service, message.to) if service else "")
        if service:
            self.sticky[service.sid, message.to] = sender
        queued = replace(message, sender=sender, status=Status.QUEUED, updated=now)
        self.archive.change(queued)
        self._plan(queued, now)

    def _plan(self, message: Message, now: datetime) -> None:
        """Plan the receipts of a queued message."""
        pause = self.timing.queued
        for status, error_code in self._fate(message, now):
            now += timedelta(seconds=pause)
            self.agenda.add(now, Step(message.sid, status, error_code, bool(self.receipts)))
            pause = self.timing.sent if status is Status.SENT else self.timing.delivered
        if self.receipts:
            self.receipts.pop(0)

    def _fate(self, message: Message, now: datetime) -> Iterable[tuple[Status, int | None]]:
        if self.receipts:
            return [(status, None) for status in self.receipts[0]]
        number = rules.bare(message.to)
        if number == rules.STAYS_QUEUED:
            expiry = now + timedelta(seconds=message.validity)
            self.agenda.add(expiry, Step(message.sid, Status.FAILED, 30036))
            return []
        if number == rules.STAYS_SENT:
            return [(Status.SENT, None)]
        if message.to in self.unreachable:
            return [(Status.SENT, None), (Status.UNDELIVERED, self.unreachable[message.to])]
        if number in rules.FAILS_LATER:
            return [(Status.SENT, None), rules.FAILS_LATER[number]]
        if message.is_whatsapp and (code := self._refused_content(message, now)):
            return [(Status.FAILED, code)]
        return self._happy_fate(message)

    def _happy_fate(self, message: Message) -> list[tuple[Status, int | None]]:
        steps: list[tuple[Status, int | None]] = [(Status.SENT, None), (Status.DELIVERED, None)]
        if message.is_whatsapp and self.timing.read:
            steps.append((Status.READ, None))
        return steps

    def _refused_content(self, message: Message, now: datetime) -> int:
        """The code of WhatsApp's no, or 0: only an approved template passes a closed window, and
        one that was rejected, paused or disabled passes none."""
        template = self.template(message.template_sid)
        approval = template.approval if template else ""
        if approval == "approved" or self.window_is_open(message.sender, message.to, now):
            return content.JUDGED.get(approval, 0)
        return content.JUDGED.get(approval, 63016)

    def _plan_answers(self, message: Message, now: datetime) -> None:
        if rules.is_alpha(message.sender):  # nobody can answer a name
            return
        for reply in self.customers.answer(message):
            arrival = Arrival(message.to, message.sender, reply.body, reply.media)
            self.agenda.add(now + reply.after, arrival)

    def _plan_chatter(self, now: datetime) -> None:
        pause = self.customers.next_chatter(self.serial)
        if pause is not None:
            self.agenda.add(now + pause, Chatter())

    def _chat(self, now: datetime) -> None:
        """Some customer who wrote before writes again, to the same address."""
        pairs = [pair for pair in self.archive.pairs() if rules.is_number(pair[1])]
        if pairs:
            draw = self.customers.draw(f"chatter {self.serial}")
            ours, customer = draw.choice(pairs)
            self.receive(customer, ours, draw.choice(small_talk(customer)), now)

    # --- small things ---------------------------------------------------------------------

    def _picture(self, name: str, now: datetime) -> Media:
        return Media(self.new_sid("ME"), images.content_type(name), name, now)

    def _foreign_media(self, url: str, now: datetime) -> Media:
        """What a MediaUrl becomes: the sandbox fetches nothing and shows a picture of its own."""
        names = images.names()
        return self._picture(names[len(url) % len(names)], now)


def _first_status(request: SendRequest) -> Status:
    if request.send_at is not None:
        return Status.SCHEDULED
    return Status.ACCEPTED if request.service_sid else Status.QUEUED
