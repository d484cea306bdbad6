"""The desk's database: the one user of SQLAlchemy."""
