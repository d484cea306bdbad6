"""Everything a person can do, each as a small frozen value (design §1).

A command carries every id and time that it will write, so that executing it here and again on a
team's connector writes the same. `services.executor` runs them; `domain.command_codec` turns them
into JSON and back. A new command is a class here and a handler there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.compliance import RequestState
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import (
    BindingKind,
    Channel,
    DltKind,
    DraftMode,
    Health,
    HolderKind,
    OptOutScope,
    ProgramKind,
    Purpose,
    Role,
    RoutingRule,
    SenderDirection,
    SenderKind,
)
from sms_desk.domain.registration import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """id: made by who asks, so that a repeat is recognised. at: when the person asked."""

    logged: ClassVar[bool] = True
    """Whether it is kept in the history of commands; what a person types or reads is not."""

    id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Targets:
    """Which conversations: these, or all that a filter matches when it runs (R50)."""

    ids: tuple[UUID, ...] = ()
    matching: InboxFilter | None = None

    @classmethod
    def one(cls, conversation_id: UUID) -> Targets:
        return cls((conversation_id,))


# --- conversations: team state, owner, tags -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Command):
    targets: Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    targets: Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze(Command):
    """until: the instant of a wall-clock time in the person's own zone (R52)."""

    targets: Targets
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Command):
    """owner_id None: nobody; the conversation stands in Unassigned."""

    targets: Targets
    owner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTag(Command):
    """tag_id is used if no tag of that name exists yet."""

    targets: Targets
    tag_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTag(Command):
    targets: Targets
    tag_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver(Command):
    """A campaign reply becomes a sales conversation: direct, from that campaign (R5)."""

    conversation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAutomation(Command):
    """A person hands the conversation back to the program's auto-responder (R51)."""

    conversation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RebindSource(Command):
    """A person says what a conversation answers (R61). program_id None: nothing, direct."""

    conversation_id: UUID
    program_id: UUID | None


