"""What a contact's keyword means, and what a country's sender IDs can do (R14, R39, GS10).

The rules are data (`resources/`, read by `settings.facts`); here is how they are applied. Only a
provider's own keyword, alone in the message, opts out. Whatever else sounds like a wish to hear no
more is *triage*: a person looks at it, nothing is blocked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import without_invisible


class Meaning(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    TRIAGE = "triage"  # sounds like a wish to stop: for a person to read


class RequestState(StrEnum):
    """What became of a wording that a person had to read (R39)."""

    OPEN = "open"
    OPTED_OUT = "opted_out"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """One row of `opt_out.csv`.

    provider: its name, with the variant in brackets. match_rule: in the provider's words.
    scope: what the keyword covers there, such as one sender or a Messaging Service.
    """

    keyword: str
    meaning: Meaning
    provider: str
    match_rule: str
    scope: str
    source: str
    note: str = ""


def meaning_of(body: str, rules: tuple[KeywordRule, ...], provider: str) -> Meaning | None:
    """What `body` says to `provider` (`twilio`); None for ordinary words. See `Lexicon`."""
    return lexicon(rules, provider).meaning_of(body)


@lru_cache(maxsize=16)
def lexicon(rules: tuple[KeywordRule, ...], provider: str) -> Lexicon:
    """The keywords as `provider` applies them; build it once and ask it of many messages."""
    return Lexicon(rules, provider)


class Lexicon:
    """One provider's keywords, and everybody's wordings of "stop" for triage."""

    def __init__(self, rules: Iterable[KeywordRule], provider: str) -> None:
        rules = tuple(rules)
        own = [rule for rule in rules if _family(rule.provider) == provider.casefold()]
        self._exact = {_folded(rule.keyword): rule for rule in reversed(own)}
        self._leading = {_folded(rule.keyword): rule for rule in own if _leads(rule)}
        stops = {_loose(rule.keyword) for rule in rules if rule.meaning is Meaning.STOP}
        self._stops = frozenset(stop for stop in stops if len(stop) >= _SHORTEST_NEAR)
        self._most_letters = max((len(set(stop)) for stop in self._stops), default=0)
        self._phrases = tuple(
            f" {_folded(rule.keyword)} "
            for rule in rules
            if "phrase" in rule.match_rule and " " in rule.keyword
        )

    def meaning_of(self, body: str) -> Meaning | None:
        """The rule's meaning, else triage for a near wording of "stop", else None."""
        text = _folded(body) if len(body) <= _LONGEST else ""
        if rule := self._rule(text):
            return rule.meaning
        return Meaning.TRIAGE if text and self._sounds_like_stop(body, text) else None

    def rule_for(self, body: str) -> KeywordRule | None:
        """The provider's rule that `body` meets, in any case, width, quotes or marks (GS10)."""
        return self._rule(_folded(body) if len(body) <= _LONGEST else "")

    def _rule(self, text: str) -> KeywordRule | None:
        return self._exact.get(text) or self._leading.get(text.partition(" ")[0])

    def _sounds_like_stop(self, body: str, text: str) -> bool:
        """text: the body, folded."""
        if any(map(f" {text} ".__contains__, self._phrases)):
            return True
        sentences = list(filter(None, map(_letters, _SENTENCE_END.split(body))))
        if any(map(self._spell_stop, {"".join(sentences), *sentences[:1], *sentences[-1:]})):
            return True
        words = set(map(_loose, text.split()))
        return bool(words & self._stops) and words <= self._stops | _COURTESIES

    def _spell_stop(self, letters: str) -> bool:
        """Whether they make one of the words; most texts have too many different ones."""
        return len(set(letters)) <= self._most_letters and _undoubled(letters) in self._stops


_SHORTEST_NEAR = 3
"""One list has `X` and another `No`, which most people send to say no more than that."""

_LONGEST = 1600
"""Characters of a text message at Twilio (error 21617); what is longer is no keyword."""

