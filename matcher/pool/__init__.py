"""The cultivation pool (培育库): whom to visit, what is recorded, and which targets are in reach."""
