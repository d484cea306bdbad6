"""The main window: puts the screens together, and wires each to the two doors."""
