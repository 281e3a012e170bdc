"""Kinds of tables that bureaus hand in, each a function from a random source to a `Draft` with known truth."""

from table_kinds.draft import Draft as Draft
