"""Nominations and the votes of a board, held against dated policies."""
