"""A register of platforms (创新平台): read, told apart by kind and level, counted by year."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from matcher.errors import TableError
from matcher.export.sheets import Sheet
from matcher.export.titles import PLATFORMS
from matcher.policy.firms.identity import PLATFORM, has_ended, identified, with_lines
from matcher.tables.arguments import Day, as_day, check_firms
from matcher.tables.files.grids import Source
from matcher.tables.reading import Reading, read_table
from matcher.tables.rows.remarks import Override, came_back, left_standing, override_in, override_of, remarks_of
from matcher.tables.schemas.main import HIGH, LOW, Column, Contract

COUNTS = ("kind", "level", "year", "platforms")
UNKNOWN = "未知"
# A kind and the words by which people write it; the first that fits, so that the longer ones come first.
KINDS = {
    "科技企业孵化器": "孵化器",
    "众创空间": "众创空间|创客空间|星创天地",
    "加速器": "加速器",
    "院士工作站": "院士.{0,4}工作站",
    "博士后工作站": "博士后.{0,6}工作站",
    "中试基地": "中试",
    "概念验证平台": "概念验证",
    "新型研发机构": "新型研发|研究院",
    "重点实验室": "重点实验室",
    "企业技术中心": "企业技术中心",
    "工程技术研究中心": "工程技术研究中心",
    "工程研究中心": "工程研究中心|工程实验室",
    "技术创新中心": "技术创新中心",
    "共性技术平台": "共性技术",
}
LEVELS = {"国家级": "国家|部级|教育部|科技部|工信部", "省级": "省|自治区", "市级": "市", "县级": "县|区"}
_OF_WHAT_FIELDS = r"(?:综合|专业)[型类性]?"  # of an incubator
_NOT_YET = re.compile("培育|筹建|拟建|拟申报|申报中|创建中|争创|待认定")
_IS_NOT_YET = re.compile(
    rf"(?:{_NOT_YET.pattern})(?:期内?|阶段|库|中|状态|平台|[)）])*$|^拟"
)  # 正常，培育企业20家 is one
_REMARKS_NOT_YET = re.compile(
    rf"(?:目前|现|尚|仍|正|处于|正在|该|本|平台)*(?:{_NOT_YET.pattern}|在建|建设中|建设期)(?:期内?|阶段|中|状态|平台)*"
)  # 新厂房在建 is of another thing
_IN_A_NAME = {name: f"{name}|{name.removesuffix('级')}重点实验室" for name in LEVELS}  # 市 alone may be the place
_REGISTER = Contract(
    "platforms", "平台", "row_id", (Column("row_id", "id", "行编号"), *PLATFORM.identity, *PLATFORM.beside)
)


def read_platforms(
    source: Source,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read a register of platforms, one row per platform and recognition.

    Parameters
    ----------
    source
        A file (csv, xlsx, xls, parquet, jsonl) or a DataFrame, with 平台名称, 平台类别, 平台级别, 认定日期 and the
        like.
    sheet
        Of a workbook: its name or its place.
    columns
        Header in the file -> column name, where a header is not known.
    bad_rows
        "list" reports rows that cannot be read, "refuse" raises.

    Returns
    -------
    Reading
        `rows`: enterprise_id (the 平台编号, else the name, else the host), name, host, host_uscc, kind and level as
        `KINDS` and `LEVELS` name them ("" where nothing says it), approved_on with its bounds where only a year is
        known, status, and what else the table has. A kind or level that its column does not say is taken from the
        name, and told.

    Raises
    ------
    TableError
        When the table cannot be used; see `matcher.tables.reading.read_table`.

    Examples
    --------
    >>> table = pd.DataFrame({"平台名称": ["某市级重点实验室"], "认定年度": ["2020"]})
    >>> read_platforms(table).rows[["kind", "level"]].values.tolist()
    [['重点实验室', '市级']]
    """
    reading = read_table(source, replace(_REGISTER), sheet=sheet, columns=columns, bad_rows=bad_rows)
    found = identified(reading, columns, PLATFORM)
    again = found.problems["problem"].str.contains("同一申请日期有不止一行", regex=False)  # a row a recognition
    found = replace(found, problems=found.problems[~again].reset_index(drop=True))
    rows = found.rows
    kinds, levels, names = (rows[name].fillna("").astype(str) for name in ("kind", "level", "name"))
    lines = [
        _line("平台类别", text, "说的是综合还是专业，不是平台类别，已按名称判断", "请核对；不对的请填写平台类别")
        for text in dict.fromkeys(kinds[kinds.str.fullmatch(_OF_WHAT_FIELDS)])
    ]
    kinds = kinds.mask(kinds.str.fullmatch(_OF_WHAT_FIELDS), "")
    by_name, of_kind = _named(names, KINDS), _named(kinds, LEVELS)
    guesses = {"kind": by_name, "level": of_kind.where(of_kind != "", _named(names, _IN_A_NAME))}
    for written, words, title in ((kinds, KINDS, "平台类别"), (levels, LEVELS, "平台级别")):
        guess = guesses[str(written.name)]
        if many := int(((written == "") & (guess != "")).sum()):
            lines.append(_line(title, "", f"{many} 行没有填写，已按名称或类别判断", "请核对；不对的请填写这一列"))
        lines += [
            _line(title, text, "不是认得的说法，照原样计数", f"常见的有：{'、'.join(words)}")
            for text in dict.fromkeys(written[(written != "") & (_named(written, words) == "")])
        ]
        plain = in_plain_words(written, words)
        rows = rows.assign(**{str(written.name): plain.where(plain != "", guess)})
    return Reading(rows, with_lines(found, lines), found.columns)


