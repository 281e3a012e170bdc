"""A need understood: which sentences ask, of which object, for which task, on which terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from matcher.needs.cues import EMPTY_TITLE, FEATURES, NUMBER
from matcher.needs.labels import labelled_parts, says_something, tells_problem, without_label
from matcher.needs.phrases import phrases_of
from matcher.needs.roles import roles_of
from matcher.needs.sentences import split_sentences
from matcher.needs.terms import terms_of
from matcher.tables.arguments import check_frame, plain_cells
from matcher.tables.columns.hidden_kinds import with_text_kinds
from matcher.tables.rows.ids import ids_of

_SECTIONS = {"problem": "asked", "indicators": "asked", "conditions": "background", "background": "background"}
_MOST_SENTENCES = 8  # of the asked ones; phrases of later ones are details
_EDGES = ' \t\r\n\xa0\u3000"“”'
_TELLING = ("strong_ask", "ask_plan", "ask_needed", "ask_question", "ask_solve", "defect")
_WHOLE = {  # field -> the kind of element that its whole text is
    "cooperation": "cooperation", "budget": "money", "done_by": "deadline", "ownership": "rights",
    "valid_until": "deadline",
}  # fmt: skip
_ENOUGH_ASKED = 20  # characters of asked sentences that say something
_ENOUGH_TITLE = 10  # characters of a title that names one thing


@dataclass(frozen=True)
class Sentence:
    """A sentence with its place in `field` ("title" or "description") and its role."""

    text: str
    field: str
    start: int
    end: int
    role: str


@dataclass(frozen=True)
class Element:
    """A part of a need with its place in `field`. low, high: yuan, of money; None where unknown."""

    kind: str
    text: str
    field: str
    start: int
    end: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Understood:
    """A need, read.

    sentences: those of the title and the description, each with its role (asked, background, constraint).
    elements: object, material, problem, effect, method, application, deadline, money, rights, cooperation, condition.
    asked: texts of the asked sentences of the description, without their numbers and without what the firm says of
    itself at their start, or the title where none asks.
    objects, problems: phrases, those of the title first. definite: whether anything definite is asked.
    """

    title: str
    text: str
    sentences: tuple[Sentence, ...]
    elements: tuple[Element, ...]
    asked: tuple[str, ...]
    objects: tuple[str, ...]
    problems: tuple[str, ...]
    definite: bool


@lru_cache(maxsize=4096)
def understand(title: str, description: str = "") -> Understood:
    """Read one need.

    Parameters
    ----------
    title, description : str
        As posted; either may be "".

    Returns
    -------
    Understood
        Objects and problems are whole words: first those of the title, then those of the asked sentences.

    Examples
    --------
    >>> from matcher.needs import understand
    >>> need = understand("泵壳气孔在线检测", "我公司年产泵壳3万件。希望寻求无损检测方法，单件不超过5秒。预算20万元。")
    >>> need.asked
    ('希望寻求无损检测方法，单件不超过5秒。',)
    >>> need.objects[0], need.problems[:2]
    ('泵壳', ('气孔', '检测'))
    >>> [(element.kind, element.low, element.high) for element in need.elements if element.kind == "money"]
    [('money', 200000.0, 200000.0)]
    """
    return _understand(title, description, "")


def _understand(title: str, description: str, section: str) -> Understood:
    places = split_sentences(description)
    repeats = description.strip() == title.strip()
    roles = ["asked"] * len(places) if repeats else roles_of(description, places, section)
    sentences = [
        Sentence(description[start:end], "description", start, end, role)
        for (start, end), role in zip(places, roles, strict=True)
    ]
    elements = [
        Element(phrase.kind, phrase.text, "title", phrase.start, phrase.end) for phrase in phrases_of(title, title=True)
    ]
    asking = [sentence for sentence in sentences if sentence.role == "asked"]
    for sentence in _wishes(description, asking)[:_MOST_SENTENCES]:
        elements += [
            Element(phrase.kind, phrase.text, "description", sentence.start + phrase.start, sentence.start + phrase.end)
            for phrase in phrases_of(sentence.text, title=False)
        ]
    elements += [
        Element(term.kind, term.text, field, term.start, term.end, term.low, term.high)
        for field, text in (("title", title), ("description", description))
        for term in terms_of(text)
    ]
    definite = _is_definite(title, asking, elements)
    if title.strip():
        role = _title_role(title)
        items = items_of(title) or [(0, len(title))]
        sentences[:0] = [Sentence(title[start:end], "title", start, end, role) for start, end in items]
    asked = [text for sentence in asking if (text := asked_text(sentence.text))]
    return Understood(
        title=title,
        text=description,
        sentences=tuple(sentences),
        elements=tuple(elements),
        asked=tuple(dict.fromkeys(asked)) or ((title,) if title.strip() and definite else ()),
        objects=_texts(elements, "object"),
        problems=_texts(elements, "problem", "effect"),
        definite=definite,
    )


def _wishes(text: str, asking: list[Sentence]) -> list[Sentence]:
    """The asked sentences that tell what is wanted: by their words, or in a part that is labelled as the problem.

    Beside such a part, those of a labelled part of figures are no more than its figures.
    """
    parts = labelled_parts(text)
    problem = [one for one in asking if tells_problem(parts, one.start, one.end) and says_something(one.text)]
    wishes = [one for one in asking if one in problem or any(FEATURES[name].search(one.text) for name in _TELLING[:-1])]
    if problem:
        figures = [part for part in parts if part.kind == "indicators"]
        wishes = [one for one in wishes if not any(part.start < one.end and one.start < part.end for part in figures)]
    return wishes or asking


def items_of(title: str) -> list[tuple[int, int]]:
    """The places of the numbered items of a title that holds a list of needs; [] where it holds none."""
    items = [(start, end) for start, end in split_sentences(title) if NUMBER.match(title[start:end])]
    return items if len(items) > 1 else []


def asked_text(sentence: str) -> str:
    """An asked sentence without its number, the label of its part and the clauses at its start in which the firm
    describes itself.
    """
    text = NUMBER.sub("", without_label(NUMBER.sub("", sentence, count=1)), count=1).strip(_EDGES)
    while "，" in text:
        clause, rest = text.split("，", 1)
        if not FEATURES["self"].search(clause) or any(FEATURES[name].search(clause) for name in _TELLING):
            break
        text = rest
    return text


def _texts(elements: list[Element], *kinds: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(element.text for element in elements if element.kind in kinds))


def _title_role(title: str) -> str:
    """A title asks, unless it is a firm's name (background) or no more than a wish to co-operate (constraint)."""
    if not EMPTY_TITLE.match(title.strip(_EDGES)):
        return "asked"
    return "constraint" if re.search("合作|人才|团队|专家|资金|技术", title) else "background"


