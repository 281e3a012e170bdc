"""Tables of resources and of needs for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from matcher.needs.units import read_unit
from matcher.resources.costs import HOURS_A_DAY
from matcher.resources.fees import PER
from matcher.tables.arguments import Day, as_day
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.contracts import HIGH, LOW, TEXT
from matcher.tables.schemas.resources import RESOURCE_NEEDS, RESOURCES

_BRACKET = re.compile(r"[（(\[]([^()（）\[\]]+)[)）\]]\s*$")
_SIGNED = r"[-+±]?\d+(?:\.\d+)?"
_BARE = rf"(?:[≤≥<>＜＞]=?|优于|约)?\s*{_SIGNED}(?:\s*[-~～—至到]+\s*{_SIGNED})?"

_TIME = re.compile(
    r"\s*(\d[\d,]*(?:\.\d+)?)\s*(?:(?:h|hr|hrs|hours?|个?小时|个?机时|时)|(天|日|个?工作日|d|days?))\.?\s*", re.I
)
_CARDS = re.compile(rf"\s*(\d[\d,]*(?:\.\d+)?)\s*(?:{'|'.join(map(re.escape, PER['card_hour'][1].split()))})\s*", re.I)
_CLOSED = re.compile(
    "撤销|停用|报废|注销|停机|维修|检修|大修|待修|故障|损坏|封存|关闭|不开放|未开放|不对外|不共享|暂停|在建|筹建|安装调试"
    r"|(?:^|[，,；;。\n])\s*(?:否|[×✗✘╳xX])\s*(?:$|[，,；;。\n])"
    "|仅(?:供|限)?(?:[校院所]内|内部|本单位)|内部使用"
)
_FOR_SOME = re.compile(
    "园区|入[驻园孵]|在孵|会员|成员单位|理事单位|本(?:[校院所市县区省]|单位|集团|园)|[校院所]内(?!外)|内部|签约|合作|联盟|辖区|[市省区县]内|师生|学生|定点|指定"
)
_ALL = re.compile("社会|全国|所有|不限|均可|公开|[校院所]内外|内外|其他|优先|[校院所市省区县]外")
_ONLY = re.compile("仅(?!需)|只(?:对|限|供|面向|向|为|服务)|限(?![时量])")
_OPEN_AGAIN = re.compile(
    "无(?:任何)?(?:故障|停机|损坏)|未(?:停用|报废|损坏)|(?:维修|检修|大修)(?:后|完)[^，,；;]*|已(?:修复|恢复)"
)
_PARTLY = re.compile("(?:部分|有条件|有限)(?:对外)?(?:开放|共享)")
_NO_STATE = re.compile(  # 维修费另计 and 节假日不开放 say nothing of today
    r"费|价|电话|联系|热线|定期|每[年月周]|节假日|[寒暑]假|周末|周[一二三四五六日]|星期|夜间|记录|报告|^(?:否|[×✗✘╳xX])$"
)
_CLAUSES, _STATE = re.compile(r"[，,；;。\n]+"), 20  # characters of a clause that is a state


def read_resources(
    source: str | Path | pd.DataFrame,
    *,
    on: Day | None = None,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a table of instruments, laboratories, pilot lines, computing, incubators or platforms, one row each.

    Lists of platforms (平台名称, 平台类别, 依托单位) are resources too. Hours that are free (空闲机时), where they are
    not written, are those that are open less those that are used; hours of a year that a header names (2026年已用机时)
    count where it is the year of `on`, and are told and left out otherwise.

    Examples
    --------
    >>> table = pd.DataFrame({"仪器名称": ["万能试验机"], "主要技术指标": ["300kN"], "开放机时": [800]})
    >>> read_resources(table).rows[["name", "indicators", "hours_free"]].values.tolist()
    [['万能试验机', '300kN', 800.0]]
    """
    contract = RESOURCES if on is None else replace(RESOURCES, year=as_day(on).year + 1)  # the year's own figures
    reading = _with_times(read_table(source, contract, sheet=sheet, columns=columns))
    return _with_hours(_with_states(_with_units(reading)))


def is_closed(state: str) -> bool:
    """Whether a state says that nobody can use it."""
    return _CLOSED.search(_OPEN_AGAIN.sub("", state)) is not None


def is_for_some(state: str) -> bool:
    """Whether a state says that only some may use it, or only some of it is open (仅限园区企业, 部分开放).

    >>> [is_for_some(text) for text in ("仅限园区企业", "只对会员单位开放", "限时开放", "园区企业优先", "仅需合作协议")]
    [True, True, False, False, False]
    """
    return any(
        _PARTLY.search(part) or (_ONLY.search(part) and _FOR_SOME.search(part) and not _ALL.search(part))
        for part in _CLAUSES.split(state)
    )


def _with_states(reading: Reading) -> Reading:
    """What a remark says of the state (维修中), and whom a resource serves (仅限园区企业), as state; the rest of a
    remark stays one.
    """
    rows = reading.rows
    states, notes = [], []
    cells = (rows[name].fillna("").astype(str) for name in ("state", "note", "open_to"))
    for state, note, served in zip(*cells, strict=True):
        parts = [part.strip() for part in _CLAUSES.split(note)]
        said = [
            part
            for part in parts
            if len(part) <= _STATE and (is_closed(part) or is_for_some(part)) and not _NO_STATE.search(part)
        ]
        if _FOR_SOME.search(served) and not _ALL.search(served):
            said = list(dict.fromkeys((served if _ONLY.search(served) else f"仅限{served}", *said)))
        states.append("；".join(filter(None, (state, *said))))
        notes.append("；".join(part for part in parts if part and part not in said) if said else note)
    return Reading(rows.assign(state=states, note=notes), reading.problems, reading.columns)


