"""Contacts of persons in texts: how they look and what of them is hidden."""
