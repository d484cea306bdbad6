"""Absence and cover: the list, the plan, and the brief (R23-R29)."""

from sms_desk.ui.cover.brief_screen import BriefScreen
from sms_desk.ui.cover.plan_screen import PlanScreen
from sms_desk.ui.cover.screen import AbsencesScreen

__all__ = ["AbsencesScreen", "BriefScreen", "PlanScreen"]
