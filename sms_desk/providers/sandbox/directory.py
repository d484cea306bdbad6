"""What an account can send from and with: numbers, services, templates, and ids for all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from . import rules
from .model import WHATSAPP, Number, Service, ShortCode, Template, WhatsAppSender


class Directory:
    """The senders, messaging services and content templates of one account."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.serial = 0  # of ids given out
        self.run = ""  # what sets the ids of one run apart from those of another; "" for none
        self.numbers: list[Number] = []
        self.short_codes: list[ShortCode] = []
        self.whatsapp: list[WhatsAppSender] = []
        self.services: list[Service] = []
        self.templates: list[Template] = []
        self.sticky: dict[tuple[str, str], str] = {}  # (service sid, customer) -> chosen sender

    def new_sid(self, prefix: str) -> str:
        """A fresh id: the prefix and 32 hexadecimal digits, the same ones for the same seed and run."""
        self.serial += 1
        place = (
            f"{self.seed} {self.run} {self.serial}" if self.run else f"{self.seed} {self.serial}"
        )
        digest = hashlib.sha256(place.encode()).hexdigest()
        return prefix + digest[:32]

    def add_number(self, address: str, name: str = "", *, mms: bool = True) -> Number:
        number = Number(self.new_sid("PN"), address, name or address, mms)
        self.numbers.append(number)
        return number

    def add_short_code(self, code: str, name: str = "", country: str = "US") -> ShortCode:
        short_code = ShortCode(self.new_sid("SC"), code, name or code, country)
        self.short_codes.append(short_code)
        return short_code

    def add_whatsapp(self, number: str, name: str = "") -> WhatsAppSender:
        sender = WhatsAppSender(self.new_sid("XE"), f"whatsapp:{number}", name)
        self.whatsapp.append(sender)
        return sender

    def add_service(self, name: str, senders: Sequence[str] = (), alpha: str = "") -> Service:
        alpha_sid = self.new_sid("AI") if alpha else ""
        service = Service(self.new_sid("MG"), name, tuple(senders), alpha, alpha_sid)
        self.services.append(service)
        return service

    def add_template(
        self,
        name: str,
        body: str,
        *,
        variables: Sequence[tuple[str, str]] = (),
        buttons: Sequence[str] = (),
        media: Sequence[str] = (),
        **words: str,
    ) -> Template:
        """words: language, category, approval, kind, reason, title."""
        template = Template(
            self.new_sid("HX"),
            name,
            body,
            variables=tuple(variables),
            buttons=tuple(buttons),
            media=tuple(media),
            **words,
        )
        self.templates.append(template)
        return template

    def change_template(self, name: str, **words: Any) -> Template:
        """Judge a template anew, or give it another text; 404 when there is none of that name."""
        for at, template in enumerate(self.templates):
            if name in (template.name, template.sid):
                self.templates[at] = replace(template, **words)
                return self.templates[at]
        raise rules.refusal(20404, 404)

    def remove_template(self, name: str) -> None:
        self.templates.remove(self.change_template(name))

    def service(self, sid: str) -> Service | None:
        return next((s for s in self.services if s.sid == sid), None)

    def template(self, sid: str) -> Template | None:
        return next((t for t in self.templates if t.sid == sid), None)

    def sender_addresses(self) -> set[str]:
        """Every address that the account can send from, alphanumeric senders included."""
        return (
            {n.address for n in self.numbers}
            | {c.code for c in self.short_codes}
            | {w.address for w in self.whatsapp}
            | {s.alpha for s in self.services if s.alpha}
        )

    def choose_sender(self, service: Service, to: str) -> str:
        """The sender a service picks: the one it used before, else its name, else its first."""
        before = self.sticky.get((service.sid, to))
        if before:
            return before
        if service.alpha and rules.takes_alpha(to) and not to.startswith(WHATSAPP):
            return service.alpha
        on_channel = (
            s for s in service.senders if s.startswith(WHATSAPP) == to.startswith(WHATSAPP)
        )
        return next(on_channel, "")

    def opt_out_scope(self, ours: str) -> str:
        """Where a STOP counts: the service that the sender serves, else the sender alone."""
        return next((s.sid for s in self.services if ours in s.senders), ours)
