"""Who a firm is: its 企业编号, else its right 统一社会信用代码, else its name, else its row; whether it exists.

A platform is its 平台编号, else its name, else its host.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from matcher.policy.firms.linkage import is_like_name, right_codes, says_nothing, uscc_fault, written_name
from matcher.policy.firms.words import WORDS
from matcher.tables.cells.texts import shorten
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.row_numbers import numbers_rows
from matcher.tables.reading import CARRIED, PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.contracts import column
from matcher.tables.schemas.main import NEEDS, Column

IDENTITY = (
    Column("enterprise_id", "text", "企业编号", ("企业ID", "企业代码", "单位编号", "编号", "ID")),
    Column("name", "text", "企业名称", tuple(WORDS["name"].split())),
    Column("uscc", "text", "统一社会信用代码", tuple(WORDS["uscc"].split())),
    Column("region", "text", "地区", NEEDS["region"].headers),
    Column("apply_on", "date", "申请日期", ("申报日期", "拟申请日期")),
)
# What lists say of a firm besides. The number of a row is carried, and never an id.
BESIDE = (
    Column("serial", "text", "序号", ("序", "行号", "行次", "顺序号", "No", "No.")),
    Column("former_names", "text", "曾用名", ("曾用名称", "企业曾用名", "原名称", "原企业名称", "变更前名称")),
    Column(
        "status",
        "text",
        "登记状态",
        (
            "经营状态",
            "企业状态",
            "存续状态",
            "营业状态",
            "登记状况",
            "经营状况",
            "企业登记状态",
            "企业经营状态",
            "主体状态",
            "市场主体状态",
        ),
    ),
)

_ENDED = re.compile(
    "注销|吊销|撤销|迁出|停业|歇业|清算|破产|关闭|关停|解散|除名|终止|倒闭|cancel|revoke|dissolve|deregister", re.I
)
_NOT_ENDED = re.compile(r"(?:未|没有|无|非|不)(?:被)?(?:注销|吊销|撤销|迁出|停业|歇业|清算|破产|关闭|解散|除名|终止)")
# Taxed through their partners or their head, or no company: the code alone does not make them resident enterprises.
_NO_RESIDENT = re.compile(r"合伙|分公司|分行|支行|分店|分厂|代表处|办事处|代表机构|常驻机构")


@dataclass(frozen=True)
class Subject:
    """What one row of a table is about: an enterprise, or a platform that a host runs.

    title, unit: its word and what counts it (企业, 家). identity, beside: the columns that say which one it is, and
    what lists say of it besides. by: the columns that tell it from others, best first, after its id. code: the column
    of a 统一社会信用代码, its own or its host's. missing: how a row without any of these is told of.
    """

    id: str
    title: str
    unit: str
    identity: tuple[Column, ...]
    beside: tuple[Column, ...]
    by: tuple[str, ...]
    code: str
    missing: str

    @property
    def words(self) -> dict[str, str]:
        """The Chinese title of each column of the identity; a made-up id counts as an id."""
        titles = {column.name: column.title for column in self.identity}
        return {**titles, "row_id": titles["enterprise_id"]}

    @property
    def counted(self) -> str:
        """What a number of them is followed by: 家企业, 个平台."""
        return self.unit + self.title


FIRM = Subject("firm", "企业", "家", IDENTITY, BESIDE, ("uscc", "name"), "uscc", "企业编号、信用代码和企业名称")
_HOSTS = " ".join(word for word in WORDS["name"].split() if word != "名称")
PLATFORM = Subject(
    "platform",
    "平台",
    "个",
    (
        column(
            "enterprise_id", "text", "平台编号",
            "平台ID 平台代码 创新平台编号 备案编号 认定编号 编号 ID platform_id",
        ),
        column(
            "name", "text", "平台名称",
            "创新平台名称 孵化器名称 科技企业孵化器名称 众创空间名称 载体名称 孵化载体名称 实验室名称 重点实验室名称 "
            "中心名称 技术创新中心名称 企业技术中心名称 工作站名称 院士工作站名称 基地名称 中试基地名称 "
            "中试示范基地名称 研发机构名称 机构名称 创新平台 平台 名称 platform platform_name",
        ),
        *IDENTITY[3:],
        column(
            "host", "text", "依托单位",
            "依托单位名称 建设单位 承建单位 承担单位 运营单位 运营主体 运营机构 运营管理单位 建站单位 设站单位 "
            f"牵头单位 备案单位 企业名称 {_HOSTS} host",
        ),
        column("host_uscc", "text", "依托单位统一社会信用代码", f"统一社会信用代码 {WORDS['uscc']}"),
        column(
            "kind", "text", "平台类别",
            "平台类型 类别 类型 平台种类 载体类型 载体类别 创新平台类别 创新平台类型 级别及类别 "
            "类别及级别 级别和类别 类别和级别 级别类别 类别级别 级别/类别 类别/级别 平台级别及类别 平台类别及级别 "
            "平台级别类别 平台类别级别 级别、类别 类别、级别",
        ),
        column("level", "text", "平台级别", "级别 等级 层级 平台等级 平台层级 认定级别 备案级别"),
        column(
            "approved_on", "date", "认定日期",
            "备案日期 批准日期 认定时间 备案时间 批准时间 获批时间 获批日期 批建时间 批复时间 认定(备案)时间 "
            "认定(备案)日期 认定年度 认定年份 备案年度 备案年份 批准年度 批准年份 获批年度 获批年份 认定(备案)年度",
        ),
        column("approved_by", "text", "批准文号", "文号 认定文号 备案文号 认定文件 批准文件 文件号"),
    ),
    (BESIDE[0], column("status", "text", "运行状态", "平台状态 状态 登记状态 经营状态 目前状态")),
    ("name", "host"),
    "host_uscc",
    "平台编号、平台名称和依托单位",
)  # fmt: skip
APPLICATION = Subject(
    "application",
    "申报项目",
    "项",
    (
        column(
            "enterprise_id", "text", "项目编号",
            "提名编号 申报编号 申请编号 受理编号 提名号 成果编号 项目ID 编号 ID item nomination_id project_id",
        ),
        column("name", "text", "项目名称", "成果名称 提名项目 提名项目名称 申报项目名称 候选人 名称 title"),
        *IDENTITY[3:],
        column(
            "host", "text", "第一完成单位",
            "第一单位 牵头单位 申报单位 承担单位 主要完成单位第一 依托单位 first_unit",
        ),
        column("host_uscc", "text", "第一完成单位统一社会信用代码", f"统一社会信用代码 {WORDS['uscc']}"),
        column("person_names", "text", "完成人", "主要完成人 全部完成人 完成人名单 项目负责人 负责人 persons"),
        column("unit_names", "text", "完成单位", "主要完成单位 全部完成单位 完成单位名单 合作单位 参与单位"),
        column("nominator", "text", "提名单位", "提名者 推荐单位 提名单位（专家） 归口管理部门"),
        column("support", "text", "支撑材料", "主要支撑材料 专利论文 主要知识产权 代表性论文专著 支撑材料编号"),
    ),
    BESIDE[:1],
    ("name",),
    "host_uscc",
    "项目编号和项目名称",
)  # fmt: skip
SUBJECTS = {subject.id: subject for subject in (FIRM, PLATFORM, APPLICATION)}


def has_ended(status: Iterable[Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which firms are no more, or are leaving, by their 登记状态: 注销, 吊销, 撤销, 迁出, 停业, 清算 and the like.

    存续, 在业, 开业, 正常, an empty cell and words that are not known are none of these.

    Examples
    --------
    >>> has_ended(["存续（在营、开业、在册）", "吊销，未注销", "注销", None]).tolist()
    [False, True, True, False]
    """
    words = ["" if cell is None or cell is pd.NA or cell != cell else str(cell) for cell in status]
    known = {
        word: bool(_ENDED.search(_NOT_ENDED.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", word)))))
        for word in set(words)
    }
    return np.array([known[word] for word in words], dtype=bool)


def identified(reading: Reading, columns: Mapping[str, str] | None = None, subject: Subject = FIRM) -> Reading:
    """The firms of a reading whose rows are numbered by `row_id`, each under an id that lasts where it has one.

    columns: what the caller said of headers; a column that he called 企业编号 is one whatever it holds. subject: what
    the rows are about.
    """
    rows, account, words = reading.rows, reading.columns.copy(), subject.words
    coded = "uscc" in subject.by
    given = _without_none(rows["enterprise_id"])
    lines: list[dict[str, Any]] = []
    if counts_rows(reading, columns):
        header = _header(reading)
        serial = rows["serial"] if "serial" in rows else pd.Series("", index=rows.index)
        rows = rows.assign(serial=serial.where(serial.fillna("") != "", given))
        given = pd.Series("", index=rows.index, dtype=object)
        account.loc[account["field"] == "enterprise_id", ["field", "title"]] = ["serial", BESIDE[0].title]
        number, known = words["enterprise_id"], "、".join(words[name] for name in subject.by)
        action = f"已按{known}识别{subject.title}；若是{number}，请指定 {header}={number}"
        lines.append(_line(None, header, "", f"只是给行编号，没有当作{number}", action))
    written, told = _with_other_codes(reading, subject)
    lines += told
    codes = right_codes(written)
    names = _name_ids(rows["name"])
    known_by = {"enterprise_id": given, "uscc": codes, "name": names}
    ids, by = rows["row_id"].astype(object), pd.Series("row_id", index=rows.index, dtype=object)
    for name in (*reversed(subject.by), "enterprise_id"):
        values = known_by[name] if name in known_by else _name_ids(rows[name])
        ids, by = ids.where(values == "", values), by.where(values == "", name)
    unused = (written != "") & (codes == "") & ((given == "") | (not coded))
    for at in np.flatnonzero(unused).tolist():
        fault = uscc_fault(written.iloc[at])
        action = f"没有用它识别{subject.title}；请更正" if coded else "请更正，否则对不上依托单位"
        lines.append(
            _line(
                _row_number(rows, at),
                words[subject.code],
                shorten(str(written.iloc[at]), 80),
                fault or "不是代码",
                action,
            )
        )
    if coded and (named := int((by == "name").sum())):
        problem = f"{named} 行没有企业编号和正确的统一社会信用代码，已按企业名称识别"
        lines.append(_line(None, words["uscc"], "", problem, "企业改名后会成为另一家；请补填统一社会信用代码"))
    if hosted := int((by == "host").sum()):
        problem = f"{hosted} 行没有平台编号和平台名称，已按依托单位识别"
        lines.append(_line(None, words["name"], "", problem, "同一单位的两个平台会分不清；请补填平台名称"))
    lost = (by == "row_id").to_numpy(bool)
    if lost.any() and not lost.all():
        for at in np.flatnonzero(lost).tolist():
            problem = f"没有{subject.missing}，已按行号编为“{ids.iloc[at]}”"
            action = "请补填，否则行号变了编号就会变"
            lines.append(_line(_row_number(rows, at), words["row_id"], "", problem, action))
    lines += _namesakes(ids, by, names, subject)
    rows = rows.assign(enterprise_id=ids.astype(str)).drop(columns="row_id")
    rows = rows.assign(**{subject.code: codes.where(codes != "", written).astype(str)})
    lines += _repeated(rows, by, words)
    numbered = reading.problems["problem"].str.contains("已按行号编号", regex=False)
    problems = reading.problems[~numbered]
    if lost.all() and len(rows):
        faults = ["column", "problem", "action"]
        problems = reading.problems.copy()
        problems.loc[numbered, faults] = problems.loc[numbered, faults].replace("行编号", words["row_id"], regex=True)
    found = Reading(rows, problems.reset_index(drop=True)[PROBLEM_COLUMNS], account)
    return Reading(rows, with_lines(found, lines), account)


def _with_other_codes(reading: Reading, subject: Subject) -> tuple[pd.Series[Any], list[dict[str, Any]]]:
    """The codes of the rows, empty ones filled with the right codes of further columns that are known under a header of
    codes (纳税人识别号); what was filled, and what differs, is told.
    """
    rows, account = reading.rows, reading.columns
    written = _without_none(rows[subject.code])
    code = next(column for column in subject.identity if column.name == subject.code)
    words = {header_key(text) for text in (code.title, *code.headers)}
    lines: list[dict[str, Any]] = []
    for header in account.loc[account["use"] == CARRIED, "header"]:
        if header_key(header) not in words or header not in rows:
            continue
        other = right_codes(rows[header])
        empty = (written == "") & (other != "")
        if many := int(empty.sum()):
            problem = f"{many} 行是空的，取了“{header}”里的 18 位代码"
            lines.append(_line(None, code.title, "", problem, "请核对"))
        first = right_codes(written)
        for at in np.flatnonzero((first != "") & (other != "") & (first != other)).tolist():
            problem = f"和“{code.title}”（{first.iloc[at]}）不同，没有采用"
            lines.append(_line(_row_number(rows, at), header, other.iloc[at], problem, "请核对哪一个对"))
        written = written.mask(empty, other)
    return written, lines


def resident_by_code(reading: Reading) -> Reading:
    """Fill the empty cells of `resident` of firms whose right 统一社会信用代码 begins with 91, and say so.

    GB 32100-2015: 9 is a registration with the market regulation of mainland China, 91 that of an enterprise. Branches,
    representative offices and partnerships, which have such codes too, stay as they are.
    """
    rows = reading.rows
    if "resident" not in rows:
        return reading
    empty = rows["resident"].isna()
    codes = right_codes(rows["uscc"]).where(empty, "")
    own = right_codes(rows["enterprise_id"].where(empty & (codes == ""), ""))
    known = codes.where(codes != "", own).str.startswith("91")
    known &= ~rows["name"].fillna("").astype(str).str.contains(_NO_RESIDENT)
    if not (many := int(known.sum())):
        return reading
    problem = f"{many} 家没有填写，因统一社会信用代码以 91 开头（境内市场监管部门登记的企业），已作“是”"
    line = _line(None, "居民企业", "", problem, "若不是居民企业，请填“否”")
    rows = rows.assign(resident=rows["resident"].mask(known, True))
    return Reading(rows, with_lines(reading, [line]), reading.columns)


def with_lines(reading: Reading, lines: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The problems of a reading and further ones of the same file and sheet."""
    problems = reading.problems
    if not lines:
        return problems
    source = reading.columns if len(reading.columns) else problems
    first = {name: str(source[name].iloc[0]) if len(source) else "" for name in ("file", "sheet")}
    more = pd.DataFrame([{**first, **line} for line in lines], columns=PROBLEM_COLUMNS).astype({"row": "Int64"})
    return pd.concat([problems, more], ignore_index=True)[PROBLEM_COLUMNS] if len(problems) else more


def _line(row: int | None, column: str, value: str, problem: str, action: str) -> dict[str, Any]:
    return {"row": row, "column": column, "value": value, "problem": problem, "action": action, "kept": True}


def _repeated(rows: pd.DataFrame, by: pd.Series[Any], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """A line for every firm that stands in several rows of one day; a firm may have several applications."""
    lines = []
    twice = rows.duplicated(["enterprise_id", "apply_on"], keep=False)
    for firm, part in rows[twice].groupby("enterprise_id", sort=False):
        title = words[str(by[part.index[0]])]
        names = [name for name in part["name"].unique() if name]
        other = next((name for name in names[1:] if not is_like_name(names[0], name)), "")
        unlike = f"，名称却不同：{names[0]}、{other}" if other else ""
        problem = f"同一{title}、同一申请日期有不止一行{unlike}"
        lines.append(_line(None, title, str(firm), problem, "逐行判断，结果表中编号重复；请核对"))
    return lines


def _namesakes(
    ids: pd.Series[Any], by: pd.Series[Any], names: pd.Series[Any], subject: Subject
) -> list[dict[str, Any]]:
    """A line for every firm known by its name alone whose name a firm with a code or an id has too."""
    alone = by == "name"
    firms = dict(zip(names[~alone], ids[~alone], strict=True))
    title, one = subject.title, f"同一{subject.unit}"
    missing = subject.words[subject.code if subject.code in subject.by else "enterprise_id"]
    action = f"没有合并；若是{one}，请补填{missing}"
    return [
        _line(None, subject.words["name"], name, f"和“{firms[name]}”同名，可能是{one}{title}", action)
        for name in names[alone].unique()
        if name in firms
    ]


def counts_rows(reading: Reading, columns: Mapping[str, str] | None = None) -> bool:
    """Whether the column read as `enterprise_id` only numbers the rows, and the caller did not say otherwise."""
    header = _header(reading)
    if not header or header in (columns or {}):
        return False
    return numbers_rows(header, _without_none(reading.rows["enterprise_id"]).tolist())


def _header(reading: Reading) -> str:
    account = reading.columns
    headers = account.loc[account["field"] == "enterprise_id", "header"]
    return str(headers.iloc[0]) if len(headers) else ""


def _row_number(rows: pd.DataFrame, at: int) -> int | None:
    """The row of the file, which stands in its made-up id."""
    number = re.search(r"(\d+)\+*$", str(rows["row_id"].iloc[at]))
    return int(number[1]) if number else None


def _without_none(series: pd.Series[Any]) -> pd.Series[Any]:
    """Texts in which what is no id (`-`, 无, zeros) is ""; zeros as long as a code stay, to be told."""
    texts = series.fillna("").astype(str).str.strip()
    real = {text: "" if says_nothing(text) and len(text) < 15 else text for text in texts.unique()}
    return texts.map(real).astype(object)


def _name_ids(names: pd.Series[Any]) -> pd.Series[Any]:
    texts = names.fillna("").astype(str)
    ids = {text: "" if says_nothing(text) else written_name(text) for text in texts.unique()}
    return texts.map(ids).astype(object)
