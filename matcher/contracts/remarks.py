"""What a remark or a state says of a contract: that it counts no more, that a person must look, or neither.

As in `matcher.tables.rows.remarks`, but 重复登记 (of which of the two?), 未执行 (it is registered all the same) and a
day on which it ends (2025年12月31日终止, which most contracts name) are for a person to look at. 已退回 takes a
contract out that nothing else says is registered, as it does in the column of states.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from matcher.tables.rows.remarks import Override, left_standing, override_in, remarks_of

_UNCLEAR = re.compile(r"重复登记(?!.*(?:作废|撤销|注销|删除|取消))|未(?:执行|实施|开展)|^[\d年月日号./-]+终止$")


_RETURNED = re.compile(
    r"(?:因?材料(?:不全|不齐|有误)|登记(?:机构|处|点)|审核|初审|形式审查|现?已|被|予以|由|经)*退回"
    r"(?:修改|补正|补充|重报|企业|申请人|卖方|材料|登记|申请|待|中|重新?填报)*"
)
_IS_REGISTERED = re.compile("(?<![未不没待拟])(?:登记|通过|认定|办结)")


def said_of(cells: Mapping[Any, Any], day: dt.date | None) -> Override | None:
    """What the remarks of a contract say of it on a day; its cells as the register has them.

    >>> [said_of({"备注": text}, None).plain for text in ("合同作废", "重复登记", "测试", "企业放弃申请")]
    [True, False, False, False]
    >>> said_of({"备注": "已退回"}, None).plain, said_of({"备注": "3月退回，补正后已登记"}, None)
    (True, None)
    """
    said = override_in(cells, day=day) or _returned(cells)
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


def _returned(cells: Mapping[Any, Any]) -> Override | None:
    """A remark that ends in sending the contract back; plain where nothing says that it is registered."""
    clauses = [one for one in re.split("[,，;；。!！\n]+", re.sub(r"[^\S\n]", "", remarks_of(cells))) if one]
    if not clauses or not _RETURNED.fullmatch(clauses[-1]):
        return None
    state = cells.get("state")
    registered = isinstance(state, str) and _IS_REGISTERED.search(state)
    return Override(not registered and pd.isna(cells.get("registered_on")), clauses[-1], None)


def _without_unclear(text: str) -> str:
    return "，".join(one for one in re.split("[,，;；。!！\n]+", text) if not _UNCLEAR.search(one))
