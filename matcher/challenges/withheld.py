"""Needs that are not published: their row says not public, secret, returned by the review or still waiting for it,
deleted, or withdrawn.
"""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd

from matcher.tables.cells.checkboxes import ticked
from matcher.tables.cells.dates import Days, read_days
from matcher.tables.cells.texts import as_written, clean_text, is_blank
from matcher.tables.cells.yes_no import read_yesno
from matcher.tables.rows.flags import says_gone
from matcher.tables.rows.remarks import answers_against, is_remark, override_of
from matcher.tables.rows.secrecy import keeps_name_back, says_not_public
from matcher.tables.schemas.main import NEEDS

WITHHELD = ("need_id", "need_title", "column", "said")
_NO_TITLE = "（不公开）"

_OF_REVIEW = re.compile("审[核查批定]|[初复终]审|评审")
_OF_ELSE = re.compile("(?:人员?|专家|方式|日期|时间|单位|部门)$")  # of a review, what is no finding of it
_REFUSED = re.compile(
    "退回|驳回|[未不](?:予|获|能|得|被)?(?:[初复终评]?审[核查批]?)?(?:通过|同意|受理|采纳)(?:通过|发布|公开)?"
    "|待[初复终]?[审核批补修][^，,。；;]*|未[初复终]?[审核][核查批定]?(?=$|[^\\w])|(?:审核|评审|处理)中|撤[回销]"
)
_PASSED = re.compile("(?:[初复终]?审[核查批]?)?(?:已|审)?(?:通过|同意)(?:审[核查批])?|是|true|√|合格", re.I)
_VERDICT = re.compile(
    f"(?P<refused>{_REFUSED.pattern})|(?P<hoped>(?:[可方才能须需待拟若如]|再(?![次审]))[^，,。；;]*?)?"
    r"(?:通过|同意)(?:审[核查]|受理|发布|公开|推荐)?(?=$|[^\w])"
)
_IS_PUBLISHED = re.compile("(?:是否|要不要)(?:拟|计划|准备|需要?|要)?(?:发布|张榜|上榜)(?:榜单|需求|征集)?")
_DAY = re.compile(r"(?:19|20)\d\d(?:年|[-./])\d{1,2}(?:月|[-./])\d{1,2}日?")
_STATE = re.compile("(?:需求|对接|发布|当前|目前|最新|现)*状态")
_ENDED = re.compile(
    "(?:需求)?(?:已|自行|内部)*(?:解决|攻克|签约|关闭|下架|撤[回销下]|作废|终止|取消|停止|结束)(?:需求|征集|对接)?"
)
_WITHDRAWN = re.compile(
    "(?:应|经|因)?(?:企业|单位|公司|需求方|对方|我方|本人)?(?:来函|来电|书面|主动|自行|已经?|申请|要求|提出|现|请求)*"
    "(?:撤[回销下]|不再(?:发布|征集|需要)|停止(?:发布|征集))(?:了|该|本|此|这条|需求|发布|申请|征集)*"
)
_EARLIER = re.compile("[(（](?:第一次|首次|上次|前次|此前|原|曾|初审)[^()（）]*[)）]")


