"""What the sender-ID guideline has against the directory, and how it is mended.

Its keeper works from the start, its screen comes when it is wanted: import each from its own module.
"""
