"""Needs that are not published: their row says not public, secret, returned by the review or still waiting for it."""

from __future__ import annotations

import re

import pandas as pd

from matcher.tables.cells import as_written, clean_text, is_blank
from matcher.tables.schemas import NEEDS
from matcher.tables.secrecy import keeps_name_back, says_not_public

WITHHELD = ("need_id", "need_title", "column", "said")

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
_EARLIER = re.compile("[(（](?:第一次|首次|上次|前次|此前|原|曾|初审)[^()（）]*[)）]")


def withheld_needs(needs: pd.DataFrame) -> pd.DataFrame:
    """The needs whose row says that they are not to be published.

    Returns
    -------
    DataFrame
        One row a need, in its order: need_id, need_title, column (the header that says so), said (its words). Columns
        on 公开 and on secrecy count, remarks that say 涉密 or 不公开, and columns of the review, unless another of
        these says that the need has passed.

    Examples
    --------
    >>> needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["降噪", "防冰"], "是否公开": ["是", "否"]})
    >>> withheld_needs(needs).to_numpy().tolist()
    [['N2', '防冰', '是否公开', '否']]
    """
    own = {column.name for column in NEEDS.columns}
    others = [str(name) for name in needs.columns if str(name).split("_")[0] not in own and name not in own]
    of_review = [name for name in others if _OF_REVIEW.search(name) and not _OF_ELSE.search(name)]
    texts = {name: [_text(cell) for cell in needs[name]] for name in others}
    found = []
    titles = needs["title"] if "title" in needs else needs["need_id"]
    for i, (need, title) in enumerate(zip(needs["need_id"].astype(str), titles, strict=True)):
        passed = any(_passes(texts[name][i]) for name in of_review)
        for name in others:
            said = texts[name][i]
            refused = name in of_review and not passed and _REFUSED.search(said)
            if refused or (said and says_not_public(name, said)):
                found.append((need, title, name, said))
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


def _passes(said: str) -> bool:
    """Whether a text of a review says that the need has passed, if not at first."""
    if _PASSED.fullmatch(said):
        return True
    verdicts = [*_VERDICT.finditer(_EARLIER.sub("", said))]
    return bool(_REFUSED.search(said) and verdicts) and not (verdicts[-1]["refused"] or verdicts[-1]["hoped"])


def _text(cell: object) -> str:
    if is_blank(cell) or cell is pd.NA:
        return ""
    return {True: "是", False: "否"}[cell] if isinstance(cell, bool) else clean_text(as_written(cell))
