"""The book's tables as a bureau reads and edits them: sheets in Chinese words, an edited sheet read back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.export.sheets import Sheet
from matcher.export.titles import CARD, CONFLICTS, DISCOVERY, LEAPS, POOL, TITLES
from matcher.policy.firms.identity import BESIDE, IDENTITY, with_lines
from matcher.policy.firms.linkage import right_codes
from matcher.policy.firms.table import firm_contract, read_firms
from matcher.policy.policy import Policy, load_policy
from matcher.pool.book.book import Book
from matcher.pool.book.edits import VERSION, Written
from matcher.pool.book.follow_up import FOLLOW, REASONS, STATUS, conversions, items, judged
from matcher.pool.book.recognition import likely_twins, recognised
from matcher.pool.results import read_result
from matcher.pool.tiers import WORDS as TIERS
from matcher.tables.arguments import Day
from matcher.tables.cells.texts import as_written, clean_text, is_blank, shorten
from matcher.tables.reading import NO_UNIT, PROBLEM_COLUMNS, UNKNOWN, Reading, read_table
from matcher.tables.schemas.main import TITLE_DAYS, Column

REGISTRY = (
    Column("scope", "text", "经营范围", ("主营业务", "业务范围")),
    Column(
        "industry",
        "text",
        "所属行业",
        (
            "行业门类",
            "行业",
            "行业名称",
            "行业分类",
            "行业类别",
            "行业代码",
            "国民经济行业",
            "国民经济行业分类",
            "所属行业名称",
        ),
    ),
    Column("capital", "yuan", "注册资本", ("注册资金",)),
    Column("patents_granted_3y", "number", "近三年授权专利数", ("近三年专利授权数", "专利授权数")),
)
_VERSION = Column(VERSION, "number", VERSION)
_CERTIFICATE = ("hte_certificate_valid", "hte_certificate_on")
STATES = {"candidate": "候选", "in_pool": "在库", "left": "已出库", "graduated": "已认定出库"}
CAUSES = {"new": "新导入", "entry": "出入库", "time": "时间", "edition": "政策版本", "rule": "规则", "fact": "事实"}
_DECISIONS = {
    "passes": "通过", "fails": "不通过", "can_pass": "取决于专家评分", "unknown": "缺少事实，未定",
    "not_in_force": "无有效版本",
}  # fmt: skip
_CARD = ("points", "probability", "low", "high", "why")
_SHARES = dict.fromkeys(("probability", "low", "high", "of_pushed", "of_before"), "0.0%")
_VERDICTS = {"fail": "不满足", "unknown": "缺少事实"}
_WORDS = {
    "state": STATES, "state_before": STATES, "state_after": STATES, "tier": TIERS, "tier_at_best": TIERS,
    "tier_before": TIERS, "tier_after": TIERS, "decision": _DECISIONS, "cause": CAUSES, "status": STATUS,
    "reason": REASONS, "verdict": {"accepted": "采纳", "declined": "拒绝"},
}  # fmt: skip


def in_words(table: pd.DataFrame, goal: Policy | None = None) -> pd.DataFrame:
    """The table with its codes as Chinese words; what is no code stays. goal: the policy that `open_rules` is of."""
    words = {
        name: table[name].map(lambda cell, of=of: of.get(cell, cell)) for name, of in _WORDS.items() if name in table
    }
    if goal is not None and "open_rules" in table:
        titles = conditions(goal)
        words["open_rules"] = table["open_rules"].map(lambda cell: _open_rules(cell, titles))
    return table.assign(**words)


def conditions(policy: Policy) -> dict[str, str]:
    """The titles of a policy's conditions by their ids."""
    return {
        rule.id: rule.title
        for edition in policy.editions
        for day in policy.days_of(edition)
        for rule in policy.ruleset(edition, day).rules
        if rule.kind == "condition"
    }


