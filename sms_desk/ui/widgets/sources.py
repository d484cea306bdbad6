"""What a conversation or message answers, as one sign everywhere: words, icon and colours (R3)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import ProgramKind, Source, SourceKind
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.ui.widgets.words import tr

_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class SourceSign:
    """ink, ground: colour tokens of text and chip."""

    text: str
    icon: str
    ink: str
    ground: str


KIND_SIGNS: Final[Mapping[ProgramKind, tuple[str, str, str]]] = MappingProxyType(
    {
        ProgramKind.CAMPAIGN: ("megaphone", "campaign", "campaign_soft"),
        ProgramKind.SERVICE: ("bot", "service", "service_soft"),
    }
)
"""Icon, ink and ground of a program's chips."""


def source_sign(source: Source, program_name: str) -> SourceSign | None:
    """The program answered, or where a sales conversation came from (R5); None for plain direct."""
    name = display_name(program_name, _LONGEST)
    if source.kind is not SourceKind.DIRECT:
        icon, ink, ground = KIND_SIGNS[ProgramKind(source.kind)]
        return SourceSign(name or tr("inbox", "Program"), icon, ink, ground)
    if source.from_program_id is None or not name:
        return None
    words = tr("inbox", "from {program}").replace("{program}", isolate(name))
    return SourceSign(words, "megaphone", "secondary", "neutral_soft")
