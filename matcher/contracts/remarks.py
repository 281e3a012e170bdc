"""What a remark or a state says of a contract: that it counts no more, that a person must look, or neither.

As in `matcher.tables.remarks`, but 重复登记 (of which of the two?), 未执行 (it is registered all the same) and a day on
which it ends (2025年12月31日终止, which most contracts name) are for a person to look at.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from matcher.tables.remarks import Override, left_standing, override_in

_UNCLEAR = re.compile(r"重复登记(?!.*(?:作废|撤销|注销|删除|取消))|未(?:执行|实施|开展)|^[\d年月日号./-]+终止$")


def said_of(cells: Mapping[Any, Any], day: dt.date | None) -> Override | None:
    """What the remarks of a contract say of it on a day; its cells as the register has them.

    >>> [said_of({"备注": text}, None).plain for text in ("合同作废", "重复登记", "测试", "企业放弃申请")]
    [True, False, False, False]
    """
    said = override_in(cells, day=day)
    if said and said.plain and _UNCLEAR.search(said.words):
        others = {name: _without_unclear(cell) if isinstance(cell, str) else cell for name, cell in cells.items()}
        rest = override_in(others, day=day)
        said = rest if rest and rest.plain else said
    return said._replace(plain=said.plain and not _UNCLEAR.search(said.words)) if said else None


def remark_problems(checked: pd.DataFrame, *, day: dt.date | None = None, file: str = "") -> pd.DataFrame:
    """The contracts that remarks take out or may take out, as a list of problems (PROBLEM_COLUMNS).

    checked: what `check_contracts` gave, on the same day.
    """
    said = [said_of(row, day) for row in checked.to_dict("records")]
    return left_standing(checked, said, "contract_id", "计入登记", file=file)[1]


def _without_unclear(text: str) -> str:
    return "，".join(one for one in re.split("[,，;；。!！\n]+", text) if not _UNCLEAR.search(one))
