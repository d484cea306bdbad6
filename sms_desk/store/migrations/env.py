"""Alembic's entry: runs the migrations on the connection that `run` hands over, and on no other."""

from __future__ import annotations

from alembic import context

from sms_desk.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
# `run` began the transaction and commits it, so the whole way is one step or none (GD3).
context.run_migrations()
