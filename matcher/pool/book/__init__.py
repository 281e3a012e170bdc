"""The pool's book of record: events, differences, follow-up."""
