"""One column at a time, by its kind: values, bounds, and what could not be read."""