def _named(texts: pd.Series[Any], words: Mapping[str, str]) -> pd.Series[Any]:
    """The first of some names whose words each text has, "" for none."""
    names = {
        text: next((name for name, pattern in words.items() if re.search(pattern, text)), "")
        for text in texts.unique()
        if words is KINDS or not _IS_NOT_YET.search(text)
    }
    return texts.map(lambda text: names.get(text, "")).astype(object)


def in_plain_words(texts: pd.Series[Any], words: Mapping[str, str]) -> pd.Series[Any]:
    """The texts in the words of a list (`KINDS`, `LEVELS`) where they are known, else as they are."""
    written = texts.fillna("").astype(str).str.strip()
    named = _named(written, words)
    return named.where(named != "", written)


def _line(column: str, value: str, problem: str, action: str) -> dict[str, Any]:
    return {"row": None, "column": column, "value": value, "problem": problem, "action": action, "kept": True}


def count_platforms(platforms: pd.DataFrame, *, on: Day | None = None, since: Day | None = None) -> pd.DataFrame:
    """How many platforms there are of each kind and level, by the year in which they were recognised.

    Parameters
    ----------
    platforms
        Rows of `read_platforms`, or of `matcher.policy.firms.table.read_firms` for policies over platforms:
        enterprise_id, kind, level, approved_on (or its bounds `approved_on_min`, `approved_on_max`), status.
    on
        Only those recognised by that day; of those without a known day, all are left in.
    since
        Only those recognised on or after that day, for what a year's plan asks for; those without a known day are
        left out.

    Returns
    -------
    pandas.DataFrame
        kind, level, year (NA where not known), platforms. A platform counts once for each kind and level, in the first
        year; one that has ended (撤销, 注销 ...) or is not there yet (筹建, 在建, 培育), also by a remark, does not
        count.
        Sorted by kind, level and year as `KINDS` and `LEVELS` order them; an empty table has no rows. What nobody
        knows is 未知.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When `platforms` is no such table, or a day is none.
    TableError
        When neither the kind nor the name of any platform is there.

    Examples
    --------
    >>> table = pd.DataFrame({"平台名称": ["甲省级重点实验室", "乙众创空间"], "认定年度": [2020, 2021]})
    >>> count_platforms(read_platforms(table).rows).values.tolist()
    [['众创空间', '未知', 2021, 1], ['重点实验室', '省级', 2020, 1]]
    """
    check_firms(platforms, "enterprise_id", name="platforms")
    if "kind" not in platforms:
        raise TableError("平台表没有平台类别；请用 read_platforms 读入，或补填“平台类别”")
    table = pd.DataFrame(
        {
            "id": platforms["enterprise_id"].astype(str).to_numpy(object),
            "kind": _filled(platforms["kind"], KINDS),
            "level": _filled(platforms["level"], LEVELS) if "level" in platforms else UNKNOWN,
        }
    )
    low, high = _days(platforms, LOW), _days(platforms, HIGH)
    day = None if on is None else as_day(on)
    said = [overruled(row, "status", day) for row in platforms.to_dict("records")]
    keep = np.array([one is None or not one.plain for one in said], bool)
    if day is not None:
        keep &= ~(low > np.datetime64(day)).to_numpy(bool)
    if since is not None:
        keep &= (low >= np.datetime64(as_day(since))).to_numpy(bool)
    year = low.dt.year.where(low.dt.year == high.dt.year)
    table = table.assign(year=year.to_numpy())[keep].sort_values("year", kind="stable", na_position="last")
    table = table.drop_duplicates(["id", "kind", "level"])
    counted = table.groupby(["kind", "level", "year"], dropna=False, sort=False).size().reset_index(name="platforms")
    order = {name: place for place, name in enumerate((*KINDS, *LEVELS))}
    counted = counted.assign(
        first=counted["kind"].map(lambda name: order.get(name, len(order))),
        second=counted["level"].map(lambda name: order.get(name, len(order))),
    ).sort_values(["first", "kind", "second", "level", "year"], ignore_index=True)
    return counted.astype({"year": "Int64"})[list(COUNTS)]


