"""The provider's state and what happens in it. No clock, no network, no files: `now` is passed in."""

from __future__ import annotations

import bisect
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from . import images, rules
from .customers import Customers, small_talk
from .events import Agenda, Arrival, Chatter, Confirmation, Dispatch, Event, Step
from .model import (
    FINAL,
    UNSENT,
    Account,
    Direction,
    Filter,
    Media,
    Message,
    Number,
    Refusal,
    SendRequest,
    Service,
    ShortCode,
    Status,
    Template,
    Timing,
    WhatsAppSender,
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


@dataclass(frozen=True, slots=True)
class Page:
    """Part of the list, newest first. token: names the next page, "" on the last one."""

    messages: tuple[Message, ...]
    token: str


class World:
    """One account with its senders, messages, opt-outs and what is still to happen."""

    def __init__(
        self,
        *,
        account: Account | None = None,
        seed: int = 0,
        timing: Timing | None = None,
        customers: Customers | None = None,
    ) -> None:
        self.account = account or Account()
        self.seed = seed
        self.timing = timing or Timing()
        self.customers = customers or Customers(seed=seed)
        self.numbers: list[Number] = []
        self.short_codes: list[ShortCode] = []
        self.whatsapp: list[WhatsAppSender] = []
        self.services: list[Service] = []
        self.templates: list[Template] = []
        self.opt_outs: set[tuple[str, str]] = set()  # (sender or service sid, customer)
        self.sticky: dict[tuple[str, str], str] = {}  # (service sid, customer) -> chosen sender
        self.unreachable: dict[str, int] = {}  # customer -> the error code of their phone
        self.agenda = Agenda()
        self.receipts: list[tuple[Status, ...]] = []  # orders for the next messages, one each
        self.serial = 0  # of ids given out
        self._seq = 0
        self._messages: dict[str, Message] = {}
        self._order: list[tuple[tuple[datetime, int], str]] = []
        self._gone: dict[str, tuple[datetime, int]] = {}  # deleted ones, for page tokens
        self._last_inbound: dict[tuple[str, str], datetime] = {}  # (ours, customer)

    # --- ids ------------------------------------------------------------------------------

    def new_sid(self, prefix: str) -> str:
        """A fresh id: the prefix and 32 hexadecimal digits, the same ones for the same seed."""
        sid = ""
        while not sid or sid in self._messages or sid in self._gone:
            self.serial += 1
            digest = hashlib.sha256(f"{self.seed} {self.serial}".encode()).hexdigest()
            sid = prefix + digest[:32]
        return sid

    # --- senders --------------------------------------------------------------------------

    def add_number(self, address: str, name: str = "", *, mms: bool = True) -> Number:
        number = Number(self.new_sid("PN"), address, name or address, mms)
        self.numbers.append(number)
        return number

    def add_short_code(self, code: str, name: str = "", country: str = "US") -> ShortCode:
        short_code = ShortCode(self.new_sid("SC"), code, name or code, country)
        self.short_codes.append(short_code)
        return short_code

    def add_whatsapp(self, number: str, name: str = "") -> WhatsAppSender:
        sender = WhatsAppSender(self.new_sid("XE"), f"whatsapp:{number}", name)
        self.whatsapp.append(sender)
        return sender

    def add_service(self, name: str, senders: Sequence[str] = (), alpha: str = "") -> Service:
        alpha_sid = self.new_sid("AI") if alpha else ""
        service = Service(self.new_sid("MG"), name, tuple(senders), alpha, alpha_sid)
        self.services.append(service)
        return service

    def add_template(
        self,
        name: str,
        body: str,
        *,
        language: str = "en",
        category: str = "UTILITY",
        approval: str = "approved",
        variables: Sequence[tuple[str, str]] = (),
    ) -> Template:
        template = Template(
            self.new_sid("HX"), name, body, language, category, approval, tuple(variables)
        )
        self.templates.append(template)
        return template

    def service(self, sid: str) -> Service | None:
        return next((s for s in self.services if s.sid == sid), None)

    def template(self, sid: str) -> Template | None:
        return next((t for t in self.templates if t.sid == sid), None)

    def sender_addresses(self) -> set[str]:
        """Every address that the account can send from, alphanumeric senders included."""
        return (
            {n.address for n in self.numbers}
            | {c.code for c in self.short_codes}
            | {w.address for w in self.whatsapp}
            | {s.alpha for s in self.services if s.alpha}
        )

    # --- reading --------------------------------------------------------------------------

    def message(self, sid: str) -> Message:
        """One message; 404 with code 20404 when there is none."""
        found = self._messages.get(sid)
        if found is None:
            raise refusal(20404, 404)
        return found

    def __contains__(self, sid: str) -> bool:
        return sid in self._messages

    def messages(self) -> list[Message]:
        """All of them, oldest first."""
        return [self._messages[sid] for _, sid in self._order]

    def page(
        self, wanted: Filter, size: int, token: str, now: datetime, lag: timedelta = timedelta(0)
    ) -> Page:
        """The next `size` messages that the list shows, newest first, from `token` on.

        lag: how long after its arrival a message stays out of the list.
        """
        found: list[Message] = []
        for _, sid in reversed(self._order[: self._end(token)]):
            message = self._messages[sid]
            if _is_listed(message, now, lag) and wanted.admits(message):
                found.append(message)
                if len(found) > size:
                    break
        shown = tuple(found[:size])
        return Page(shown, f"PA{shown[-1].sid}" if len(found) > size else "")

    def _end(self, token: str) -> int:
        """Where in the list the page of a token begins, counted from the oldest message."""
        if not token:
            return len(self._order)
        sid = token.removeprefix("PA")
        if sid in self._messages:
            order = self._messages[sid].order
        elif sid in self._gone:
            order = self._gone[sid]
        else:
            raise refusal(20001)
        return bisect.bisect_left(self._order, (order, ""))

    def window_is_open(self, ours: str, customer: str, now: datetime) -> bool:
        """Whether a WhatsApp customer wrote to that sender within the last 24 hours."""
        last = self._last_inbound.get((ours, customer))
        return last is not None and now - last < timedelta(hours=rules.WHATSAPP_WINDOW_HOURS)

    def counts(self) -> dict[str, int]:
        """How many messages, by direction and by status; how many events are planned."""
        every = self._messages.values()
        return {
            "messages": len(self._messages),
            **Counter(f"direction:{m.direction}" for m in every),
            **Counter(f"status:{m.status}" for m in every),
            "opt_outs": len(self.opt_outs),
            "planned": len(self.agenda),
        }

    # --- sending --------------------------------------------------------------------------

    def send(self, request: SendRequest, now: datetime) -> Message:
        """Accept a message, or raise the refusal that Twilio would give."""
        self.check(request)
        return self.accept(request, now)

    def check(self, request: SendRequest) -> None:
        """Raise the refusal for a request, if there is one."""
        _check_parts(request)
        if code := rules.REFUSED_TO.get(request.to) or rules.REFUSED_FROM.get(request.sender):
            raise refusal(code, to=request.to, sender=request.sender)
        self._check_addresses(request)
        self._check_content(request)
        if (self._scope(request), request.to) in self.opt_outs:
            raise refusal(21610)

    def accept(
        self, request: SendRequest, now: datetime, *, sid: str = "", direction: str = "outbound-api"
    ) -> Message:
        """Take a message in and plan what becomes of it. sid: given when it is put back in."""
        message = Message(
            sid=sid or self.new_sid("MM" if request.media else "SM"),
            seq=self._next_seq(),
            direction=Direction(direction),
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
        self.put(message)
        if message.status is Status.QUEUED:
            self._plan(message, now)
        else:
            chosen = timedelta(seconds=self.timing.accepted)
            self.agenda.add(request.send_at or now + chosen, Dispatch(message.sid))
        return message

    def _check_addresses(self, request: SendRequest) -> None:
        to, sender = request.to, request.sender
        if not rules.is_number(to):
            raise refusal(21211, to=to)
        if request.service_sid:
            self._check_service(request)
        if not sender or sender in rules.ACCEPTED_FROM:
            return
        if sender.startswith("whatsapp:") != to.startswith("whatsapp:"):
            raise refusal(21910)
        if sender in self.sender_addresses():
            known = True
        elif sender.startswith("whatsapp:"):
            raise refusal(63007)
        else:
            known = rules.is_alpha(sender)
        if not known:
            raise refusal(21606 if rules.is_number(sender) else 21212, sender=sender)
        if rules.is_alpha(sender) and not rules.takes_alpha(to):
            raise refusal(21612, to=to, sender=sender)

    def _check_service(self, request: SendRequest) -> None:
        service = self.service(request.service_sid)
        if service is None:
            raise refusal(21701, 404)
        if request.sender and request.sender not in (*service.senders, service.alpha):
            raise refusal(21712)
        if not request.sender and not self._choose_sender(service, request.to):
            raise refusal(21703)

    def _check_content(self, request: SendRequest) -> None:
        if not request.content_sid:
            return
        if self.template(request.content_sid) is None:
            raise refusal(21655)
        if not _is_json_object(request.content_variables):
            raise refusal(21656)

    def _text(self, request: SendRequest) -> str:
        template = self.template(request.content_sid)
        if template is None:
            return request.body
        values = dict(template.variables) | json.loads(request.content_variables or "{}")
        text = template.body
        for name, value in values.items():
            text = text.replace(f"{{{{{name}}}}}", str(value))
        return text

    def _choose_sender(self, service: Service, to: str) -> str:
        """The sender a service picks: the one it used before, else its name, else its first."""
        before = self.sticky.get((service.sid, to))
        if before:
            return before
        if service.alpha and rules.takes_alpha(to) and not to.startswith("whatsapp:"):
            return service.alpha
        on_channel = (
            s for s in service.senders if s.startswith("whatsapp:") == to.startswith("whatsapp:")
        )
        return next(on_channel, "")

    def _scope(self, request: SendRequest) -> str:
        return request.service_sid or self.opt_out_scope(request.sender)

    def opt_out_scope(self, ours: str) -> str:
        """Where a STOP counts: the service that the sender serves, else the sender alone."""
        return next((s.sid for s in self.services if ours in s.senders), ours)

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
            seq=self._next_seq(),
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
        self.put(message)
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

    def put(self, message: Message) -> None:
        """Store a message as it is; one of the same id is replaced."""
        old = self._messages.get(message.sid)
        if old is not None:
            self._order.remove((old.order, old.sid))
        self._messages[message.sid] = message
        self._seq = max(self._seq, message.seq)
        bisect.insort(self._order, (message.order, message.sid))
        if message.direction is Direction.INBOUND:
            pair = (message.to, message.sender)
            self._last_inbound[pair] = max(
                message.created, self._last_inbound.get(pair, message.created)
            )

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
        self._messages[sid] = changed
        return changed

    def redact(self, sid: str, now: datetime) -> Message:
        """Blank a text, as a POST with an empty Body does."""
        changed = replace(self.message(sid), body="", updated=now)
        self._messages[sid] = changed
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
        del self._messages[sid]
        self._order.remove((message.order, sid))
        self._gone[sid] = message.order

    def delete_media(self, message_sid: str, media_sid: str) -> None:
        message = self.message(message_sid)
        kept = tuple(m for m in message.media if m.sid != media_sid)
        if len(kept) == len(message.media):
            raise refusal(20404, 404)
        self._messages[message_sid] = replace(message, media=kept)

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
        message = self._messages.get(step.sid)
        if message is None or (not step.forced and _RANK[step.status] <= _RANK[message.status]):
            return
        changed = self.set_status(step.sid, step.status, now, step.error_code)
        if step.status is Status.DELIVERED and changed.direction is Direction.OUTBOUND:
            self._plan_answers(changed, now)

    def _dispatch(self, sid: str, now: datetime) -> None:
        message = self._messages.get(sid)
        if message is None or message.status not in (Status.ACCEPTED, Status.SCHEDULED):
            return
        service = self.service(message.service_sid)
        sender = message.sender or (self._choose_sender(service, message.to) if service else "")
        if service:
            self.sticky[service.sid, message.to] = sender
        queued = replace(message, sender=sender, status=Status.QUEUED, updated=now)
        self._messages[sid] = queued
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
        if self._misses_window(message, now):
            return [(Status.FAILED, 63016)]
        return self._happy_fate(message)

    def _happy_fate(self, message: Message) -> list[tuple[Status, int | None]]:
        steps: list[tuple[Status, int | None]] = [(Status.SENT, None), (Status.DELIVERED, None)]
        if message.is_whatsapp and self.timing.read:
            steps.append((Status.READ, None))
        return steps

    def _misses_window(self, message: Message, now: datetime) -> bool:
        """WhatsApp: only an approved template passes when the 24-hour window is closed."""
        template = self.template(message.template_sid)
        approved = template is not None and template.approval == "approved"
        return (
            message.is_whatsapp
            and not approved
            and not self.window_is_open(message.sender, message.to, now)
        )

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
        pairs = sorted(self._last_inbound)
        if pairs:
            draw = self.customers.draw(f"chatter {self.serial}")
            ours, customer = draw.choice(pairs)
            self.receive(customer, ours, draw.choice(small_talk(customer)), now)

    # --- small things ---------------------------------------------------------------------

    def _next_seq(self) -> int:
        return self._seq + 1

    def _picture(self, name: str, now: datetime) -> Media:
        return Media(self.new_sid("ME"), images.content_type(name), name, now)

    def _foreign_media(self, url: str, now: datetime) -> Media:
        """What a MediaUrl becomes: the sandbox fetches nothing and shows a picture of its own."""
        names = images.names()
        return self._picture(names[len(url) % len(names)], now)


def _is_listed(message: Message, now: datetime, lag: timedelta) -> bool:
    if (message.arrived or message.created) + lag > now:
        return False
    return message.hidden_until is None or message.hidden_until <= now


def _check_parts(request: SendRequest) -> None:
    if not request.to:
        raise refusal(21604)
    if not request.sender and not request.service_sid:
        raise refusal(21603)
    if not request.body and not request.media and not request.content_sid:
        raise refusal(21602)
    if len(request.body) > rules.BODY_LIMIT:
        raise refusal(21617)
    if len(request.media) > rules.MEDIA_LIMIT:
        raise refusal(21623)
    if any(not url.startswith(("http://", "https://")) for url in request.media):
        raise refusal(21620)


def _first_status(request: SendRequest) -> Status:
    if request.send_at is not None:
        return Status.SCHEDULED
    return Status.ACCEPTED if request.service_sid else Status.QUEUED


def _is_json_object(text: str) -> bool:
    try:
        return not text or isinstance(json.loads(text), dict)
    except ValueError:
        return False
