"""Tables of applications and projects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.single_commands import PROJECTS


def read_projects(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a table of applications or projects, one row each (the contract PROJECTS).

    Examples
    --------
    >>> table = pd.DataFrame({"项目编号": ["P1"], "项目名称": ["齿轮烧伤检测"], "申请经费（万元）": [20]})
    >>> read_projects(table).rows[["project_id", "title", "amount"]].values.tolist()
    [['P1', '齿轮烧伤检测', 200000]]
    """
    return read_table(source, PROJECTS, sheet=sheet, columns=columns)
