"""What a person, a machine or a workspace has chosen, and where it is kept."""
