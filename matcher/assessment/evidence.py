"""The evidence of a row: what its columns and its list of supporting material show, with the words that say so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from matcher.assessment.clauses import COUNT, clauses, folded, is_asserted
from matcher.assessment.scales import evidence_words, shown_by
from matcher.assessment.states import is_answered, names, read_state
from matcher.tables.cells.checkboxes import read_boxes, ticked
from matcher.tables.cells.dates import Days, read_days
from matcher.tables.schemas.assessment import ASSESSED_OUTCOMES, EVIDENCE

TITLES_OF = {column.name: column.title for column in EVIDENCE}
_COUNTED = re.compile(COUNT)
_ANSWERS = {"有", "无", "没有", "是", "否"}
_PARTS = re.compile(r"[，,；;。\n]+|[、 \t\u3000]+(?=[^，,；;。、\s]{0,8}20\d\d)")
_DAY = re.compile(
    r"(?P<year>20\d\d)(?:年?(?P<end>[底末])|年(?:\d{1,2}月(?:\d{1,2}[日号])?)?|(?P<sign>[-./])\d{1,2}(?:(?P=sign)\d{1,2})?(?![\d.]))"
)
_UNTIL = re.compile(r"(?:有效|期限|质保|合同期|(?<!延期)(?<!推迟)至|[-—~～])[^，,；;]{0,3}$")
_ENDS = re.compile("(?:年?[底末]?前?|日)?(?:到期|届满|期满|失效|[为截]?止|前?有效)")
_ORDER = "(?:合同|订单|协议|中标)"
_DELIVERY = "(?:交货|供货|交付|到货|供应|履行|执行)"
_ORDERED = re.compile(rf"[前起底末]?(?:开始|{_DELIVERY})*的?{_ORDER}")  # behind a day: 2027年供货合同
_DELIVERED = (
    re.compile(rf"{_DELIVERY}[期日时]?[限间]?[^，,；;]{{0,3}}$"),
    re.compile(rf"[前起底末]?(?:开始)?{_DELIVERY}"),
)
_DONE = re.compile("已|签[订署]?|现有|持有|获得|取得")
_RIGHTS = re.compile("(?:(?P<paper>论文)|专利|软著|著作权)(?:登记|授权)?(?:证书?|书)?(?:复印件|文本|全文)?$")
_ONE_OF = re.compile("其中|另|还有")


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


def read_evidence(record: Mapping[str, Any], *, on: dt.date | None = None) -> list[Evidence]:
    """All evidence of a row, from its columns and from its list of supporting material, lowest level first.

    record: the row by fields of ASSESSED_OUTCOMES. on: what is dated later is a plan. A column 批量生产 that says
    小批量 or 试产 is evidence of small batches.
    """
    found = []
    for column in EVIDENCE:
        text = text_in(record, column.name)
        state = _state_of(text, column.name, on)
        if state is not None:
            found.append(Evidence(column.name, state, column.title, text))
        if column.name == "production" and not state and _small_batch(text):
            found.append(Evidence("small_batch", True, column.title, text))
    found += _listed(text_in(record, "evidence_list"))
    return sorted(found, key=lambda one: (shown_by()[one.kind], not one.present))


def _state_of(text: str, kind: str, on: dt.date | None) -> bool | None:
    """Whether a cell says that its thing is there on a day: of check boxes what is ticked, nothing of later days."""
    boxes = read_boxes(text)
    choice = boxes and any(box.ticked is False or box.text in _ANSWERS for box in boxes)  # √ before a note is none
    said = ticked(text) if choice else text
    parts = _PARTS.split(said)
    ordered = kind == "sales" and bool(re.search(_ORDER, said))
    there = [part for part in parts if not _is_later(part, on, ordered)]
    if len(there) == len(parts):
        return read_state(said, kind)
    return bool(there and read_state("，".join(there), kind))


def _is_later(clause: str, on: dt.date | None, ordered: bool) -> bool:
    """Whether a clause is of a day after `on`: 2027年6月, 2026年底前完成; not 有效期至2027年6月 or 已签2027年合同.

    ordered: whether it is of an order, which is there though it is delivered later.
    """
    if on is None or _DONE.search(clause):
        return False
    for found in _DAY.finditer(clause):
        day = read_days(found["year"] + "年12月" if found["end"] else found[0])
        first = day.low if isinstance(day, Days) else day
        if isinstance(first, dt.date) and first > on:
            before, behind = clause[: found.start()], clause[found.end() :]
            term = ordered and (_ORDERED.match(behind) or _DELIVERED[0].search(before) or _DELIVERED[1].match(behind))
            if not (term or _UNTIL.search(before) or _ENDS.match(behind)):
                return True
    return False


def unread_cells(record: Mapping[str, Any], found: Iterable[Evidence]) -> list[tuple[str, str, str]]:
    """The cells of evidence that answer something and show nothing of `found`: kind, column and words of each."""
    read = {one.column for one in found}
    cells = ((column, text_in(record, column.name)) for column in EVIDENCE)
    return [
        (column.name, column.title, text) for column, text in cells if column.title not in read and is_answered(text)
    ]


def _small_batch(text: str) -> bool:
    return bool(evidence_words()["small_batch"].search(folded(text)) and read_state(text, "small_batch"))


def _listed(text: str) -> Iterator[Evidence]:
    """What a list of supporting material names, cited as a whole; one that names nothing known gives nothing.

    An item is what its last words say: 中试可行性研究报告 is no pilot, and a patent or a paper is one whatever it is
    about. A title (《…》) counts only where the item has nothing else.
    """
    kinds = {
        kind
        for item in re.split(r"[;；。\n,，、]", text)
        for kind in _kinds_of(item) or _kinds_of(item.translate({ord("《"): None, ord("》"): None}))
    }
    for kind in evidence_words():
        if kind in kinds:
            yield Evidence(kind, True, ASSESSED_OUTCOMES["evidence_list"].title, text)


def _kinds_of(item: str) -> set[str]:
    pieces = clauses(item)
    if not all(is_asserted(piece) or _ONE_OF.match(piece) for piece in pieces):
        return set()
    if pieces and (found := _RIGHTS.search(_COUNTED.sub("", pieces[0]))):
        return {"papers" if found["paper"] else "patents"}
    return {kind for kind in evidence_words() for piece in pieces if names(piece, kind)}
