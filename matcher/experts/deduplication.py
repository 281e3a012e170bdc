"""Persons of the same name: kept apart, compared, and joined only where the user says so. Tables in, tables out.

What speaks for and against one person is a sum of points that one can read off: every part is a column. The points are
this library's own and learned from nothing: a pair is proposed where two independent signs agree, such as the
institution and the topics.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.matching.encoders import Encoder, StaticEncoder, encode_texts
from matcher.matching.tokens import normalise

__all__ = ["Merged", "institution_key", "merge_experts", "propose_merges"]

SAME_INSTITUTION, OTHER_INSTITUTIONS = 2.0, -1.0
ONE_COAUTHOR, COAUTHORS = 1.5, 3.0
LIKE_TOPICS, UNLIKE_TOPICS = 1.0, -1.0
SAME_YEAR = -2.0  # signed for different institutions in one year
SAME_WORK, BOTH_SIGNED = 3.0, -9.0
PROPOSED = 3.0  # from here 建议合并; below 0 不合并; between them 待核实
LIKE, UNLIKE = 0.95, 0.5  # share of differently named persons who are less alike

_PAIRS = 2000  # differently named pairs that topics are held against
_ENOUGH = 20  # with fewer of them topics say nothing
_LONG_TITLE = 8  # signs; a shorter title may be two works'
_PARTS = ["institution", "coauthors", "topics", "years", "works"]
COLUMNS = ["expert_id_a", "expert_id_b", "name", *_PARTS, "score", "verdict", "reason", "accepted"]

_CUT = re.compile(r"[;；,，、/|\n]+")
_LEGAL = re.compile(r"(?:股份有限|有限责任|股份|有限|集团|总)$")
_HOUSES = (re.compile(r".+?大学(?!城)"), re.compile(r".+?(?<!科)学院"), re.compile(r".+?(?:研究所|研究院|医院)"))
_SIGNS = re.compile(r"[\s·•・.()（）\[\]【】]+")
_MARKS = re.compile(r"[*＊#†‡¹²³⁰⁴-⁹]|\[[\d,\s]+\]|[（(][^（()）]*[)）]")


class Merged(NamedTuple):
    """Tables after `merge_experts`, and what they replace.

    experts, works: as they were given, with the joined persons. old_experts, old_works: every row that was changed or
    left out, as it was given, behind the id that it has now (`merged_into`).
    """

    experts: pd.DataFrame
    works: pd.DataFrame
    old_experts: pd.DataFrame
    old_works: pd.DataFrame


@dataclass
class _Work:
    """What the rows of one work say together."""

    listed: list[str]
    authors: set[str]


@dataclass
class _Person:
    """What is known of one id."""

    name: str
    institutions: set[str] = field(default_factory=set)
    by_year: dict[int, set[str]] = field(default_factory=dict)
    works: dict[str, str] = field(default_factory=dict)  # work_id -> its title's key, or ""
    texts: list[str] = field(default_factory=list)


def institution_key(name: str) -> str:
    """One written form for one institution, without department and legal form; "" for "".

    临沂大学机械学院 and 临沂大学（费县校区） are 临沂大学; 某某集团股份有限公司技术中心 is 某某; 中国科学院金属研究所
    stays apart from 中国科学院. Nothing is known of former names and short forms.
    """
    text = _SIGNS.sub("", normalise(name))
    if "公司" in text:
        text = text[: text.index("公司")]
        while (shorter := _LEGAL.sub("", text)) and shorter != text:
            text = shorter
        return text
    return next((found[0] for house in _HOUSES if (found := house.match(text))), text)


def propose_merges(
    experts: pd.DataFrame, works: pd.DataFrame, *, encoder: Encoder | None = None, seed: int = 0
) -> pd.DataFrame:
    """Every pair of ids with the same name, and what speaks for and against one person. Nothing is merged.

    experts: expert_id, name; if there, institution, title (the direction of research), keywords. works: work_id,
    expert_id, title; if there, description, keywords, date, institution, authors (all names, cut at signs). Names are
    alike without blanks, dots and case; a person without a name is compared with nobody.

    One row a pair, the highest score first, then by name and ids: expert_id_a < expert_id_b, name, the parts, `score`
    (their sum), `verdict` (建议合并 from 3, 不合并 below 0, else 待核实), `reason` in Chinese, and `accepted`, empty,
    for whoever decides (是 or 否; see `merge_experts`). The parts, 0 where nothing is known:

    institution: +2 the same in the profile or any work (`institution_key`), -1 all different; above and below one
    another (中国科学院, 中国科学院金属研究所): 0. coauthors: +1.5 one name in common, +3 two or more, works of both
    left out. topics: the cosine of the mean vectors of works and direction among those of differently named persons of
    this table (a sample by `seed`): +1 from the 95th percentile, -1 below the median, 0 where there are fewer than 20
    such pairs. years: -2 in one year signed for different institutions, with none in common. works: the same work (id,
    or title of 8 signs) under both ids: +3 where its authors name this name once, -9 where they name it twice.

    Raises TableError, in Chinese, where a column is missing, an expert_id is empty or stands twice.
    """
    people, made = _people(experts, works)
    named: defaultdict[str, list[str]] = defaultdict(list)
    for key, person in people.items():
        if person.name:
            named[person.name].append(key)
    pairs = [pair for ids in named.values() for pair in itertools.combinations(sorted(ids), 2)]
    alike = _likeness(people, pairs, encoder, seed) if pairs else {}
    shown = dict(zip(experts["expert_id"].astype(str), experts["name"].fillna("").astype(str), strict=True))
    rows = []
    for a, b in pairs:
        parts, reasons = _compare(people[a], people[b], made, alike.get((a, b)))
        score = sum(parts.values())
        verdict = "建议合并" if score >= PROPOSED else "不合并" if score < 0 else "待核实"
        reason = "；".join(reasons) if reasons else "只有姓名相同，没有其他依据"
        rows.append((a, b, shown[a], *(parts[name] for name in _PARTS), score, verdict, reason, ""))
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = ["score", "name", "expert_id_a", "expert_id_b"]
    table = table.sort_values(order, ascending=[False, True, True, True], ignore_index=True)
    numbers = [*_PARTS, "score"]
    texts = [name for name in COLUMNS if name not in numbers]
    return table.astype(dict.fromkeys(texts, str)).astype(dict.fromkeys(numbers, "float64"))


def merge_experts(experts: pd.DataFrame, works: pd.DataFrame, pairs: pd.DataFrame) -> Merged:
    """Join the persons of the pairs that a user has accepted; nothing is lost.

    pairs: expert_id_a, expert_id_b; with a column `accepted`, the rows in which it says 是 (or True), else all rows.
    Pairs that hang together become one person under the smallest of their ids. That row keeps what it says, and takes
    from the others, in the order of their ids, what it leaves empty. Their works go to it; where one work then stands
    there twice, the row that comes first stays. Rows keep their order. What was replaced is in the answer whole.

    Raises TableError, in Chinese, with every fault: an id that `experts` lacks, nothing accepted, and a pair that
    `accepted` denies (否) but others would join.
    """
    _check(experts, works)
    experts, works = experts.reset_index(drop=True), works.reset_index(drop=True)
    if missing := [name for name in ("expert_id_a", "expert_id_b") if name not in pairs]:
        raise TableError(f"合并表缺少这些列：{'、'.join(missing)}")
    ids = experts["expert_id"].astype(str)
    known = set(ids)
    answers = pairs["accepted"].map(_answer) if "accepted" in pairs else pd.Series("是", index=pairs.index)
    asked = list(zip(pairs["expert_id_a"].astype(str), pairs["expert_id_b"].astype(str), answers, strict=True))
    faults = [
        f"第 {i} 条：专家表中没有“{name}”"
        for i, (a, b, answer) in enumerate(asked, 1)
        if answer == "是"
        for name in dict.fromkeys((a, b))
        if name not in known
    ]
    if not any(answer == "是" for *_, answer in asked):
        faults.append("没有一条填了“是”；请在 accepted（是否合并）一列对要合并的填“是”")
    if faults:
        raise TableError(f"合并表：{len(faults)} 处问题\n  " + "\n  ".join(faults))
    into = _joined((a, b) for a, b, answer in asked if answer == "是")
    denied = [(a, b) for a, b, answer in asked if answer == "否" and into.get(a, a) == into.get(b, b)]
    if denied:
        told = "\n  ".join(f"“{a}”与“{b}”填了“否”，但通过其他已同意的合并会成为一人" for a, b in denied)
        raise TableError(f"合并表：{len(denied)} 处矛盾\n  {told}")
    now = ids.map(lambda name: into.get(name, name))
    owners = works["expert_id"].astype(str)
    works_now = owners.map(lambda name: into.get(name, name))
    one = works.assign(expert_id=works_now.where(owners.isin(into), works["expert_id"]))
    again = pd.DataFrame({"work": works["work_id"].astype(str), "who": works_now}).duplicated()
    again &= works_now.isin(set(into.values()))
    return Merged(
        _filled(experts, ids, now),
        one[~again].reset_index(drop=True),
        _kept(experts[ids.isin(into)], now),
        _kept(works[(owners != works_now) | again], works_now),
    )


def _answer(cell: object) -> str:
    text = normalise(str(cell))
    return "是" if text in ("是", "true", "yes", "y", "1") else "否" if text in ("否", "false", "no", "n", "0") else ""


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each id of a pair -> the smallest id that it hangs together with."""
    into: dict[str, str] = {}

    def end(name: str) -> str:
        while into.setdefault(name, name) != name:
            name = into[name]
        return name

    for a, b in pairs:
        first, second = sorted((end(a), end(b)))
        into[second] = first
    return {name: end(name) for name in into}