def snapshot_notes(goal: Policy, leads: Mapping[str, int | str]) -> list[str]:
    """What the columns of a snapshot mean, and the lead times that it was worked out with, a line each."""
    titles = conditions(goal)
    ways = {"gap": "按还差的天数", "missing share": "按还差的研发费用，每三分之一算一年"}
    return [
        f"目标：{goal.title}。本快照按公开条文和已知事实推算，不代替主管部门的认定。",
        "梯队：本轮可报、明年（365天内可补上）、两年内（730天内）、种子（更久，或补不上）；按已知事实，未知的事实按要补计算。",
        "最好情形：未知的事实全部有利时的梯队。两者相差越大，越值得去问。",
        "各条件的提前期是本软件的假设，没有出处；可用 matcher pool rules --lead 修改。",
        *(f"提前期：{titles.get(rule, rule)}：{ways.get(str(days), f'{days} 天')}" for rule, days in leads.items()),
    ]


def snapshot_sheets(table: pd.DataFrame, goal: Policy, ended: Mapping[str, str]) -> dict[str, Sheet]:
    """A snapshot for people; table: of `Book.snapshot`, also ordered by a card; ended: firms that are no more, and
    their 登记状态, which stands beside their state.
    """
    key = ("enterprise_id", "name", "state", "tier", "tier_at_best", "decision", *_CARD, "open_rules")
    rows = in_words(table, goal)
    gone = rows["enterprise_id"].isin(ended)
    said = "（登记状态：" + rows["enterprise_id"].map(ended).astype(str) + "）"
    rows["state"] = rows["state"].astype(object).where(~gone, rows["state"].astype(str) + said)
    return {"快照": Sheet(rows, {**POOL, **CARD}, key=key, frozen=2, formats=_SHARES)}


def without_last_year(firms: pd.DataFrame) -> list[str]:
    """The ids of firms of which a figure is known of the year before the last one, and not of the last one."""
    behind = pd.Series(False, index=firms.index)
    for name in (str(name) for name in firms.columns if str(name).endswith("_y2")):
        last = firms.get(name.removesuffix("_y2") + "_y3", pd.Series(None, index=firms.index, dtype=object))
        behind |= firms[name].notna() & last.isna()
    return sorted(firms["enterprise_id"][behind])


def moves_sheets(table: pd.DataFrame) -> dict[str, Sheet]:
    """The moves between two snapshots for people; table: of `matcher.pool.book.diff.moves`."""
    return {"变动": Sheet(in_words(table), POOL, frozen=2)}


def follow_up_sheets(book: Book, *, on: Day) -> dict[str, Sheet]:
    """How every recommended item stands on a day, what counts as a conversion, and what was accepted or declined."""
    firms = book.firms(on)
    names = dict(zip(firms["enterprise_id"], firms["name"].fillna(""), strict=True))

    def sheet(table: pd.DataFrame, *key: str) -> Sheet:
        if "enterprise_id" in table:
            place = list(table.columns).index("enterprise_id") + 1
            table.insert(place, "name", [names.get(firm, "") for firm in table["enterprise_id"]])
        return Sheet(in_words(table), POOL, key=key, frozen=2)

    key = ("enterprise_id", "name", "need_id", "outcome_id", "status", "day", "person", "amount", "reason")
    return {
        "跟进": sheet(items(book.log, on=on), *key),
        "计入转化": sheet(conversions(book.log, on=on)),
        "采纳与拒绝": sheet(judged(book.log, on=on)),
    }


def judged_sheets(table: pd.DataFrame) -> dict[str, Sheet]:
    """Signed and declined pairs with their codes, as `matcher match --judged` reads them."""
    return {"采纳与拒绝": Sheet(table, POOL)}


def funnel_sheets(table: pd.DataFrame) -> dict[str, Sheet]:
    """The funnel for people; table: of `matcher.pool.book.follow_up.funnel`."""
    return {"漏斗": Sheet(table, POOL, key=[str(name) for name in table if name != "step"], frozen=1, formats=_SHARES)}


def import_sheets(written: Written, titles: Mapping[str, str]) -> dict[str, Sheet]:
    """The conflicts of `Book.put`, the rows that are another firm's, and the numbers that leapt.

    titles: column -> Chinese header.
    """

    def sheet(table: pd.DataFrame, words: Mapping[str, str]) -> Sheet:
        return Sheet(table.assign(column=table["column"].map(lambda name: titles.get(name, name))), words)

    sheets = {"冲突": sheet(written.conflicts, CONFLICTS)}
    sheets |= {"不是同一家": sheet(written.strangers, CONFLICTS)} if len(written.strangers) else {}
    return sheets | ({"数量级": sheet(written.leaps, LEAPS)} if len(written.leaps) else {})