# --- absence and cover ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAbsence(Command):
    """A person will be or is away, and who takes what meanwhile (R23).

    since, until: instants, until None for without end; since_wall, until_wall: as typed, in zone,
    the absent person's own. permanent: they do not come back (R29). reason: vacation | sick | left
    | other. confirmed: the gaps that the check names are accepted (R24).
    """

    absence_id: UUID
    person_id: UUID
    since: datetime
    until: datetime | None
    zone: str
    since_wall: str = ""
    until_wall: str = ""
    covers: tuple[Cover, ...] = ()
    permanent: bool = False
    reason: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAbsence(Command):
    """Other times or substitutes for an absence that has not ended; who answers a conversation
    already stays, unless that person is no substitute any more (R25)."""

    absence_id: UUID
    since: datetime
    until: datetime | None
    since_wall: str = ""
    until_wall: str = ""
    covers: tuple[Cover, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAbsence(Command):
    """The person is back: it ends at `at`; one that has not begun never was (R27)."""

    absence_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviveAbsence(Command):
    """The way back from EndAbsence."""

    absence_id: UUID
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFromCover(Command):
    """The substitute keeps conversations for good: they own them, and these do not return (R27)."""

    targets: Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleBrief(Command):
    """The returning person has read the brief (R27). taken_back: conversations that they own again;
    left: conversations that whoever answered them goes on with, as the owner."""

    absence_id: UUID
    taken_back: tuple[UUID, ...] = ()
    left: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettleBrief(Command):
    """The way back from SettleBrief: the brief waits again. settled_at: when an earlier settling
    was, None for none."""

    absence_id: UUID
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAbsence(Command):
    """It never was: the way back from PlanAbsence."""

    absence_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FixSubstitutes(Command):
    """The way back from ChangeAbsence, for conversations whose substitute was named no more: who
    answered each of them, as (conversation, substitute or None for nobody, part)."""

    absence_id: UUID
    chosen: tuple[tuple[UUID, UUID | None, Part], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Command):
    """Somebody does not come back, and the day is here: what they own goes to the substitutes for
    good, in one batch (R29). Run by the desk itself, in the name of who planned it."""

    absence_id: UUID


@dataclass(frozen=True, slots=True)
class GivenContacts:
    """Contacts that went to one person. to_id None: nobody."""

    to_id: UUID | None
    contact_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackHandOver(Command):
    """The way back from HandOver; the absence then never was. Sender IDs: `RestoreHoldings`.

    batch_id: whose events tell the owners before. scheduled: messages, each with author and on whose
    behalf before. contacts: by who got them, None for nobody.
    """

    absence_id: UUID
    batch_id: UUID
    scheduled: tuple[tuple[UUID, UUID, UUID | None], ...] = ()
    contacts: tuple[GivenContacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(Command):
    """Conversations, and with them sender IDs, to other owners for good, in one batch (R30).

    sender_ids: from whom is from_id; they end holding them and the shares' people begin to.
    """

    targets: Targets
    split: Split
    shares: tuple[Share, ...]
    from_id: UUID | None = None
    sender_ids: tuple[UUID, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EndedHolding:
    """A holding that was ended at `at`. until: as it was before."""

    holding_id: UUID
    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RenamedRule:
    """A holding whose rule named before_id. rule, person_id: what it says since."""

    holding_id: UUID
    rule: RoutingRule | None
    person_id: UUID | None
    before_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreHoldings(Command):
    """The way back of the sender IDs of Reassign and HandOver, where nobody has changed who holds them since."""

    ended: tuple[EndedHolding, ...]
    begun: tuple[UUID, ...]
    renamed: tuple[RenamedRule, ...] = ()


# --- my state -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead(Command):
    """position: the last message actually displayed (R48); the marker only moves forward."""

    logged: ClassVar[bool] = False
    conversation_id: UUID
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkUnread(Command):
    """The marker goes back before the latest inbound message."""

    targets: Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReadMarkers(Command):
    """The way back from MarkUnread: markers as (conversation, position)."""

    markers: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Command):
    targets: Targets
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Command):
    targets: Targets
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft(Command):
    """An empty body removes the draft (R10)."""

    logged: ClassVar[bool] = False
    conversation_id: UUID
    mode: DraftMode
    body: str


# --- writing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConversation(Command):
    """Open the conversation of a sender ID with an address, or make it (R1, R62)."""

    conversation_id: UUID
    contact_id: UUID
    sender_id: UUID
    channel: Channel
    peer_raw: str
    contact_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Command):
    """Queue a message. seen_version: the newest version that its writer had seen (GS6).

    confirmed: names of checks that the writer has waived, such as `unseen`. content_sid: the
    provider's id of an approved template (R42), content_variables: its blanks as (name, value)
    pairs; the text is then what these make, and body may be empty.
    """

    conversation_id: UUID
    outbox_id: UUID
    sender_id: UUID
    body: str
    seen_version: int
    not_after: datetime
    confirmed: tuple[str, ...] = ()
    content_sid: str | None = None
    content_variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(Command):
    conversation_id: UUID
    note_id: UUID
    body: str
    mentions: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend(Command):
    """A person says that a doubtful message did not arrive; it may arrive twice (R32)."""

    outbox_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAgain(Command):
    outbox_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Command):
    """Withdraw a message that is not accepted yet, or give up one that is not confirmed."""

    outbox_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmHeld(Command):
    """Send a held message anyway. checks: the names waived."""

    outbox_id: UUID
    checks: tuple[str, ...]
    not_after: datetime


# --- writing later --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Command):
    """Write now what is to be sent later (R36). zone: the IANA name in whose time due_at was chosen.

    seen_version, confirmed: as in `Reply`; when it is due every check is made again (R33).
    content_sid, content_variables: as in `Reply` (R42).
    """

    scheduled_id: UUID
    conversation_id: UUID
    sender_id: UUID
    body: str
    due_at: datetime
    zone: str
    seen_version: int
    confirmed: tuple[str, ...] = ()
    content_sid: str | None = None
    content_variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditScheduled(Command):
    """Another text or another time, for as long as it waits. due_at now: it goes at once."""

    scheduled_id: UUID
    body: str
    due_at: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelScheduled(Command):
    """It is not sent; cancelled False: it waits again."""

    scheduled_id: UUID
    cancelled: bool = True


