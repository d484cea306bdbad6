"""The controls that every screen is made of: the only place that constructs Qt's text widgets."""
