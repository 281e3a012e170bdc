"""Match technical needs with research outcomes, and answer the official rules for enterprises, both with reasons.

The public names load on first use, so that `import matcher` is quick and loads no heavy package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.chains import link_table, place_on_chains, strongest_outcomes, unanswered_needs
    from matcher.encoders import Encoder, StaticEncoder, load_encoder
    from matcher.errors import (
        EncoderError,
        IndexFolderError,
        MatcherError,
        MissingExtraError,
        OutputError,
        PolicyError,
        TableError,
    )
    from matcher.evaluation import evaluate
    from matcher.fields import FieldModel, classify
    from matcher.index import Index
    from matcher.matching import match
    from matcher.policy.cases import check_policy
    from matcher.policy.cheapest import Lever, cheapest
    from matcher.policy.core import Policy, load_policy
    from matcher.policy.firms import read_firms
    from matcher.policy.scoring import ask_first, what_changes
    from matcher.policy.trace import trace
    from matcher.policy.verdicts import Scored, score
    from matcher.report import mask_contacts, write_matches
    from matcher.schemes import Scheme
    from matcher.tables import Reading, describe, read_needs, read_outcomes, read_table
    from matcher.text import Segmenter

__version__ = "0.1.0"

_HOMES = {
    "Encoder": "encoders",
    "EncoderError": "errors",
    "FieldModel": "fields",
    "Index": "index",
    "IndexFolderError": "errors",
    "Lever": "policy.cheapest",
    "MatcherError": "errors",
    "MissingExtraError": "errors",
    "OutputError": "errors",
    "Policy": "policy.core",
    "PolicyError": "errors",
    "Reading": "tables",
    "Scheme": "schemes",
    "Scored": "policy.verdicts",
    "Segmenter": "text",
    "StaticEncoder": "encoders",
    "TableError": "errors",
    "ask_first": "policy.scoring",
    "cheapest": "policy.cheapest",
    "check_policy": "policy.cases",
    "classify": "fields",
    "describe": "tables",
    "evaluate": "evaluation",
    "link_table": "chains",
    "load_encoder": "encoders",
    "load_policy": "policy.core",
    "mask_contacts": "report",
    "match": "matching",
    "place_on_chains": "chains",
    "read_firms": "policy.firms",
    "read_needs": "tables",
    "read_outcomes": "tables",
    "read_table": "tables",
    "score": "policy.verdicts",
    "strongest_outcomes": "chains",
    "trace": "policy.trace",
    "unanswered_needs": "chains",
    "what_changes": "policy.scoring",
    "write_matches": "report",
}

__all__ = [
    "Encoder",
    "EncoderError",
    "FieldModel",
    "Index",
    "IndexFolderError",
    "Lever",
    "MatcherError",
    "MissingExtraError",
    "OutputError",
    "Policy",
    "PolicyError",
    "Reading",
    "Scheme",
    "Scored",
    "Segmenter",
    "StaticEncoder",
    "TableError",
    "ask_first",
    "cheapest",
    "check_policy",
    "classify",
    "describe",
    "evaluate",
    "link_table",
    "load_encoder",
    "load_policy",
    "mask_contacts",
    "match",
    "place_on_chains",
    "read_firms",
    "read_needs",
    "read_outcomes",
    "read_table",
    "score",
    "strongest_outcomes",
    "trace",
    "unanswered_needs",
    "what_changes",
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