# --- contacts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameContact(Command):
    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetContactOwner(Command):
    contact_id: UUID
    owner_id: UUID | None


# --- views and templates --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveView(Command):
    """shared_with: None for oneself alone, "all", or ids of people and teams."""

    view_id: UUID
    name: str
    filter: InboxFilter
    shared_with: tuple[UUID, ...] | None = None
    shared_with_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteView(Command):
    view_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveTemplate(Command):
    template_id: UUID
    name: str
    keyword: str
    channel: Channel | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireTemplate(Command):
    template_id: UUID
    retired: bool = True


# --- compliance -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideOptOutRequest(Command):
    """A person has read a wish to hear no more: it is one, it is none, or it is open again (R39).

    request_ids: of one conversation. scope: how far it reaches; None: as far as the provider's own
    keyword does. opt_out_id: for the opt-out that is made.
    """

    request_ids: tuple[UUID, ...]
    decision: RequestState
    scope: OptOutScope | None = None
    opt_out_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DltText:
    """A text as it is registered with India's operators. sender_id None: for every header."""

    template_id: UUID
    dlt_id: str
    entity_id: str
    name: str
    kind: DltKind
    body: str
    sender_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDltTemplate(Command):
    """A registered text is added or corrected (R41)."""

    text: DltText


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireDltTemplate(Command):
    template_id: UUID
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDltTemplates(Command):
    """Many at once, all or none; one whose number is known is corrected."""

    texts: tuple[DltText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackDltImport(Command):
    """texts: as those were that an import corrected. retired: what it added or brought back."""

    texts: tuple[DltText, ...]
    retired: tuple[UUID, ...]


# --- notices --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowNotices(Command):
    """A window is about to show these to its person: each is taken once (R21).

    silent: why they are not shown after all, such as `seen`; "" where they are.
    """

    logged: ClassVar[bool] = False
    notice_ids: tuple[UUID, ...]
    silent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteSender(Command):
    """I want to hear nothing of a sender ID's inbox; it is told to others as before (R21)."""

    sender_id: UUID
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveNoticeTemplate(Command):
    """An e-mail template, which holdings name (R21). html: "" for a letter in plain text alone."""

    name: str
    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireNoticeTemplate(Command):
    name: str
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNoticeAgain(Command):
    """A person says that an e-mail that failed or is in doubt goes once more; it may arrive twice."""

    notice_id: UUID


# --- programs -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveProgram(Command):
    """auto_reply: what its auto-responder says, where it takes no replies (R18)."""

    program_id: UUID
    kind: ProgramKind
    name: str
    attribution_days: int = 30
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    takes_replies: bool = True
    reply_instruction: str = ""
    auto_reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireProgram(Command):
    program_id: UUID
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BindProgram(Command):
    """Exactly one of sender_id, service_id and pattern, as kind says (R61)."""

    binding_id: UUID
    program_id: UUID
    kind: BindingKind
    sender_id: UUID | None = None
    service_id: UUID | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBinding(Command):
    """never: it is taken back as if it had never been, with what it alone recognised (R61)."""

    binding_id: UUID
    never: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeBinding(Command):
    """The way back from EndBinding."""

    binding_id: UUID


# --- senders, people, accounts, settings ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSender(Command):
    sender_id: UUID
    channel: Channel
    address: str
    kind: SenderKind
    country: str = ""
    label: str = ""
    direction: SenderDirection = SenderDirection.BOTH
    account_id: UUID | None = None
    purpose: Purpose = Purpose.DIRECT


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSender(Command):
    """All that people say of a sender ID; its channel and address are what it is (R1).

    purpose None, as in the commands of the first release: kind, purpose, country, registration and
    fallback stay as they are.
    """

    sender_id: UUID
    label: str
    direction: SenderDirection
    inbound_id: UUID | None = None
    kind: SenderKind | None = None
    purpose: Purpose | None = None
    country: str = ""
    registration: Registration | None = None
    fallback_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireSender(Command):
    sender_id: UUID
    retired: bool = True


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a sender ID. id None: the organisation."""

    kind: HolderKind
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSender(Command):
    """A dated holding begins at `at` (R59). holder_id None: the organisation.

    rule: which of several holders gets what comes in (R19), None where nobody said; rule_person_id:
    for the rule `named`. notice: which e-mail template tells the holders (R21).
    """

    holding_id: UUID
    sender_id: UUID
    holder_kind: HolderKind
    holder_id: UUID | None
    until: datetime | None = None
    reason: str = ""
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSenders(Command):
    """Each of some sender IDs is given to each of some holders, as by `HoldSender`; who holds one
    already goes on holding it. One undo takes all of it back."""

    sender_ids: tuple[UUID, ...]
    holders: tuple[Holder, ...]
    until: datetime | None = None
    reason: str = ""
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditHolding(Command):
    """How long, why and by which rule a holding runs; who holds what, and since when, stays."""

    holding_id: UUID
    until: datetime | None = None
    reason: str = ""
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndHolding(Command):
    holding_id: UUID


@dataclass(frozen=True, slots=True)
class SenderLine:
    """One sender ID of an import, as it shall be. holders None: as they are."""

    sender_id: UUID
    channel: Channel
    address: str
    kind: SenderKind
    country: str = ""
    label: str = ""
    direction: SenderDirection = SenderDirection.BOTH
    purpose: Purpose = Purpose.DIRECT
    registration: Registration | None = None
    inbound_id: UUID | None = None
    fallback_id: UUID | None = None
    account_id: UUID | None = None
    retired: bool = False
    holders: tuple[Holder, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSenders(Command):
    """Sender IDs from a file or from the provider's list: all of them or none, one undo.

    removed: sender IDs that an undone import had added. They are retired, never taken out: history
    may name them by then, and looking for that costs a walk over all messages.
    """

    lines: tuple[SenderLine, ...] = ()
    removed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHealth(Command):
    """A person's word on a sender ID (R17). health None: the figures speak again."""

    sender_id: UUID
    health: Health | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchToFallback(Command):
    """All open conversations of a sender ID go on from the fallback that is named on it (R17)."""

    sender_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchBack(Command):
    """The way back from SwitchToFallback. pairs: (old, new) conversations; closed: by the switch."""

    sender_id: UUID
    pairs: tuple[tuple[UUID, UUID], ...]
    closed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveFinding(Command):
    """A finding of the advisor is accepted as it is (R15); waived False: it counts again."""

    key: str
    waived: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPerson(Command):
    person_id: UUID
    name: str
    role: Role
    zone: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPerson(Command):
    """email None, as in the commands of the first release: it stays; "": there is none."""

    person_id: UUID
    name: str
    role: Role
    zone: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCapacity(Command):
    """How many open conversations are a full desk; None: nobody says (R23)."""

    person_id: UUID
    capacity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendPerson(Command):
    """Nothing new comes to them and they do nothing more; they hold what they held. suspended False:
    they are back."""

    person_id: UUID
    suspended: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePerson(Command):
    """They have left, owning nothing (R29), and their memberships end; names stay on what they wrote
    (R58). removed False: they work here again. memberships: that go on, where a removal is undone."""

    person_id: UUID
    removed: bool = True
    memberships: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTeam(Command):
    """profile: a named group of holders instead of a team that a supervisor leads."""

    team_id: UUID
    name: str
    profile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTeam(Command):
    team_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireTeam(Command):
    """Nobody belongs to it meanwhile. retired False: it is used again, with whom it had."""

    team_id: UUID
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMember(Command):
    membership_id: UUID
    team_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMembership(Command):
    """From now on they do not belong to it; that they did stays on record."""

    membership_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeMembership(Command):
    """The way back from EndMembership."""

    membership_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAccount(Command):
    """The secret is in the keyring and never in a command."""

    account_id: UUID
    provider: str
    sid: str
    label: str
    base_url: str | None = None
    key_sid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAccount(Command):
    account_id: UUID
    removed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameWorkspace(Command):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetting(Command):
    """person_id None: for the workspace. value None: back to the default."""

    name: str
    value: Any
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Command):
    """Take a command back, where nothing newer contradicts it."""

    command_id: UUID
