"""YAML that people write, without its surprises: a key given twice is an error; words stay words where a caller asks.

The policy reader and the reader of assignment settings share this; they know nothing of each other.
"""

from __future__ import annotations

from typing import Any

import yaml


def unique_mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping node as a dict; ConstructorError at the mark of a key that is given twice or is no plain value."""
    out: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, (list, dict)) or key in out:
            raise yaml.constructor.ConstructorError(None, None, f"key given twice: {key!r}", key_node.start_mark)
        out[key] = loader.construct_object(value_node, deep=True)
    return out


class _Words(yaml.BaseLoader):
    """Every scalar is the text that was written: 007, no and 1e3 are words."""


_Words.add_constructor("tag:yaml.org,2002:map", unique_mapping)


def read_words(text: str) -> Any:
    """A YAML text as mappings, lists and texts only; yaml.YAMLError when it is none, or a key stands twice."""
    return yaml.load(text, Loader=_Words)  # noqa: S506 - builds texts, lists and dicts, nothing else
