"""SMS Desk: a desktop inbox for people who sell and serve by text message."""

__version__ = "0.1.0"
