"""The composer: reply or note, from which sender ID and why, how many parts, what blocks."""

from sms_desk.ui.composer.composer import Composer

__all__ = ["Composer"]
