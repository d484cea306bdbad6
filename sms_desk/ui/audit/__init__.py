"""Who changed whose work: the audit log as a table, its filters, files and verdict (R31)."""

from sms_desk.ui.audit.screen import AuditScreen

__all__ = ["AuditScreen"]
