"""Where a credential may go, and where an attachment may come from: URLs and IP addresses."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urljoin, urlsplit

from sms_desk.domain.errors import UsageError

_URL_CHARACTERS = re.compile(r"[!-\[\]-~]+")  # printable ASCII without blank and backslash
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def origin(url: str) -> str | None:
    """`scheme://host:port` of an absolute http(s) URL without user info; None for all else."""
    if not _URL_CHARACTERS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def is_loopback_url(url: str) -> bool:
    """Whether the URL names this machine: `localhost`, 127.0.0.0/8 or ::1."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host == "localhost" or is_loopback(host)


def joined(url: str, link: str) -> str:
    """The URL that a link on a page means; empty if it means none."""
    try:
        return urljoin(url, link)
    except ValueError:
        return ""


def check_base_url(url: str) -> str:
    """The base URL without a trailing slash. Raises UsageError unless https, or http to loopback."""
    parts = urlsplit(url) if origin(url) else None
    if parts is None or parts.query or parts.fragment:
        raise UsageError(
            "This base URL cannot be used.",
            "Give it as https://host or https://host/path, without user name or query.",
        )
    if parts.scheme != "https" and not is_loopback_url(url):
        raise UsageError(
            "A base URL on another machine must begin with https://.",
            "Plain http is allowed for this machine only, as in http://127.0.0.1:4010.",
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet: not private, loopback, link-local, multicast."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast
