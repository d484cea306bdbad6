"""Campaigns and services, and how the desk recognises their messages."""

from sms_desk.ui.programs.screen import ProgramsScreen

__all__ = ["ProgramsScreen"]
