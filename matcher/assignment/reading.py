"""The tables of an assignment or timetable, as people keep them: pairs, facts, meetings, earlier timetables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from matcher.assignment.timetabling import Timetable
from matcher.errors import TableError
from matcher.progress import logger
from matcher.tables.cells.texts import shorten
from matcher.tables.headers.column_account import USED
from matcher.tables.headers.forms import header_label
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.main import Column, Contract

_HEADERS = {
    "left_id": ("左方编号", "左方", "专家编号", "专家", "评审专家编号", "评审专家"),
    "right_id": ("右方编号", "右方", "项目编号", "项目", "村编号", "需求编号", "评审项目编号", "评审项目", "企业编号"),
    "score": ("分数", "得分", "匹配分", "匹配度", "相似度", "匹配得分"),
    "left_name": ("左方名称", "左方姓名", "专家姓名", "姓名", "专家名称"),
    "right_name": ("右方名称", "右方姓名", "项目名称", "名称", "需求名称", "企业名称", "村名称"),
    "reason": ("原因", "理由", "关系", "回避事由", "回避原因", "回避理由", "回避情形", "事由"),
    "value": ("匹配分", "分数", "价值", "得分", "匹配度", "相似度", "匹配得分"),
    "shared": (
        "取值",
        "单位",
        "机构",
        "人员",
        "企业",
        "工作单位",
        "所在单位",
        "所属单位",
        "单位名称",
        "承担单位",
        "申报单位",
        "依托单位",
        "项目单位",
        "企业名称",
        "兼职单位",
        "合作单位",
        "参与单位",
    ),
    "person": ("人员", "姓名", "成员"),
    "person_a": ("人员甲", "作者甲"),
    "person_b": ("人员乙", "作者乙"),
    "date": ("日期", "年份", "时间"),
    "distance": ("路程", "距离", "公里"),
    "person_id": ("人员编号", "人员", "编号", "专家编号", "企业编号"),
    "name": ("姓名", "名称", "专家姓名", "项目名称", "企业名称", "需求名称", "标题"),
    "slot": ("时段", "时间段"),
    "room": ("会议室", "房间", "桌号"),
    "panel_id": ("组编号", "评审组"),
}
_LATER = {  # of these headers those that give way to the others
    "right_id": ("企业编号",),
    "value": ("得分", "匹配度", "相似度", "匹配得分"),
    "person_id": ("专家编号", "企业编号"),
}
_UNIT = re.compile(  # headers of further units: 合作单位, 第二承担单位, 参股企业, 曾用名
    r"(?!.*(?:推荐|提名|主管|归口|组织|监管|管理|审[核批查]|发证|开户|计[量价]|金额|数据|填[报写]|报送|受理|立项|批准|下达|是否|高新技术|[小规]|上市))"
    r".*(?:单位|机构|企业|公司|高校|院校|学校|曾用名|原名)(?:名称|全称)?[0-9一二三四五甲乙丙]?"
)
_NO_NAME = re.compile(r"[\W\d_]*|是|否|有|无|true|false|yes|no", re.I)
_AVOIDED = ("需回避的项目", "需回避项目", "应回避的项目", "应回避项目", "回避项目", "申请回避项目", "申请回避的项目")
_NOBODY = re.compile("(?:无|没有)(?:需?要?回避)?(?:的?项目)?|无须回避|不需要?回避")
_NUMBERS = {"score", "distance", "value"}
_NAMES = ("left_name", "right_name")


def read_pairs(path: Path, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A pair table: left_id, right_id, score, and left_name, right_name where it has them. Ids are texts as written.

    A CSV with just these names in its first line is read as it is, quickly; anything else as people keep tables.
    sheet, columns: as for `matcher.tables.reading.read_table`. TableError says what cannot be used.
    """
    if not columns and _is_plain(path):
        try:
            frame = pd.read_csv(
                path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True, index_col=False
            ).rename(columns=str.strip)
            return pd.DataFrame({name: frame[name].str.strip() for name in frame.columns})
        except (UnicodeDecodeError, pd.errors.ParserError):
            pass  # the other reader says what is wrong, and where
    return _with_headers(path, ["left_id", "right_id", "score"], sheet, columns)


def _with_headers(
    path: Path, fields: Sequence[str], sheet: str | int | None, columns: Mapping[str, str] | None
) -> pd.DataFrame:
    """What `read_facts` gives with the names of both sides, and in `.attrs["headers"]` what stands over each field."""
    rows, account = read_fact_table(path, fields, _NAMES, sheet=sheet, columns=columns)
    used = account[account["use"] == USED]
    rows.attrs["headers"] = dict(zip(used["field"].astype(str), used["header"].astype(str), strict=True))
    return rows


