"""A provider on loopback that behaves as Twilio does, for demos and tests."""

from .clock import SandboxClock
from .faults import Fault, FaultKind
from .model import Account, Refusal, SendRequest, Status, Timing
from .sandbox import Sandbox
from .script import demo_world
from .server import SandboxServer, serve
from .starter import starter_world
from .world import World

__all__ = [
    "Account",
    "Fault",
    "FaultKind",
    "Refusal",
    "Sandbox",
    "SandboxClock",
    "SandboxServer",
    "SendRequest",
    "Status",
    "Timing",
    "World",
    "demo_world",
    "serve",
    "starter_world",
]
