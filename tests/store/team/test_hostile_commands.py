"""Commands that no desk would make, pushed under a rep's own login: each is answered, none reaches what
the rep does not see, and the next one has its turn (GP1, GY7, GC2)."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Union, cast, get_args, get_origin
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.command_codec import KINDS
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import HolderKind
from sms_desk.domain.value_codec import hints_of
from sms_desk.services import pushed
from sms_desk.store import tables
from sms_desk.store.ids import new_id
from sms_desk.store.team import roles
from sms_desk.store.team.surface_tables import receipt
from sms_desk.store.team.workspace import AdminWorkspace
from sms_desk.store.types import to_micros
from tests.fixtures.postgres import Cluster
from tests.fixtures.team import Session, TeamServer, copied_team
from tests.store.office import Office

pytestmark = [
    pytest.mark.allow_log("sms_desk.services.pushed"),  # it says so of each that it cannot read
]

SECRET: Final = "zqplanted 5e1f0c8a"
PEER: Final = "+12025550177"


def fields_of(kind: type[c.Command]) -> Mapping[str, Any]:
    return hints_of(cast(Any, kind))  # mypy takes a class's __hash__ for that of its instances


class Attack:
    """Ben pushes whatever he likes; Cara's conversation, and all that belongs to it, is hidden."""

    def __init__(self, server: TeamServer) -> None:
        self.server = server
        self.workspace = AdminWorkspace(server.connector_engine())
        self.office = Office(self.workspace)
        self.session: Session = server.join(self.office.ben)
        self.own = self.office.conversation(self.office.own, "+12025550178", self.office.ben)
        self.hidden = self._planted()

    def _planted(self) -> dict[str, UUID]:
        """Ids of Cara's by the name of the field that could hold them."""
        office, cara = self.office, self.office.cara
        names = ("note", "outbox", "scheduled", "view", "absence", "command", "holding")
        ids = {f"{name}_id": new_id() for name in names}
        ids |= {"person_id": cara, "sender_id": office.unheld}
        office.desk(office.ann).change(
            self._made(c.HoldSender, ids, holder_kind=HolderKind.PERSON, holder_id=cara)
        )
        ids["conversation_id"] = hers = office.conversation(office.unheld, PEER, cara)
        office.message(hers, SECRET)
        with self.workspace.read() as tx:
            found = tx.execute(sa.select(tables.conversations).filter_by(id=hers)).one()
            ids["contact_id"] = found.contact_id
        tomorrow = office.now + timedelta(days=1)
        told: dict[str, Any] = {"body": SECRET, "seen_version": found.version}
        for command in (
            self._made(c.AddNote, ids, id=ids["command_id"], body=SECRET),
            self._made(c.RenameContact, ids, name=SECRET),
            self._made(c.SaveView, ids, name=SECRET, filter=InboxFilter()),
            self._made(c.Reply, ids, **told, not_after=tomorrow),
            self._made(c.Schedule, ids, **told, due_at=tomorrow, zone="UTC"),
            self._made(
                c.PlanAbsence,
                ids,
                since=tomorrow,
                until=None,
                zone="UTC",
                covers=(),
                confirmed=True,
            ),
        ):
            office.desk(cara).change(command)
        return ids

    def _made(self, kind: type[c.Command], ids: Mapping[str, UUID], **values: Any) -> c.Command:
        """A command over these, as far as it has fields for them."""
        fields = {name: ids[name] for name in fields_of(kind) if name in ids}
        return kind(**{"id": new_id(), "at": self.office.now, **fields, **values})

    def push(self, kind: str, args: str, *, at: int | None = None, base: str = "{}") -> UUID:
        id_ = new_id()
        at = to_micros(self.office.now) if at is None else at
        self.session.execute("SELECT desk.push(%s, %s, %s, %s, %s)", (id_, kind, at, args, base))
        return id_

    def note(self, body: str, *, at: int | None = None, base: str = "{}") -> UUID:
        """Something that a desk would push."""
        args = {"conversation_id": str(self.own), "note_id": str(new_id()), "body": body}
        return self.push("add_note", json.dumps(args), at=at, base=base)

    def run(self) -> None:
        """All that waits, as the connector does. A command that raises would stop everybody's."""
        while pushed.run_next(self.workspace, self.office.now) is not None:
            pass

    def answers(self) -> dict[UUID, tuple[str, dict[str, Any]]]:
        with self.workspace.read() as tx:
            rows = tx.execute(sa.select(receipt.c.id, receipt.c.state, receipt.c.result))
            return {row.id: (row.state, row.result) for row in rows}

    def stands(self) -> Mapping[str, Any]:
        """What Ben cannot see, row by row; and what makes somebody more than they are."""
        of_keys = sa.text("SELECT key, n, h FROM digest WHERE key = ANY (:keys) ORDER BY key")
        keys = [*self.hidden.values(), self.office.ann]
        with self.workspace.read() as tx:
            found: dict[str, Any] = {"digests": tx.execute(of_keys, {"keys": keys}).all()}
            for table in (tables.people, tables.holdings, tables.memberships, tables.accounts):
                found[table.name] = sorted(map(str, tx.execute(sa.select(table)).all()))
            seen = "SELECT key FROM access WHERE person_id = :ben AND mode = 'see' ORDER BY key"
            found["access"] = tx.execute(sa.text(seen), {"ben": self.office.ben}).scalars().all()
        return found


