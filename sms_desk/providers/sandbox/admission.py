"""Whether a create call is accepted: Twilio's checks, in its order."""

from __future__ import annotations

from . import content, rules
from .directory import Directory
from .model import WHATSAPP, SendRequest
from .rules import refusal


def check(request: SendRequest, directory: Directory, opt_outs: set[tuple[str, str]]) -> None:
    """Raise the refusal that Twilio would give, if there is one.

    opt_outs: pairs of sender (or service sid) and customer.
    """
    _check_parts(request)
    if code := rules.REFUSED_TO.get(request.to) or rules.REFUSED_FROM.get(request.sender):
        raise refusal(code, to=request.to, sender=request.sender)
    if not rules.is_number(request.to):
        raise refusal(21211, to=request.to)
    if request.service_sid:
        _check_service(request, directory)
    if request.sender and request.sender not in rules.ACCEPTED_FROM:
        _check_sender(request, directory)
    if request.content_sid:
        _check_content(request, directory)
    scope = request.service_sid or directory.opt_out_scope(request.sender)
    if (scope, request.to) in opt_outs:
        raise refusal(21610)


def _check_parts(request: SendRequest) -> None:
    if not request.to:
        raise refusal(21604)
    if not request.sender and not request.service_sid:
        raise refusal(21603)
    if not request.body and not request.media and not request.content_sid:
        raise refusal(21602)
    if len(request.body) > rules.BODY_LIMIT:
        raise refusal(21617)
    if len(request.media) > rules.MEDIA_LIMIT:
        raise refusal(21623)
    if any(not url.startswith(("http://", "https://")) for url in request.media):
        raise refusal(21620)


def _check_service(request: SendRequest, directory: Directory) -> None:
    service = directory.service(request.service_sid)
    if service is None:
        raise refusal(21701, 404)
    if request.sender and request.sender not in (*service.senders, service.alpha):
        raise refusal(21712)
    if not request.sender and not directory.choose_sender(service, request.to):
        raise refusal(21703)


def _check_sender(request: SendRequest, directory: Directory) -> None:
    to, sender = request.to, request.sender
    if sender.startswith(WHATSAPP) != to.startswith(WHATSAPP):
        raise refusal(21910)
    if sender in directory.sender_addresses() or rules.is_alpha(sender):
        if rules.is_alpha(sender) and not rules.takes_alpha(to):
            raise refusal(21612, to=to, sender=sender)
        return
    if sender.startswith(WHATSAPP):
        raise refusal(63007)
    raise refusal(21606 if rules.is_number(sender) else 21212, sender=sender)


def _check_content(request: SendRequest, directory: Directory) -> None:
    if directory.template(request.content_sid) is None:
        raise refusal(21655)
    content.check_variables(request.content_variables)
