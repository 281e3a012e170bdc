"""Visiting lists for many districts at once: each group of firms is one table of `matcher.pool.discover`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError
from matcher.policy.policy import PolicyName, load_policy
from matcher.policy.streaming import frame_of
from matcher.pool.discovery.assumptions import Ranges
from matcher.pool.discovery.estimation import discover as local_discover
from matcher.spark.frames import ARROW, check_spark, ddl, plain
from matcher.tables.arguments import Day, as_day

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

KINDS = {
    "enterprise_id": "string",
    "rank": "bigint",
    "chance": "double",
    "reasons": "string",
    "ask": "string",
    "expected": "double",
    "low": "double",
    "high": "double",
}
