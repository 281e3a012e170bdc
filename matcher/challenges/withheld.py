"""Needs that are not published: their row says not public, secret, returned by the review or still waiting for it."""

from __future__ import annotations

import re

import pandas as pd

from matcher.tables.cells import as_written, clean_text, is_blank
from matcher.tables.schemas import NEEDS
from matcher.tables.secrecy import says_secret

WITHHELD = ("need_id", "need_title", "column", "said")

_OF_REVIEW = re.compile("审[核查批定]|[初复终]审|评审")
_REFUSED = re.compile(
    "退回|驳回|[未不]予?(?:通过|同意|受理|采纳)|待[初复终]?[审核批补修]|未[审核]|(?:审核|评审|处理)中|撤[回销]"
)
_PASSED = re.compile("(?:[初复终]?审[核查批]?)?(?:已|审)?(?:通过|同意)(?:审[核查批])?|是|true|√|合格", re.I)


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
    of_review = [name for name in others if _OF_REVIEW.search(name)]
    texts = {name: [_text(cell) for cell in needs[name]] for name in others}
    found = []
    titles = needs["title"] if "title" in needs else needs["need_id"]
    for i, (need, title) in enumerate(zip(needs["need_id"].astype(str), titles, strict=True)):
        passed = any(_PASSED.fullmatch(texts[name][i]) for name in of_review)
        for name in others:
            said = texts[name][i]
            refused = name in of_review and not passed and _REFUSED.search(said)
            if refused or (said and says_secret(name, said)):
                found.append((need, title, name, said))
                break
    return pd.DataFrame(found, columns=list(WITHHELD), dtype=object)


def _text(cell: object) -> str:
    if is_blank(cell) or cell is pd.NA:
        return ""
    return {True: "是", False: "否"}[cell] if isinstance(cell, bool) else clean_text(as_written(cell))
