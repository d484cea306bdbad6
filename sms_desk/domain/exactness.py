"""Which commands a desk of a team runs on its own replica at once, and which wait for the workspace
(algorithms §2.4).

A replica is partial. What can be decided on one conversation, or on rows that the replica holds
whole, has its effect here before the workspace has heard of it; what counts, divides or searches
among conversations would be wrong.
"""

from __future__ import annotations

from sms_desk.domain import commands as c

EXACT: frozenset[type[c.Command]] = frozenset(
    (
        # of one conversation, or of each that is named
        c.AddNote,
        c.AddTag,
        c.Assign,
        c.CancelScheduled,
        c.CheckAgain,
        c.Close,
        c.ConfirmHeld,
        c.DecideOptOutRequest,
        c.Drop,
        c.EditScheduled,
        c.MarkRead,
        c.MarkUnread,
        c.Mute,
        c.Pin,
        c.RebindSource,
        c.ReleaseAutomation,
        c.RemoveTag,
        c.RenameContact,
        c.Reopen,
        c.Reply,
        c.Resend,
        c.RestoreReadMarkers,
        c.Schedule,
        c.SetContactOwner,
        c.Snooze,
        c.StartConversation,
        c.TakeOver,
        # of rows that every desk has, or that are the person's own
        c.AddAccount,
        c.AddPerson,
        c.AddSender,
        c.AddTeam,
        c.ChangeSetting,
        c.DeleteView,
        c.EditPerson,
        c.EditSender,
        c.MuteSender,
        c.RenameTeam,
        c.RenameWorkspace,
        c.RetireDltTemplate,
        c.RetireNoticeTemplate,
        c.RetireProgram,
        c.RetireSender,
        c.RetireTemplate,
        c.SaveDltTemplate,
        c.SaveNoticeTemplate,
        c.SaveProgram,
        c.SaveTemplate,
        c.SaveView,
        c.SetCapacity,
        c.ShowNotices,
    )
)

STAYS_HERE: frozenset[type[c.Command]] = frozenset((c.SaveDraft,))
"""Half-typed text is nobody else's business and never leaves the desk (R10)."""


def runs_here(command: c.Command, undone: type[c.Command] | None = None) -> bool:
    """Whether a replica can run it. undone: what kind of command an `Undo` takes back, None where
    the replica does not know it."""
    if isinstance(command, c.Undo):
        return undone in EXACT
    targets = getattr(command, "targets", None)
    if isinstance(targets, c.Targets) and targets.matching is not None:
        return False
    return type(command) in EXACT or type(command) in STAYS_HERE
