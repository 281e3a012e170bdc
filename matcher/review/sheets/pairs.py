"""Who is asked to judge what: several reviewers in a cell, and remarks that somebody must recuse."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from matcher.errors import TableError
from matcher.tables.cells.texts import shorten
from matcher.tables.naming.names import may_be_several, persons_apart
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.rows.remarks import is_remark
from matcher.tables.schemas.single_commands import REVIEW_SCORES

_SPEAKS = re.compile(
    "comment|status|reason|回避|候补|冲突|状态|身份|角色|意见|评语|理由|(?:专家|评委|评审|人员|审核|其他).{0,4}(?:情况|说明|类型|类别|性质|关系)"
)
_NOT_RECUSED = re.compile(
    "(?:不|无|未|非|没有|是否)(?:需要?|须|用|必|存在|涉及|属于?|申请|应)?(?:回避|候补)|(?:回避|候补)[:：\\s]*(?:否|无|不)"
    "|(?:障碍物?|碰撞|风险|危险)的?回避|回避(?:障碍|碰撞|风险|算法|技术|系统|装置|路径|行为|反应|控制|功能|性能|策略)"
)
_RECUSED = re.compile("回避|候补")
_NOT_ALL = re.compile(r"等(?:共|[\d一二三四五六七八九十两几])*[人位名]")
_LEADER = re.compile("(?:专家|评审)?(?:组长|副组长|主审|召集人|主任委员)(?:姓名)?")


def recuses(text: object) -> bool:
    """Whether a text says that somebody must recuse or is an alternate.

    >>> recuses("与申报人系师生，申请回避"), recuses("无需回避"), recuses("障碍物回避算法新")
    (True, False, False)
    """
    return isinstance(text, str) and bool(_RECUSED.search(_NOT_RECUSED.sub("", text)))


def said_beside(pairs: pd.DataFrame) -> pd.Series:
    """What the comment, a remark or a state of each pair says of a conflict or an alternate, "" for nothing.

    What describes the item (项目简介, 单位, 等级) says nothing of its reviewers.
    """
    said = [""] * len(pairs)
    for name in (str(one) for one in pairs if one not in ("conflict", "alternate")):
        if not is_remark(name) and not _SPEAKS.search(name.lower()):
            continue
        for at, cell in enumerate(pairs[name]):
            if not said[at] and recuses(cell):
                title = REVIEW_SCORES[name].title if name == "comment" else name
                said[at] = f"{title}写的是“{shorten(cell, 40)}”"
    return pd.Series(said, pairs.index, dtype=object)


def sent_out(pairs: pd.DataFrame) -> pd.Series:
    """Whether each pair is given to its reviewer: no conflict, no alternate, and no remark says so."""
    return ~flags(pairs, "conflict") & ~flags(pairs, "alternate") & (said_beside(pairs) == "")


def reviewers_apart(reading: Reading) -> Reading:
    """A row a reviewer where a cell without a score names several (张某、李某), told; a remark that names some of
    them (李某回避) is theirs alone. Raises TableError where a cell does not name all (张某等3人)."""
    rows, found = reading.rows, []
    taken: list[tuple[int, str, tuple[str, ...]]] = []
    for at, (cell, score) in enumerate(zip(rows["reviewer"], rows["score"], strict=True)):
        text = "" if pd.isna(cell) else str(cell)
        names = persons_apart(text)
        if pd.isna(score) and _NOT_ALL.search(text):
            raise TableError(f"评委“{text}”没有写全，不知是哪几位；请一行写一位评委")
        if names and pd.isna(score):
            found.append((text, f"一格里有 {len(names)} 位评委，已拆开", "请核对"))
            taken += [(at, name, names) for name in names]
            continue
        if may_be_several(text):
            found.append((text, "一格里似有几位评委，当作一位", "请一行写一位评委"))
        taken.append((at, cell, ()))
    if found:
        rows = rows.iloc[[at for at, *_ in taken]].reset_index(drop=True)
        rows["reviewer"] = pd.Series([name for _, name, _ in taken], dtype=rows["reviewer"].dtype)
        for column in (str(one) for one in rows if one != "reviewer"):
            cells = zip(rows[column], taken, strict=True)
            others = [is_of_others(cell, name, names) for cell, (_, name, names) in cells]
            if any(others):
                rows[column] = rows[column].astype(object).mask(np.array(others, bool), None)
    found += _leaders(rows)
    if not found:
        return reading
    place = {name: str(reading.columns[name].iloc[0]) for name in ("file", "sheet")}
    title = REVIEW_SCORES["reviewer"].title
    lines = [(place["file"], place["sheet"], pd.NA, title, *line, True) for line in dict.fromkeys(found)]
    table = pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64", "kept": bool})
    lists = [one for one in (reading.problems, table) if len(one)]
    return replace(reading, rows=rows, problems=pd.concat(lists, ignore_index=True))


def _leaders(rows: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Leaders of a panel in a column of their own who are no reviewers of the item."""
    of: dict[str, set[str]] = {}
    for item, name in zip(rows["item"].astype(str), rows["reviewer"].astype(str), strict=True):
        of.setdefault(item, set()).add(name.strip())
    return [
        (str(cell), f"“{column}”一列不是评委一列，没有当作{item}的评委", "也评审的，请加一行")
        for column in (str(one) for one in rows if _LEADER.fullmatch(str(one)))
        for item, cell in zip(rows["item"].astype(str), rows[column], strict=True)
        if isinstance(cell, str) and cell.strip() and cell.strip() not in of[item]
    ]


def is_of_others(cell: object, name: str, names: tuple[str, ...]) -> bool:
    """Whether a remark says that others of the reviewers of a cell must recuse, and not this one."""
    return isinstance(cell, str) and recuses(cell) and any(one in cell for one in names) and name not in cell


def check_ids(table: pd.DataFrame, *names: str) -> None:
    """Refuse a table without these columns, or with a row that has no item or reviewer. Raises TableError."""
    if missing := [name for name in names if name not in table]:
        raise TableError(f"评分表缺少列：{'、'.join(REVIEW_SCORES[name].title for name in missing)}")
    for name in ("item", "reviewer"):
        empty = table[name].isna() | (table[name].astype(str).str.strip() == "")
        title = REVIEW_SCORES[name].title
        if len(table) and empty.all() and name == "reviewer":
            raise TableError(
                f"评分表没有{title}：应一行一位评委对一项的分数（项目编号、评委编号、得分）；"
                "若一列是一位评委，请把这些列的表头写成“专家1”“专家2”……或“评委1”“评委2”……"
            )
        if empty.any():
            other = "item" if name == "reviewer" else "reviewer"
            first = f"{REVIEW_SCORES[other].title}“{table[other][empty].iloc[0]}”" if other in table else ""
            raise TableError(f"评分表有 {int(empty.sum())} 行没有{title}{f'，首先是{first}的' if first else ''}")


def flags(table: pd.DataFrame, name: str) -> pd.Series:
    """A column of yes and no; unknown and absent ones as no."""
    if name not in table:
        return pd.Series(False, table.index)
    return table[name].map(lambda cell: str(cell).lower() in ("true", "1", "1.0", "yes", "是")).astype(bool)
