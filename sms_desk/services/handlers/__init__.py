"""One function per command: the whole of what the desk can change, in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sms_desk.domain import commands as c
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect
from sms_desk.services.handlers import (
    advice,
    conversations,
    holdings,
    my_state,
    people,
    programs,
    scheduling,
    sender_imports,
    senders,
    views,
    writing,
)

HANDLERS: Mapping[type[c.Command], Callable[[Context, Any], Effect]] = {
    c.Close: conversations.close,
    c.Reopen: conversations.reopen,
    c.Snooze: conversations.snooze,
    c.Assign: conversations.assign,
    c.AddTag: conversations.add_tag,
    c.RemoveTag: conversations.remove_tag,
    c.TakeOver: conversations.take_over,
    c.RebindSource: conversations.rebind_source,
    c.ReleaseAutomation: conversations.release_automation,
    c.MarkRead: my_state.mark_read,
    c.MarkUnread: my_state.mark_unread,
    c.RestoreReadMarkers: my_state.restore_read_markers,
    c.Pin: my_state.pin,
    c.Mute: my_state.mute,
    c.SaveDraft: my_state.save_draft,
    c.StartConversation: writing.start_conversation,
    c.Reply: writing.reply,
    c.AddNote: writing.add_note,
    c.Resend: writing.resend,
    c.CheckAgain: writing.check_again,
    c.Drop: writing.drop,
    c.ConfirmHeld: writing.confirm_held,
    c.Schedule: scheduling.schedule,
    c.EditScheduled: scheduling.edit_scheduled,
    c.CancelScheduled: scheduling.cancel_scheduled,
    c.SaveView: views.save_view,
    c.DeleteView: views.delete_view,
    c.SaveTemplate: views.save_template,
    c.RetireTemplate: views.retire_template,
    c.AddSender: senders.add_sender,
    c.EditSender: senders.edit_sender,
    c.RetireSender: senders.retire_sender,
    c.ImportSenders: sender_imports.import_senders,
    c.HoldSender: holdings.hold_sender,
    c.HoldSenders: holdings.hold_senders,
    c.EditHolding: holdings.edit_holding,
    c.EndHolding: holdings.end_holding,
    c.SaveProgram: programs.save_program,
    c.RetireProgram: programs.retire_program,
    c.BindProgram: programs.bind_program,
    c.EndBinding: programs.end_binding,
    c.ResumeBinding: programs.resume_binding,
    c.WaiveFinding: advice.waive_finding,
    c.RenameContact: people.rename_contact,
    c.SetContactOwner: people.set_contact_owner,
    c.AddPerson: people.add_person,
    c.EditPerson: people.edit_person,
    c.AddTeam: people.add_team,
    c.AddMember: people.add_member,
    c.AddAccount: people.add_account,
    c.RemoveAccount: people.remove_account,
    c.RenameWorkspace: people.rename_workspace,
    c.ChangeSetting: people.change_setting,
}
