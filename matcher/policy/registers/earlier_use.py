"""Whether a right was used in an earlier HTE application, by its own column, another one that asks so, or a remark."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from matcher.policy.registers.entries import Entry, Truth
from matcher.tables.cells.texts import shorten
from matcher.tables.rows.remarks import remarks_of

_HTE = re.compile(r"高企|高新|GR\d", re.I)
_OTHER = re.compile("科技型|科小|专精特新|小巨人|创新型|瞪羚|贷款|质押|项目|奖")
_NO = re.compile(r"(?:无|否|未|没|不|非|n|f|×|x|✗|✘|[-—/0])|.*(?:从[未没不]|[尚还均都][未没无])", re.I)
_YES = re.compile(r"(?:是|有|已|曾|√|✓|✔|y|t|1(?:\.0)?$|使用$)|.*(?:用过|已用|使用过|已使用)$", re.I)
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_ASKS = re.compile("(?:使用|用于|用过|用在|占用)")  # a header that asks about use
_OF_HTE = re.compile("高企|高新技术企业")
_CERTIFICATE = re.compile(r"GR\d", re.I)
_ASKS_ONLY = re.compile(  # all of a header that does not say 高企: 首台套认定, 产品 and 年限 are of something else
    "是否|已经?|曾|在|以前|以往|之前|此前|过去|历年|往年|上次|前次|前一次|年度?|认定|申[报请]|中|被|使用|用于|用过|占用|过|的"
    r"|情况|本?企业|专利|知识产权|该|20\d\d|[()、,]"
)
_BEFORE = re.compile("已|曾|以前|以往|往年|历年|之前|此前|过去|上次|前次|前一次|[使占]?用过")
_USED = re.compile("[使占已]用|用[于过在掉]|(?<![实备费通专])用$")  # in a remark: no 实用新型, no 备用
_NOW = re.compile(
    "拟|计划|准备|预留|本次|此次|今年|当年|本年|将|[可能]否|[可能]用|未|没有|不"
)  # of this application, or turned round
_FOR_THIS = re.compile("本次|此次|这次")
_FIRST = re.compile("首次|第一次|新申请")


def earlier_use(entry: Entry, day: dt.date) -> tuple[Truth, str]:
    """Whether it was used in an HTE application before the day's, and what was said where nobody can tell ("" else).

    What the register does not record was not.
    """
    for field in ("used", "used_for"):
        if text := entry.text(field):
            said = _said(text, day, asked=field == "used")
            return said, "“曾用于”" if field == "used_for" else f"“{shorten(text, 40)}”"
    for header, _, cell in entry.beside():
        words = unicodedata.normalize("NFKC", header)
        years = [int(year) for year in _YEAR.findall(words)]
        before = bool(_BEFORE.search(words)) or any(year < day.year for year in years)
        of_hte = bool(_OF_HTE.search(words)) or (not _ASKS_ONLY.sub("", words) and bool(_BEFORE.search(words)))
        if not _ASKS.search(words) or not of_hte or _NOW.search(words):
            continue
        if any(year >= day.year for year in years) or (_OTHER.search(words) and not _HTE.search(words)):
            continue
        text = str(cell)
        said = _said(text, day, asked=before)
        return said, f"“{header}”一列的“{shorten(text, 40)}”"
    for clause in re.split("[,，;；。\n]+", remarks_of(entry.cells)):
        past = _BEFORE.search(clause) or any(int(year) < day.year for year in _YEAR.findall(clause))
        named = _OF_HTE.search(clause) or _CERTIFICATE.search(clause)  # 高新技术产品 and 高新区 are something else
        if past and _USED.search(clause) and named and not _NOW.search(clause):
            return _said(clause, day, asked=False), f"备注的“{shorten(clause, 40)}”"
    return False, ""


def _said(text: str, day: dt.date, *, asked: bool) -> Truth:
    """What a cell says. asked: whether its header asks about earlier HTE applications, so that 是 answers it."""
    text = unicodedata.normalize("NFKC", text).strip()
    years = [int(year) for year in _YEAR.findall(text)]
    if not text or _NO.match(text):
        return False
    if _OTHER.search(text) and not _HTE.search(text):
        return False
    if any(year >= day.year for year in years):
        return None
    of_hte, of_this = _HTE.search(text), _FOR_THIS.search(text) or (_FIRST.search(text) and not _HTE.search(text))
    if of_this and not years and not _BEFORE.search(text):
        return False
    if of_hte or (asked and (_YES.match(text) or years)):
        return True
    return None
