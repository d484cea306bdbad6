"""Telling people: e-mail; the desktop pop-up implements the same protocol in ui."""
