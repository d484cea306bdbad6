"""Who works here, in which role and teams, whether they are there, and how much they have."""

from sms_desk.ui.people.screen import PeopleScreen

__all__ = ["PeopleScreen"]