def _is_definite(title: str, asking: list[Sentence], elements: list[Element]) -> bool:
    """Whether what is asked names a figure, or a thing or task in a title or in sentences of some length."""
    if any(FEATURES["ask_number"].search(one.text) for one in asking):
        return True
    named = [one for one in elements if one.kind in ("object", "problem", "effect")]
    asked = sum(len(one.text) for one in asking if one.text.strip(_EDGES) != title.strip(_EDGES))
    if asked >= _ENOUGH_ASKED and named:
        return True
    in_title = len([one for one in named if one.field == "title"])
    return in_title > 1 or (in_title == 1 and len(title.strip()) >= _ENOUGH_TITLE)


def understand_needs(needs: pd.DataFrame) -> pd.DataFrame:
    """The elements of each need, one row an element.

    Parameters
    ----------
    needs : DataFrame
        `need_id`, and `title`, `description` or both; `problem`, `indicators`, `conditions`, `background`,
        `cooperation`, `budget`, `done_by`, `ownership`, `valid_until` are read where they are there and filled.

    Returns
    -------
    DataFrame
        need_id, kind, text, field (the column), start, end (in that column's text), low, high (yuan, of money); in
        the order of `needs` and of the texts.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.needs import understand_needs
    >>> table = understand_needs(pd.DataFrame({"need_id": ["N1"], "title": ["轴承座降噪"]}))
    >>> table[["kind", "text", "field", "start", "end"]].values.tolist()
    [['object', '轴承座', 'title', 0, 3], ['problem', '降噪', 'title', 3, 5]]
    """
    check_frame(needs, "needs")
    rows = [
        (need_id, one.kind, one.text, one.field, one.start, one.end, one.low, one.high)
        for need_id, fields in _fields(needs)
        for one in _elements(fields)
    ]
    table = pd.DataFrame(rows, columns=["need_id", "kind", "text", "field", "start", "end", "low", "high"])
    return with_text_kinds(table.astype({"start": "int64", "end": "int64", "low": "float64", "high": "float64"}))


