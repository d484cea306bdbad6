"""A desk's own part of a team's workspace: what the server lets this person see, kept in the file."""