def _filled(experts: pd.DataFrame, ids: pd.Series[str], now: pd.Series[str]) -> pd.DataFrame:
    """The experts without those who went into others; empty cells of those who stay filled from them."""
    groups = [
        sorted(rows, key=lambda row: (ids[row] != name, ids[row]))
        for name, rows in ids.groupby(now, sort=False).groups.items()
        if len(rows) > 1
    ]
    table = experts.copy()
    for column in experts.columns.drop("expert_id"):
        cells = experts[column].tolist()
        for first, *others in groups:
            if _blank(cells[first]):
                cells[first] = next((cells[row] for row in others if not _blank(cells[row])), cells[first])
        table[column] = pd.Series(cells, index=table.index, dtype=experts[column].dtype)
    return table[ids == now].reset_index(drop=True)


def _blank(value: Any) -> bool:
    return value == "" if isinstance(value, str) else bool(pd.isna(value))


def _kept(rows: pd.DataFrame, now: pd.Series[str]) -> pd.DataFrame:
    table = rows.copy()
    table.insert(0, "merged_into", now[rows.index])
    return table.reset_index(drop=True)


def _check(experts: pd.DataFrame, works: pd.DataFrame) -> None:
    faults = [f"专家表缺少“{name}”这一列" for name in ("expert_id", "name") if name not in experts]
    faults += [f"成果表缺少“{name}”这一列" for name in ("work_id", "expert_id", "title") if name not in works]
    if "expert_id" in experts:
        ids = experts["expert_id"].fillna("").astype(str)
        if (ids == "").any():
            faults.append(f"专家表第 {int((ids == '').to_numpy().argmax()) + 1} 条没有编号")
        if (twice := ids[(ids != "") & ids.duplicated()].unique()).size:
            faults.append(f"专家编号重复：{'、'.join(twice)}")
    if faults:
        raise TableError("\n".join(faults))


