"""Columns of firm tables that ask for several facts at once: 是否发生重大安全、质量事故或严重环境违法行为.

否 answers each of them; 是 says that one is so, and nobody knows which.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd

from matcher.policy.firms.identity import with_lines
from matcher.tables.cells.statements import denies
from matcher.tables.cells.texts import Fault, first_few, shorten
from matcher.tables.cells.yes_no import read_yesno
from matcher.tables.headers.column_account import USED
from matcher.tables.reading import Reading

_PARTS = {
    "safety": "安全", "quality": "质量", "environment": "环境|环保", "research": "科研(?:严重)?失信",
    "abnormal": "经营异常", "dishonest": "严重违法失信|严重失信(?!行为)",
}  # fmt: skip
_OF_A_YEAR = {
    "safety": "major_safety_accident_365d", "quality": "major_quality_accident_365d",
    "environment": "serious_env_violation_365d",
}  # fmt: skip
_OF_TWO_YEARS = {
    "safety": "major_safety_accident_2y", "quality": "major_quality_accident_2y",
    "environment": "serious_env_violation_2y", "research": "serious_research_dishonesty_2y",
}  # fmt: skip
_LISTED = {"abnormal": "listed_abnormal", "dishonest": "listed_dishonest"}
# The longer a period that all of it was free, the more facts it answers.
_PERIODS = (
    ("[最近][三3]年|[三3]年(?:以?内|来)|36个月", (_OF_A_YEAR, _OF_TWO_YEARS)),
    (
        "上(?:一?年度?)[及和与至]?(?:当|本)年|[最近前][两二2]年|[两二2]年(?:以?内|来)|24个月",
        (_OF_A_YEAR, _OF_TWO_YEARS),
    ),
    ("[最近前][一1]年|[一1]年(?:以?内|来)|365|12个月", (_OF_A_YEAR,)),
)
_OF_FAULTS = re.compile("事故|违法|失信|异常")
_ASKED = re.compile(  # all of such a question; 否 to 是否整改, 是否移出 or 应急演练 says another thing
    "是否|有无|有没有|企业|公司|本?单位|申[请报]|认定|填报|评价|提出|之前|以来|[近最前上当本]+|[一二两三123]+年度?|365[天日]"
    "|\\d+个月|年度?|以?内|截至|目前|期间|未曾?|没有|无|不存在|存在|发生|出现|列入|纳入|被|过|曾|因|有"
    "|特?别?重大|[特较]大|一般|严重|生产|产品|安全|质量|环境|环保|科研|污染|事故|事件|违法违规|违法|违规|行为|失信|诚信"
    "|经营异常|企业名[录单]|名[录单]|情况|记录|问题|方面|含|网络|数据|偷税|漏税|偷漏税|以及|[和或及与且并、/,;:。()（），；：]|等|的"
)


def joint_answers(reading: Reading, titles: Mapping[str, str]) -> Reading:
    """Fill what columns that ask for several facts at once say of empty cells, and tell it.

    Only columns that no field took are looked at, and facts that the reading has columns for. titles: fact -> title.
    """
    rows, account, lines = reading.rows, reading.columns.copy(), list[dict[str, Any]]()
    filled: dict[str, pd.Series[Any]] = {}
    answered = set[str]()
    for place, header in account.loc[account["use"] != USED, "header"].items():
        names = [name for name in asked_at_once(str(header)) if name in rows]
        if not names or header not in rows:
            continue
        denied = denies(str(header))
        said = rows[header].map(lambda cell, text=str(header): read_yesno(cell, text))
        free, some = (said.map(lambda one, is_so=is_so: one is is_so) for is_so in (denied, not denied))
        asked = "、".join(titles.get(name, name) for name in names)
        if free.any():
            for name in names:
                known = filled.get(name, rows[name])
                filled[name] = known.mask(free & known.isna(), False)
            account.loc[place, ["field", "title", "use", "nearest", "hint"]] = ["、".join(names), asked, USED, "", ""]
            answered.add(str(header))
            problem = f"一列问了几件事；{int(free.sum())} 行说都没有，已作“{asked}”的“否”"
            lines.append(_line(str(header), "", problem, "若不是，请各写一列"))
        if some.any():
            who = rows.loc[some, "name"] if "name" in rows else rows.loc[some, "enterprise_id"]
            problem = (
                f"{int(some.sum())} 行说至少有一件，不知是哪一件，没有采用：{first_few(who.astype(str).tolist(), '家')}"
            )
            lines.append(_line(str(header), "", problem, f"请把“{asked}”各写一列；有的，相应的条件就不符合"))
        if (odd := said.map(lambda one: isinstance(one, Fault))).any():
            cells = first_few([shorten(str(cell), 30) for cell in rows.loc[odd, header]], "格")
            lines.append(_line(str(header), cells, f"{int(odd.sum())} 格没看懂，没有采用", "请填“是”或“否”"))
    if not lines:
        return reading
    kept = ~(reading.problems["column"].isin(answered) & reading.problems["problem"].str.startswith("没看懂这一列"))
    told = Reading(rows.assign(**filled), reading.problems[kept].reset_index(drop=True), account)
    return Reading(told.rows, with_lines(told, lines), account)


def asked_at_once(header: str) -> list[str]:
    """The facts of which a header asks whether one of them is so, or says that none is; [] where it asks for one only,
    for a time that does not cover theirs, or for anything else (是否整改, 是否移出).

    >>> asked_at_once("企业是否列入经营异常名录和严重违法失信企业名单")
    ['listed_abnormal', 'listed_dishonest']
    >>> asked_at_once("是否发生重大安全、质量事故"), asked_at_once("近一年内发生重大安全事故")
    ([], [])
    """
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", header))
    parts = [part for part, words in _PARTS.items() if re.search(words, text)]
    if len(parts) < 2 or not _OF_FAULTS.search(text) or _ASKED.sub("", text):
        return []
    fields = next((fields for words, fields in _PERIODS if re.search(words, text)), ())
    return [of[part] for of in (*fields, _LISTED) for part in parts if part in of]


def _line(column: str, value: str, problem: str, action: str) -> dict[str, Any]:
    shown = shorten(column, 60)
    return {"row": None, "column": shown, "value": value, "problem": problem, "action": action, "kept": True}
