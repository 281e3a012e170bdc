"""How complete a need is: what official calls ask of it, part by part, with points and the words that earned them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from matcher.needs.asked import ASKED_FIELDS, clause_of, is_asked
from matcher.needs.completeness_cues import (
    BOAST,
    DEFECT,
    FAULT_RATE,
    HELP_ONLY,
    NOT_OURS,
    SOLVER,
    STATE,
    UNABLE,
    UNSOLVED,
    USE,
)
from matcher.needs.elements import Element, Sentence, Understood, is_filled, understand
from matcher.needs.indicators import Indicator, indicators_of
from matcher.needs.labels import labelled_parts, says_something, tells_problem, without_label
from matcher.needs.parts import PARTS
from matcher.progress import track
from matcher.tables.arguments import check_firms, plain_cells
from matcher.tables.columns.hidden_kinds import with_text_kinds
from matcher.tables.rows.ids import ids_of

_POINTS = {part.name: part.points for part in PARTS}
_OTHER_FIGURE = 0.25  # a figure of what is today, or one said again, beside one that is asked
_POSTED_ONLY = 1 / 3  # a day until which a posting stands is no day until which the work is done
_OPEN_MONEY = 0.4  # 面议
_MATERIAL_ONLY = 0.5
_TITLE_ONLY = 0.5  # a problem that is named and not described
_SHORTEST_CLAUSE = 8
_SHORTEST_MORE = 20  # characters that a description has to add to the title

_TEXTS = ("problem", "indicators", "conditions", "background")
_MONEY = ("budget", "budget_min", "budget_max", "budget_text")
_COLUMNS = ("done_by", "ownership")


@dataclass(frozen=True)
class Evidence:
    """The words of a need that earned points for a part, with their place in `field`."""

    part: str
    points: float
    text: str
    field: str
    start: int
    end: int


@dataclass(frozen=True)
class Figure:
    """An indicator of a need, the field that it stands in, and whether it is asked (else it tells what is today)."""

    indicator: Indicator
    field: str
    asked: bool

    @property
    def key(self) -> tuple[object, ...]:
        """Alike for what is said twice."""
        one = self.indicator
        return one.quantity, one.comparator, one.low, one.high, one.unit.symbol


@dataclass(frozen=True)
class ReadNeed:
    """A need with all its fields, read: its texts, what was understood, and its figures.

    `texts`: field -> text, for the fields that are filled. `read`: title and description. `sentences` and `elements`
    are those of all fields.
    """

    need_id: str
    texts: Mapping[str, str]
    read: Understood
    sentences: tuple[Sentence, ...]
    elements: tuple[Element, ...]
    figures: tuple[Figure, ...]

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """What earned points, in the order of the parts; an indicator each, the asked ones first."""
        return tuple(found for part in PARTS for found in _FINDERS[part.name](self))

    @cached_property
    def points(self) -> dict[str, float]:
        """The points of each part."""
        sums = dict.fromkeys(_POINTS, 0.0)
        for found in self.evidence:
            sums[found.part] += found.points
        return sums

    @property
    def completeness(self) -> float:
        """0 to 100, the sum of the points, to two places."""
        return round(sum(self.points.values()), 2)

    @property
    def asked(self) -> list[Sentence]:
        """The sentences that ask; the title only where no other sentence does."""
        asking = [one for one in self.sentences if one.role == "asked"]
        return [one for one in asking if one.field != "title"] or asking

    @cached_property
    def of_problem(self) -> list[Sentence]:
        """The asked sentences of the column or labelled part of the problem to solve, save wishes for a helper."""
        parts = labelled_parts(self.texts.get("description", ""))
        return [
            one
            for one in self.asked
            if one.field == "problem" or (one.field == "description" and tells_problem(parts, one.start, one.end))
            if says_something(one.text) and not HELP_ONLY.fullmatch(without_label(one.text).strip())
        ]

    @cached_property
    def only_a_title(self) -> bool:
        """Whether nothing stands below the title that the title does not say."""
        title = self._without_figures("title")
        below = "".join(map(self._without_figures, ("description", *_TEXTS)))
        return below in title or (title in below and len(below) < len(title) + _SHORTEST_MORE)

    def is_condition(self, figure: Figure) -> bool:
        """Whether a value stands right before the quantity of another one: -20～45℃全温域误差≤4%, 28天内抑菌率≥90%."""
        text, end = self.texts[figure.field], figure.indicator.end
        others = (one.indicator for one in self.figures if one.field == figure.field)
        return any(text.startswith(one.quantity, end) for one in others if one.start > end)

    def _without_figures(self, name: str) -> str:
        text = self.texts.get(name, "")
        for figure in reversed([one.indicator for one in self.figures if one.field == name]):
            text = text[: figure.start] + text[figure.end :]
        return text.strip()

    @property
    def is_definite(self) -> bool:
        """Whether anything definite is asked: by words, by a figure, or since a thing and its fault are described."""
        described = self.points["object"] > 0 and self.points["problem"] >= _POINTS["problem"]
        return self.read.definite or described or any(figure.asked for figure in self.figures)

    @cached_property
    def asks(self) -> int:
        """How many distinct things are asked: sentences that name a thing, a task or a figure not named before."""
        if not self.is_definite:
            return 0
        seen: set[str] = set()
        count = 0
        for sentence in self.asked:
            here = {one.text for one in self.elements if one.kind in _THINGS and _inside(one, sentence)}
            here |= {figure.indicator.text for figure in self.figures if _covers(sentence, figure)}
            here |= {sentence.text} if sentence in self.of_problem else set()
            count += bool(here - seen)
            seen |= here
        return max(count, 1)


_THINGS = ("object", "problem", "effect")


def read_all(needs: pd.DataFrame, *, progress: bool = False) -> list[ReadNeed]:
    """Every need of a table, read, in its order. Raises ArgumentTypeError for what is no table."""
    check_firms(needs, "need_id", name="needs")
    rows = list(_texts_of(needs))
    return [read_one(need_id, texts) for need_id, texts in track(rows, "读需求", progress)]


def completeness_parts(needs: pd.DataFrame, *, progress: bool = False) -> pd.DataFrame:
    """What of a complete need each need has, and which of its words say it.

    Parameters
    ----------
    needs : DataFrame
        `need_id`, and `title`, `description` or both; `problem`, `indicators`, `conditions`, `background`,
        `cooperation`, `budget`, `done_by`, `ownership` and `valid_until` count where they are filled.
    progress : bool, default False
        Show a bar on standard error.

    Returns
    -------
    DataFrame
        One row a need, part and piece of evidence: need_id, part, points, of (the part's points), text, field, start,
        end (place in the text of the field). A part that the need lacks has one row with 0 points and "". Each
        indicator has its own row; the n-th asked one adds 25/n - 25/(n+1). The points of a need sum to its
        completeness.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.needs import completeness_parts
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["泵壳气孔检测"], "description": ["要求检出率≥95%。"]})
    >>> parts = completeness_parts(needs)
    >>> parts.loc[parts["points"] > 0, ["part", "points", "of", "text"]].values.tolist()
    [['object', 15.0, 15.0, '泵壳'], ['problem', 15.0, 15.0, '气孔'], ['indicators', 12.5, 25.0, '≥95%']]
    """
    return parts_table(read_all(needs, progress=progress))


def parts_table(reads: list[ReadNeed]) -> pd.DataFrame:
    """`completeness_parts` of needs that are read."""
    rows: list[tuple[object, ...]] = []
    for need in reads:
        for part in PARTS:
            found = [one for one in need.evidence if one.part == part.name]
            rows += [
                (need.need_id, part.name, round(one.points, 2), part.points, one.text, one.field, one.start, one.end)
                for one in found or [Evidence(part.name, 0.0, "", "", 0, 0)]
            ]
    columns = ["need_id", "part", "points", "of", "text", "field", "start", "end"]
    types = {"points": "float64", "of": "float64", "start": "int64", "end": "int64"}
    return with_text_kinds(pd.DataFrame(rows, columns=columns).astype(types))


def read_one(need_id: str, texts: Mapping[str, str]) -> ReadNeed:
    """One need, from its filled fields."""
    title, description = texts.get("title", ""), texts.get("description", "")
    main = understand(title, description)
    sentences, elements = list(main.sentences), list(main.elements)
    for name in _TEXTS:
        if text := texts.get(name):
            part = understand("", text)
            role = "asked" if name in ASKED_FIELDS else "background"
            sentences += [
                Sentence(one.text, name, one.start, one.end, one.role if one.role == "constraint" else role)
                for one in part.sentences
            ]
            elements += [
                Element(one.kind, one.text, name, one.start, one.end, one.low, one.high) for one in part.elements
            ]
    figures = [
        Figure(indicator, name, is_asked(indicator, name, texts.get(name, ""), sentences))
        for name in ("title", "description", *_TEXTS)
        for indicator in indicators_of(texts.get(name, ""))
    ]
    return ReadNeed(need_id, texts, main, tuple(sentences), tuple(elements), tuple(figures))


def _texts_of(needs: pd.DataFrame) -> Iterator[tuple[str, dict[str, str]]]:
    """Each need's id and filled fields; a part that the description holds already is left out."""
    terms = ("cooperation", *_MONEY, *_COLUMNS, "valid_until", "valid_until_text")
    names = ("title", "description", *_TEXTS, *terms, "enterprise")
    needs = plain_cells(needs)
    columns = {name: needs[name].tolist() for name in names if name in needs}
    for i, need_id in enumerate(ids_of(needs, "need_id")):
        texts = {name: _text(values[i]) for name, values in columns.items() if is_filled(values[i])}
        whole = texts.get("description", "")
        yield need_id, {name: text for name, text in texts.items() if name not in _TEXTS or text not in whole}