def _with_hours(reading: Reading) -> Reading:
    rows = reading.rows
    unused = rows["hours_used"].isna()  # an empty cell is no use; what is written and unclear may be any
    for name in ("hours_used" + end for end in (LOW, HIGH, TEXT) if "hours_used" + end in rows):
        unused &= rows[name].isna() | rows[name].eq("")
    free = {}
    for end, other in (("", ""), (LOW, HIGH), (HIGH, LOW)):
        total, used = (
            rows.get(name + bound, rows[name]) for name, bound in (("hours_open", end), ("hours_used", other))
        )
        free[end] = (total - used.mask(unused, 0)).clip(lower=0)
    known = rows["hours_free"].notna() | rows.get("hours_free" + TEXT, pd.Series("", rows.index)).ne("")
    columns = {"hours_free": rows["hours_free"].where(known, free[""])}
    if not free[LOW].equals(free[HIGH]) or "hours_free" + LOW in rows:
        columns |= {
            f"hours_free{end}": rows.get(f"hours_free{end}", rows["hours_free"]).where(known, free[end])
            for end in (LOW, HIGH)
        }
    return Reading(rows.assign(**columns), reading.problems, reading.columns)


def read_resource_needs(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read needs as `matcher.read_needs` does, with capability, range, precision, sample, standard and hours."""
    return _with_units(_with_times(_with_cards(read_table(source, RESOURCE_NEEDS, sheet=sheet, columns=columns))))


def _with_cards(reading: Reading) -> Reading:
    """Hours of cards or cores (500卡时) as `card_hours`: they are no hours by the clock."""
    rows, problems = reading.rows, reading.problems
    if "hours" + TEXT not in rows:
        return reading
    found = [_CARDS.fullmatch(str(text)) for text in rows["hours" + TEXT]]
    cards = pd.Series([float(one[1].replace(",", "")) if one else pd.NA for one in found], rows.index, "Float64")
    headers = set(reading.columns.loc[reading.columns["field"] == "hours", "header"])
    ours = problems["column"].isin(headers) & problems["value"].map(lambda value: bool(_CARDS.fullmatch(str(value))))
    texts = rows["hours" + TEXT].mask(cards.notna(), "")
    return Reading(
        rows.assign(card_hours=cards, **{"hours" + TEXT: texts}),
        problems[~ours].reset_index(drop=True),
        reading.columns,
    )


def _with_times(reading: Reading) -> Reading:
    """Hours that are written as 8700h, and days, which are between a working day's and a whole day's hours each."""
    rows, problems = reading.rows, reading.problems
    for name in ("hours", "hours_free", "hours_open", "hours_used"):
        if name + TEXT not in rows:
            continue
        texts = rows[name + TEXT].where(rows[name].isna(), "").map(str)
        found = [_TIME.fullmatch(text) for text in texts]
        days = pd.Series([bool(match and match[2]) for match in found], rows.index)
        many = pd.Series(
            [float(match[1].replace(",", "")) if match else pd.NA for match in found], rows.index, "Float64"
        )
        read = many.notna()
        low, high = (many * days.map({True: a_day, False: 1.0}) for a_day in HOURS_A_DAY)
        if days.any() or name + LOW in rows:
            ends = {
                name + end: rows.get(name + end, rows[name]).mask(read, value)
                for end, value in ((LOW, low), (HIGH, high))
            }
            rows = rows.assign(**ends)
        columns = {name: rows[name].mask(read & ~days, many), name + TEXT: rows[name + TEXT].mask(read & ~days, "")}
        rows = rows.assign(**columns)
        headers = set(reading.columns.loc[reading.columns["field"] == name, "header"])
        here = problems["column"].isin(headers)
        units = [_TIME.fullmatch(str(value)) for value in problems["value"]]
        in_days = here & pd.Series([bool(match and match[2]) for match in units], problems.index, dtype=bool)
        in_hours = here & pd.Series([bool(match and not match[2]) for match in units], problems.index, dtype=bool)
        problems = problems.assign(
            problem=problems["problem"].mask(in_days, "写的是天，按每天 8 至 24 小时计"),
            action=problems["action"].mask(in_days, "请改写为小时"),
        )[~in_hours].reset_index(drop=True)
    return Reading(rows, problems, reading.columns)


def _with_units(reading: Reading) -> Reading:
    """Bare numbers of ranges and precisions with the unit of their header: 0~300 under 量程（kN）."""
    rows = reading.rows
    for name in ("range", "precision"):
        headers = set(reading.columns.loc[reading.columns["field"] == name, "header"])
        bracket = _BRACKET.search(headers.pop()) if len(headers) == 1 else None
        if bracket and read_unit(bracket[1]) is not None:
            bare = rows[name].str.fullmatch(_BARE)
            rows = rows.assign(**{name: rows[name].mask(bare, rows[name] + bracket[1])})
    return Reading(rows, reading.problems, reading.columns)
