"""Whether a text asks for an answer, which a one-way sender ID cannot receive (R13).

A guess, and only ever a warning: a question mark outside of links, or one of a few wordings in the
languages of the countries where names are common as sender IDs. Better to miss one than to warn at
every "Thanks for your reply".
"""

from __future__ import annotations

import re

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_QUESTION = re.compile(r"[?\uff1f\u061f\u037e\u055e\u1367](?=\W|$)")
"""The marks of Latin, Chinese, Arabic, Greek (U+037E), Armenian and Ethiopic writing."""
_WORDINGS = re.compile(
    r"\b(?:"
    + "|".join(
        (
            r"(?:please|pls|kindly|just) (?:reply|respond|answer|text|confirm)",
            r"(?:reply|respond|text|message|call|write) (?:us |me )?back",
            r"(?:reply|respond|text|answer) (?:with |to (?:this|confirm|us)|yes|no|y\b|\d)",
            r"let (?:us|me) know",
            r"get back to (?:us|me)",
            r"responda|resp[oó]ndanos|conteste|cont[eé]stenos|av[ií]senos",  # Spanish
            r"responda|avise-nos",  # Portuguese
            r"r[eé]pondez|faites-nous savoir|rappelez(?:-nous)?",  # French
            r"antworten sie|bitte antworten|melden sie sich|schreiben sie (?:uns )?zur[uü]ck",  # German
            r"risponda|rispondi|ci faccia sapere",  # Italian
            r"antwoord|laat (?:het )?ons weten",  # Dutch
            r"odpisz|prosimy o odpowied[zź]",  # Polish
            r"ответьте|перезвоните",  # Russian
            r"cevaplay[ıi]n|yan[ıi]tlay[ıi]n",  # Turkish
        )
    )
    + r")|जवाब दें|उत्तर दें|请回复|回复|返信",
    re.IGNORECASE,
)


def asks_for_answer(text: str) -> bool:
    """Whether somebody who reads it may want to answer."""
    plain = _LINK.sub(" ", text)
    return bool(_QUESTION.search(plain) or _WORDINGS.search(plain))


def tells_where(text: str, instruction: str, inbound: str) -> bool:
    """Whether the text already says how to answer: by the instruction, or by the number itself."""
    said = " ".join(text.split()).casefold()
    wanted = " ".join(instruction.split()).casefold()
    if wanted and wanted in said:
        return True
    digits = _digits(inbound)
    return bool(digits) and digits in _digits(text)


def with_instruction(text: str, instruction: str) -> str:
    """The text with the instruction behind it."""
    return f"{text.rstrip()} {instruction.strip()}".strip()


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
