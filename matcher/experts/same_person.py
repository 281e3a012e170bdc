"""What is known of persons of one name, and how much of it points to one person: a sum of parts that one can read off.

The points are this library's and learned from nothing.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.matching.encoding.encoders import Encoder, StaticEncoder, encode_texts
from matcher.matching.texts.normal_forms import normalise
from matcher.tables.naming.writings import KnownIds
from matcher.tables.schemas.main import HIGH, LOW

SAME_INSTITUTION, OTHER_INSTITUTIONS = 2.0, -1.0
ONE_COAUTHOR, COAUTHORS = 1.5, 3.0
LIKE_TOPICS, UNLIKE_TOPICS = 1.0, -1.0
SAME_YEAR = -2.0  # signed for different institutions in one year
SAME_WORK, BOTH_SIGNED = 3.0, -9.0
LIKE, UNLIKE = 0.95, 0.5  # share of differently named persons who are less alike

_PAIRS = 2000  # differently named pairs that topics are held against
_ENOUGH = 20  # with fewer of them topics count nothing
_LONG_TITLE = 8  # signs; a shorter title may be two works'
PARTS = ["institution", "coauthors", "topics", "years", "works"]

_CUT = re.compile(r"[;；,，、/|\n]+")
_LEGAL = re.compile(r"(?:股份有限|有限责任|股份|有限|集团|总)$")
_HOUSES = (re.compile(r".+?大学(?!城)"), re.compile(r".+?(?<!科)学院"), re.compile(r".+?(?:研究所|研究院|医院)"))
_SIGNS = re.compile(r"[\s·•・.()（）\[\]【】]+")
_MARKS = re.compile(r"[*＊#†‡¹²³⁰⁴-⁹]|\[[\d,\s]+\]|[（(][^（()）]*[)）]")


@dataclass
class Work:
    """What the rows of one work hold together."""

    listed: list[str]
    authors: set[str]


@dataclass
class Person:
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
    return next((match[0] for house in _HOUSES if (match := house.match(text))), text)


def _name(text: str) -> str:
    return _SIGNS.sub("", normalise(_MARKS.sub("", text)))


def read_people(experts: pd.DataFrame, works: pd.DataFrame) -> tuple[dict[str, Person], dict[str, Work]]:
    """What is known of every id, and of every work by its id."""
    people: dict[str, Person] = {}
    for row in _cells(experts, "expert_id", "name", "institution", "title", "keywords"):
        text = "。".join(filter(None, (row["title"], row["keywords"])))
        people[row["expert_id"]] = Person(_name(row["name"]), _keys(row["institution"]), texts=[text] if text else [])
    known = KnownIds(people)
    made: dict[str, Work] = {}
    dates = ("date", "date" + LOW, "date" + HIGH)
    fields = ("work_id", "expert_id", "title", "description", "keywords", *dates, "institution", "authors")
    for row in _cells(works, *fields):
        work = made.setdefault(row["work_id"], Work([], set()))
        listed = [name for name in map(_name, _CUT.split(row["authors"])) if name]
        work.listed = max(work.listed, listed, key=len)
        work.authors.update(listed)
        if (person := people.get(known.find(row["expert_id"]))) is None:
            continue
        work.authors.add(person.name)
        title = _SIGNS.sub("", normalise(row["title"]))
        person.works[row["work_id"]] = title if len(title) >= _LONG_TITLE else ""
        if text := "。".join(filter(None, (row["title"], row["keywords"], row["description"]))):
            person.texts.append(text)
        if keys := _keys(row["institution"]):
            person.institutions |= keys
            years = {row[date][:4] for date in dates if row[date]}
            if len(years) == 1 and re.fullmatch(r"(?:19|20)\d\d", year := years.pop()):
                person.by_year.setdefault(int(year), set()).update(keys)
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


def topic_likeness(
    people: Mapping[str, Person], pairs: list[tuple[str, str]], encoder: Encoder | None, seed: int
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
        result: NDArray[np.float64] = np.einsum("ij,ij->i", left, right).round(9)
        return result

    shares = np.searchsorted(np.sort(cosines(others)), cosines(asked), side="left") / len(others)
    blank = (lengths[[[place[key] for key in pair] for pair in asked], 0] == 0).any(axis=1)
    return {pair: float(share) for pair, share, none in zip(asked, shares, blank, strict=True) if not none}


def compare(a: Person, b: Person, made: Mapping[str, Work], alike: float | None) -> tuple[dict[str, float], list[str]]:
    """The parts of a pair's score, and what they stand for in words, the reasons for it first."""
    parts = dict.fromkeys(PARTS, 0.0)
    reasons: list[tuple[float, str]] = []

    def add(part: str, points: float, words: str) -> None:
        parts[part] = points
        reasons.append((points, words))

    same = sorted(a.institutions & b.institutions)
    apart = bool(a.institutions and b.institutions) and not any(
        _related(one, other) for one in a.institutions for other in b.institutions
    )
    if same:
        add("institution", SAME_INSTITUTION, f"同在{'、'.join(same[:3])}")
    elif apart:
        add("institution", OTHER_INSTITUTIONS, f"单位不同（{_some(a.institutions)}，{_some(b.institutions)}）")
    elif a.institutions and b.institutions:
        reasons.append((0.0, f"单位有上下级关系（{_some(a.institutions)}，{_some(b.institutions)}），不作依据"))
    years = [
        year
        for year in sorted(a.by_year.keys() & b.by_year.keys())
        if not any(_related(one, other) for one in a.by_year[year] for other in b.by_year[year])
    ]
    if years and apart:
        add("years", SAME_YEAR, f"{'、'.join(map(str, years[:3]))} 年同时署名不同单位")
    both = _same_works(a, b)
    of_a, of_b = ({pair[side] for pair in both} for side in (0, 1))
    partners = sorted(_partners(a, made, of_a) & _partners(b, made, of_b))
    if partners:
        points = COAUTHORS if len(partners) > 1 else ONE_COAUTHOR
        more = f"等 {len(partners)} 人" if len(partners) > 3 else ""
        add("coauthors", points, f"有共同合作者{'、'.join(partners[:3])}{more}")
    if both:
        listed = [made[work].listed for pair in both for work in dict.fromkeys(pair)]
        if any(names.count(a.name) > 1 for names in listed):
            add("works", BOTH_SIGNED, "同一成果的作者名单中这个姓名出现两次，是两个人")
        elif any(a.name in names for names in listed):
            add("works", SAME_WORK, f"{len(both)} 项成果同时记在两个编号名下，作者名单中只有一个这样的姓名")
        else:
            reasons.append((0.0, f"{len(both)} 项成果同时记在两个编号名下，但没有作者名单，看不出是一人还是两人"))
    if alike is not None:
        share = f"{alike:.0%}"
        if alike >= LIKE:
            add("topics", LIKE_TOPICS, f"研究主题比 {share} 的不同姓名者之间更相近")
        elif alike < UNLIKE:
            add("topics", UNLIKE_TOPICS, f"研究主题不相近（只比 {share} 的不同姓名者之间更相近）")
    return parts, [words for _, words in sorted(reasons, key=lambda item: -item[0])]


def _same_works(a: Person, b: Person) -> list[tuple[str, str]]:
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


def _partners(person: Person, made: Mapping[str, Work], left_out: set[str]) -> set[str]:
    partners = {name for work in person.works if work not in left_out for name in made[work].authors}
    return partners - {person.name, ""}


def _some(names: set[str]) -> str:
    return "、".join(sorted(names)[:2]) + (f"等 {len(names)} 家" if len(names) > 2 else "")
