"""Pure rules of the desk: values in, values out; no clock, no I/O, no logging."""