def _open_rules(cell: str, titles: Mapping[str, str]) -> str:
    parts = [part.rpartition(":") for part in cell.split(";") if part]
    return "；".join(f"{titles.get(rule, rule)}（{_VERDICTS.get(state, state)}）" for rule, _, state in parts)


def firm_sheets(table: pd.DataFrame, policies: Sequence[Policy]) -> dict[str, Sheet]:
    """The firms to be edited, under the headers by which they are read again; table: of `Book.sheet`."""
    titles = headers(policies, [str(name) for name in table.columns])
    return {"企业": Sheet(table, titles, key=[*table.columns], frozen=2)}


FIRM_NOTES = [
    "本表可以修改后用 matcher pool import 导入：只写入与导出时不同的单元格，清空的单元格表示事实未知。",
    "账本版本：导出时该企业的版本，请不要修改；他人在此期间改过的单元格不会被覆盖，会列为冲突。",
]
MASKED_NOTE = "电话、邮箱和身份证号已遮盖；原样导回的遮盖单元格不改动库中的原值。要不遮盖的表请加 --show-contacts。"


@lru_cache(1)
def title_columns() -> tuple[Column, ...]:
    """The columns that say which titles a firm holds, and since when: what targets of titles are counted by."""
    known = firm_contract([load_policy("hte-may-apply")])
    return (*(known[name] for name in _CERTIFICATE), *TITLE_DAYS)


def headers(policies: Sequence[Policy], names: Sequence[str]) -> dict[str, str]:
    """Field -> Chinese header, such that the sheet is read back as it was written."""
    titles = {column.name: column.title for column in (*IDENTITY, *BESIDE, *REGISTRY, *title_columns())}
    for policy in policies:
        for fact in policy.columns.values():
            titles.setdefault(fact.name, fact.title)
    return {name: titles.get(name, name) for name in names}


def read_book_firms(
    source: str | Path,
    policies: Sequence[Policy],
    *,
    on: Day | None = None,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    known: pd.DataFrame | None = None,
) -> Reading:
    """Firms to be put into the book: `matcher.policy.firms.table.read_firms`, but every row has an id that lasts.

    known: the firms of the book (`Book.firms`), under whose ids they are found again by code and name. A row without
    企业编号, 统一社会信用代码 and 企业名称, and a firm that stands twice, is left out and listed. What counts rows, and
    what `discover` worked out, is no fact and stays out.
    """
    extra = (*REGISTRY, *title_columns(), _VERSION)
    reading = read_firms(source, policies, on=on, sheet=sheet, columns=columns, extra=extra)
    worked_out = [name for name in reading.rows.columns if name in _WORKED_OUT]
    rows = reading.rows.drop(columns=["serial", *worked_out], errors="ignore")
    lines: list[dict[str, Any]] = []
    if worked_out:
        problem = f"{'、'.join(map(str, worked_out))}：是算出来的，不是企业的事实，没有导入"
        lines.append({**_LINE, "problem": problem, "action": "无需处理"})
    rows = _says_who(rows)
    lost = rows["enterprise_id"].str.fullmatch(r"企业-\d{5,}\+*").fillna(False).astype(bool)
    if known is not None and len(known):
        ids, told = recognised(rows[~lost], known)
        rows.loc[~lost, "enterprise_id"] = ids
        lines += told
    twice = rows.duplicated("enterprise_id") & ~lost
    lines += [
        {**_LINE, "column": "企业编号", "value": firm, "problem": "没有企业编号、统一社会信用代码和企业名称",
         "action": "请补填后重新导入", "kept": False}
        for firm in rows.loc[lost, "enterprise_id"]
    ]  # fmt: skip
    for firm in rows.loc[twice, "enterprise_id"].unique():
        names = list(filter(None, rows.loc[rows["enterprise_id"] == firm].get("name", pd.Series(dtype=str)).unique()))
        unlike = f"，名称却不同：{'、'.join(names)}" if len(names) > 1 else ""
        problem, action = f"同一企业不止一行{unlike}，只用了第一行", "请合并为一行后重新导入"
        lines.append(
            {**_LINE, "column": "企业编号", "value": firm, "problem": problem, "action": action, "kept": False}
        )
    # an id made up from the place of a row is no key
    rows = rows[~(lost | twice)].reset_index(drop=True)
    lines += likely_twins(rows, known)
    said_again = reading.problems["action"].str.startswith("逐行判断")  # of firms that stand twice, told above
    if VERSION in rows:  # written by `Book.sheet`, in yuan
        said_again |= reading.problems["problem"] == NO_UNIT
    reading = Reading(reading.rows, reading.problems[~said_again], reading.columns)
    return Reading(rows, with_lines(reading, lines), reading.columns)


