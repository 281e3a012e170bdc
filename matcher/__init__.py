"""Match technical needs with research outcomes, and answer the official rules for enterprises, both with reasons.

The public names load on first use, so that `import matcher` is quick and loads no heavy package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.assignment.assigning import Assignment, assign
    from matcher.assignment.events import Timetable, repair, timetable
    from matcher.chains import link_table, place_on_chains, strongest_outcomes, unanswered_needs
    from matcher.encoders import Encoder, StaticEncoder, load_encoder
    from matcher.errors import (
        EncoderError,
        HistoryError,
        IndexFolderError,
        InfeasibleError,
        MatcherError,
        MissingExtraError,
        OutputError,
        PolicyError,
        TableError,
    )
    from matcher.evaluation import evaluate
    from matcher.expert_ranking import rank_experts, rank_needs
    from matcher.experts import Experts, Weighing
    from matcher.feedback import fit_feedback, withdraw_feedback
    from matcher.fields import FieldModel, classify
    from matcher.firm_sheets import firm_files, write_firm_files
    from matcher.index import Index
    from matcher.matching import match
    from matcher.namesakes import Merged, merge_experts, propose_merges
    from matcher.partnering import partners
    from matcher.policy.cases import check_policy
    from matcher.policy.cheapest import Lever, cheapest
    from matcher.policy.core import Policy, load_policy
    from matcher.policy.firms import read_firms
    from matcher.policy.scoring import ask_first, what_changes
    from matcher.policy.trace import trace
    from matcher.policy.verdicts import Scored, score
    from matcher.pool.book import Book
    from matcher.pool.dashboard import write_dashboard
    from matcher.pool.history_files import read_history
    from matcher.pool.learning import learn_card
    from matcher.pool.scorecard import ScoreCard, order_inside
    from matcher.pool.targets import expected_passes, whom_to_help
    from matcher.report import mask_contacts, write_matches
    from matcher.schemes import Scheme
    from matcher.tables import Reading, describe, read_experts, read_needs, read_outcomes, read_table, read_works
    from matcher.teams import find_teams, fits_from, point_needs
    from matcher.text import Segmenter

__version__ = "0.1.0"

_HOMES = {
    "Assignment": "assignment.assigning",
    "Book": "pool.book",
    "Encoder": "encoders",
    "EncoderError": "errors",
    "Experts": "experts",
    "FieldModel": "fields",
    "HistoryError": "errors",
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
    "Scheme": "schemes",
    "ScoreCard": "pool.scorecard",
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
    "classify": "fields",
    "describe": "tables",
    "evaluate": "evaluation",
    "expected_passes": "pool.targets",
    "find_teams": "teams",
    "firm_files": "firm_sheets",
    "fit_feedback": "feedback",
    "fits_from": "teams",
    "learn_card": "pool.learning",
    "link_table": "chains",
    "load_encoder": "encoders",
    "load_policy": "policy.core",
    "mask_contacts": "report",
    "match": "matching",
    "merge_experts": "namesakes",
    "order_inside": "pool.scorecard",
    "partners": "partnering",
    "place_on_chains": "chains",
    "point_needs": "teams",
    "propose_merges": "namesakes",
    "rank_experts": "expert_ranking",
    "rank_needs": "expert_ranking",
    "read_experts": "tables",
    "read_firms": "policy.firms",
    "read_history": "pool.history_files",
    "read_needs": "tables",
    "read_outcomes": "tables",
    "read_table": "tables",
    "read_works": "tables",
    "repair": "assignment.events",
    "score": "policy.verdicts",
    "strongest_outcomes": "chains",
    "timetable": "assignment.events",
    "trace": "policy.trace",
    "unanswered_needs": "chains",
    "what_changes": "policy.scoring",
    "whom_to_help": "pool.targets",
    "withdraw_feedback": "feedback",
    "write_dashboard": "pool.dashboard",
    "write_firm_files": "firm_sheets",
    "write_matches": "report",
}

__all__ = [
    "Assignment",
    "Book",
    "Encoder",
    "EncoderError",
    "Experts",
    "FieldModel",
    "HistoryError",
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
    "Scheme",
    "ScoreCard",
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
    "classify",
    "describe",
    "evaluate",
    "expected_passes",
    "find_teams",
    "firm_files",
    "fit_feedback",
    "fits_from",
    "learn_card",
    "link_table",
    "load_encoder",
    "load_policy",
    "mask_contacts",
    "match",
    "merge_experts",
    "order_inside",
    "partners",
    "place_on_chains",
    "point_needs",
    "propose_merges",
    "rank_experts",
    "rank_needs",
    "read_experts",
    "read_firms",
    "read_history",
    "read_needs",
    "read_outcomes",
    "read_table",
    "read_works",
    "repair",
    "score",
    "strongest_outcomes",
    "timetable",
    "trace",
    "unanswered_needs",
    "what_changes",
    "whom_to_help",
    "withdraw_feedback",
    "write_dashboard",
    "write_firm_files",
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
