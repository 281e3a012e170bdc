"""The hash of a table, by which work that was broken off knows its input again."""

from __future__ import annotations

import hashlib
import json

import pandas as pd


def table_fingerprint(table: pd.DataFrame) -> str:
    """The hash of a table's columns and cells."""
    digest = hashlib.sha256(json.dumps([str(name) for name in table.columns]).encode())
    digest.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    return digest.hexdigest()