@pytest.fixture(scope="module")
def attack(postgres: Cluster, team_template: roles.Roles) -> Iterator[Attack]:
    with copied_team(postgres, "t_commands", team_template) as server:
        made = Attack(server)
        yield made
        made.workspace.close()


# --- commands that name what is hidden -----------------------------------------------------------


Named = Callable[[str], UUID]
"""The id for a field of this name."""


def _aimed(attack: Attack, name: str, hint: Any, named: Named) -> Any:
    """A value for a field that names what is hidden wherever it can."""
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        known = next(arg for arg in get_args(hint) if arg is not type(None))
        return _aimed(attack, name, known, named)
    if origin is tuple:
        args = get_args(hint)
        kinds = args[:1] if args[-1] is Ellipsis else args
        return [_aimed(attack, name.removesuffix("s"), kind, named) for kind in kinds]
    if hint is c.Targets:
        return {"ids": [str(named("conversation_id"))]}
    if is_dataclass(hint) and isinstance(hint, type) and hint is not InboxFilter:
        return {part: _aimed(attack, part, kind, named) for part, kind in hints_of(hint).items()}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return str(next(iter(hint)))
    simple = {
        UUID: str(named(name)),
        InboxFilter: {},
        datetime: (attack.office.now + timedelta(hours=1)).isoformat(),
        bool: True,
        int: 1,
        str: "UTC" if name == "zone" else PEER,
    }
    return simple.get(hint, True)


def _pushed(attack: Attack, named: Named) -> dict[UUID, str]:
    """Every command that there is, by its id."""
    found = {}
    for kind, command in KINDS.items():
        hints = {n: hint for n, hint in fields_of(command).items() if n not in ("id", "at")}
        args = {name: _aimed(attack, name, hint, named) for name, hint in hints.items()}
        found[attack.push(kind, json.dumps(args))] = kind
    attack.run()
    return found


HARMLESS: Final = frozenset(
    (
        *("delete_view", "save_template", "show_notices", "restore_read_markers"),
        "refresh_templates",  # asks the provider for what everybody sees
    )
)
"""What is done all the same: it is anybody's to write, or nothing is written."""


OF_ALL: Final = frozenset(
    (
        *("cancel_absence", "change_absence", "end_absence", "fix_substitutes", "hand_over"),
        *("plan_absence", "revive_absence", "take_back_hand_over", "unsettle_brief"),
        *("edit_person", "set_capacity", "mute_sender", "start_conversation", "retire_template"),
        "save_view",
    )
)
"""Answered otherwise, as all see absences, people and sender IDs. A view's id cannot be taken by
another one."""


def test_no_command_reaches_what_its_author_does_not_see(attack: Attack) -> None:
    """And none is answered otherwise than if what it names were not there."""
    hidden, absent = attack.hidden, new_id()
    mine = (
        "owner_id",
        "holder_id",
        "rule_person_id",
        "template_id",
        "tag_id",
    )  # to become whose it is

    def of_hers(name: str) -> UUID:
        alias = {"batch_id": "command_id", "notice_id": "note_id"}.get(name, name)
        return attack.office.ben if name in mine else hidden.get(alias, hidden["conversation_id"])

    def of_nothing(name: str) -> UUID:
        return attack.office.ben if name in mine else absent

    before = attack.stands()
    of_hidden, of_absent = _pushed(attack, of_hers), _pushed(attack, of_nothing)
    answers = attack.answers()
    told = {kind: answers[id_] for id_, kind in of_hidden.items()}
    assert {kind for kind, (state, _) in told.items() if state != "refused"} <= HARMLESS
    assert SECRET.split()[1] not in json.dumps([*told.values()])
    otherwise = {kind: answers[id_] for id_, kind in of_absent.items()}
    assert {kind for kind in told if told[kind] != otherwise[kind]} - OF_ALL == set()
    assert attack.stands() == before


# --- ids that are known from before ---------------------------------------------------------------


