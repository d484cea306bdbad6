"""Where messages come from and go to: one file per provider."""
