"""What the provider's list would change in the directory, shown before it does (R11).

The connector's own discovery only adds, and fills in what nobody filled in. Here a person sees
what else differs: another label or country, sender IDs that the provider no longer lists, and what
is in conflict; and applies the lines of their choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from sms_desk.domain import sender_policy
from sms_desk.domain.commands import SenderLine
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import SenderKind
from sms_desk.domain.sender_policy import Neighbours
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.services.context import Context
from sms_desk.services.sender_checks import by_id
from sms_desk.services.sender_csv import Difference, Problem
from sms_desk.services.sender_lines import draft_of, identity, line_of, neighbour_of
from sms_desk.services.words import peer_text
from sms_desk.settings import facts
from sms_desk.store import senders
from sms_desk.store.ids import new_id


class ProviderChange(StrEnum):
    """How the provider's list differs from ours."""

    NEW = "new"
    CHANGED = "changed"  # another label, country, kind or direction than ours
    GONE = "gone"  # carried by this account, and no longer listed there
    CONFLICT = "conflict"  # listed here, but retired by us or carried by another account


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """One difference. id: what it is chosen by. line: what applying it writes; None: it cannot be.
    proposed: whether it is applied unless somebody says otherwise."""

    id: UUID
    change: ProviderChange
    address: str
    display: str
    label: str
    kind: SenderKind
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]
    proposed: bool
    line: SenderLine | None


@dataclass(frozen=True, slots=True)
class ProviderPreview:
    """unlisted: kinds that are not listed for the key; unanswered: kinds that the provider gave no
    answer about. Of neither anybody knows whether they are gone."""

    account_id: UUID
    account_label: str
    lines: tuple[ProviderLine, ...]
    same: int
    unlisted: tuple[str, ...]
    unanswered: tuple[str, ...] = ()

    def chosen(self, ids: Iterable[UUID]) -> tuple[SenderLine, ...]:
        """What an import of these lines writes."""
        wanted = set(ids)
        return tuple(one.line for one in self.lines if one.id in wanted and one.line is not None)


def preview(
    ctx: Context, account_id: UUID, account_label: str, remote: Directory
) -> ProviderPreview:
    """The provider's list beside the directory. Nothing is written."""
    stored = senders.listing(ctx.tx, retired=True)
    known = {_identity(row): row for row in stored}
    loose = {_identity(row)[:2]: row for row in stored if row["account_id"] == account_id}
    found, listed, same = list[ProviderLine](), set[UUID](), 0
    for sender in remote.senders:
        row = _known(sender, known, loose)
        if row is None:
            found.append(_new(sender, account_id))
            continue
        listed.add(row["id"])
        line = _differs(sender, row, account_id)
        if line is None:
            same += 1
        else:
            found.append(line)
    gone = (row for row in stored if row["account_id"] == account_id and row["id"] not in listed)
    sure = not (remote.unlisted or remote.unanswered)
    found += [_gone(row, sure=sure) for row in gone if row["retired_at"] is None]
    return ProviderPreview(
        account_id,
        account_label,
        tuple(
            sorted(_checked(ctx, found, stored), key=lambda one: (_ORDER[one.change], one.address))
        ),
        same,
        tuple(remote.unlisted),
        tuple(remote.unanswered),
    )


_ORDER = {change: n for n, change in enumerate(ProviderChange)}


def _identity(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    return identity(row["channel"], SenderKind(row["kind"]), row["address"], row["country"])


def _known(sender: RemoteSender, known: Mapping[Any, Any], loose: Mapping[Any, Any]) -> Any:
    """Ours, also where only one side names a short code's country."""
    address = sender_policy.clean_address(sender.address)
    key = identity(sender.channel, sender.kind, address, sender.country)
    return known.get(key) or known.get((*key[:2], "")) or loose.get(key[:2])


def _new(sender: RemoteSender, account_id: UUID) -> ProviderLine:
    line = SenderLine(
        sender_id=new_id(),
        channel=sender.channel,
        address=sender_policy.clean_address(sender.address),
        kind=sender.kind,
        country=sender.country,
        label=sender.label,
        direction=sender.direction,
        account_id=account_id,
    )
    return _line(ProviderChange.NEW, line, proposed=True)


def _differs(sender: RemoteSender, row: Mapping[Any, Any], account_id: UUID) -> ProviderLine | None:
    """None where they agree. What the provider leaves open is no difference."""
    ours = line_of(row)
    theirs = replace(
        ours,
        kind=sender.kind,
        country=sender.country or ours.country,
        label=sender.label or ours.label,
        direction=sender.direction,
        account_id=account_id,
        retired=False,
    )
    differences = _differences(ours, theirs)
    other = ours.account_id not in (None, account_id)
    if ours.retired or other:
        why = (
            Problem("retired", "It was retired here.", "Choose it to bring it back.")
            if ours.retired
            else Problem(
                "account",
                f"{row['account_label']} carries it here.",
                "Choose it if the number was moved to this account.",
            )
        )
        return _line(ProviderChange.CONFLICT, theirs, differences, (why,))
    if not differences and ours.account_id == account_id:
        return None
    return _line(ProviderChange.CHANGED, theirs, differences, proposed=not ours.label)


def _gone(row: Mapping[Any, Any], *, sure: bool) -> ProviderLine:
    """A name is listed only where it belongs to a Messaging Service: its absence says little."""
    ours = line_of(row)
    likely = sure and ours.kind is not SenderKind.ALPHANUMERIC
    difference = Difference("retired", "no", "yes")
    why = () if likely else (Problem("retired", "The list may not hold all of this kind."),)
    return _line(ProviderChange.GONE, replace(ours, retired=True), (difference,), why)


def _differences(ours: SenderLine, theirs: SenderLine) -> tuple[Difference, ...]:
    names = ("kind", "country", "label", "direction")
    pairs = ((name, str(getattr(ours, name)), str(getattr(theirs, name))) for name in names)
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def _line(
    change: ProviderChange,
    line: SenderLine,
    differences: tuple[Difference, ...] = (),
    problems: tuple[Problem, ...] = (),
    *,
    proposed: bool = False,
) -> ProviderLine:
    return ProviderLine(
        line.sender_id,
        change,
        line.address,
        peer_text(line.address),
        line.label,
        line.kind,
        differences,
        problems,
        proposed,
        line,
    )


def _checked(
    ctx: Context, found: Sequence[ProviderLine], rows: Sequence[Mapping[Any, Any]]
) -> list[ProviderLine]:
    """What the rules call impossible is shown with why, and cannot be chosen."""
    stored, countries = by_id(ctx), facts.sender_id_countries()
    before = {row["id"]: row for row in rows}
    lines = {one.id: neighbour_of(one.line) for one in found if one.line is not None}
    was, after = Neighbours(stored), Neighbours(stored | lines)
    checked = []
    for one in found:
        assert one.line is not None
        row = before.get(one.id)
        old = () if row is None else sender_policy.check(draft_of(line_of(row)), was, countries)
        wrong = tuple(
            Problem(each.field, each.title, each.next_step)
            for each in sender_policy.errors(
                sender_policy.check(draft_of(one.line), after, countries)
            )
            if each not in old
        )
        if wrong:
            one = replace(one, problems=(*one.problems, *wrong), proposed=False, line=None)
        checked.append(one)
    return checked
