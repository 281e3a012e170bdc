"""A list made public: which items stand on it, with what of each, from which day to which."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import PolicyError, TableError
from matcher.export.titles import PUBLICATION
from matcher.review.publishing.rules import PublicityRule, differing_periods, publicity_rule
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells.texts import first_few, shorten
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.rows.remarks import is_remark
from matcher.tables.rows.secrecy import NOT_SECRET, says_secret
from matcher.tables.schemas.public_period import public_period
from matcher.tables.schemas.reviews import REVIEW_ITEMS

LISTED = ["number", "item", "title", "award", "grade", "units", "persons", "nominator"]  # what is public, and no more


class Publication(NamedTuple):
    """What is published: the list, its first and last day, the lines below it; how many secret items are not; and where
    the table states another period, or decisions that gave way to what was chosen.
    """

    table: pd.DataFrame
    first: dt.date
    last: dt.date
    lines: dict[str, str]
    secret: int
    differing: list[str]


_PASSED = "(?:拟|建议|同意|予以)?(?:通过|同意|授奖|奖励|立项|入选|获奖|推荐)"
_SUPPORT = re.compile(
    "[（(](?:后补助|前补助|事前资助|自筹(?:经费)?|经费自筹|重点|一般|面上|青年|指导性?)[）)]$"
)  # of what kind
_REFUSED = "不|未|落选|淘汰|否决|驳回"
_REACHES = re.compile(  # also what is masked, and numbers within a house
    r"联系(?:人|电话|方式)|手机号|(?:电话|手机|邮箱|微信|QQ)[号码]*[:：]|\*{3,}"
    r"|(?:短号|小号|内线|分机|总机|座机|固话)[号码]*[:：\s]*\d{3,}",
    re.I,
)
_HELD_BACK = re.compile(  # a clause of a remark that says this and nothing else: not 暂缓拨付, 放弃排名
    "(?:建议|拟|先|请|应|须|予以)?(?:暂缓|缓评|缓议|再议|待定|待议|复议|不予|放弃|撤回|取消|终止|退出)"
    "(?:本?项目)?(?:立项|公示|奖励|授奖|支持|资助|申报|资格|处理|上会)?"
)
_TO_COME = re.compile(
    "[待暂缓再复须需后退撤?？]|议(?!立项|支持|授奖|资助)|整改|修改|补充|完善|条件|放弃|取消|终止|异议"
)
_YES = ("true", "是", "1", "1.0")


def says_passed(word: str) -> bool | None:
    """Whether a decision in words says that an item passed; None where it cannot be told.

    >>> [says_passed(word) for word in ("同意授奖", "未通过", "待定", "拟立项（后补助）", "通过（须整改）")]
    [True, False, None, True, None]
    """
    word = _SUPPORT.sub("", word)
    if word in ("是", "√", "TRUE", "否", "×", "FALSE"):  # below 是否通过
        return word in ("是", "√", "TRUE")
    return True if re.fullmatch(_PASSED, word) else False if re.search(_REFUSED, word) else None


def publication(
    items: pd.DataFrame,
    *,
    on: Day | None = None,
    rules: str = "",
    days: int | None = None,
    working: bool = False,
    everything: bool = False,
) -> Publication:
    """The list that is made public on a day.

    Parameters
    ----------
    items
        As `matcher.review.sheets.score_sheets.read_items` gives them. Where the table has decisions (通过 ...) or says
        what was chosen, only those that passed and were chosen are listed.
    on
        The first day; without it the one that the table states (公示开始, 公示期).
    rules
        The name of a shipped rule (`publicity_rule`); or `days` and `working`, which then win over it. Without both the
        last day is the one that the table states.
    everything
        The table has neither decisions nor what was chosen, and all of it is listed: nominations before any review.

    Returns
    -------
    Publication
        table: number (from 1), then item, title, award, grade, units, persons, nominator where known, and nothing
        else that the table may hold: no scores, votes, contacts or birth dates, and no ids that were made from numbers
        of rows. In the order of award, grade and the table. Items that the table calls secret are left out.

    Raises
    ------
    TableError
        An item that would be listed is called secret, or not public, anywhere else in its row: the column 是否涉密 has
        to say whether it is.
        A remark on an item that would be listed says that it is held back (暂缓, 放弃立项).
        Nothing is to be listed, nothing says what passed, a decision or a choice cannot be read or is empty, or a cell
        that would be published holds a contact: a title is not changed, and nothing is published before somebody did.
    PolicyError
        There is no such rule, or neither rule, days nor table say how long.
    """
    check_frame(items, "items", "read_items(path).rows")
    given = publicity_rule(rules) if rules else PublicityRule("", "", days or 0, working, True, "自定", "", False)
    rule = given if days is None else given._replace(days=days, working=working, source="自定的天数", verified=True)
    table = items.reset_index(drop=True)
    decided, chosen = _filled(table, "decision"), _filled(table, "chosen")
    if decided is None and chosen is None and not everything:
        raise TableError(
            "表中没有写明哪些可以公示：请加一列“结论”（通过、不通过）或“是否入选”（是、否）；"
            "受理、提名一类尚无结论的名单要全部公示，请用 --all"
        )
    keep = pd.Series(True, table.index)
    graded: list[str] = []
    against: list[str] = []
    if decided is not None:
        passed = [says_passed(word) for word in decided]
        if chosen is not None:
            clear = [_by_choice(word, choice) for word, choice in zip(decided, chosen, strict=True)]
            gives = [known is None and choice is not None for known, choice in zip(passed, clear, strict=True)]
            graded = [word for word in dict.fromkeys(decided[gives]) if word]
            against = [
                str(item)
                for item, known, choice in zip(table["item"], passed, chosen, strict=True)
                if known is False and choice.lower() in _YES
            ]
            passed = [choice if way else known for way, choice, known in zip(gives, clear, passed, strict=True)]
        unclear = [
            f"{item}（{word or '空'}）"
            for item, word, known in zip(table["item"], decided, passed, strict=True)
            if known is None
        ]
        if unclear:
            raise TableError(f"{first_few(unclear, '项')} 的结论看不懂或没有写；请写“通过”或“不通过”后再公示")
        keep &= np.array([known is True for known in passed])
    if chosen is not None:
        open_ = [str(item) for item in table.loc[keep & (chosen == ""), "item"]]
        if open_:
            raise TableError(f"{first_few(open_, '项')} 是否入选看不懂或没有写；请写“是”或“否”后再公示")
        keep &= chosen.str.lower().isin(_YES)
    if (secret := _filled(table, "secret")) is not None:
        hidden = keep & ~secret.str.lower().str.fullmatch(NOT_SECRET)
        keep &= ~hidden
    _refuse_secrets(table[keep])
    _refuse_held_back(table[keep])
    table = table[keep]
    if table.empty:
        raise TableError("没有可以公示的项目：没有一项的结论是“通过”或写明入选")
    units = _filled(table, "units")
    if units is None and "unit" in table:
        table = table.assign(units=table["unit"])
    by = [name for name in ("award", "grade") if _filled(table, name) is not None]
    table = table.sort_values(by, kind="stable") if by else table
    names = [name for name in LISTED if name in table and _filled(table, name) is not None]
    shown = table[names].fillna("").astype(str).reset_index(drop=True)
    _refuse_contacts(shown)
    made_up = shown["item"].str.fullmatch(rf"{REVIEW_ITEMS.title}-\d{{5}}")  # by the row: no id to make public
    shown["item"] = shown["item"].mask(made_up, "")
    if made_up.all():
        shown = shown.drop(columns="item")
    shown.insert(0, "number", range(1, len(shown) + 1))
    first, last, differing = _period(table, None if on is None else as_day(on), rule)
    if against:
        differing.append(f"{first_few(against, '项')} 写着入选而结论是没有通过，没有公示；请核对")
    if graded:
        differing.append(f"结论写的是“{'”“'.join(graded[:5])}”的，按“是否入选”一列公示或不公示；请核对")
    counted = f"（公布当日不计，{rule.text}）" if rule.days else "（见结果表）"
    how = "须以书面形式提出，写明事实并附证据；" if rule.signed else "请以书面形式提出；"
    signed = "个人署真实姓名、单位和地址，单位签字盖章。匿名的不予受理。" if rule.signed else ""
    unread = "" if rule.verified else "（没有读到原文，请按当年文件核对）"
    lines = {
        "公示期": f"{first.isoformat()} 至 {last.isoformat()}{counted}",
        "异议": how + signed,
        "依据": f"{rule.title}，{rule.source}".lstrip("，") + unread,
    }
    if rule.working:
        lines["工作日"] = "按周一至周五计，没有扣除法定节假日和调休；请核对"
    return Publication(shown, first, last, lines, 0 if secret is None else int(hidden.sum()), differing)


def _by_choice(word: str, choice: str) -> bool | None:
    """Whether an item was chosen (是否立项 是), where its decision says how well it did (优先支持); None where nothing
    is written, or the decision says that something is yet to come and the choice does not deny it.
    """
    chosen = choice.lower() in _YES
    return None if not choice or (chosen and (not word or _TO_COME.search(word))) else chosen


def _period(table: pd.DataFrame, on: dt.date | None, rule: PublicityRule) -> tuple[dt.date, dt.date, list[str]]:
    """The first and the last day of a list, from what is given and else from the table; and what differs there."""
    stated = {str(row["item"]): public_period(row) for row in table.to_dict("records")}

    def only(at: int, title: str, option: str) -> dt.date:
        days = {period[at] for period in stated.values()}
        if len(days) == 1 and (day := days.pop()) is not None:
            return day
        why = "各项写的不同，或有的没有写" if days else "没有写"
        raise PolicyError(f"表中的{title}{why}，请给出{option}")

    first = on or only(0, "公示开始日期", "公布之日（--on）")
    last = rule.until(first) if rule.days else only(1, "公示截止日期", "公示规则（--rules）或公示天数（--days）")
    if last <= first:
        raise TableError(f"公示截止日期 {last} 不晚于公示开始日期 {first}；请改正")
    return first, last, differing_periods(stated, dict.fromkeys(stated, (first, last)), "名单按给出的写，请核对")


def _refuse_secrets(table: pd.DataFrame) -> None:
    """Refuse rows of which a cell says that they are secret; where 是否涉密 denies it, only one of another column."""
    said = _filled(table, "secret")
    denied = pd.Series(False, table.index) if said is None else said.ne("")
    known = {column.name: column.title for column in REVIEW_ITEMS.columns}
    found: dict[str, str] = {}
    for name in map(str, table):
        texts = _filled(table, name)
        if name == "secret" or texts is None:
            continue
        for item, cell, no in zip(table["item"].astype(str), texts, denied, strict=True):
            if not (no and name in known) and says_secret(known.get(name, name), cell):
                found.setdefault(
                    item, f"{mask_contacts(item)}（{known.get(name, name)}“{shorten(mask_contacts(cell), 40)}”）"
                )
    if found:
        raise TableError(
            f"{first_few(list(found.values()), '项')}像是涉密或不公开的；请加一列“是否涉密”写明是或否，"
            "并让其他列和它一致，再公示"
        )


def _refuse_held_back(table: pd.DataFrame) -> None:
    """Refuse rows that passed and of which a remark says that they wait, or do not stand any more."""
    found = [
        f"{mask_contacts(item)}（{name}“{shorten(mask_contacts(cell), 40)}”）"
        for name in (str(one) for one in table if is_remark(str(one)))
        for item, cell in zip(table["item"].astype(str), table[name].fillna("").astype(str), strict=True)
        if any(_HELD_BACK.fullmatch(clause) for clause in re.split("[，,;；。、\\s]+", cell))
    ]
    if found:
        raise TableError(
            f"{first_few(found, '项')}的备注和结论不一致；请改好结论或备注（不公示的，结论写“不通过”）再公示"
        )


def _refuse_contacts(shown: pd.DataFrame) -> None:
    """Refuse a list in which somebody could be reached."""
    found = [
        f"{mask_contacts(item)} 的{PUBLICATION[str(name)]}“{shorten(mask_contacts(cell), 40)}”"
        for name in shown.columns
        for item, cell in zip(shown["item"], shown[name], strict=True)
        if mask_contacts(cell) != cell or _REACHES.search(cell)
    ]
    if found:
        raise TableError(f"{first_few(found, '处')} 里有联系方式，公示名单不能带；请在结果表中删去后再公示")


def _filled(table: pd.DataFrame, name: str) -> pd.Series | None:
    """A column as texts; None where it is absent or empty."""
    if name not in table:
        return None
    texts = table[name].astype(object).where(table[name].notna(), "").astype(str).str.strip()
    return texts if texts.ne("").any() else None