def read_meetings(
    path: Path, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Candidate meetings: left_id, right_id, value or score, and left_name, right_name where it has them."""
    if not columns and _is_plain(path):
        return read_pairs(path)
    return read_facts(path, ["left_id", "right_id", "value"], _NAMES, sheet=sheet, columns=columns)


def read_facts(
    path: Path,
    fields: Sequence[str],
    optional: Sequence[str] = (),
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """A table with these fields, by their names or Chinese headers; TableError names those that are missing.

    Of `shared`, every further column of units (合作单位 beside 申报单位) makes rows of its own.
    """
    return read_fact_table(path, fields, optional, sheet=sheet, columns=columns)[0]


def read_fact_table(
    path: Path,
    fields: Sequence[str],
    optional: Sequence[str] = (),
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    by_name: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `read_facts` gives, and what became of each column (COLUMN_ACCOUNT).

    by_name: of a list of pairs that people were asked for: names stand for ids where it has no column of these
    (专家姓名, 需回避的项目), and a row that says 无 is none, which is told.
    """
    declared = [
        Column(
            name,
            "number" if name in _NUMBERS else "text",
            _HEADERS[name][0],
            (*_HEADERS[name][1:], *(_AVOIDED if by_name and name == "right_id" else ())),
            labels=("无", "没有") if by_name and name in ("right_id", "right_name") else (),  # no placeholders here
            lines=name == "shared",  # units may stand below each other in a cell
            later=_LATER.get(name, ()),
        )
        for name in (*fields, *optional, *(_NAMES if by_name else ()))
    ]
    needed = (*fields, *(_NAMES if by_name else ()))
    contract = Contract("facts", "行", "row_id", (Column("row_id", "id", "行号"), *declared), any_of=needed)
    reading = read_table(path, contract, sheet=sheet, columns=columns)
    if shares := [name for name in _NUMBERS.intersection(fields) if _lost_shares(reading, name)]:  # 95%
        parts = tuple(replace(one, kind="share") if one.name in shares else one for one in contract.columns)
        reading = read_table(path, replace(contract, columns=parts), sheet=sheet, columns=columns)
    _refuse_unread(path, reading, fields)
    unused = reading.problems[~reading.problems["kept"].astype(bool)]
    below = unused["action"].astype(str).str.startswith("请删去这一行")  # totals, notes and signatures
    for row, problem in unused.loc[below, ["row", "problem"]].to_numpy().tolist():
        logger.warning("%s：第 %s 行%s，没有读入", path.name, row, problem)
    unused = unused[~below]
    if len(unused):
        raise TableError(f"{path.name}：第 {unused['row'].iloc[0]} 行：{unused['problem'].iloc[0]}", reading.problems)
    rows, account = _with_units(reading) if "shared" in fields else (reading.rows, reading.columns)
    filled = set(account["field"])
    if by_name:
        for side in ("left", "right"):
            if f"{side}_id" not in filled and f"{side}_name" in filled:
                rows = rows.assign(**{f"{side}_id": rows[f"{side}_name"]})
                filled.add(f"{side}_id")
        nobody = rows["right_id"].map(lambda cell: bool(_NOBODY.fullmatch(str(cell))))
        for at in rows.index[nobody]:
            logger.warning("%s：第 %s 行写的是“%s”，不是要回避的一条", path.name, _row(rows, at), rows["right_id"][at])
        rows = rows[~nobody].reset_index(drop=True)
    if "shared" in rows and (lacking := rows["shared"] == "").any() and not lacking.all():
        ids = rows[fields[0]]
        silent = ids[lacking & ~ids.isin(ids[~lacking])]
        if len(silent):
            logger.warning("%s：%d 行没有填单位（取值），无从判断是否相同，请核对", path.name, len(silent))
        rows = rows[~lacking].reset_index(drop=True)
    empty = [name for name in fields if name not in _NUMBERS and name != "date" and (rows[name] == "").any()]
    empty += [name for name in fields if name in _NUMBERS and name not in filled]
    if absent := [name for name in empty if name not in filled]:
        heads = _HEADERS[absent[0]] + (_HEADERS[absent[0].replace("_id", "_name")] if by_name else ())
        seen = "、".join(str(header) for header in account["header"] if header)
        raise TableError(
            f"{path.name}：没有“{heads[0]}”（{absent[0]}）这一列；表头是：{seen}；请把这一列的表头改成{'、'.join(heads)}之一"
        )
    if empty:
        row = _row(rows, int((rows[empty[0]] == "").to_numpy().argmax()))
        raise TableError(f"{path.name}：第 {row} 行的“{_HEADERS[empty[0]][0]}”（{empty[0]}）是空的；请补上或删去这一行")
    return rows, account


def _unread(reading: Reading, name: str) -> pd.DataFrame:
    """What is told of the cells of a field of numbers that were not read."""
    headers = reading.columns.loc[reading.columns["field"] == name, "header"]
    told = reading.problems
    return told[told["column"].isin(set(headers)) & told["value"].astype(str).ne("") & told["row"].notna()]


def _lost_shares(reading: Reading, name: str) -> bool:
    return bool(
        reading.rows[name].isna().any() and _unread(reading, name)["value"].astype(str).str.contains("[%％]").any()
    )


def _refuse_unread(path: Path, reading: Reading, fields: Sequence[str]) -> None:
    """Raise TableError for the first cell of a field of numbers that holds something else; a distance may be unknown
    (不通车), which is told.
    """
    for name in _NUMBERS.intersection(fields):
        if reading.rows[name].isna().any() and len(told := _unread(reading, name)):
            row, header, value, problem, action = told.iloc[0][["row", "column", "value", "problem", "action"]]
            more = f"（这样的共 {len(told)} 格）" if len(told) > 1 else ""
            if name == "distance":
                said = f"第 {row} 行“{shorten(str(value), 20)}”{more}"
                logger.warning("%s：%s不是数字，按路程不详：%s", path.name, header, said)
                continue
            raise TableError(
                f"{path.name}：第 {row} 行，{header} = “{shorten(str(value), 20)}”：{problem}{more}；{action}",
                reading.problems,
            )


def _row(rows: pd.DataFrame, at: int) -> str:
    """The number of a row, as it stands in the file where the reader numbered it."""
    return str(rows["row_id"][at]).removeprefix("行-").lstrip("0")


def _with_units(reading: Reading) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows with those of further columns of units, and the columns, of which these are used too."""
    rows, account = reading.rows, reading.columns.copy()
    parts = [rows]
    for at, header in account.loc[account["use"] != USED, "header"].items():
        if header not in rows or not _UNIT.fullmatch(re.sub(r"\s", "", header_label(header))):
            continue
        names = rows[header].astype(object).fillna("").astype(str).str.strip()
        names = names.mask(names.map(lambda name: bool(_NO_NAME.fullmatch(name))), "")
        if (names != "").any():
            parts.append(rows.assign(shared=names)[names != ""])
            account.loc[at, ["field", "title", "use", "nearest", "hint"]] = ["shared", "取值", USED, "", ""]
    return (pd.concat(parts, ignore_index=True) if len(parts) > 1 else rows), account


def ids_and_names(path: Path, side: str) -> dict[str, str]:
    """The ids of a table of one side with their names, where it has such a column (专家姓名, 项目名称); else {}."""
    titles = {"left": ("专家姓名", ("姓名", "专家名称")), "right": ("项目名称", ("需求名称", "企业名称", "村名称"))}
    ids = Column("id", "text", _HEADERS[f"{side}_id"][0], _HEADERS[f"{side}_id"][1:])
    contract = Contract(
        "names", "行", "row_id", (Column("row_id", "id", "行号"), ids, Column("name", "text", *titles[side]))
    )
    rows = read_table(path, contract).rows
    rows = rows[(rows["id"] != "") & (rows["name"] != "")]
    return dict(zip(rows["id"].astype(str), rows["name"].astype(str), strict=True))


def read_plan(path: Path, *, slots: Sequence[str], rooms: Sequence[str]) -> Timetable:
    """A timetable that was written before (left_id, right_id, slot, room, value), to be repaired."""
    meetings = read_facts(path, ["left_id", "right_id", "slot", "room", "value"])
    empty = pd.DataFrame(columns=["person_id", "slot", "room"], dtype=str)
    return Timetable(
        meetings, meetings.iloc[:0], meetings.iloc[:0], tuple(slots), tuple(rooms),
        empty[["person_id", "slot"]], empty[["room", "slot"]], {},
    )  # fmt: skip


def names_in(text: str) -> list[str]:
    """Names separated by commas.

    >>> names_in("09:00，09:20, 09:40")
    ['09:00', '09:20', '09:40']
    """
    return [word.strip() for word in text.replace("，", ",").split(",") if word.strip()]


def room_names(text: str) -> list[str]:
    """The rooms by their number or their names.

    >>> room_names("2"), room_names("A,B")
    (['01号桌', '02号桌'], ['A', 'B'])
    """
    return [f"{number:02d}号桌" for number in range(1, int(text) + 1)] if text.isdigit() else names_in(text)


def _is_plain(path: Path) -> bool:
    """Whether a CSV's first line names left_id, right_id and score."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        head = {name.strip().strip('"') for name in file.readline().split(",")}
    return {"left_id", "right_id", "score"} <= head
