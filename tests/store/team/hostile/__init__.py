"""Hostile statements under a person's own login, and what they are run with (GP1)."""
