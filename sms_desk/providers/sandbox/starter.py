"""A small account to begin with: one sender of each kind, no messages."""

from __future__ import annotations

from .model import Timing
from .world import World

LINE = "+12025550101"  # numbers reserved for fiction: +1 202 555 01xx, +44 7700 900xxx
SECOND_LINE = "+12025550102"
UK_LINE = "+447700900118"
SHORT_CODE = "70707"
WHATSAPP_LINE = "whatsapp:+447700900119"


def starter_world(seed: int = 0, timing: Timing | None = None) -> World:
    """Three numbers, a short code, a WhatsApp sender, two messaging services, four templates."""
    world = World(seed=seed, timing=timing)
    world.add_number(LINE, "First line")
    world.add_number(SECOND_LINE, "Second line")
    world.add_number(UK_LINE, "UK line", mms=False)
    world.add_short_code(SHORT_CODE, "Alerts")
    world.add_whatsapp(WHATSAPP_LINE.removeprefix("whatsapp:"), "Sandbox")
    world.add_service("Offers", [SECOND_LINE, UK_LINE], alpha="SANDBOX")
    world.add_service("Alerts", [SHORT_CODE, WHATSAPP_LINE])
    world.add_template(
        "appointment", "Hello {{1}}, see you {{2}}.", variables=[("1", "Sam"), ("2", "tomorrow")]
    )
    world.add_template(
        "welcome_back",
        "We miss you, {{1}}!",
        category="MARKETING",
        approval="rejected",
        reason="TAG_CONTENT_MISMATCH",
    )
    world.add_template(
        "spring_sale", "{{1}}, our sale begins.", category="MARKETING", approval="pending"
    )
    world.add_template("stock_alert", "{{item}} is back, {{name}}.", approval="paused")
    return world
