"""Cells of evidence to yes, no or unknown: words, counts, sentences with their refusals and plans."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from matcher.assessment.scales import evidence_words, shown_by, tree
from matcher.tables.assessment_schemas import ASSESSED_OUTCOMES, EVIDENCE

TITLES_OF = {column.name: column.title for column in EVIDENCE}
_YES, _NO, _UNKNOWN = (frozenset(tree()["answers"][answer].split()) for answer in ("yes", "no", "unknown"))
_CLAUSE = re.compile(r"[,;。\n、]+|(?<=[^\d])\.(?=\s|$)|但是?|,?\bbut\b")
_REFUSED = re.compile(
    r"^\s*(?:无(?!人|线|缝|锡|损|机|菌|毒|纺|害|源|刷|铅|氧|水|尘|油|公害|障碍|创|为|铬|磷|氰|卤|酸|溶剂|接触|级|轴|极"
    r"|氟|甲醛|醇|土|动力|磁|涂|焊|镍|钴|汞|碱|籽|针|痛|感)|没|未(?!来)|尚未|尚无|暂[无未缺不没]|缺(?!陷|口|氧|水)"
    r"|不(?:具备|合格|通过|是|符合|达|能|需|涉及|存在|曾)|还没|并未|否)"
    r"|没有|尚未|尚无|暂未|暂无|还未|从未|不具备|不合格|失败|不通过|终止"
    r"|未(?:完成|通过|取得|开展|进行|获|做|形成|量产|销售|投产|建|经|能|出|开始|授权|发表|申请|达|实现|有|定型|见|批量|进入)"
    r"|(?<![\d.])0\s*(?:篇|项|件|台|套|份|个|家|吨|批|次|元|万元)"
    r"|^\s*(?:no|not|none|without|never)\b|\bnot (?:yet|done|started|passed)\b|\bfailed\b"
)
_PLANNED = re.compile(
    r"正在(?!销售|使用|运行|应用|推广|生产|批量生产|规模化生产|量产|供货)|计划(?!书)|(?<![模虚])拟(?!合)|预计|预期|将(?:于|在|要|进行|开展|完成|建)|筹[建备]|准备|进行中|审批中|申请中|受理中|在[建研办审]"
    r"|(?:研发|试验|建设|测试|开展|推进|编制|洽谈|办理|评审|验证|检测|调试)中(?!试|心|的)|送检(?!报告)"
    r"|待(?!遇|机)|即将|有望|打算|\bplan(?:s|ned)?\b|in progress|pending|ongoing|under way|underway|will\b|to be\b"
)
_AMOUNT = re.compile(r"[约近超共逾]?\s*(\d[\d,]*(?:\.\d+)?)\s*[+余多]?\s*[^\d\s]{0,4}")
_SMALL = evidence_words()["small_batch"]


class Evidence(NamedTuple):
    """One piece of evidence: its kind, whether it is there, the column that says so and the words in it."""

    kind: str
    present: bool
    column: str
    quote: str

    @property
    def cited(self) -> str:
        """The column and its words, for a reader."""
        return f"{self.column}：{self.quote}"


def text_in(record: Mapping[str, Any], name: str) -> str:
    """A cell of a row as text, "" for nothing; 0 and False are something."""
    value = record.get(name)
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value).strip()


def folded(text: str) -> str:
    """Half-width and lower case, as the words of this module are written."""
    return unicodedata.normalize("NFKC", text).lower().strip()


def clauses(text: str) -> list[str]:
    """The clauses of a cell, without empty ones; a comma within a number does not part."""
    joined = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", folded(text))
    return [piece.strip() for piece in _CLAUSE.split(joined) if piece.strip()]


def is_asserted(clause: str) -> bool:
    """Whether a clause says that something is there: neither refused nor only planned."""
    return not _REFUSED.search(clause) and not _PLANNED.search(clause)


def read_state(text: str) -> bool | None:
    """Whether a cell says that the evidence is there; None where it says nothing.

    A count above 0 is yes. What is refused (未通过) or only planned (正在中试) is no. Of several clauses one that
    asserts is enough.

    Examples
    --------
    >>> [read_state(text) for text in ("有", "3篇", "0", "正在中试", "样机2台，尚未检测", "", "不详")]
    [True, True, False, False, True, None, None]
    """
    word = folded(text).rstrip("。.!;")
    if not word or word in _UNKNOWN or not re.search(r"[\w√✓✔☑×✗✘]", word):
        return None
    if word in _YES:
        return True
    if word in _NO:
        return False
    if amount := _AMOUNT.fullmatch(word):
        return float(amount[1].replace(",", "")) > 0
    pieces = [piece for piece in clauses(text) if piece not in _UNKNOWN]
    if not pieces:
        return None
    return any(piece in _YES or (piece not in _NO and is_asserted(piece)) for piece in pieces)


def read_evidence(record: Mapping[str, Any]) -> list[Evidence]:
    """All evidence of a row, from its columns and from its list of supporting material, lowest level first.

    record: the row by fields of ASSESSED_OUTCOMES. A column 批量生产 that says only 小批量 or 试产 is evidence of
    small batches.
    """
    found = []
    for column in EVIDENCE:
        text = text_in(record, column.name)
        state = read_state(text)
        if state is None:
            continue
        kind = column.name
        if kind == "production" and state and _only_small(text):
            kind = "small_batch"
        found.append(Evidence(kind, state, column.title, text))
    found += _listed(text_in(record, "evidence_list"))
    return sorted(found, key=lambda one: (shown_by()[one.kind], not one.present))


def _only_small(text: str) -> bool:
    asserted = [piece for piece in clauses(text) if is_asserted(piece)]
    return bool(asserted) and all(_SMALL.search(piece) for piece in asserted)


def _listed(text: str) -> Iterator[Evidence]:
    """What a list of supporting material names, cited as a whole; one that names nothing known gives nothing."""
    asserted = [piece for piece in clauses(text) if is_asserted(piece)]
    for kind, words in evidence_words().items():
        if any(words.search(piece) for piece in asserted):
            yield Evidence(kind, True, ASSESSED_OUTCOMES["evidence_list"].title, text)