def _name(text: str) -> str:
    return _SIGNS.sub("", normalise(_MARKS.sub("", text)))


def _people(experts: pd.DataFrame, works: pd.DataFrame) -> tuple[dict[str, _Person], dict[str, _Work]]:
    """What is known of every id, and of every work by its id."""
    _check(experts, works)
    people: dict[str, _Person] = {}
    for row in _cells(experts, "expert_id", "name", "institution", "title", "keywords"):
        text = "。".join(filter(None, (row["title"], row["keywords"])))
        people[row["expert_id"]] = _Person(_name(row["name"]), _keys(row["institution"]), texts=[text] if text else [])
    made: dict[str, _Work] = {}
    fields = ("work_id", "expert_id", "title", "description", "keywords", "date", "institution", "authors")
    for row in _cells(works, *fields):
        work = made.setdefault(row["work_id"], _Work([], set()))
        listed = [name for name in map(_name, _CUT.split(row["authors"])) if name]
        work.listed = max(work.listed, listed, key=len)
        work.authors.update(listed)
        if (person := people.get(row["expert_id"])) is None:
            continue
        work.authors.add(person.name)
        title = _SIGNS.sub("", normalise(row["title"]))
        person.works[row["work_id"]] = title if len(title) >= _LONG_TITLE else ""
        if text := "。".join(filter(None, (row["title"], row["keywords"], row["description"]))):
            person.texts.append(text)
        if keys := _keys(row["institution"]):
            person.institutions |= keys
            if re.match(r"(?:19|20)\d\d", row["date"]):
                person.by_year.setdefault(int(row["date"][:4]), set()).update(keys)
    return people, made


