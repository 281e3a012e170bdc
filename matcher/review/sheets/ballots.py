"""Ballots in, one row a vote or one column a member: what each word and mark says, and whose column is whose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from matcher.errors import ArgumentError, TableError
from matcher.review.sheets.reviewer_names import is_numbered
from matcher.review.sheets.scores import read_by_id_or_title
from matcher.tables.cells.texts import is_blank
from matcher.tables.files.grids import read_book
from matcher.tables.headers.column_account import USED
from matcher.tables.naming.writings import fold
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.contracts import Column
from matcher.tables.schemas.reviews import VOTES

KINDS = {"for": "同意", "against": "反对", "abstained": "弃权", "absent": "缺席", "recused": "回避"}
EMPTY = "空"  # how a cell without a mark is named
_WORDS = {
    "for": re.compile(r"(?:同意|赞成|赞同|支持)(?:票|授奖|通过)?|是|yes|y|[√✓✔☑]|1(?:\.0)?", re.I),
    "against": re.compile(r"(?:不同意|反对|不赞成|不赞同)票?|否|no|n|[×x✕✗✘✖]|0(?:\.0)?", re.I),
    "absent": re.compile("缺席|请假|未到|未到会|未参加|未出席|absent", re.I),
    "abstained": re.compile("弃权票?|弃票|abstain(?:ed)?|未投票?", re.I),
    "recused": re.compile("(?:须|应|已|申请)?回避|recused?", re.I),
}
_PLAIN = re.compile(r"是|否|yes|no|y|n|[01](?:\.0)?", re.I)  # also what other columns than ballots hold
_MARK = "[√✓✔☑×✕✗✘✖○〇◯△▲□■●◎]"
_NOTHING = "空(?:格|白)?(?:处|票|着|的|者)?|(?:没有|[不未])[填打画写](?:的|者)?|留空(?:的|者)?"
_SAID = "(不同意|同意|赞成|反对|弃权|缺席|回避)"
_LEGENDS = (  # ○为弃权 and 弃权画○
    (re.compile(rf"({_MARK}|{_NOTHING})[”\"]?(?:即?为|是|代表|表示|视为|视同|按|算|指|[=:])?[“\"]?{_SAID}"), (1, 2)),
    (re.compile(rf"{_SAID}的?(?:请?在.{{0,12}})?(?:画|打|填|写|用|记|[=:(])[“\"(]?({_MARK})"), (2, 1)),
    (re.compile(rf"{_SAID}(?:票?的|者)?(?:请|则|可|为|用|[=:(])?[“\"(]?({_NOTHING})(?![^,，。;；、)）”\"])"), (2, 1)),
)
_BESIDE = {  # in a line above or below the table: 应到21人，实到19人
    name: re.compile(
        rf"(?:{word})会?(?:会议|评审)?(?:委员|评委|专家)?(?:人数)?(?:为|共|有|:)?\s*(\d{{1,3}})\s*"
        r"(?:[人位名](?!以上|以下|的|[方才])|$)"
    )
    for name, word in (("members", "应到"), ("present", "实到|到会|出席"))
}
_OF_MEMBERS = re.compile("应到|实到|委员(?!会)|评委")  # 特邀专家出席3人 is of others
_A_LINE = 2  # filled cells, at most, of a row that is a line beside the table
_BALLOT = ("voter", "vote")
_PANEL = re.compile(
    "(?:委员|评委|专家|评审人|投票|表决)(?:们|会)?(?:的)?(?:投票|表决|意见|记票|票)?(?:情况|明细|意见)?"
)
_NO_MEMBER = re.compile(
    "是否|有无|涉密|结[果论]|[合小总共]计|备注|说明|签[字名]|等级|奖|[票数率]$|^(?:不?同意|赞成|反对|弃权|缺席|回避|应到|实到|到会|序号)$"
)


def kind_of(text: str) -> str:
    """What a vote says: a key of KINDS, or "unknown"."""
    bare = re.sub(r"\(.*\)$", "", fold(text))
    return next((kind for kind, words in _WORDS.items() if words.fullmatch(bare)), "unknown")


def marks_of(pairs: Mapping[str, str]) -> dict[str, str]:
    """Marks with what they say in words (○ -> 弃权) for `read_votes`. Raises ArgumentError for other words."""
    found = {fold(mark): kind_of(word) for mark, word in pairs.items()}
    if unclear := [word for word in pairs.values() if kind_of(word) == "unknown"]:
        raise ArgumentError(f"“{unclear[0]}”不是表决意见；请写 {'、'.join(KINDS.values())} 之一")
    return found


def read_votes(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
) -> Reading:
    """Read ballots, one row a member and item, or the counts, one row an item (the contract VOTES).

    A table with a column a member, named by it or below a common header (委员投票), is read as one row a member and
    item. What a mark means (○) the sheet itself may say, in a header or note (√同意 ×反对 ○弃权); `marks`, by keys of
    KINDS, wins over it.

    Examples
    --------
    >>> table = pd.DataFrame({"项目编号": ["A"], "张三": ["同意"], "李四": ["回避"]})
    >>> read_votes(table).rows[["item", "voter", "vote"]].values.tolist()
    [['A', '张三', '同意'], ['A', '李四', '回避']]
    """
    own = {*_BALLOT, *(VOTES[name].title for name in _BALLOT)}
    wide = None if own & set((columns or {}).values()) else _wide(source, sheet, columns)
    reading = read_by_id_or_title(source, VOTES, sheet=sheet, columns=columns)[0] if wide is None else wide
    reading = _with_counts_beside(reading, source, sheet)
    said = {**_legend(source, sheet), **(marks or {})}
    votes = reading.rows["vote"].map(lambda cell: _in_words(cell, said)) if "vote" in reading.rows else None
    return reading if votes is None else replace(reading, rows=reading.rows.assign(vote=votes))


def _in_words(cell: object, marks: Mapping[str, str]) -> object:
    """A vote, in words where it is a mark whose meaning somebody stated."""
    text = "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload]
    kind = marks.get(fold(text) or EMPTY)
    return cell if kind is None else KINDS[kind]


def _legend(source: str | Path | pd.DataFrame, sheet: str | int | None) -> dict[str, str]:
    """What marks mean by the words of the sheet itself; none of which it says two things."""
    found: dict[str, set[str]] = {}
    for grid in read_book(source, sheet=sheet).grids:
        for cell in (cell for row in grid.rows for cell in row if isinstance(cell, str)):
            for pattern, (mark, word) in _LEGENDS:
                for hit in pattern.finditer(fold(cell)):
                    name = hit[mark] if re.fullmatch(_MARK, hit[mark]) else EMPTY
                    found.setdefault(name, set()).add(kind_of(hit[word]))
    return {mark: kinds.pop() for mark, kinds in found.items() if len(kinds) == 1}


def _with_counts_beside(reading: Reading, source: str | Path | pd.DataFrame, sheet: str | int | None) -> Reading:
    """The rows with how many members there are and how many came, where a line beside the table alone says it, told;
    who came is not asked where there are ballots.
    """
    rows, told = reading.rows, list[tuple[object, ...]]()
    lines = [
        (number, fold(cell))
        for grid in read_book(source, sheet=sheet).grids
        if not isinstance(source, pd.DataFrame) and grid.sheet == str(reading.columns["sheet"].iloc[0])
        for number, row in zip(grid.numbers, grid.rows, strict=True)
        if sum(not is_blank(cell) for cell in row) <= _A_LINE
        for cell in row
        if isinstance(cell, str) and _OF_MEMBERS.search(cell)
    ]
    ballots = "vote" in rows and rows["vote"].fillna("").astype(str).ne("").any()
    for name, words in _BESIDE.items():
        found = {hit[1]: (number, hit[0]) for number, text in lines for hit in words.finditer(text)}
        if len(found) != 1 or (name in rows and rows[name].notna().any()) or (ballots and name == "present"):
            continue
        many, (number, written) = next(iter(found.items()))
        rows = rows.assign(**{name: int(many)})
        place = (*(str(reading.columns[one].iloc[0]) for one in ("file", "sheet")), number)
        told.append((*place, VOTES[name].title, written, "写在表外，已填到每一项", "请核对", True))
    more = [pd.DataFrame(told, columns=PROBLEM_COLUMNS)] if told else []
    lists = [one for one in (reading.problems, *more) if len(one)]
    problems = pd.concat(lists, ignore_index=True) if told else reading.problems
    return replace(reading, rows=rows, problems=problems.astype({"row": "Int64", "kept": bool}))


def _wide(
    source: str | Path | pd.DataFrame, sheet: str | int | None, columns: Mapping[str, str] | None
) -> Reading | None:
    """One row a vote of a table with a column a member; None where it has none."""
    contract = replace(VOTES, columns=tuple(_told(one) for one in VOTES.columns if one.name not in _BALLOT))
    try:  # 同意 in a cell must not look like a header of counts
        reading, _ = read_by_id_or_title(source, contract, sheet=sheet, columns=columns)
    except TableError:
        return None
    rows, account = reading.rows, reading.columns.copy()
    unused = [str(header) for header in account.loc[account["field"] == "", "header"] if str(header) in rows]
    members = {header: label for header in unused if (label := _member(header, rows[header]))}
    if len(members) < 2:
        return None
    melted = [
        rows.drop(columns=list(members)).assign(voter=label, vote=rows[header].fillna("").astype(str))
        for header, label in members.items()
    ]
    account.loc[account["header"].isin(members), ["field", "title", "use"]] = ["vote", VOTES["vote"].title, USED]
    account.loc[account["header"].isin(members), ["nearest", "hint"]] = ""
    text = f"一列一位委员，已按列读成 {len(members)} 位委员的表决意见"
    file = {name: str(account[name].iloc[0]) for name in ("file", "sheet")}
    line = (file["file"], file["sheet"], None, VOTES["voter"].title, "、".join(members.values()), text, "请核对", True)
    told = pd.DataFrame([line], columns=PROBLEM_COLUMNS)
    problems = pd.concat([reading.problems, told], ignore_index=True) if len(reading.problems) else told
    table = pd.concat(melted).sort_index(kind="stable").reset_index(drop=True)
    return Reading(table, problems.astype({"row": "Int64"}), account)


def _told(column: Column) -> Column:
    """A column of counts by its longer headers only (同意票, not 同意)."""
    if column.name not in ("votes_for", "votes_against", "abstained", "recused"):
        return column
    return replace(column, headers=tuple(one for one in column.headers if one[-1] in "票数"))


def _member(header: str, cells: pd.Series) -> str:
    """The member whose column this is, as the header names them; "" for a column of something else."""
    group, _, name = header.rpartition("-")
    if _NO_MEMBER.search(fold(name)):
        return ""
    texts = [text for cell in cells.dropna() if (text := fold(str(cell)).strip())]
    read = [text for text in texts if kind_of(text) != "unknown" or re.fullmatch(_MARK, text)]
    if (group and _PANEL.fullmatch(fold(group))) or is_numbered(name):
        return name if len(read) * 2 >= len(texts) else ""
    sure = any(not _PLAIN.fullmatch(text) for text in read)
    return name if sure and len(read) == len(texts) else ""
