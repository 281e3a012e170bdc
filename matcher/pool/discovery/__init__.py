"""Whom to visit: the chance to pass, from a thin registry extract."""