def _text(value: object) -> str:
    return value.strftime("%Y-%m-%d") if isinstance(value, dt.date) else str(value)


def _inside(element: Element, sentence: Sentence) -> bool:
    return element.field == sentence.field and sentence.start <= element.start < sentence.end


def _covers(sentence: Sentence, figure: Figure) -> bool:
    return figure.field == sentence.field and sentence.start <= figure.indicator.start < sentence.end


# What earns the points of each part


def _first(need: ReadNeed, part: str, *kinds: str, share: float = 1.0) -> list[Evidence]:
    for kind in kinds:
        for one in need.elements:
            if one.kind == kind:
                return [Evidence(part, share * _POINTS[part], one.text, one.field, one.start, one.end)]
    return []


def _whole(need: ReadNeed, part: str, name: str, share: float = 1.0) -> list[Evidence]:
    text = need.texts.get(name, "")
    return [Evidence(part, share * _POINTS[part], text, name, 0, len(text))] if text else []


def _said(need: ReadNeed, part: str, pattern: re.Pattern[str], but: re.Pattern[str] | None = None) -> list[Evidence]:
    """The clause, of a sentence below the title, in which a pattern is met, and no boast."""
    for sentence in need.sentences:
        if sentence.field == "title":
            continue
        for match in pattern.finditer(sentence.text):
            start, end = clause_of(sentence.text, match.start(), match.end())
            if end - start < _SHORTEST_CLAUSE:
                start, end = 0, len(sentence.text)
            if not (but and but.search(sentence.text[start:end])):
                place = sentence.start + start, sentence.start + end
                return [Evidence(part, _POINTS[part], sentence.text[start:end], sentence.field, *place)]
    return []


