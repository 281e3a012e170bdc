"""Match enterprises' technical needs with research outcomes, both ways and with reasons.

The public names load on first use, so that `import matcher` is quick and loads no heavy package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.encoders import Encoder, StaticEncoder, load_encoder
    from matcher.errors import (
        EncoderError,
        IndexFolderError,
        MatcherError,
        MissingExtraError,
        OutputError,
        TableError,
    )
    from matcher.evaluation import evaluate
    from matcher.index import Index
    from matcher.matching import match
    from matcher.report import mask_contacts, write_matches
    from matcher.tables import Reading, describe, read_needs, read_outcomes, read_table
    from matcher.text import Segmenter

__version__ = "0.1.0"

_HOMES = {
    "Encoder": "encoders",
    "EncoderError": "errors",
    "Index": "index",
    "IndexFolderError": "errors",
    "MatcherError": "errors",
    "MissingExtraError": "errors",
    "OutputError": "errors",
    "Reading": "tables",
    "Segmenter": "text",
    "StaticEncoder": "encoders",
    "TableError": "errors",
    "describe": "tables",
    "evaluate": "evaluation",
    "load_encoder": "encoders",
    "mask_contacts": "report",
    "match": "matching",
    "read_needs": "tables",
    "read_outcomes": "tables",
    "read_table": "tables",
    "write_matches": "report",
}

__all__ = [
    "Encoder",
    "EncoderError",
    "Index",
    "IndexFolderError",
    "MatcherError",
    "MissingExtraError",
    "OutputError",
    "Reading",
    "Segmenter",
    "StaticEncoder",
    "TableError",
    "describe",
    "evaluate",
    "load_encoder",
    "mask_contacts",
    "match",
    "read_needs",
    "read_outcomes",
    "read_table",
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
