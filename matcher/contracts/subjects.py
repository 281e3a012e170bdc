"""What is read of a contract's subject, a name or the contract's own text: folded text in, its clauses and days out."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from matcher.contracts.relief import Span
from matcher.contracts.rules import RuleBook

_CLAUSE = re.compile("[^,;。!]+")


def clauses_of(name: str, book: RuleBook) -> list[str]:
    """Where words are looked for: in all of a name; in the contract's own text, clause by clause, without the clauses
    on what stands outside the contract.
    """
    return _inside(name, book) if is_described(name, book) else [name]


def is_described(name: str, book: RuleBook) -> bool:
    """Whether it is the contract's own text (`ReadingRules.described`)."""
    return len(name) >= book.reading.described and len(_CLAUSE.findall(name)) > 1


def read_text(name: str, book: RuleBook) -> str:
    """What the model reads of it: all of a text, and what stands inside the contract of a name."""
    return name if is_described(name, book) else ",".join(_inside(name, book))


def _inside(name: str, book: RuleBook) -> list[str]:
    clauses: list[str] = _CLAUSE.findall(name)
    return [clause for clause in clauses if not book.reading.outside.search(clause)] or [name]


def stated_end(name: str, book: RuleBook) -> Span:
    """The day until which a text says that the contract is valid; a month, or a day that it has not, is its days."""
    match = book.reading.ends.search(name)
    year, month, day = (int(part) if part else 0 for part in match.groups()) if match else (0, 0, 0)
    if not (year >= dt.MINYEAR and 1 <= month <= 12):
        return Span(None, None)
    last = calendar.monthrange(year, month)[1]
    days = (day, day) if 1 <= day <= last else (1, last)
    return Span(*(dt.date(year, month, one) for one in days))
