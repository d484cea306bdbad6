"""How customers answer: by a script, by chance, or not at all.

Both are repeatable: chance is drawn from the seed and the id of the message that is answered.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from sms_desk.domain.frozen import dataclass

from .model import Message
from .rules import bare


@dataclass(frozen=True, slots=True)
class Reply:
    """What a customer writes, and how long after. media: names of generated pictures."""

    after: timedelta
    body: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the script: to a message that fits, these replies.

    customer: an address without its channel, or "" for anybody. contains: part of our text, in any
    case, or "" for any. times: how often one customer answers so; None is always.
    """

    replies: tuple[Reply, ...]
    customer: str = ""
    contains: str = ""
    times: int | None = 1

    def fits(self, message: Message) -> bool:
        return (not self.customer or self.customer == bare(message.customer)) and (
            self.contains.casefold() in message.body.casefold()
        )


# Small talk in the language that a number's country suggests; "" is for all others.
SMALL_TALK: dict[str, tuple[str, ...]] = {
    "+1": (
        "Thanks, that works for me 👍",
        "Sorry, who is this?",
        "Can I pick it up after six?",
        "Great! Do you have it in green too?",
        "ok",
        "I'll be there tomorrow around noon, if the rain stops. Otherwise Thursday?",
    ),
    "+44": ("Lovely, thank you!", "Could you ring me instead?", "Is the Mill Street shop open?"),
    "+49": ("Danke, passt! 😊", "Haben Sie das auch in Größe L?", "Ich melde mich morgen."),
    "+34": ("¡Perfecto, gracias!", "¿Cuánto cuesta el envío?", "Mañana a las 9 me va bien."),
    "+52": ("¡Órale, gracias!", "¿Lo tienen en azul?"),
    "+54": ("Dale, gracias!", "¿Hacen envíos a Rosario?"),
    "+55": ("Obrigado! 🙏", "Vocês têm no tamanho M?"),
    "+33": ("Merci beaucoup !", "Est-ce encore en stock ?", "Je passe samedi matin."),
    "+91": ("धन्यवाद 🙏", "क्या यह नीले रंग में है?", "Ok, thank you"),
    "+971": ("شكراً جزيلاً", "هل هو متوفر باللون الأزرق؟"),
    "+86": ("谢谢!", "还有蓝色的吗?", "明天下午可以吗?😊"),
    "": ("Thank you!", "OK 👍"),
}


def small_talk(customer: str) -> tuple[str, ...]:
    """The phrases for a customer's number, by the longest country code that fits."""
    number = bare(customer)
    fitting = max((code for code in SMALL_TALK if number.startswith(code)), key=len)
    return SMALL_TALK[fitting]


class Customers:
    """Everybody who may answer.

    rate: the chance, 0 to 1, that a message which no script line fits is answered.
    per_hour: how many unasked-for messages arrive in an hour, on average. Both are off by default.
    """

    def __init__(
        self, script: Sequence[Rule] = (), *, seed: int = 0, rate: float = 0, per_hour: float = 0
    ) -> None:
        self.script = tuple(script)
        self.seed = seed
        self.rate = rate
        self.per_hour = per_hour
        self.answered: dict[tuple[int, str], int] = {}  # (script line, customer) -> times

    def answer(self, message: Message) -> tuple[Reply, ...]:
        """What the recipient of a delivered message writes back."""
        for line, rule in enumerate(self.script):
            if rule.fits(message) and self._may_use(line, rule, message.customer):
                return rule.replies
        return self._by_chance(message)

    def _may_use(self, line: int, rule: Rule, customer: str) -> bool:
        key = (line, bare(customer))
        used = self.answered.get(key, 0)
        if rule.times is not None and used >= rule.times:
            return False
        self.answered[key] = used + 1
        return True

    def _by_chance(self, message: Message) -> tuple[Reply, ...]:
        draw = self.draw(message.sid)
        if draw.random() >= self.rate:
            return ()
        body = draw.choice(small_talk(message.customer))
        return (Reply(timedelta(seconds=draw.uniform(5, 90)), body),)

    def next_chatter(self, n: int) -> timedelta | None:
        """How long until the n-th unasked-for message, or None when there is none to come."""
        if self.per_hour <= 0:
            return None
        return timedelta(hours=self.draw(f"pause {n}").expovariate(self.per_hour))

    def draw(self, what: str) -> random.Random:
        """A stream of chance that depends on the seed and on `what` alone."""
        return random.Random(f"{self.seed} {what}")  # noqa: S311 - play, not secrecy