def test_ids_of_others_make_nothing_ones_own(attack: Attack) -> None:
    """A thing of one's own under the id of another's; a conversation with another's contact."""
    ids = {name: str(id_) for name, id_ in attack.hidden.items()}
    place, sender = {"conversation_id": str(attack.own)}, {"sender_id": str(attack.office.own)}
    soon = (attack.office.now + timedelta(hours=5)).isoformat()
    said = {"body": "mine now", "seen_version": 0}
    begun = {"channel": "sms", "peer_raw": "+12025550166", "conversation_id": str(new_id())}
    absence: dict[str, Any] = {
        "since": soon,
        "until": None,
        "zone": "UTC",
        "covers": [],
        "confirmed": True,
    }
    tries: dict[str, dict[str, Any]] = {
        "add_note": {**place, "note_id": ids["note_id"], "body": "mine now"},
        "reply": {**place, **sender, **said, "outbox_id": ids["outbox_id"], "not_after": soon},
        "schedule": {
            **place,
            **sender,
            **said,
            "scheduled_id": ids["scheduled_id"],
            "due_at": soon,
            "zone": "UTC",
        },
        "save_view": {"view_id": ids["view_id"], "name": "mine now", "filter": {}},
        "plan_absence": {
            "absence_id": ids["absence_id"],
            "person_id": str(attack.office.ben),
            **absence,
        },
        "start_conversation": {**begun, **sender, "contact_id": ids["contact_id"]},
    }
    before = attack.stands()
    sent = {attack.push(kind, json.dumps(args)): kind for kind, args in tries.items()}
    attack.run()
    answers = attack.answers()
    assert {kind for id_, kind in sent.items() if answers[id_][0] != "refused"} == set()
    assert attack.stands() == before


def test_an_undo_reaches_no_conversation_that_went_to_another(attack: Attack) -> None:
    """And does not say whose it is by now, nor who the contact is."""
    office, soon = attack.office, attack.office.now + timedelta(hours=5)
    lost = office.conversation(office.unheld, "+12025550155", office.ben)
    office.message(lost, "hello")
    with attack.workspace.write():
        pass  # settles that Ben sees it
    one = {"targets": {"ids": [str(lost)]}}
    given = [
        attack.push(kind, json.dumps(args))
        for kind, args in (
            ("add_tag", {**one, "tag_id": str(new_id()), "name": "urgent"}),
            ("snooze", {**one, "until": soon.isoformat()}),
            ("close", one),
        )
    ]
    attack.run()
    assert {attack.answers()[id_][0] for id_ in given} == {"done"}
    with attack.workspace.read() as tx:
        contact = tx.execute(sa.select(tables.conversations).filter_by(id=lost)).one().contact_id
    for command in (
        c.Assign(id=new_id(), at=office.now, targets=c.Targets.one(lost), owner_id=office.cara),
        c.RenameContact(id=new_id(), at=office.now, contact_id=contact, name=SECRET),
    ):
        office.desk(office.ann).change(command)
    attack.hidden["lost"] = lost
    before = attack.stands()
    undone = [attack.push("undo", json.dumps({"command_id": str(id_)})) for id_ in given]
    attack.run()
    told = [attack.answers()[id_] for id_ in undone]
    assert {state for state, _ in told} == {"refused"}
    assert SECRET.split()[1] not in json.dumps(told)
    assert "Cara" not in json.dumps(told)
    assert attack.stands() == before


# --- commands that are none ----------------------------------------------------------------------