def sentence_roles(needs: pd.DataFrame) -> pd.DataFrame:
    """The role of each sentence of each need: need_id, field, start, end, role (asked, background, constraint).

    Title and description are read; `problem`, `indicators`, `conditions` and `background` where the description does
    not hold their text already.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.needs import sentence_roles
    >>> needs = pd.DataFrame({"need_id": ["N1"], "description": ["我公司成立于2001年。急需一种防锈涂料。"]})
    >>> sentence_roles(needs)[["start", "end", "role"]].values.tolist()
    [[0, 12, 'background'], [12, 21, 'asked']]
    """
    check_frame(needs, "needs")
    rows: list[tuple[object, ...]] = []
    for need_id, fields in _fields(needs):
        read = understand(fields.get("title", ""), fields.get("description", ""))
        rows += [(need_id, one.field, one.start, one.end, one.role) for one in read.sentences]
        for field, section in _SECTIONS.items():
            if text := fields.get(field):
                places = split_sentences(text)
                roles = roles_of(text, places, section)
                rows += [(need_id, field, *place, role) for place, role in zip(places, roles, strict=True)]
    table = pd.DataFrame(rows, columns=["need_id", "field", "start", "end", "role"])
    return with_text_kinds(table.astype({"start": "int64", "end": "int64"}))


def _elements(fields: dict[str, str]) -> Iterator[Element]:
    yield from understand(fields.get("title", ""), fields.get("description", "")).elements
    for field in _SECTIONS:
        if text := fields.get(field):
            for element in _understand("", text, _SECTIONS[field]).elements:
                yield Element(element.kind, element.text, field, element.start, element.end, element.low, element.high)
    for field, kind in _WHOLE.items():
        if text := fields.get(field):
            low, high = (float(fields[side]) if fields.get(side) else None for side in ("low", "high"))
            money = kind == "money"
            yield Element(kind, text, field, 0, len(text), low if money else None, high if money else None)


def _fields(needs: pd.DataFrame) -> Iterator[tuple[str, dict[str, str]]]:
    """Each need's id and its filled texts; a part that the description holds already is left out."""
    names = ("title", "description", *_SECTIONS, *_WHOLE, "budget_min", "budget_max")
    needs = plain_cells(needs)
    columns = {name: needs[name].tolist() for name in names if name in needs}
    for i, need_id in enumerate(ids_of(needs, "need_id")):
        fields = {name: str(values[i]) for name, values in columns.items() if is_filled(values[i])}
        whole = fields.get("description", "")
        for part in _SECTIONS:
            if part in fields and fields[part] in whole:
                del fields[part]
        low, high = fields.pop("budget_min", ""), fields.pop("budget_max", "")
        if low or high or "budget" in fields:
            fields["low"], fields["high"] = low or fields.get("budget", ""), high or fields.get("budget", "")
            fields.setdefault("budget", "-".join(dict.fromkeys(text for text in (low, high) if text)))
        yield need_id, fields


def is_filled(value: object) -> bool:
    """Whether a cell of a plain table says anything."""
    return value is not None and value is not pd.NA and value == value and str(value).strip() not in ("", "NaT")