def _says_who(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in which a code or a name that serves as the id, as in a visiting list, stands in its own column too."""
    ids = rows["enterprise_id"]
    for name, own in (("uscc", right_codes(ids)), ("name", ids.where(ids.str.fullmatch(_COMPANY), ""))):
        written = rows[name].fillna("") if name in rows else pd.Series("", index=rows.index)
        if ((written == "") & (own != "")).any():
            rows = rows.assign(**{name: written.where(written != "", own)})
    return rows


def read_listed(
    source: str | Path,
    policies: Sequence[Policy],
    *,
    on: Day | None = None,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    known: pd.DataFrame | None = None,
) -> Reading:
    """The firms of a list: a table of this library (走访名单), or one that names them by id, code or name.

    on, known and the rest: as of `read_book_firms`, which reads what is no table of this library. Raises TableError
    where a column that nobody reads says yes of some rows and no of others, perhaps who is to be taken; and where an
    opinion or a remark speaks against a firm (不推荐, 已迁出).
    """
    try:
        table = read_result(source, "discovered")
    except TableError:
        table = pd.DataFrame({"enterprise_id": [None]})
    reading = Reading(table, pd.DataFrame(columns=PROBLEM_COLUMNS))
    unread = [str(name) for name in table if name not in {**TITLES, **CARD, **DISCOVERY}]
    if table["enterprise_id"].fillna("").eq("").any():
        reading = read_book_firms(source, policies, on=on, sheet=sheet, columns=columns, known=known)
        account = reading.columns
        open_ones = (account["use"] == UNKNOWN) | account["header"].str.contains(f"{_OF_ENTRY}|{_OF_REMARK}")
        unread = account.loc[open_ones & (account["field"] == ""), "header"].tolist()
    for name in unread:
        if name not in reading.rows:
            continue
        if _tells_apart(reading.rows[name]):
            raise TableError(
                f"{Path(source).name}：“{name}”一列有的行像是“否”，没有看懂，不知这些行是否入库；"
                "请只留要入库的行，再删去这一列"
            )
        if against := _against(reading.rows, name):
            named = shorten("；".join(against), 120)
            raise TableError(
                f"{Path(source).name}：“{name}”一列有 {len(against)} 行像是不入库（{named}）；"
                "请只留要入库的行，再删去这一列"
            )
    return reading


def _against(rows: pd.DataFrame, header: str) -> list[str]:
    """The firms against which an opinion or a remark speaks, each with its words."""
    speaks = _REFUSED if re.search(_OF_ENTRY, header) else _GONE if re.search(_OF_REMARK, header) else None
    if speaks is None:
        return []
    said = rows[header].map(lambda cell: "" if is_blank(cell) else clean_text(as_written(cell)))
    firms = rows["name"].where(rows["name"].fillna("") != "", rows["enterprise_id"]) if "name" in rows else said.index
    return [f"{firm}：{text}" for firm, text in zip(firms, said, strict=True) if _speaks(speaks, text)]


def _speaks(against: re.Pattern[str], text: str) -> bool:
    """Whether a text speaks against the entry: of one that begins with a yes, only what takes it back."""
    rest = _OF_ELSE.sub("", text)
    return bool((_YET if _AGREED.match(rest) else against).search(rest))


def _tells_apart(cells: pd.Series[Any]) -> bool:
    """Whether every cell says yes, no or nothing, and not all the same."""
    texts = cells.map(lambda cell: "" if is_blank(cell) else clean_text(as_written(cell)).removesuffix(".0"))
    said = {text: bool(_YES.fullmatch(text)) for text in texts.unique() if _YES.fullmatch(text) or _NO.fullmatch(text)}
    return set(said) == set(texts.unique()) and len(set(said.values())) == 2


_OF_ENTRY = "入库|审[核查批]|意见|结[论果]|推荐|同意|是否拟"
_OF_REMARK = "备注|说明|情况$"
_REFUSED = re.compile(
    "不(?:同意(?!见)|推荐|通过|予|纳入|入库|宜|符合|合格|建议|支持|参[加评])|未(?:获)?(?:通过|推荐|同意)|[暂缓](?:缓|不|议)|淘汰|退回|驳回|放弃"
)
_OF_ELSE = re.compile(  # what is found not to be, and what is denied or waived beside the entry
    "(?:未发现|未见|无|没有|不存在)(?:任何|其他|明显|有|存在)?不(?:符合|合格|宜|予)[^，,。；;]{0,6}"
    r"|(?:不予|放弃|暂[不缓])(?:(?:19|20)\d\d年度?)?(?:享受|申[请报])?(?:公[示开]|免税|减免|退税|补[贴助]|奖[励补]|上市|处[罚理]|加分)"
)
_AGREED = re.compile("(?:同意|推荐)(?:入库|纳入|推荐|通过)?(?=[，,。；;])|(?:同意|推荐)(?:入库|纳入)")
_YET = re.compile(  # what takes it back
    "但|不过|[暂缓](?:缓|不|议)|放弃|[不未](?:同意|建议|予|宜|获|能)*(?:入库|纳入|推荐|参[加评])|退回|驳回|淘汰"
    "|(?:审[核查议]?|核[查实]|现场|答辩|会议)[^，,。；;]{0,4}[未不](?:获|予|能)?(?:通过|同意)|[未不](?:获|能)?通过[^，,。；;]{0,4}(?:审|核查|答辩)"
)
_GONE = re.compile(
    r"不(?:予|宜|应|建议|同意)*(?:推荐|纳入|入库)|(?:放弃|暂[缓不议])(?:入库|纳入|培育|推荐|申报|参[加评]|$|[，,。；;])|淘汰"
    rf"|^(?:[初复终评]?审[核查批]?)?(?:{_REFUSED.pattern})"
    "|(?:已|拟|正在|准备|[年月]).{0,6}(?:注销|吊销|迁出|外迁|迁[往至]外|停产|停业|歇业|倒闭|破产)"
    "|^(?:注销|吊销|迁出|外迁|停产|停业|歇业|倒闭|破产)|退出"
)
_YES = re.compile(r"[是√✓✔☑对1Yy]|yes|同意|通过|推荐|拟?入库|纳入", re.I)
_NO = re.compile(r"|[否×✗☐0NnXx/-]|no|[不未没暂非].{0,5}|无|缓.{0,2}|待定|淘汰", re.I)


_COMPANY = re.compile(r"[^\d][^/]{2,}(?:公司|集团|厂|合作社|合伙）?|企业|中心|院|所|店|社)")
_LINE: dict[str, Any] = {"row": None, "column": "", "value": "", "problem": "", "action": "", "kept": True}
_RESULTS = ("rank", "chance", "reasons", "ask", *_CARD)
_WORKED_OUT = {*_RESULTS, *(title for name, title in {**TITLES, **CARD, **DISCOVERY}.items() if name in _RESULTS)}


def read_statuses(
    source: str | Path, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """A table of statuses (跟进表) for `matcher.pool.book.follow_up.follow`, whose rows may name the firm instead."""
    reading = read_table(source, FOLLOW, sheet=sheet, columns=columns)
    numbered = reading.problems["problem"].str.contains("已按行号编号", regex=False)
    ids, names = reading.rows["enterprise_id"], reading.rows["name"]
    rows = reading.rows.assign(enterprise_id=ids.where(ids != "", names))
    return Reading(rows, reading.problems[~numbered], reading.columns)
