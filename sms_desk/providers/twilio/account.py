"""One account, spoken to in Twilio's language: which call asks what, and at which address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

from sms_desk.domain.errors import (
    CredentialError,
    NotFoundError,
    ProviderRefusal,
    ProviderUnreachable,
    UsageError,
)
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.hosts import check_base_url
from sms_desk.domain.model import Channel
from sms_desk.providers.base import (
    Capabilities,
    Credential,
    Directory,
    ErrorWords,
    Idempotency,
    Inbound,
    Outgoing,
    Page,
    Poison,
    RemoteMedia,
    RemoteMessage,
    RemoteSender,
    RemoteService,
    RemoteTemplate,
    SendResult,
    TemplateList,
)
from sms_desk.providers.http import AnswerTooLarge, ApiClient, HttpOptions

from .content import parse_template
from .messages import (
    SID_FORM,
    classify,
    join_address,
    parse_huge,
    parse_message,
    parse_page,
)
from .senders import POOL, Reader, field_of, read_number, read_short_code, read_whatsapp
from .words import describe, describe_signalwire

API = "https://api.twilio.com"
MESSAGING = "https://messaging.twilio.com"
CONTENT = "https://content.twilio.com"
VERSION = "/2010-04-01"

VALIDITY_S = 4 * 3600  # a doubtful message must not surface tomorrow (algorithms §1.4)
PAGE_LIMIT = 1000  # the API's own upper limit of PageSize
DIRECTORY_PAGES = 200
_STEP = 8
"""By so much fewer rows are asked for where a page is too large, and more again behind it."""
_SMALLEST_USUAL = 50
"""No page with fewer rows is asked for, unless one was too large."""

# --- The provider ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dialect:
    """How far a provider speaks Twilio's API.

    never_listed: kinds of sender that its API does not list at all, in words.
    smart_encoded: knows the `SmartEncoded` field. describe: its error codes in words.
    """

    name: str
    label: str
    channels: frozenset[Channel]
    never_listed: Sequence[str] = ()
    smart_encoded: bool = True
    describe: Callable[[str, str], ErrorWords] = describe


TWILIO = Dialect("twilio", "Twilio", frozenset(Channel))
SIGNALWIRE = Dialect(
    "signalwire",
    "SignalWire",
    frozenset({Channel.SMS}),
    never_listed=("short codes", "number groups"),
    smart_encoded=False,
    describe=describe_signalwire,
)


class TwilioProvider:
    """One account, spoken to in Twilio's language. May be used by several threads.

    api, messaging, content: base URLs; the same where one base URL replaces all of Twilio's hosts.
    content: by default Twilio's own, or what replaces its `messaging`.
    """

    def __init__(
        self,
        credential: Credential,
        *,
        dialect: Dialect = TWILIO,
        api: str = API,
        messaging: str = MESSAGING,
        content: str | None = None,
        options: HttpOptions | None = None,
    ) -> None:
        self.name = dialect.name
        self.capabilities = Capabilities(
            channels=dialect.channels,
            inbound=Inbound.TIME_WINDOW_LIST,
            idempotency=Idempotency.NONE,
            uploads=False,
            lists_senders=True,
            read_receipts=dialect.channels & {Channel.WHATSAPP},
            lists_templates=dialect is TWILIO,
        )
        self._dialect = dialect
        self._api = check_base_url(api)
        self._messaging = check_base_url(messaging)
        elsewhere = CONTENT if messaging == MESSAGING else messaging
        self._content = check_base_url(content or elsewhere)
        self._account_sid = credential.account_sid
        self._account = f"{self._api}{VERSION}/Accounts/{quote(credential.account_sid, safe='')}"
        self._client = ApiClient(
            [self._api, self._messaging, self._content],
            user=credential.user,
            secret=credential.secret,
            provider=dialect.label,
            options=options,
        )

    def test(self) -> None:
        """Ask for one message: a standard API key may not read the account itself.

        https://www.twilio.com/docs/iam/api-keys
        """
        with self._own_list():
            self._whole_page(f"{self._account}/Messages.json?PageSize=1", "test")

    def list_messages(
        self,
        *,
        page_size: int,
        since: date | None = None,
        until: date | None = None,
        to: tuple[Channel, str] | None = None,
        sender: tuple[Channel, str] | None = None,
    ) -> Page:
        """First page, newest first. Days are UTC and both included; the day after `until` may be too.

        `DateSent<=` means "on or before midnight" of that day, which its pages read both ways; a
        day more costs a few repeats, a day less a gap. A date filter leaves out rows without a
        sent date.
        """
        params = [("PageSize", str(min(max(page_size, 1), PAGE_LIMIT)))]
        if since:
            params.append(("DateSent>", since.isoformat()))
        if until:
            params.append(("DateSent<", (until + timedelta(days=1)).isoformat()))
        if to:
            params.append(("To", join_address(*to)))
        if sender:
            params.append(("From", join_address(*sender)))
        with self._own_list():
            return self._page(f"{self._account}/Messages.json?{urlencode(params)}", "list messages")

    def next_page(self, path: str) -> Page:
        url = self._absolute(self._api, path)
        return self._wider(url, self._page(url, "next page"))

    def fetch_message(self, sid: str) -> RemoteMessage:
        row = self._client.get(self._message_url(sid) + ".json", what="fetch message")
        message = parse_message(row, self._account_sid)
        if isinstance(message, Poison):
            self._unreadable(f"a message that cannot be read: {message.why}")
        return message

    def list_media(self, message_sid: str) -> Sequence[RemoteMedia]:
        url = f"{self._message_url(message_sid)}/Media.json"
        rows = self._rows(url, "media_list", "list media")
        path = urlsplit(self._message_url(message_sid)).path
        return [
            RemoteMedia(sid, field_of(row, "content_type"), f"{path}/Media/{sid}")
            for row in rows
            if SID_FORM.fullmatch(sid := field_of(row, "sid"))
        ]

    def fetch_media(self, path: str, *, limit: int) -> tuple[str, bytes]:
        """The content lies at the resource's address without `.json`, behind redirects elsewhere.

        https://www.twilio.com/docs/messaging/api/media-resource
        """
        url = self._absolute(self._api, path)
        if not self._client.owns(url):
            raise ProviderRefusal(
                "The attachment's address is not on the provider's host.",
                "It stays with the provider.",
                code="media_host",
            )
        return self._client.download(url, limit=limit)

    def directory(self) -> Directory:
        """All senders and services that this key may list; raises CredentialError if it may nothing.

        While some of the lists are away, messages come and go without them.
        """
        found: dict[tuple[Channel, str], RemoteSender] = {}
        services: list[RemoteService] = []
        unlisted, unanswered = list(self._dialect.never_listed), list[str]()
        stands = False
        for words, step in self._directory_steps(found, services):
            try:
                step()
            except (CredentialError, ProviderRefusal, NotFoundError):
                unlisted.append(words)
            except ProviderUnreachable:
                if not stands:
                    self.test()  # a line that is down is not waited for once for each list
                unanswered.append(words)
            stands = True
        if not found and not services:
            self.test()
        return Directory(list(found.values()), services, unlisted, unanswered)

    def templates(self) -> TemplateList:
        """Content templates of all channels, those included that were never submitted (R42)."""
        found: dict[str, RemoteTemplate] = {}
        poison: list[Poison] = []
        items = self._items(f"{self._content}/v1/ContentAndApprovals", "contents", "list templates")
        try:
            while True:
                template = parse_template(next(items), self._account_sid)
                if isinstance(template, Poison):
                    poison.append(template)
                else:
                    found.setdefault(template.sid, template)
        except StopIteration as end:
            return TemplateList(list(found.values()), poison, complete=bool(end.value))

    def send(self, message: Outgoing) -> SendResult:
        url = f"{self._account}/Messages.json"
        return classify(self._client.post(url, self._form(message), what="send"), self._account_sid)

    def describe(self, code: str, text: str = "") -> ErrorWords:
        return self._dialect.describe(code, text)

    def close(self) -> None:
        self._client.close()

    # -- how ----------------------------------------------------------------------------------

    def _form(self, message: Outgoing) -> list[tuple[str, str]]:
        """The fields of a create call. `ShortenUrls` stays unset: the text arrives as written."""
        form = [("To", join_address(message.channel, message.to))]
        if message.sender:
            form.append(("From", join_address(message.channel, message.sender)))
        if message.service_sid:
            form.append(("MessagingServiceSid", message.service_sid))
        if message.content_sid:
            form.append(("ContentSid", message.content_sid))
            if message.content_variables:
                variables = json.dumps(dict(message.content_variables), ensure_ascii=False)
                form.append(("ContentVariables", variables))
        elif message.body:
            form.append(("Body", message.body))
        if message.channel is Channel.SMS:
            form.append(("ValidityPeriod", str(VALIDITY_S)))
            if self._dialect.smart_encoded:
                form.append(("SmartEncoded", "false"))
        return form

    @contextmanager
    def _own_list(self) -> Iterator[None]:
        """Where the account's own list is missing, this is not the account's address."""
        try:
            yield
        except NotFoundError:
            raise ProviderUnreachable(
                f"{self._dialect.label} knows no such account at this address.",
                "Check the Account SID and the base URL of the account.",
            ) from None

    def _page(self, url: str, what: str) -> Page:
        """A page, or what of it is small enough to be read; a row that alone is not is poison (GR6).

        Asked for fewer rows the provider answers with the first of them, or, where it counts pages
        by number, with some that came before: nothing is left out.
        """
        try:
            return self._whole_page(url, what)
        except AnswerTooLarge:
            size = _page_size(url)
            if size is None:
                raise
            if size > 1:
                return self._page(_with_page_size(url, max(1, size // _STEP)), what)
            huge = parse_huge(*self._client.edges(url, what=what))
            if huge is None:
                raise
            return huge

    def _wider(self, url: str, page: Page) -> Page:
        """Back to larger pages behind what was too large, if the provider then begins at the same
        row: a link is followed as it is, but for what the two answers prove equal."""
        size = _page_size(url)
        sids = [message.sid for message in page.messages]
        if size is None or size >= _SMALLEST_USUAL or not sids or page.next_path is None:
            return page
        try:
            wider = self._whole_page(_with_page_size(url, size * _STEP), "next page")
        except AnswerTooLarge:
            return page
        begins_so = [message.sid for message in wider.messages[: len(sids)]] == sids
        return wider if begins_so else page

    def _whole_page(self, url: str, what: str) -> Page:
        payload = self._client.get(url, what=what)
        if "messages" not in payload:
            self._unreadable("a list without messages")
        return parse_page(payload, self._account_sid)

    def _message_url(self, sid: str) -> str:
        return f"{self._account}/Messages/{quote(sid, safe='')}"

    def _rows(self, url: str, key: str, what: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """The objects of a list, all pages of it."""
        return (row for row in self._items(url, key, what, **query) if isinstance(row, dict))

    def _items(self, url: str, key: str, what: str, **query: str) -> Generator[object, None, bool]:
        """What stands in a list, all pages of it; the two generations of the API name links apart.

        Returns whether it came to the list's end: not where links lead in a circle, where there are
        too many pages, or where one holds no list.
        """
        seen: set[str] = set()
        hosts = (self._messaging, self._content)
        whole = True
        host = next((own for own in hosts if url.startswith(f"{own}/")), self._api)
        params: Sequence[tuple[str, str]] = [*query.items(), ("PageSize", "100")]
        while url not in seen and len(seen) < DIRECTORY_PAGES:
            seen.add(url)
            payload = self._client.get(url, params, what=what)
            rows = payload.get(key)
            whole = whole and isinstance(rows, list)
            yield from rows if isinstance(rows, list) else ()
            meta = payload.get("meta")
            link = meta.get("next_page_url") if isinstance(meta, dict) else None
            link = link or payload.get("next_page_uri")
            if not isinstance(link, str) or not link:
                return whole
            url, params = self._absolute(host, link), ()
        return False

    def _directory_steps(
        self, found: dict[tuple[Channel, str], RemoteSender], services: list[RemoteService]
    ) -> Iterator[tuple[str, Callable[[], None]]]:
        """Each kind of sender in words, and the call that adds its rows to `found`."""

        def collect(url: str, key: str, read: Reader, **query: str) -> None:
            for row in self._rows(url, key, f"list {key}", **query):
                if sender := read(row):
                    found.setdefault((sender.channel, sender.address), sender)

        def collect_services() -> None:
            for row in self._rows(f"{self._messaging}/v1/Services", "services", "list services"):
                if sid := field_of(row, "sid"):
                    services.append(self._service(sid, row, found))

        numbers = f"{self._account}/IncomingPhoneNumbers.json"
        yield "numbers", lambda: collect(numbers, "incoming_phone_numbers", read_number)
        if self._dialect is not TWILIO:
            return
        codes = f"{self._account}/SMS/ShortCodes.json"
        yield "short codes", lambda: collect(codes, "short_codes", read_short_code)
        channels = f"{self._messaging}/v2/Channels/Senders"
        yield (
            "WhatsApp senders",
            lambda: collect(channels, "senders", read_whatsapp, Channel="whatsapp"),
        )
        yield "Messaging Services", collect_services

    def _service(
        self,
        sid: str,
        row: Mapping[str, Any],
        found: dict[tuple[Channel, str], RemoteSender],
    ) -> RemoteService:
        """A service and its pool; alphanumeric senders are listed nowhere else."""
        pool: set[tuple[Channel, str]] = set()
        for name, key, read in POOL:
            url = f"{self._messaging}/v1/Services/{quote(sid, safe='')}/{name}"
            for entry in self._rows(url, key, f"list {key} of a service"):
                if sender := read(entry):
                    found.setdefault((sender.channel, sender.address), sender)
                    pool.add((sender.channel, sender.address))
        return RemoteService(sid, field_of(row, "friendly_name"), frozenset(pool))

    def _absolute(self, host: str, link: str) -> str:
        """The URL that a link of the API means: `/2010-04-01/…`, or one of Twilio's own hosts.

        A base URL replaces Twilio's hosts in links too. Any other host stays as it is, and the
        client refuses it.
        """
        hosts = ((API, self._api), (MESSAGING, self._messaging), (CONTENT, self._content))
        for known, own in hosts:
            if link.startswith(f"{known}/"):
                host, link = own, link.removeprefix(known)
        if not link.startswith("/") or link.startswith("//"):
            return link
        prefix = urlsplit(host).path
        if prefix and link.startswith(f"{prefix}/"):  # SignalWire's links hold its `/api/laml`
            return host.removesuffix(prefix) + link
        return host + link

    def _unreadable(self, what: str) -> NoReturn:
        raise ProviderUnreachable(
            f"{self._dialect.label} sent {what}.",
            "Check the base URL of the account.",
        )


# --- Making one ------------------------------------------------------------------------------


def make_twilio(credential: Credential, *, base_url: str | None = None) -> TwilioProvider:
    """Twilio itself, or whatever answers at `base_url` for all of its hosts."""
    if base_url is None:
        return TwilioProvider(credential)
    base = _base_of(base_url)
    return TwilioProvider(credential, api=base, messaging=base, content=base)


def make_signalwire(credential: Credential, *, base_url: str | None = None) -> TwilioProvider:
    """A SignalWire space: `https://<space>.signalwire.com`, its API under `/api/laml`.

    https://signalwire.com/docs/compatibility-api/rest/overview
    """
    if base_url is None:
        raise UsageError(
            "SignalWire needs the address of your space.",
            "Give it as --base-url https://your-space.signalwire.com",
        )
    base = _base_of(base_url)
    if not urlsplit(base).path:
        base += "/api/laml"
    return TwilioProvider(credential, dialect=SIGNALWIRE, api=base, messaging=base, content=base)


def _base_of(url: str) -> str:
    """A base URL, also where somebody typed the version with it, as the providers' pages show it."""
    return check_base_url(url).removesuffix(VERSION)


_PAGE_SIZE = re.compile(r"(?<=[?&]PageSize=)\d{1,5}(?=&|$)")


def _page_size(url: str) -> int | None:
    found = _PAGE_SIZE.search(url)
    return None if found is None else int(found[0])


def _with_page_size(url: str, size: int) -> str:
    return _PAGE_SIZE.sub(str(size), url)
