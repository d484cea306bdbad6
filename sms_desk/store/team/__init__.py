"""The team's workspace on PostgreSQL: what stands there beside the tables of every workspace."""