_SENTENCE_END = re.compile(r"[.!?;\n\r]+")
_WITHIN_MARKS = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
_REPEATED = re.compile(r"(.)\1+")
_APOSTROPHES = "’‘ʼ`´"


def _family(provider: str) -> str:
    """`Twilio (default)` and `Twilio (long code default)` are `twilio`; `Twilio Proxy` is not."""
    return provider.partition(" (")[0].casefold()


def _leads(rule: KeywordRule) -> bool:
    return rule.match_rule.startswith("message begins with")


def _folded(text: str) -> str:
    """Compared in one case and width, words one space apart, without marks around them."""
    words = _plain(" ".join(text.split()))
    found = _WITHIN_MARKS.search(" ".join(words.split()))
    return found[0] if found else ""


def _plain(text: str) -> str:
    """In one case and width, without what leaves no mark."""
    if text.isascii():  # every message passes here; this says the same in a third of the time
        return _ASCII_CONTROL.sub("", text.replace("`", "'").lower())
    for apostrophe in _APOSTROPHES:
        text = text.replace(apostrophe, "'")
    return unicodedata.normalize("NFKC", without_invisible(text)).casefold()


_ASCII_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_NO_ASCII_LETTERS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def _loose(word: str) -> str:
    """The letters of a word without doubling: `opt-out` and `stopp` come near. Few words make most
    texts."""
    return _undoubled(_letters(word))


def _undoubled(letters: str) -> str:
    return _REPEATED.sub(r"\1", letters)


def _letters(text: str) -> str:
    """Letters only, without accents: `S T O P` comes near."""
    if text.isascii():
        return _NO_ASCII_LETTERS.sub("", text.lower())
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", _plain(text))))


_COURTESIES = frozenset(
    map(
        _loose,
        [
            "again",
            "all",
            "and",
            "any",
            "anymore",
            "at",
            "can",
            "contacting",
            "could",
            "from",
            "hello",
            "hey",
            "hi",
            "i",
            "im",
            "it",
            "kindly",
            "list",
            "me",
            "message",
            "messages",
            "messaging",
            "msg",
            "msgs",
            "my",
            "no",
            "more",
            "now",
            "number",
            "ok",
            "okay",
            "of",
            "off",
            "out",
            "please",
            "pls",
            "plz",
            "sending",
            "sms",
            "texting",
            "text",
            "texts",
            "thank",
            "thanks",
            "that",
            "these",
            "this",
            "those",
            "to",
            "u",
            "us",
            "want",
            "wish",
            "would",
            "like",
            "you",
            "your",
        ],
    )
)
"""Words that may stand beside a stop word without making it mean something else."""


# --- countries --------------------------------------------------------------------------------


class Support(StrEnum):
    YES = "yes"
    NO = "no"
    REGISTRATION = "registration"  # yes, once registered
    INBOUND_ONLY = "inbound_only"  # it receives, a reply leaves from another sender
    PARTIAL = "partial"  # on some networks
    UNKNOWN = "unknown"  # an honest value: nobody says


@dataclass(frozen=True, slots=True)
class SenderIdCountry:
    """One row of `sender_ids.csv`: what one provider supports, not what a market permits.

    second_alphanumeric: what another source says of names as senders; where the two differ,
    both are shown, and it warns and never blocks. as_of: how old the first source is.
    """

    region: str
    name: str
    alphanumeric: Support
    two_way_long_code: Support
    short_code: Support
    source: str
    codes_source: str
    provider: str
    as_of: str
    second_alphanumeric: Support
    second_source: str
    note: str

    @property
    def sources_disagree(self) -> bool:
        """Whether one source says yes (registered or not) and the other no."""
        said = (self.alphanumeric, self.second_alphanumeric)
        if Support.UNKNOWN in said or Support.PARTIAL in said:
            return False
        return (said[0] is Support.NO) != (said[1] is Support.NO)
