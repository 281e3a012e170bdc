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
    from matcher.feedback import fit_feedback, withdraw_feedback
    from matcher.index import Index
    from matcher.matching import match
    from matcher.namesakes import Merged, merge_experts, propose_merges
    from matcher.policy.cases import check_policy
    from matcher.policy.cheapest import Lever, cheapest
    from matcher.policy.core import Policy, load_policy
    from matcher.policy.firms import read_firms
    from matcher.policy.scoring import ask_first, what_changes
    from matcher.policy.trace import trace
    from matcher.policy.verdicts import Scored, score
    from matcher.report import mask_contacts, write_matches
    from matcher.tables import Reading, describe, read_needs, read_outcomes, read_table
    from matcher.teams import find_teams, fits_from, point_needs
    from matcher.text import Segmenter

__version__ = "0.1.0"

_HOMES = {
    "Assignment": "assignment.assigning",
    "Encoder": "encoders",
    "EncoderError": "errors",
    "Index": "index",
    "IndexFolderError": "errors",
    "InfeasibleError": "errors",
    "Lever": "policy.cheapest",
    "MatcherError": "errors",
    "Merged": "namesakes",
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
    "ask_first": "policy.scoring",
    "assign": "assignment.assigning",
    "cheapest": "policy.cheapest",
    "check_policy": "policy.cases",
    "describe": "tables",
    "evaluate": "evaluation",
    "find_teams": "teams",
    "fit_feedback": "feedback",
    "fits_from": "teams",
    "load_encoder": "encoders",
    "load_policy": "policy.core",
    "mask_contacts": "report",
    "match": "matching",
    "merge_experts": "namesakes",
    "point_needs": "teams",
    "propose_merges": "namesakes",
    "read_firms": "policy.firms",
    "read_needs": "tables",
    "read_outcomes": "tables",
    "read_table": "tables",
    "repair": "assignment.events",
    "score": "policy.verdicts",
    "timetable": "assignment.events",
    "trace": "policy.trace",
    "what_changes": "policy.scoring",
    "withdraw_feedback": "feedback",
    "write_matches": "report",
}

__all__ = [
    "Assignment",
    "Encoder",
    "EncoderError",
    "Index",
    "IndexFolderError",
    "InfeasibleError",
    "Lever",
    "MatcherError",
    "Merged",
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
    "ask_first",
    "assign",
    "cheapest",
    "check_policy",
    "describe",
    "evaluate",
    "find_teams",
    "fit_feedback",
    "fits_from",
    "load_encoder",
    "load_policy",
    "mask_contacts",
    "match",
    "merge_experts",
    "point_needs",
    "propose_merges",
    "read_firms",
    "read_needs",
    "read_outcomes",
    "read_table",
    "repair",
    "score",
    "timetable",
    "trace",
    "what_changes",
    "withdraw_feedback",
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
