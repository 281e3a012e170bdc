"""The hash of a table, by which work that was broken off knows its input again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd


def table_fingerprint(table: pd.DataFrame) -> str:
    """The hash of a table's columns and cells."""
    digest = hashlib.sha256(json.dumps([str(name) for name in table.columns]).encode())
    try:
        hashes = pd.util.hash_pandas_object(table, index=False)
    except TypeError:  # cells that are lists or structures
        hashes = pd.util.hash_pandas_object(table.map(_hashable), index=False)
    digest.update(hashes.to_numpy().tobytes())
    return digest.hexdigest()


def _hashable(cell: Any) -> Any:
    cell = cell.tolist() if isinstance(cell, np.ndarray) else cell
    return repr(cell) if isinstance(cell, list | tuple | dict | set) else cell