def _filled(texts: pd.Series[Any], words: Mapping[str, str]) -> Any:
    plain = in_plain_words(texts, words)
    return plain.where(plain != "", UNKNOWN).to_numpy(object)


def _days(platforms: pd.DataFrame, end: str) -> pd.Series[Any]:
    """The first or last day on which each platform may have been recognised."""
    empty = pd.Series(pd.NaT, index=platforms.index)
    exact = pd.to_datetime(platforms["approved_on"]) if "approved_on" in platforms else empty
    bound = pd.to_datetime(platforms[f"approved_on{end}"]) if f"approved_on{end}" in platforms else empty
    return exact.where(exact.notna(), bound).reset_index(drop=True)


def overruled(row: Mapping[Any, Any], state: str, day: dt.date | None = None) -> Override | None:
    """What the state of a platform and its remarks say against it on a day: that it has ended (撤销) or is not there
    yet (筹建, 在建); None for nothing. One that is not `plain` counts, and a person must look.

    Examples
    --------
    >>> overruled({"status": "正常", "备注": "2025年评估不合格，已撤销"}, "status").words
    '已撤销'
    >>> [overruled({"备注": text}, "status") for text in ("", "新厂房在建", "未撤销")]
    [None, None, None]
    """
    written = row.get(state)
    status = re.sub(r"[(（]原[^()（）]*[)）]", "", written) if isinstance(written, str) else ""
    if _IS_NOT_YET.search(status) or _REMARKS_NOT_YET.fullmatch(status.strip()):
        return Override(True, status, None)
    said = _ended(row, state, day)
    if said is not None and said.plain:
        return said
    waiting = _not_yet(row)
    return Override(True, waiting, None) if waiting else said


def _not_yet(row: Mapping[Any, Any]) -> str:
    """The clause of a remark by which a platform is not there yet, "" for none."""
    clauses = re.split("[,，;；。！!\n]+", remarks_of(row))
    return next((clause for clause in map(str.strip, clauses) if _REMARKS_NOT_YET.fullmatch(clause)), "")


def platform_remarks(platforms: pd.DataFrame, *, on: Day) -> pd.DataFrame:
    """What remarks and states say against a platform, as a list of problems (PROBLEM_COLUMNS)."""
    rows = platforms.to_dict("records")
    ended = [_ended(row, "status", as_day(on)) for row in rows]
    told = left_standing(platforms, ended, "enterprise_id", "计数")[1]
    lines = [
        {
            "file": "",
            "sheet": "",
            **_line("备注", str(row["enterprise_id"]), f"写明“{said}”，没有计数", "要计数请改备注或状态"),
        }
        for row in rows
        if (said := _not_yet(row))
    ]
    return pd.concat([told, pd.DataFrame(lines, columns=told.columns).astype(told.dtypes)], ignore_index=True)


def _ended(row: Mapping[Any, Any], state: str, day: dt.date | None) -> Override | None:
    """What the state of a platform and its remarks say of its end on a day."""
    said = override_in(row, (state,), day)
    written = row.get(state)
    if not isinstance(written, str) or (said and said.plain) or not has_ended([written])[0]:
        return said
    return said if came_back(written) or _is_to_come(written, day) else Override(True, written, None)


def _is_to_come(state: str, day: dt.date | None) -> bool:
    said = override_of(state)
    return said is not None and said.plain and not said.on(day).plain


def platform_sheets(rows: pd.DataFrame, counts: pd.DataFrame, *, on: dt.date) -> tuple[dict[str, Sheet], list[str]]:
    """The sheets 计数 and 平台 of a register, and the lines of 说明."""
    names = [column.name for column in (*PLATFORM.identity, *PLATFORM.beside) if column.name in rows]
    titles = {column.name: column.title for column in (*PLATFORM.identity, *PLATFORM.beside)}
    texts = {f"approved_on{end}": f"认定日期{word}" for end, word in ((LOW, "（最早）"), (HIGH, "（最晚）"))}
    shown = [name for name in (*names, *texts) if name in rows]
    lines = [
        f"截至 {on.isoformat()}；已撤销、注销和筹建、培育中的不计；同一平台同一类别、级别只计一次，记在最早的一年",
        "年份空着的是没有填认定日期，或只知一个跨年的范围",
    ]
    return {
        "计数": Sheet(counts, PLATFORMS, frozen=2),
        "平台": Sheet(rows[shown], {**titles, **texts}, frozen=2),
    }, lines
