"""Match technical needs with research outcomes, and answer the official rules for enterprises, both with reasons.

The public names load on first use, so that `import matcher` is quick and loads no heavy package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.assignment.assigning import Assignment, assign
    from matcher.assignment.events import Timetable, repair, timetable
    from matcher.encoders import Encoder, StaticEncoder, load_encoder
    from matcher.errors import (
        EncoderError,
        IndexFolderError,
        InfeasibleError,
        MatcherError,
        MissingExtraError,
        OutputError,
        PolicyError,
        TableError,
    )
    from matcher.evaluation import evaluate
    from matcher.experts import Experts, Weighing, rank_experts, rank_needs
    from matcher.feedback import fit_feedback, withdraw_feedback
    from matcher.index import Index
    from matcher.matching import match
    from matcher.namesakes import propose_merges
    from matcher.policy.cases import check_policy
    from matcher.policy.cheapest import Lever, cheapest
    from matcher.policy.core import Policy, load_policy
    from matcher.policy.firms import read_firms
    from matcher.policy.scoring import ask_first, what_changes
    from matcher.policy.trace import trace
    from matcher.policy.verdicts import Scored, score
    from matcher.pool.book import Book
    from matcher.pool.dashboard import write_dashboard
    from matcher.pool.targets import expected_passes, whom_to_help
    from matcher.report import mask_contacts, write_matches
    from matcher.tables import Reading, describe, read_experts, read_needs, read_outcomes, read_table, read_works
    from matcher.text import Segmenter

__version__ = "0.1.0"

_HOMES = {
    "Book": "pool.book",
    "Assignment": "assignment.assigning",
    "Encoder": "encoders",
    "EncoderError": "errors",
    "Index": "index",
    "Experts": "experts",
    "IndexFolderError": "errors",
    "InfeasibleError": "errors",
    "Lever": "policy.cheapest",
    "MatcherError": "errors",
    "MissingExtraError": "errors",
    "OutputError": "errors",
    "Policy": "policy.core",
    "PolicyError": "errors",
    "Reading": "tables",
    "Scored": "policy.verdicts",
    "Segmenter": "text",
    "StaticEncoder": "encoders",
    "TableError": "errors",
    "Timetable": "assignment.events",
    "Weighing": "experts",
    "ask_first": "policy.scoring",
    "assign": "assignment.assigning",
    "cheapest": "policy.cheapest",
    "check_policy": "policy.cases",
    "describe": "tables",
    "evaluate": "evaluation",
    "expected_passes": "pool.targets",
    "fit_feedback": "feedback",
    "load_encoder": "encoders",
    "load_policy": "policy.core",
    "mask_contacts": "report",
    "match": "matching",
    "propose_merges": "namesakes",
    "rank_experts": "experts",
    "rank_needs": "experts",
    "read_experts": "tables",
    "read_firms": "policy.firms",
    "read_needs": "tables",
    "read_outcomes": "tables",
    "read_table": "tables",
    "read_works": "tables",
    "repair": "assignment.events",
    "score": "policy.verdicts",
    "timetable": "assignment.events",
    "trace": "policy.trace",
    "what_changes": "policy.scoring",
    "whom_to_help": "pool.targets",
    "withdraw_feedback": "feedback",
    "write_dashboard": "pool.dashboard",
    "write_matches": "report",
}

__all__ = [
    "Assignment",
    "Book",
    "Encoder",
    "EncoderError",
    "Experts",
    "Index",
    "IndexFolderError",
    "InfeasibleError",
    "Lever",
    "MatcherError",
    "MissingExtraError",
    "OutputError",
    "Policy",
    "PolicyError",
    "Reading",
    "Scored",
    "Segmenter",
    "StaticEncoder",
    "TableError",
    "Timetable",
    "Weighing",
    "ask_first",
    "assign",
    "cheapest",
    "check_policy",
    "describe",
    "evaluate",
    "expected_passes",
    "fit_feedback",
    "load_encoder",
    "load_policy",
    "mask_contacts",
    "match",
    "propose_merges",
    "rank_experts",
    "rank_needs",
    "read_experts",
    "read_firms",
    "read_needs",
    "read_outcomes",
    "read_table",
    "read_works",
    "repair",
    "score",
    "timetable",
    "trace",
    "what_changes",
    "whom_to_help",
    "withdraw_feedback",
    "write_dashboard",
    "write_matches",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'matcher' has no attribute {name!r}")
    value = getattr(import_module(f"matcher.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