DEEP: Final = 5_000
NO_COMMANDS: Final = {
    "no kind": ("", "{}"),
    "a kind of its own": ("drop_table", "{}"),
    "a kind with a statement": ("x'; DROP TABLE desk.messages; --", "{}"),
    "a kind of Python's": ("__class__", "{}"),
    "no JSON": ("add_note", "{"),
    "nothing": ("add_note", ""),
    "null": ("add_note", "null"),
    "a list": ("add_note", "[]"),
    "a text": ("add_note", '"x"'),
    "a number": ("add_note", "1"),
    "no number": ("mark_read", '{"conversation_id": "HERE", "position": NaN}'),
    "no end": ("mark_read", '{"conversation_id": "HERE", "position": Infinity}'),
    "too great": ("mark_read", '{"conversation_id": "HERE", "position": 9223372036854775808}'),
    "far too great": ("mark_read", '{"conversation_id": "HERE", "position": 1' + "0" * 6_000 + "}"),
    "a fraction": ("mark_read", '{"conversation_id": "HERE", "position": 1e400}'),
    "deep lists": ("add_note", '{"body": ' + "[" * DEEP + "]" * DEEP + "}"),
    "deep objects": ("change_setting", '{"value": ' + '{"a":' * 3_000 + "1" + "}" * 3_000 + "}"),
    "half a letter": (
        "add_note",
        '{"conversation_id": "HERE", "note_id": "NEW", "body": "\\ud83d"}',
    ),
    "NUL": ("add_note", '{"conversation_id": "HERE", "note_id": "NEW", "body": "a\\u0000b"}'),
    "NUL in a tag": (
        "add_tag",
        '{"targets": {"ids": ["HERE"]}, "tag_id": "NEW", "name": "a\\u0000b"}',
    ),
    "half a letter in a tag": (
        "add_tag",
        '{"targets": {"ids": ["HERE"]}, "tag_id": "NEW", "name": "\\udc00"}',
    ),
    "NUL for a kind of setting": ("change_setting", '{"name": "a\\u0000", "value": "\\ud800"}'),
    "no id": ("add_note", '{"conversation_id": "x", "note_id": "NEW", "body": "x"}'),
    "an id that is a number": ("add_note", '{"conversation_id": 1, "note_id": "NEW", "body": "x"}'),
    "fields of another": ("add_note", '{"conversation_id": "HERE", "owner_id": "HERE"}'),
    "fields of the command itself": (
        "add_note",
        '{"id": "NEW", "at": "2026-01-01T00:00:00Z", "person_id": "NEW"}',
    ),
    "a field of Python's": ("add_note", '{"__class__": "x"}'),
    "fields missing": ("reply", "{}"),
    "a year that is none": (
        "snooze",
        '{"targets": {"ids": ["HERE"]}, "until": "99999-01-01T00:00:00"}',
    ),
    "no zone": ("snooze", '{"targets": {"ids": ["HERE"]}, "until": "2026-12-01T00:00:00"}'),
    "the end of time": (
        "snooze",
        '{"targets": {"ids": ["HERE"]}, "until": "9999-12-31T23:59:59-23:59"}',
    ),
    "many targets": ("close", '{"targets": {"ids": [' + ", ".join(['"HERE"'] * 400) + "]}}"),
    "targets that are none": ("close", '{"targets": "all"}'),
    "everything": ("close", '{"targets": {"matching": {}}}'),
    "a filter of its own": ("close", '{"targets": {"matching": {"sql": "1=1"}}}'),
    "a filter with no end": (
        "close",
        '{"targets": {"matching": {"text": "' + "(" * 15_000 + '"}}}',
    ),
    "a word that is none": ("save_draft", '{"conversation_id": "HERE", "mode": "x", "body": "x"}'),
    "an undo of itself": ("undo", '{"command_id": "NEW"}'),
}


@pytest.mark.parametrize("name", NO_COMMANDS)
def test_a_command_that_is_none_is_answered_and_the_next_has_its_turn(
    attack: Attack, name: str
) -> None:
    kind, args = NO_COMMANDS[name]
    args = args.replace("HERE", str(attack.own)).replace("NEW", str(new_id()))
    bad = attack.push(kind, args)
    good = attack.note("still here")
    attack.run()
    answers = attack.answers()
    assert answers[bad][0] in ("refused", "done")
    assert answers[good][0] == "done"


@pytest.mark.parametrize("at", [-(2**63), -1, 0, 2**63 - 1, 253_402_300_800_000_000])
def test_a_time_that_is_none_is_answered(attack: Attack, at: int) -> None:
    bad = attack.note("when?", at=at)
    good = attack.note("now")
    attack.run()
    answers = attack.answers()
    assert (answers[bad][0] in ("refused", "done"), answers[good][0]) == (True, "done")


@pytest.mark.parametrize(
    "base",
    [
        "",
        "x",
        "null",
        "[]",
        '{"before": 1}',
        '{"before": {"a": "\\ud800"}}',
        '{"seen": {}}',
        "[" * 9_000,
    ],
)
def test_a_base_that_is_none_is_answered(attack: Attack, base: str) -> None:
    bad = attack.note("on what?", base=base)
    good = attack.note("on this")
    attack.run()
    answers = attack.answers()
    assert (answers[bad][0] in ("refused", "done", "held"), answers[good][0]) == (True, "done")


def test_ones_many_commands_keep_nobody_waiting(attack: Attack) -> None:
    """Everybody has a turn, one after the other."""
    office = attack.office
    cara = attack.server.join(office.cara)
    for _ in range(12):
        attack.note("again")
    hers = new_id()
    args = {
        "conversation_id": attack.hidden["conversation_id"],
        "note_id": new_id(),
        "body": "mine",
    }
    values = (hers, "add_note", to_micros(office.now), json.dumps(args, default=str), "{}")
    cara.execute("SELECT desk.push(%s, %s, %s, %s, %s)", values)
    last: UUID | None = None
    ran = []
    for _ in range(3):
        found = pushed.run_next(attack.workspace, office.now, after=last)
        assert found is not None
        ran.append(found.id)
        last = found.person_id
    assert hers in ran
    attack.run()
