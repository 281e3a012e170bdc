"""Texts as they are compared: written forms, terms, pieces that may be shown, words that mean the same."""