def withheld_needs(needs: pd.DataFrame) -> pd.DataFrame:
    """The needs whose row says that they are not to be published.

    Returns
    -------
    DataFrame
        One row a need, in its order: need_id, need_title (（不公开） where its row says secret or not public), column
        (the header that says so), said (its words). Columns on 公开 and on secrecy count, remarks that say 涉密 or
        不公开, columns of the review, unless another of these says that the need has passed, signs that a row is
        deleted, 否 under 是否发布 where other rows say 是 (where none does, nothing may be published yet), and remarks
        and states that say last that it is withdrawn or settled.
        What is said on several days counts in their order.

    Examples
    --------
    >>> needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["降噪", "防冰"], "是否公开": ["是", "否"]})
    >>> withheld_needs(needs).to_numpy().tolist()
    [['N2', '（不公开）', '是否公开', '否']]
    """
    own = {column.name for column in NEEDS.columns}
    others = [str(name) for name in needs.columns if str(name).split("_")[0] not in own and name not in own]
    of_review = [name for name in others if _OF_REVIEW.search(name) and not _OF_ELSE.search(name)]
    texts = {name: [_text(cell) for cell in needs[name]] for name in others}
    found = []
    asked = [name for name in others if _IS_PUBLISHED.fullmatch(name)]
    listing = [name for name in asked if any(_says_yes(name, said) for said in texts[name])]
    titles = needs["title"] if "title" in needs else needs["need_id"]
    for i, (need, title) in enumerate(zip(needs["need_id"].astype(str), titles, strict=True)):
        passed = any(_passes(texts[name][i]) for name in of_review)
        for name in others:
            said = texts[name][i]
            refused = name in of_review and not passed and _REFUSED.search(said) is not None
            if (
                refused
                or (name in listing and _says_no(name, said))
                or _is_over(name, said)
                or (said and says_not_public(name, said))
            ):
                secret = any(texts[one][i] and says_not_public(one, texts[one][i]) for one in others)
                found.append((need, _NO_TITLE if secret else title, name, said))
                break
    return pd.DataFrame(found, columns=list(WITHHELD), dtype=object)


def unnamed_needs(needs: pd.DataFrame) -> set[str]:
    """The ids of needs that may be published without the name of their firm.

    >>> needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": "降噪", "备注": ["企业名称不公开", ""]})
    >>> unnamed_needs(needs)
    {'N1'}
    """
    own = {column.name for column in NEEDS.columns}
    others = [str(name) for name in needs.columns if name not in own]
    texts = {name: [_text(cell) for cell in needs[name]] for name in others}
    ids = needs["need_id"].astype(str).tolist()
    return {need for i, need in enumerate(ids) if any(keeps_name_back(name, texts[name][i]) for name in others)}


def _says_yes(header: str, said: str) -> bool:
    return _PASSED.fullmatch(ticked(said)) is not None or read_yesno(said, header) is True


def _says_no(header: str, said: str) -> bool:
    return read_yesno(said, header) is False or re.fullmatch("暂?不(?:需要?)?(?:发布)?", ticked(said)) is not None


def _is_over(header: str, said: str) -> bool:
    """Whether a sign, a state or a remark says, at last, that a need is deleted, withdrawn or settled."""
    if says_gone(header, said) or answers_against(NEEDS, header, said):
        return True
    state = _STATE.fullmatch(header) is not None
    if not said or not (state or is_remark(header)):
        return False
    *_, last = ["", *(one for one in re.split("[；;。\n]", _by_days(said)) if one.strip())]
    last = _DAY.sub("", last).strip("，, :：")
    if (state and _ENDED.fullmatch(last)) or _WITHDRAWN.fullmatch(last):
        return True
    over = override_of(_by_days(said))
    return over is not None and over.plain


def _by_days(said: str) -> str:
    """What is said, in the order of its days where each statement has one (撤回 of May stands behind 通过 of March)."""
    statements = [one for one in re.split("[；;。\n]", said) if one.strip()]
    read = (read_days(found[0]) if (found := _DAY.search(one)) else None for one in statements)
    days = [day.low if isinstance(day, Days) else day for day in read if isinstance(day, Days | dt.date)]
    if len(statements) < 2 or len(days) < len(statements):
        return said
    return "；".join(statements[i] for i in sorted(range(len(days)), key=days.__getitem__))


def _passes(said: str) -> bool:
    """Whether a text of a review says that the need has passed, if not at first."""
    said = _by_days(said)
    if _PASSED.fullmatch(said):
        return True
    verdicts = [*_VERDICT.finditer(_EARLIER.sub("", said))]
    return bool(_REFUSED.search(said) and verdicts) and not (verdicts[-1]["refused"] or verdicts[-1]["hoped"])


def _text(cell: object) -> str:
    if is_blank(cell) or cell is pd.NA:
        return ""
    return {True: "是", False: "否"}[cell] if isinstance(cell, bool) else clean_text(as_written(cell))
