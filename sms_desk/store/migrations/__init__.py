"""The schema's history: alembic migrations, tested up and down on both engines."""
