"""Resources for needs: the fusion of meaning and words, methods under their names, ranges, standards and free hours.

Texts propose, ranges and standards order: what cannot reach the asked range falls behind. What fits and is closed or
has no free hours stands behind the last that fits, so that people know of it; what is closed and does not fit stands
behind all. Weights are in standard deviations of random pairs, and visible here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, TableError
from matcher.matching.index import Index
from matcher.matching.library.base import BLOCK, Asked
from matcher.matching.library.records import texts_of
from matcher.matching.library.remembered import Records
from matcher.matching.reasons.explanation import explain
from matcher.needs.indicators import Indicator
from matcher.progress import advancing, timed
from matcher.resources.capabilities import STATES, Coverage, asked_of, compare, offered_of
from matcher.resources.costs import UNKNOWN, Cost, cost_of
from matcher.resources.methods import methods_asked, methods_named
from matcher.resources.reading import is_closed, is_for_some
from matcher.resources.standards import Standard, compare_standards, standards_of
from matcher.tables.arguments import as_whole, check_frame
from matcher.tables.schemas.main import HIGH, LOW

METHOD = 4.0  # a method of the need that the resource is called by; less where many resources have it
REACHED, MISSED, MISSED_MORE = 0.75, 3.0, 0.5  # each indicator that is met; the first that is not, and each further one
SAME_STANDARD, OTHER_STANDARD = 3.0, 2.0  # an asked standard that is listed; other standards alone
CANDIDATES = 80  # of each need, looked at closely
FALSE_ALARM = 0.05  # of needs that no resource serves, the share for which one is called related
ADVICE = {
    "met": "可预约",
    "unknown": "先核实",
    "not_met": "不满足",
    "unrelated": "不相关",
    "no_hours": "机时不够",
    "closed": "不开放",
    "met_no_hours": "合适，机时不够",
    "met_closed": "合适，不开放",
    "unknown_no_hours": "待核实，机时不够",
    "unknown_closed": "待核实，不开放",
}
UNAVAILABLE = [word for state, word in ADVICE.items() if state.startswith(("met_", "unknown_"))]
COLUMNS = ["need_id", "resource_id", "rank", "score", "advice", "met", "shared_terms", "evidence", "unanswered"]
COLUMNS += ["met_count", "missed_count", "unknown_count", "cost_low", "cost_high", "cost_note", "hours", "hours_free"]
COLUMNS += ["unavailable_count"]
SHOWN = ["name", "model", "kind", "institution", "place", "state", "fee", "contact"]
_EVIDENCE, _NAME = 80, 40  # characters
_SHORT, _WORDS = 20, 0.15  # resources of a short list; the cosine of words from which two texts have to do
_FITS = ("met", "unknown")
_NEED_FIELDS = {"range": "量程", "precision": "精度", "sample": "样品"}  # what a value without a name is called
_FIELDS = {"name": "", "model": "", "method": "", "indicators": "", **_NEED_FIELDS}


@dataclass(frozen=True, eq=False)
class _Library:
    """Resources read once: their index, methods, what they state."""

    rows: list[dict[str, Any]]
    index: Index
    concepts: NDArray[np.float64]  # (resources, methods), weighted by how few resources have a method
    names: dict[str, int]
    stated: list[list[Indicator]]
    standards: list[list[Standard]]

    @classmethod
    def of(cls, resources: pd.DataFrame) -> _Library:
        records = resource_texts(resources)
        whole = [f"{title}\n{body}" for title, body in zip(*texts_of(records), strict=True)]
        named = [methods_named(text) for text in whole]
        names = {concept: place for place, concept in enumerate(dict.fromkeys(one for row in named for one in row))}
        concepts = np.zeros((len(resources), len(names)))
        for row, found in enumerate(named):
            for concept, weight in found.items():
                concepts[row, names[concept]] = weight
        having = (concepts > 0).sum(axis=0)
        concepts *= np.log1p(len(resources) / np.maximum(having, 1)) / math.log1p(len(resources) or 1)
        rows = rows_of(resources)
        return cls(
            rows,
            Index.build(records),
            concepts,
            names,
            [offered_of({name: row[field] for field, name in _FIELDS.items() if row.get(field)}) for row in rows],
            [standards_of("；".join(str(row.get(name, "")) for name in (*_FIELDS, "standard"))) for row in rows],
        )

    def methods(self, text: str) -> NDArray[np.float64]:
        """What each resource has of the methods that a need asks: the two best count."""
        wanted = np.zeros(len(self.names))
        for concept, weight in methods_asked(text).items():
            if (place := self.names.get(concept)) is not None:
                wanted[place] = weight
        if not len(wanted):
            return np.zeros(len(self.rows))
        shares = np.sort(self.concepts * wanted, axis=1)[:, ::-1]
        return np.asarray(shares[:, :1].sum(axis=1) + 0.5 * shares[:, 1:2].sum(axis=1), float)

    def related(self, total: float, words: float, method: float) -> bool:
        """Whether a resource has to do with a need: by the sum that strangers do not reach, or in a short list, whose
        random pairs say little, by a method or words that both have.
        """
        if len(self.rows) >= _SHORT:
            return total >= self.index.scale.good_from(FALSE_ALARM)
        return method > 0 or words >= _WORDS


@dataclass(frozen=True)
class _Pair:
    """One resource for one need, compared."""

    row: int
    total: float
    state: str
    coverage: list[Coverage]
    standards: list[tuple[Standard, str, str]]
    cost: Cost

    @property
    def in_words(self) -> str:
        """指标对照."""
        words = [one.in_words for one in self.coverage]
        words += [
            f"标准 {one.text}：{STATES[state]}" + (f"（{note}）" if note else "") for one, state, note in self.standards
        ]
        return "；".join(words)

    @property
    def fits(self) -> bool:
        """Whether nothing that is asked is missed."""
        return self.state.startswith(_FITS)

    @property
    def free(self) -> bool:
        """Whether it is open and has hours."""
        return not self.state.endswith(("closed", "no_hours"))

    def count(self, state: str) -> int:
        """How many indicators and standards are in a state."""
        return sum(one.state == state for one in self.coverage) + sum(one[1] == state for one in self.standards)


def find_resources(
    needs: pd.DataFrame, resources: pd.DataFrame, *, k: int = 10, hours: float | None = None, progress: bool = False
) -> pd.DataFrame:
    """Rank resources for every need.

    Parameters
    ----------
    needs : DataFrame
        As `read_resource_needs` gives it: `need_id`, `title`, `description` or `capability`; `range`, `precision`,
        `sample`, `standard`, `hours`, `sample_count` as far as known.
    resources : DataFrame
        As `read_resources` gives it.
    k : int
        Resources for each need.
    hours : float, optional
        Hours of a need that does not say; without it these are unknown.
    progress : bool
        Show a bar on standard error.

    Returns
    -------
    DataFrame
        One row a pair, needs in their order, best first, ties by resource_id. need_id, resource_id, `rank` (from 1),
        `score` (the share of random pairs of this library that score lower, ranges and standards included), `advice`,
        `met` (asked against stated, in Chinese), `shared_terms`, `evidence`, `unanswered` (as `match` gives them),
        met_count, missed_count, unknown_count, `cost_low`, `cost_high` (yuan for the hours or samples of the need, NA
        where unknown or open), `cost_note` (the fee as it was read, and what is not known), `hours` and `hours_free`
        (the lower end where one is known in part), `unavailable_count` (resources that fit this need and are closed
        or have no hours, listed or not), and of the resource name, model, kind, institution, place, state, fee,
        contact. `advice` is 可预约 (all that is asked is met), 先核实 (something is not said, or nothing comparable
        is asked), 不满足, 不相关 (the texts have no more to do with each other than strangers'), 机时不够 or 不开放;
        合适 or 待核实 stands before these two where nothing that is asked is missed.

    Raises
    ------
    TableError
        An id column is missing or ids stand twice.
    ArgumentError
        `k` or `hours` lies outside its range.

    Examples
    --------
    >>> from matcher.resources import find_resources, read_resource_needs, read_resources
    >>> resources = read_resources(pd.DataFrame({"编号": ["Y1", "Y2"], "仪器名称": ["万能试验机", "万能试验机"],
    ...                                          "量程": ["0~100kN", "0~300kN"]})).rows
    >>> needs = read_resource_needs(pd.DataFrame({"编号": ["X1"], "名称": ["螺栓拉伸，最大拉力200kN"]})).rows
    >>> find_resources(needs, resources)[["resource_id", "rank", "advice"]].values.tolist()
    [['Y2', 1, '可预约'], ['Y1', 2, '不满足']]
    """
    check_frame(needs, "needs")
    check_frame(resources, "resources")
    k = as_whole(k, "k", 1)
    if hours is not None and not hours > 0:
        raise ArgumentError(f"hours must be above 0, not {hours}")
    for table, name, title in ((needs, "need_id", "需求表"), (resources, "resource_id", "资源表")):
        if name not in table:
            raise TableError(f"the table has no column {name}; it has {list(map(str, table.columns))}")
        if repeated := table.loc[table[name].duplicated(), name].astype(str).unique().tolist():
            raise TableError(f"{title}有 {len(repeated)} 个编号重复：{'、'.join(repeated[:10])}；请改正")
    library = _Library.of(resources)
    texts = need_texts(needs)
    titles, bodies = texts_of(texts)
    asked = library.index.asked(titles, bodies)
    rows: list[dict[str, Any]] = []
    with (
        timed(f"ranked {len(resources)} resources for {len(needs)} needs"),
        advancing(len(needs), "找资源", progress) as step,
    ):
        for start in range(0, len(needs) if len(resources) else 0, BLOCK):
            block = slice(start, min(start + BLOCK, len(needs)))
            semantic, lexical, _ = library.index.channels(asked, block)
            for at, need in enumerate(rows_of(needs.iloc[block])):
                text = f"{titles[start + at]}\n{bodies[start + at]}"
                total = library.index.rough(asked, start + at, semantic[at], lexical[at]).astype(float)
                pairs = _ranked(need, text, total, lexical[at], library, hours)
                rows += _rows(need, pairs, library, hours, k)
            step(block.stop - start)
    names = [name for name in (*COLUMNS, *SHOWN, "row") if name not in ("shared_terms", "evidence", "unanswered")]
    table = pd.DataFrame(rows, columns=names)
    return _with_reasons(table, needs, asked, library, titles, bodies)


def unavailable_left(found: pd.DataFrame, k: int) -> int:
    """How many fitting resources that are closed or have no hours are not among the first `k` of their needs."""
    listed = found[(found["rank"] <= k) & found["advice"].isin(UNAVAILABLE)]
    counts = found.drop_duplicates("need_id")["unavailable_count"].sum()
    return int(counts) - len(listed)


def resource_texts(resources: pd.DataFrame) -> pd.DataFrame:
    """Resources as records of an index: name, model and kind are the title, what they do is the text."""
    return pd.DataFrame(
        {
            "outcome_id": resources["resource_id"].astype(str),
            "title": _joined(resources, ("name", "model"), " "),
            "description": _joined(
                resources, ("kind", "method", "indicators", "range", "precision", "sample", "standard", "note"), "\n"
            ),
        }
    )


def need_texts(needs: pd.DataFrame) -> pd.DataFrame:
    """Needs with all that they ask in `description`."""
    fields = ("description", "capability", "range", "precision", "sample", "standard")
    title = _joined(needs, ("title",), "")
    return pd.DataFrame(
        {"need_id": needs["need_id"].astype(str), "title": title, "description": _joined(needs, fields, "\n")}
    )


def need_names(needs: pd.DataFrame) -> dict[str, str]:
    """What each need is called: its title, else what it asks or says, at most 40 characters."""
    columns = [_joined(needs, (name,), "") for name in ("title", "capability", "description")]
    names = [next(filter(None, texts), "")[:_NAME] for texts in zip(*columns, strict=True)]
    return dict(zip(needs["need_id"].astype(str), names, strict=True))


def _joined(table: pd.DataFrame, fields: Sequence[str], sign: str) -> list[str]:
    columns = [table[name].fillna("").astype(str).tolist() for name in fields if name in table]
    return [sign.join(filter(None, row)) for row in zip(*columns, strict=True)] if columns else [""] * len(table)


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dicts, None where nothing is known."""
    return [
        {str(name): cell for name, cell in row.items()}
        for row in table.astype(object).where(table.notna(), None).to_dict("records")
    ]


_Ends = tuple[float | None, float | None]


def _ends(row: Mapping[str, Any], name: str) -> _Ends:
    """A figure of a row from below and above, alike where it is exact; None for an end that is not known."""
    cells = (row.get(name), row.get(name)) if row.get(name) is not None else (row.get(name + LOW), row.get(name + HIGH))
    low, high = (None if cell is None else float(cell) for cell in cells)
    return low, high


def _needed_hours(need: Mapping[str, Any], hours: float | None) -> _Ends:
    """The hours that a need asks (约20 has two ends), else those that are assumed."""
    ends = _ends(need, "hours")
    return (hours, hours) if ends == (None, None) else ends


def _ranked(
    need: Mapping[str, Any],
    text: str,
    total: NDArray[np.float64],
    words: NDArray[np.float32],
    library: _Library,
    hours: float | None,
) -> list[_Pair]:
    """The candidates of a need, compared and in order. total, words: of every resource, by text and by words alone."""
    methods = library.methods(text)
    total = total + METHOD * methods
    description = "\n".join(str(need[name]) for name in ("description", "capability") if need.get(name))
    columns = {name: str(need[field]) for field, name in _NEED_FIELDS.items() if need.get(field)}
    indicators = asked_of(str(need.get("title") or ""), description, columns)
    standards = standards_of(text)
    wanted, samples = _needed_hours(need, hours), _ends(need, "sample_count")
    cards = _ends(need, "card_hours")
    pairs = []
    for row in np.argsort(-total, kind="stable")[:CANDIDATES].tolist():
        resource = library.rows[row]
        coverage = compare(indicators, library.stated[row])
        compared = compare_standards(standards, library.standards[row])
        states = [one.state for one in coverage]
        listed = any(state == "met" for _, state, _ in compared)
        value = float(total[row]) + SAME_STANDARD * listed + REACHED * states.count("met")
        related = listed or library.related(value, float(words[row]), float(methods[row]))
        if missed := states.count("not_met"):
            value -= MISSED + MISSED_MORE * (missed - 1)
        value -= OTHER_STANDARD * any(state == "not_met" for _, state, _ in compared)
        states += [state for _, state, _ in compared]
        state = _state(states, resource, wanted) if related else "unrelated"
        fee = str(resource.get("fee") or (f"校内{resource['fee_inside']}" if resource.get("fee_inside") else ""))
        least, most = (cost_of(fee, *ends) for ends in zip(wanted, samples, cards, strict=True))
        cost = Cost(least.low, most.high, least.note)
        pairs.append(_Pair(row, value, state, coverage, compared, cost))
    ids = library.index.ids
    pairs.sort(key=lambda one: (-one.total, str(ids[one.row])))
    free = [one for one in pairs if one.free]
    after = max((place for place, one in enumerate(free, 1) if one.state in _FITS), default=0)
    taken = [one for one in pairs if not one.free]
    return [
        *free[:after],
        *(one for one in taken if one.fits),
        *free[after:],
        *(one for one in taken if not one.fits),
    ]


def _state(states: Sequence[str], resource: Mapping[str, Any], wanted: _Ends) -> str:
    least, most = _ends(resource, "hours_free")
    fit = "not_met" if "not_met" in states else "unknown" if "unknown" in states or not states else "met"
    state = str(resource.get("state") or "")
    if is_closed(state):
        kept_from = "closed"
    elif most is not None and (most <= 0 or (wanted[0] is not None and most < wanted[0])):
        kept_from = "no_hours"
    else:
        if fit == "met" and is_for_some(state):
            return "unknown"  # whether the firm is one of them, somebody has to ask
        perhaps = least is not None and wanted[1] is not None and least < wanted[1]
        return "unknown" if perhaps and fit == "met" else fit
    return f"{fit}_{kept_from}" if fit in _FITS else kept_from


def _rows(
    need: Mapping[str, Any], pairs: Sequence[_Pair], library: _Library, hours: float | None, k: int
) -> list[dict[str, Any]]:
    unavailable = sum(pair.fits and not pair.free for pair in pairs)
    pairs = pairs[:k]
    scores = library.index.scale.share_below(np.array([one.total for one in pairs]))
    wanted, _ = _needed_hours(need, hours)
    rows = []
    for rank, (pair, score) in enumerate(zip(pairs, np.asarray(scores).tolist(), strict=True), 1):
        resource = library.rows[pair.row]
        row = {
            "need_id": str(need["need_id"]), "resource_id": str(resource["resource_id"]), "rank": rank, "score": score,
            "advice": ADVICE[pair.state], "met": pair.in_words, "met_count": pair.count("met"),
            "missed_count": pair.count("not_met"), "unknown_count": pair.count("unknown"),
            "cost_low": None if pair.cost[:2] == UNKNOWN else pair.cost.low,
            "cost_high": pair.cost.high if math.isfinite(pair.cost.high) else None, "cost_note": pair.cost.note,
            "hours": wanted, "hours_free": _ends(resource, "hours_free")[0], "unavailable_count": unavailable,
            "row": pair.row,
            **{name: str(resource.get(name) or "") for name in SHOWN},
        }  # fmt: skip
        rows.append(row)
    return rows


def _with_reasons(
    table: pd.DataFrame, needs: pd.DataFrame, asked: Asked, library: _Library, titles: list[str], bodies: list[str]
) -> pd.DataFrame:
    place = {str(name): at for at, name in enumerate(needs["need_id"])}
    at = np.array([place[name] for name in table["need_id"]], np.int64)
    why = explain(asked, library.index, at, Records(library.index, table["row"].to_numpy(np.int64)), titles, bodies)
    named = [methods_asked(f"{title}\n{body}") for title, body in zip(titles, bodies, strict=True)]
    silent = [
        evidence or _naming(library.rows[row].get("method"), named[need])
        for need, row, evidence in zip(at.tolist(), table["row"].tolist(), why["evidence"], strict=True)
    ]
    whole = pd.concat([table, pd.DataFrame(why).assign(evidence=silent)], axis=1)[[*COLUMNS, *SHOWN]]
    numbers = dict.fromkeys(("cost_low", "cost_high", "hours", "hours_free"), "Float64")
    return whole.astype(
        numbers
        | dict.fromkeys(("rank", "met_count", "missed_count", "unknown_count", "unavailable_count"), "int64")
        | {"score": float}
    )


def _naming(text: object, wanted: Mapping[str, float]) -> str:
    """The first sentence of a text that names a wanted method, or has a word that asks for it; "" where none does."""
    for sentence in re.split(r"[；;。\n]", str(text or "")):
        if set(methods_asked(sentence)) & set(wanted):
            return sentence.strip()[:_EVIDENCE]
    return ""