def _problem(need: ReadNeed) -> list[Evidence]:
    """Described below the title, in words of its own or by a figure, else only named."""
    most = _POINTS["problem"]
    named = [one for one in need.elements if one.kind in ("problem", "effect")]
    described: list[Evidence] = []
    if not need.only_a_title:
        figures = [one for one in need.figures if one.asked and one.field != "title"]
        described = [
            Evidence("problem", most, one.text, one.field, one.start, one.end) for one in named if one.field != "title"
        ]
        described += [
            Evidence("problem", most, one.indicator.text, one.field, one.indicator.start, one.indicator.end)
            for one in figures
        ]
        described = described or _said(need, "problem", DEFECT, BOAST)
        described += [Evidence("problem", most, one.text, one.field, one.start, one.end) for one in need.of_problem]
    if not named and not described and (fault := FAULT_RATE.search(need.texts.get("title", ""))):
        return [Evidence("problem", _TITLE_ONLY * most, fault[0], "title", *fault.span())]
    points = most if described else _TITLE_ONLY * most
    return ([Evidence("problem", points, one.text, one.field, one.start, one.end) for one in named] or described)[:1]


def _rights(need: ReadNeed) -> list[Evidence]:
    if told := _whole(need, "rights", "ownership"):
        return told
    most = _POINTS["rights"]
    rights = [one for one in need.elements if one.kind == "rights" and not NOT_OURS.search(one.text)]
    return [Evidence("rights", most, one.text, one.field, one.start, one.end) for one in rights[:1]]


