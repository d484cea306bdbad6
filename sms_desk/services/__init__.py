"""Use cases: with sync.engine the only doors of ui and cli."""
