"""Twilio's answers as they really come, and as they should never come (GR6, R53, R57)."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import positions
from sms_desk.domain.errors import NotFoundError, ProviderError, ProviderUnreachable
from sms_desk.domain.model import Channel, DeliveryStatus, Direction, SenderKind
from sms_desk.providers.base import Credential, Page, Poison, RemoteMessage
from sms_desk.providers.http import Answer
from sms_desk.providers.reading import DEPTH_LIMIT, Unreadable, parse_date, parse_json
from sms_desk.providers.twilio import TwilioProvider
from sms_desk.providers.twilio.messages import RAW_LIMIT, classify, parse_message, parse_page
from sms_desk.providers.twilio.senders import number_country, number_kind
from tests.fixtures import raw_server as raw
from tests.fixtures.raw_server import raw_server, says

ACCOUNT = "AC" + "0a" * 16
SID = "SM" + "0b" * 16

# The shape that the vendor's description gives as its own example, with numbers of fiction.
ROW: dict[str, Any] = {
    "account_sid": ACCOUNT,
    "api_version": "2010-04-01",
    "body": "testing",
    "date_created": "Fri, 24 May 2019 17:44:46 +0000",
    "date_sent": "Fri, 24 May 2019 17:44:50 +0000",
    "date_updated": "Fri, 24 May 2019 17:44:50 +0000",
    "direction": "outbound-api",
    "error_code": None,
    "error_message": None,
    "from": "+12025550101",
    "messaging_service_sid": "MG" + "0c" * 16,
    "num_media": "0",
    "num_segments": "1",
    "price": "-0.00750",
    "price_unit": "USD",
    "sid": SID,
    "status": "sent",
    "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}/Media.json"},
    "tags": None,
    "to": "+12025550171",
    "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}.json",
}
INBOUND = {"direction": "inbound", "from": "+12025550171", "to": "+12025550101"}


def read(**changes: Any) -> RemoteMessage:
    message = parse_message({**ROW, **changes}, ACCOUNT)
    assert isinstance(message, RemoteMessage), message
    return message


def poison(**changes: Any) -> Poison:
    item = parse_message({**ROW, **changes}, ACCOUNT)
    assert isinstance(item, Poison), item
    return item


def test_the_vendors_example() -> None:
    assert read() == RemoteMessage(
        sid=SID,
        channel=Channel.SMS,
        direction=Direction.OUTBOUND,
        automatic=False,
        sender_raw="+12025550101",
        peer_raw="+12025550171",
        body="testing",
        created_at=datetime(2019, 5, 24, 17, 44, 46, tzinfo=UTC),
        sent_at=datetime(2019, 5, 24, 17, 44, 50, tzinfo=UTC),
        status=DeliveryStatus.SENT,
        status_text="sent",
        error_code=None,
        error_text=None,
        service_sid="MG" + "0c" * 16,
        media_count=0,
        parts=1,
        price="-0.00750",
        price_unit="USD",
    )


# --- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "peer",
    ["22000", "TWILIO", "My Shop 24", "+5215512345678", "+525512345678", "+5511987654321",
     "+551187654321", "+5491112345678", "+541112345678", "+390212345678", "7726", "266696687",
     "+1 (202) 555-0171", "٢٢٠٠٠", "\u200e+12025550171"],
)  # fmt: skip
def test_senders_stay_as_sent(peer: str) -> None:
    assert read(**{**INBOUND, "from": peer}).peer_raw == peer


@pytest.mark.parametrize(
    ("peer", "ours", "expected"),
    [
        ("whatsapp:+12025550171", "whatsapp:+12025550101", "+12025550171"),
        ("WhatsApp:+12025550171", "whatsapp:+12025550101", "+12025550171"),
        ("whatsapp:whatsapp:+12025550171", "whatsapp:+12025550101", "whatsapp:+12025550171"),
        ("whatsapp:US.13491208655302741918", "whatsapp:+12025550101", "US.13491208655302741918"),
    ],
)
def test_the_channel_is_split_off_once(peer: str, ours: str, expected: str) -> None:
    message = read(**{**INBOUND, "from": peer, "to": ours})
    assert (message.channel, message.peer_raw) == (Channel.WHATSAPP, expected)
    assert message.sender_raw == "+12025550101"


def test_a_service_that_has_not_chosen_yet() -> None:
    message = read(**{"from": None, "num_segments": "0", "status": "accepted", "date_sent": None})
    assert (message.sender_raw, message.parts, message.sent_at) == ("", None, None)
    assert message.status is DeliveryStatus.QUEUED
    whatsapp = read(**{"from": None, "to": "whatsapp:+12025550171"})
    assert (whatsapp.channel, whatsapp.peer_raw) == (Channel.WHATSAPP, "+12025550171")


@pytest.mark.parametrize(
    "changes",
    [{"to": None}, {"to": ""}, {**INBOUND, "from": None}, {**INBOUND, "to": ""}, {"to": ["+1"]}],
)
def test_without_an_address_there_is_no_conversation(changes: dict[str, Any]) -> None:
    assert poison(**changes).sid == SID


@pytest.mark.parametrize("address", ["rcs:agent", "messenger:104794531907950", "Viber:x"])
def test_an_unknown_channel_is_kept_and_said(address: str) -> None:
    assert "channel" in poison(**{**INBOUND, "to": address}).why


# --- states ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "expected", "automatic"),
    [
        ("inbound", Direction.INBOUND, False),
        ("outbound-api", Direction.OUTBOUND, False),
        ("outbound-call", Direction.OUTBOUND, True),
        ("outbound-reply", Direction.OUTBOUND, True),
    ],
)
def test_directions(direction: str, expected: Direction, automatic: bool) -> None:
    message = read(direction=direction)
    assert (message.direction, message.automatic) == (expected, automatic)


@pytest.mark.parametrize("direction", [None, "", "sideways", 1, ["inbound"]])
def test_an_unknown_direction(direction: Any) -> None:
    poison(direction=direction)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", DeliveryStatus.QUEUED),
        ("scheduled", DeliveryStatus.QUEUED),
        ("queued", DeliveryStatus.QUEUED),
        ("sending", DeliveryStatus.QUEUED),
        ("initiated", DeliveryStatus.QUEUED),
        ("sent", DeliveryStatus.SENT),
        ("delivered", DeliveryStatus.DELIVERED),
        ("read", DeliveryStatus.READ),
        ("failed", DeliveryStatus.FAILED),
        ("undelivered", DeliveryStatus.UNDELIVERED),
        ("canceled", DeliveryStatus.CANCELED),
        ("receiving", DeliveryStatus.RECEIVED),
        ("received", DeliveryStatus.RECEIVED),
        ("partially_delivered", DeliveryStatus.OTHER),
        ("beamed-up", DeliveryStatus.OTHER),
        ("", DeliveryStatus.OTHER),
    ],
)
def test_states_and_their_own_word(word: str, status: DeliveryStatus) -> None:
    message = read(status=word)
    assert (message.status, message.status_text) == (status, word)


@pytest.mark.parametrize(
    ("code", "expected"),
    [(30003, "30003"), ("30003", "30003"), (None, None), (0, None), ("", None)],
)
def test_error_codes(code: Any, expected: str | None) -> None:
    assert read(error_code=code).error_code == expected


# --- dates -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 24 May 2019 17:44:46 +0000",
        "Sat, 29 Feb 2020 00:00:00 +0000",
        "Fri, 31 Feb 2020 00:00:00 +0000",
        "Fri, 24 Mai 2019 17:44:46 +0000",
        "Fri, 24 May 2019 24:44:46 +0000",
        "Fri, 24 May 2019 17:44:46 +0200",
        "Fri, 24 May 2019 17:44:46 -0000",
        "Fri, 24 May 2019 17:44:46 GMT",
        "24 May 2019 17:44:46 +0000",
        "Fri, 4 May 2019 17:44:46 +0000",
        "Fri, 24 May 2019 17:44:60 +0000",
        "fri, 24 may 2019 17:44:46 +0000",
        "Fri, ٢٤ May 2019 17:44:46 +0000",
        "2019-05-24T17:44:46Z",
        "",
    ],
)
def test_the_quick_way_to_a_date_says_what_the_long_one_does(text: str) -> None:
    found = parse_message(
        {**ROW, "date_created": text, "date_updated": None, "date_sent": None}, ACCOUNT
    )
    expected = parse_date(text)
    if expected is None:
        assert isinstance(found, Poison)
    else:
        assert isinstance(found, RemoteMessage)
        assert found.created_at == expected


@pytest.mark.parametrize("sent", [None, "", "soon", 5, "Fri, 31 Dec 9999 23:59:59 +0000"])
def test_without_a_sent_date_a_row_is_legal(sent: Any) -> None:
    assert read(date_sent=sent).sent_at is None


def test_the_creation_date_falls_back() -> None:
    sent = datetime(2019, 5, 24, 17, 44, 50, tzinfo=UTC)
    assert read(date_created=None).created_at == sent
    assert read(date_created=None, date_sent=None).created_at == sent


@pytest.mark.parametrize(
    "created",
    [
        None,
        "",
        "yesterday",
        1558719886,
        "2019-05-24T17:44:46Z",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Wed, 01 Jan 1000 00:00:00 +0000",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "Fri, 32 May 2019 17:44:46 +0000",
        "Fri, 24 May 2019 17:44:46 +9999",
    ],
)
def test_without_any_date_there_is_no_place_in_a_thread(created: Any) -> None:
    assert "date" in poison(date_created=created, date_sent=None, date_updated=None).why


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fri, 24 May 2019 17:44:46 +0000", datetime(2019, 5, 24, 17, 44, 46, tzinfo=UTC)),
        ("Fri, 24 May 2019 19:44:46 +0200", datetime(2019, 5, 24, 17, 44, 46, tzinfo=UTC)),
        ("Fri, 24 May 2019 17:44:46 -0000", datetime(2019, 5, 24, 17, 44, 46, tzinfo=UTC)),
        ("24 May 2019 17:44:46 GMT", datetime(2019, 5, 24, 17, 44, 46, tzinfo=UTC)),
        (None, None),
        ("24", None),
    ],
)
def test_rfc_2822(text: str | None, expected: datetime | None) -> None:
    assert parse_date(text) == expected


# --- other fields ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "expected"),
    [("-0.00750", "-0.00750"), (-0.0075, "-0.0075"), (None, None), ("", None), (0, "0")],
)
def test_prices(price: Any, expected: str | None) -> None:
    assert read(price=price).price == expected


@pytest.mark.parametrize(
    ("media", "segments", "expected"),
    [("3", "2", (3, 2)), (3, 2, (3, 2)), (None, None, (0, None)), ("", "0", (0, None)),
     ("-1", "x", (0, None)), (True, [1], (0, None)), ("9" * 5000, 1e300, (0, None))],
)  # fmt: skip
def test_counts(media: Any, segments: Any, expected: tuple[int, int | None]) -> None:
    message = read(num_media=media, num_segments=segments)
    assert (message.media_count, message.parts) == expected


def test_empty_strings_where_ids_belong() -> None:
    """The vendor's own example has an empty `sms_application_sid`; a service's may be empty too."""
    assert read(messaging_service_sid="", error_message="").service_sid is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, ""),
        ("", ""),
        ("a\x00b", "a\x00b"),
        ("<b>&amp;</b> {x} %s", "<b>&amp;</b> {x} %s"),
        ("half \ud83d here", "half \ufffd here"),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("whole 👍🏽", "whole 👍🏽"),
        ("x" * 1_000_000, "x" * 1_000_000),
    ],
)
def test_bodies(body: Any, expected: str) -> None:
    assert read(body=body).body == expected


def test_mms() -> None:
    sid = "MM" + "0b" * 16
    message = read(**{**INBOUND, "sid": sid, "num_media": "10", "body": None})
    assert (message.sid, message.media_count, message.body) == (sid, 10, "")


# --- items that cannot be read ---------------------------------------------------------------


@pytest.mark.parametrize("sid", [None, "", 5, "../x", "a b", "x" * 65, "SM1?x", ["SM1"]])
def test_without_an_id(sid: Any) -> None:
    item = poison(sid=sid)
    assert item.sid is None
    assert json.loads(item.raw)["body"] == "testing"


@pytest.mark.parametrize("owner", ["AC" + "9" * 32, "x", 5, [], {}])
def test_another_accounts_message(owner: Any) -> None:
    assert "account" in poison(account_sid=owner).why


@pytest.mark.parametrize("owner", [None, "", ACCOUNT, ACCOUNT.upper()])
def test_our_own_message(owner: Any) -> None:
    assert read(account_sid=owner).sid == SID


def test_poison_keeps_what_came_within_bounds() -> None:
    item = poison(direction="?", body="\ud800 \x00 " + "x" * 1_000_000)
    assert len(item.raw) == RAW_LIMIT
    assert item.raw.isascii()
    assert item.sid == SID


SPOILT: list[Any] = [
    None, True, 5, 1.5, "text", [], [[]], {}, {"sid": SID}, {**ROW, "account_sid": "AC9"},
    {**ROW, "direction": "?"}, {**ROW, "to": {}}, {**ROW, "sid": None}, {**ROW, "body": []},
    {**ROW, "date_created": "?", "date_sent": None, "date_updated": None}, {**ROW, "status": {}},
]  # fmt: skip


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_item_leaves_its_neighbours_alone(spoilt: Any, place: int) -> None:
    """GR6, at each place of a page."""
    rows: list[Any] = [{**ROW, "sid": f"SM{number:032x}"} for number in range(4)]
    rows.insert(place, spoilt)
    page = parse_page({"messages": rows, "next_page_uri": None}, ACCOUNT)
    assert [message.sid[-1] for message in page.messages] == ["0", "1", "2", "3"]
    assert len(page.poison) == 1
    assert page.poison[0].why


def test_the_same_message_twice_on_a_page() -> None:
    page = parse_page({"messages": [ROW, ROW]}, ACCOUNT)
    assert [message.sid for message in page.messages] == [SID, SID]  # the store knows it once


@pytest.mark.parametrize("rows", [None, {}, "x", 5])
def test_a_page_whose_rows_are_none(rows: Any) -> None:
    page = parse_page({"messages": rows, "next_page_uri": "/2010-04-01/next"}, ACCOUNT)
    assert (list(page.messages), len(page.poison)) == ([], 1)
    assert page.next_path == "/2010-04-01/next"


# --- a page over the wire --------------------------------------------------------------------


def fetched(body: bytes | str) -> Page:
    with raw_server(says(raw.http(200, body))) as server:
        credential = Credential(ACCOUNT, ACCOUNT, "word")
        provider = TwilioProvider(credential, api=server.url, messaging=server.url)
        try:
            return provider.list_messages(page_size=50)
        finally:
            provider.close()


def test_duplicate_keys_are_tolerated() -> None:
    text = json.dumps({"messages": [ROW]}).replace('"body":', '"body": "first", "body":')
    assert [message.body for message in fetched(text).messages] == ["testing"]


def test_invalid_utf_8_hides_no_neighbour() -> None:
    text = json.dumps({"messages": [ROW, ROW]}).encode().replace(b"testing", b"te\xff\xfe\xed", 1)
    assert [message.body for message in fetched(text).messages] == [
        "te\ufffd\ufffd\ufffd",
        "testing",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "", "null", "[]", "5", '"text"', "{}", '{"error": 1}', "<html></html>", "{", '{"messages":',
        "[" * 100_000, '{"messages": ' + "[" * 70 + "]" * 70 + "}", '"' + '\\"' * 500_000,
    ],
)  # fmt: skip
def test_what_is_no_list_at_all(body: str) -> None:
    with pytest.raises(ProviderUnreachable):
        fetched(body)


@pytest.mark.parametrize(
    "link",
    [
        "https://example.test/2010-04-01/x",
        "//example.test/2010-04-01/x",
        "http://127.0.0.1:1/2010-04-01/x",
        "\\\\example.test\\x",
        "/\\example.test/x",
        "https://127.0.0.1@example.test/x",
        "file:///etc/hostname",
        "javascript:1",
        "next",
        5,
        ["/x"],
        {"a": 1},
    ],
)
def test_a_next_page_elsewhere_is_never_asked_for(link: Any) -> None:
    """The page itself counts; the walk ends in an error, not as if it were complete."""
    with raw_server(
        says(raw.http(200, json.dumps({"messages": [ROW], "next_page_uri": link})))
    ) as server:
        credential = Credential(ACCOUNT, ACCOUNT, "word")
        provider = TwilioProvider(credential, api=server.url, messaging=server.url)
        page = provider.list_messages(page_size=50)
        assert len(page.messages) == 1
        assert page.next_path
        with pytest.raises(ProviderError):
            provider.next_page(page.next_path)
        assert len(server.requests) == 1
        provider.close()


@pytest.mark.parametrize("link", [None, ""])
def test_the_last_page(link: Any) -> None:
    assert parse_page({"messages": [], "next_page_uri": link}, ACCOUNT).next_path is None


def test_links_to_twilios_own_hosts_go_to_the_base_url() -> None:
    """A base URL replaces all hosts, in links too (Prism answers with the vendor's own)."""
    with raw_server(says(raw.http(200, '{"messages": []}'), then=raw.keep)) as server:
        credential = Credential(ACCOUNT, ACCOUNT, "word")
        base = f"{server.url}/gateway"
        provider = TwilioProvider(credential, api=base, messaging=base)
        provider.next_page("https://api.twilio.com/2010-04-01/x?Page=1")
        provider.next_page("/2010-04-01/x?Page=2")
        provider.next_page("/gateway/2010-04-01/x?Page=3")
        provider.close()
    assert [request.split(b" ")[1] for request in server.requests] == [
        b"/gateway/2010-04-01/x?Page=1",
        b"/gateway/2010-04-01/x?Page=2",
        b"/gateway/2010-04-01/x?Page=3",
    ]


def test_an_id_is_never_used_as_a_path() -> None:
    with raw_server(says(raw.http(404, "{}"))) as server:
        credential = Credential(ACCOUNT, ACCOUNT, "word")
        provider = TwilioProvider(credential, api=server.url, messaging=server.url)
        with pytest.raises(NotFoundError):
            provider.fetch_message("../../x?y#z")
        provider.close()
    (request,) = server.requests
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/..%2F..%2Fx%3Fy%23z.json"
    assert request.split(b" ")[1].decode() == path


# --- arbitrary input -------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.fixed_dictionaries({}, optional=dict.fromkeys(ROW, JSON))


@given(JSON | FIELDS | FIELDS.map(lambda changes: {**ROW, **changes}))
def test_any_json_is_a_message_or_poison(item: Any) -> None:
    read_item = parse_message(item, ACCOUNT)
    assert isinstance(read_item, RemoteMessage | Poison)
    if isinstance(read_item, RemoteMessage):
        positions.of_message(read_item.created_at, read_item.sid)
        read_item.body.encode("utf-8")


@given(st.dictionaries(st.sampled_from(["messages", "next_page_uri", "meta"]), JSON))
def test_any_page_is_read(payload: dict[str, Any]) -> None:
    assert isinstance(parse_page(payload, ACCOUNT), Page)


@given(st.integers(100, 599), JSON | FIELDS)
def test_any_answer_is_classified(status: int, payload: Any) -> None:
    result = classify(Answer(status, payload), ACCOUNT)
    assert (result.sid is not None) == (result.outcome == "accepted")


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_json_or_unreadable(data: bytes) -> None:
    with suppress(Unreadable):
        parse_json(data)


@given(st.integers(0, 3 * DEPTH_LIMIT), st.sampled_from(["[]", "{}"]), st.booleans())
def test_the_depth_is_counted_exactly(depth: int, pair: str, closed: bool) -> None:
    opening = '{"[":' if pair == "{}" else '["]",'
    text = '"[[[{{{"'
    text = opening * depth + text + (pair[1] * depth if closed else "")
    if closed and depth <= DEPTH_LIMIT:
        parse_json(text.encode())
    else:
        with pytest.raises(Unreadable):
            parse_json(text.encode()) if depth else parse_json(b"")


def test_numbers_that_no_computer_holds() -> None:
    """Python itself refuses to convert integers of more than 4300 digits."""
    payload = parse_json(b'{"messages": [' + b"9" * 5000 + b", 1e999, NaN, -Infinity]}")
    page = parse_page(payload, ACCOUNT)  # type: ignore[arg-type]
    assert len(page.poison) == 4


# --- senders ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kind", "country"),
    [
        ("+12025550101", SenderKind.LONG_CODE, "US"),
        ("+18005550101", SenderKind.TOLL_FREE, "US"),
        ("+18885550101", SenderKind.TOLL_FREE, "US"),
        ("+18115550101", SenderKind.LONG_CODE, "US"),
        ("+442079460123", SenderKind.LONG_CODE, "GB"),
        ("+448005550101", SenderKind.LONG_CODE, "GB"),
        ("+525512345678", SenderKind.LONG_CODE, "MX"),
        ("+5511987654321", SenderKind.LONG_CODE, "BR"),
        ("+80012345678", SenderKind.LONG_CODE, ""),
        ("TWILIO", SenderKind.LONG_CODE, ""),
        ("", SenderKind.LONG_CODE, ""),
    ],
)
def test_kinds_and_countries_of_numbers(address: str, kind: SenderKind, country: str) -> None:
    assert (number_kind(address), number_country(address)) == (kind, country)