def _cells(table: pd.DataFrame, *names: str) -> list[dict[str, str]]:
    """Rows of texts, "" for nothing and for a column that is not there."""
    columns = {
        name: (
            table[name].astype(object).where(table[name].notna(), "") if name in table else pd.Series("", table.index)
        )
        .astype(str)
        .tolist()
        for name in names
    }
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _keys(cell: str) -> set[str]:
    return {key for part in _CUT.split(cell) if (key := institution_key(part))}


def _related(one: str, other: str) -> bool:
    """Equal, or one a part of the other."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= 4 and long.startswith(short))


def _likeness(
    people: Mapping[str, _Person], pairs: list[tuple[str, str]], encoder: Encoder | None, seed: int
) -> dict[tuple[str, str], float]:
    """Per pair, both with texts: the share of differently named pairs whose topics are less alike."""
    written = [key for key, person in people.items() if person.texts]
    rng = np.random.default_rng(seed)
    count = len(written)
    if count * (count - 1) // 2 <= _PAIRS:
        drawn = list(itertools.combinations(range(count), 2))
    else:
        drawn = [(int(a), int(b)) for a, b in rng.integers(0, count, (_PAIRS, 2)) if a != b]
    others = [(written[a], written[b]) for a, b in drawn if people[written[a]].name != people[written[b]].name]
    asked = [pair for pair in pairs if all(people[key].texts for key in pair)]
    if len(others) < _ENOUGH or not asked:
        return {}
    used = sorted({key for pair in [*others, *asked] for key in pair})
    rows = encode_texts(
        encoder or StaticEncoder.load(), [text for key in used for text in people[key].texts], role="document"
    )
    starts = np.cumsum([0, *(len(people[key].texts) for key in used)])[:-1]
    means = np.add.reduceat(rows.astype(np.float64), starts)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    means /= np.where(lengths > 0, lengths, 1)
    place = {key: i for i, key in enumerate(used)}

    def cosines(some: list[tuple[str, str]]) -> NDArray[np.float64]:
        left, right = (means[[place[pair[side]] for pair in some]] for side in (0, 1))
        found: NDArray[np.float64] = np.einsum("ij,ij->i", left, right).round(9)
        return found

    shares = np.searchsorted(np.sort(cosines(others)), cosines(asked), side="left") / len(others)
    blank = (lengths[[[place[key] for key in pair] for pair in asked], 0] == 0).any(axis=1)
    return {pair: float(share) for pair, share, none in zip(asked, shares, blank, strict=True) if not none}


def _compare(
    a: _Person, b: _Person, made: Mapping[str, _Work], alike: float | None
) -> tuple[dict[str, float], list[str]]:
    """The parts of a pair's score, and what they stand for in words, the reasons for it first."""
    parts = dict.fromkeys(_PARTS, 0.0)
    told: list[tuple[float, str]] = []

    def say(part: str, points: float, words: str) -> None:
        parts[part] = points
        told.append((points, words))

    same = sorted(a.institutions & b.institutions)
    apart = bool(a.institutions and b.institutions) and not any(
        _related(one, other) for one in a.institutions for other in b.institutions
    )
    if same:
        say("institution", SAME_INSTITUTION, f"同在{'、'.join(same[:3])}")
    elif apart:
        say("institution", OTHER_INSTITUTIONS, f"单位不同（{_some(a.institutions)}，{_some(b.institutions)}）")
    elif a.institutions and b.institutions:
        told.append((0.0, f"单位有上下级关系（{_some(a.institutions)}，{_some(b.institutions)}），不作依据"))
    years = [
        year
        for year in sorted(a.by_year.keys() & b.by_year.keys())
        if not any(_related(one, other) for one in a.by_year[year] for other in b.by_year[year])
    ]
    if years and apart:
        say("years", SAME_YEAR, f"{'、'.join(map(str, years[:3]))} 年同时署名不同单位")
    both = _same_works(a, b)
    mine = {work for work, _ in both}
    theirs = {work for _, work in both}
    partners = sorted(_partners(a, made, mine) & _partners(b, made, theirs))
    if partners:
        points = COAUTHORS if len(partners) > 1 else ONE_COAUTHOR
        more = f"等 {len(partners)} 人" if len(partners) > 3 else ""
        say("coauthors", points, f"有共同合作者{'、'.join(partners[:3])}{more}")
    if both:
        listed = [made[work].listed for pair in both for work in dict.fromkeys(pair)]
        if any(names.count(a.name) > 1 for names in listed):
            say("works", BOTH_SIGNED, "同一成果的作者名单中这个姓名出现两次，是两个人")
        elif any(a.name in names for names in listed):
            say("works", SAME_WORK, f"{len(both)} 项成果同时记在两个编号名下，作者名单中只有一个这样的姓名")
        else:
            told.append((0.0, f"{len(both)} 项成果同时记在两个编号名下，但没有作者名单，看不出是一人还是两人"))
    if alike is not None:
        share = f"{alike:.0%}"
        if alike >= LIKE:
            say("topics", LIKE_TOPICS, f"研究主题比 {share} 的不同姓名者之间更相近")
        elif alike < UNLIKE:
            say("topics", UNLIKE_TOPICS, f"研究主题不相近（只比 {share} 的不同姓名者之间更相近）")
    return parts, [words for _, words in sorted(told, key=lambda item: -item[0])]


def _same_works(a: _Person, b: _Person) -> list[tuple[str, str]]:
    """Pairs of work ids that are one work: by id, or by a title that is long enough."""
    titles = defaultdict(list)
    for work, title in b.works.items():
        if title:
            titles[title].append(work)
    return [
        (work, other)
        for work, title in a.works.items()
        for other in dict.fromkeys([*([work] if work in b.works else []), *(titles[title] if title else [])])
    ]


def _partners(person: _Person, made: Mapping[str, _Work], left_out: set[str]) -> set[str]:
    found = {name for work in person.works if work not in left_out for name in made[work].authors}
    return found - {person.name, ""}


def _some(names: set[str]) -> str:
    return "、".join(sorted(names)[:2]) + (f"等 {len(names)} 家" if len(names) > 2 else "")
