"""The cultivation pool: whom to visit and what it brings. Joins tables with the rules of policies."""