def _indicators(need: ReadNeed) -> list[Evidence]:
    most = _POINTS["indicators"]
    found: list[Evidence] = []
    count = 0.0
    seen: set[tuple[object, ...]] = set()
    for figure in sorted(need.figures, key=lambda one: not one.asked):
        again = figure.key in seen
        seen.add(figure.key)
        more = count + (1.0 if figure.asked and not again else _OTHER_FIGURE)
        points = most * more / (more + 1) - most * count / (count + 1)
        one = figure.indicator
        found.append(Evidence("indicators", points, one.text, figure.field, one.start, one.end))
        count = more
    return found


def _use(need: ReadNeed) -> list[Evidence]:
    for figure in need.figures:
        if figure.indicator.condition:
            one = figure.indicator
            return [Evidence("use", _POINTS["use"], one.condition, figure.field, one.start, one.end)]
    return (
        _first(need, "use", "application")
        or _said(need, "use", USE)
        or _first(need, "use", "material", share=_MATERIAL_ONLY)
    )


def _state(need: ReadNeed) -> list[Evidence]:
    return (
        _whole(need, "state", "conditions")
        or _whole(need, "state", "background")
        or _said(need, "state", STATE, but=BOAST)
    )


def _tried(need: ReadNeed) -> list[Evidence]:
    return _said(need, "tried", UNABLE, but=BOAST) or _said(need, "tried", UNSOLVED, but=BOAST)


def _deadline(need: ReadNeed) -> list[Evidence]:
    told = _whole(need, "deadline", "done_by") or _first(need, "deadline", "deadline")
    return told or _whole(need, "deadline", "valid_until", _POSTED_ONLY)


def _money(need: ReadNeed) -> list[Evidence]:
    for name in _MONEY[:3]:
        if name in need.texts:
            shown = "budget_text" if "budget_text" in need.texts else name
            return _whole(need, "money", shown)
    for one in need.elements:
        if one.kind == "money" and (one.low is not None or one.high is not None):
            return [Evidence("money", _POINTS["money"], one.text, one.field, one.start, one.end)]
    return _first(need, "money", "money", share=_OPEN_MONEY) or _whole(need, "money", "budget_text", _OPEN_MONEY)


def _cooperation(need: ReadNeed) -> list[Evidence]:
    labels = {label for label in re.split(r"[,，、;；\s]+", need.texts.get("cooperation", "")) if label}
    if labels - {"其他", "其它", "不限"}:
        return _whole(need, "cooperation", "cooperation")
    return _first(need, "cooperation", "cooperation")


def _solver(need: ReadNeed) -> list[Evidence]:
    return _first(need, "solver", "condition") or _said(need, "solver", SOLVER)


_FINDERS = {
    "object": lambda need: _first(need, "object", "object"),
    "problem": _problem,
    "indicators": _indicators,
    "use": _use,
    "state": _state,
    "tried": _tried,
    "deadline": _deadline,
    "money": _money,
    "rights": _rights,
    "cooperation": _cooperation,
    "solver": _solver,
}


def unsolved(need: ReadNeed) -> str:
    """The clause in which a need says that known solutions do not suffice; "" where it does not."""
    found = _said(need, "tried", UNSOLVED, but=BOAST)
    return found[0].text.strip("。；; ") if found else ""
