"""A provider on loopback that behaves as Twilio does, for demos and tests."""
