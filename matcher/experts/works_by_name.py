"""Whose works are: those that name their persons and have no ids of theirs, and those with several ids in a cell."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from matcher.tables.arguments import check_frame
from matcher.tables.naming.names import read_persons, without_office
from matcher.tables.naming.writings import KnownIds
from matcher.tables.reading import PROBLEM_COLUMNS
from matcher.tables.rows.ids import id_texts

_SIGNS = re.compile(r"[,，、;；/／|｜\n\t]+|(?<=[一-鿿])\s+(?=[一-鿿]{2})")
_MARKS = re.compile(r"[\s*＊#†‡\d①-⑳()（）]+")
_PART = re.compile(  # of a university, an institute or a firm
    r"(?:学院|书院|系|学部|研究院|研究所|研究室|实验室|中心|医院|教研室|课题组"
    r"|分院|分所|分公司|[一二三四五六七八九十]所|部)$"
)
_SHOWN = 20


class ByName(NamedTuple):
    """Works with the ids that their names gave; how many rows got one; names that are of several people, and names
    that are nobody's (of rows in which no name is known), with the rows of each; and the same as problems.
    """

    works: pd.DataFrame
    joined: int
    ambiguous: dict[str, int]
    unknown: dict[str, int]
    problems: pd.DataFrame


def join_by_name(people: pd.DataFrame, works: pd.DataFrame, *, file: str = "") -> ByName:
    """Give works without `expert_id` the ids of the people whose `name` they have.

    The name stands in `name`, else in `authors` (a list of names: one row for each of them who is known). A name that
    several people have is settled by `institution` where just one of them has the work's, or one that is part of it
    or of which it is part (机械学院 of 甲大学机械学院), and otherwise left open. An `expert_id` in another writing
    (e01) becomes that of the person; several in a cell are a row each, where all are known.

    Parameters
    ----------
    people, works : DataFrame
        As `read_experts` and `read_works` give them in `.rows`.
    file : str
        What the problems name as their file.

    Returns
    -------
    ByName
        The works in their order. Rows with an id, and rows without a name, stay as they are.

    Raises
    ------
    ArgumentTypeError
        An argument is no DataFrame.

    Examples
    --------
    >>> people = pd.DataFrame({"expert_id": ["E1", "E2"], "name": ["甲某", "乙某"]})
    >>> works = pd.DataFrame({"work_id": ["W1"], "expert_id": [""], "authors": ["甲某，丙某"], "title": ["磨削烧伤"]})
    >>> join_by_name(people, works).works["expert_id"].tolist()
    ['E1']
    """
    check_frame(people, "people")
    check_frame(works, "works")
    empty = pd.DataFrame(columns=PROBLEM_COLUMNS)
    ids = id_texts(works["expert_id"]) if "expert_id" in works else pd.Series("", index=works.index)
    known = KnownIds(id_texts(people["expert_id"]) if "expert_id" in people else [])
    of_ids = {given: _persons(given, known) for given in ids.unique() if given and given not in known}
    if any(of_ids.values()):
        several = [of_ids.get(given) or [given] for given in ids]
        works = works.iloc[[row for row, found in enumerate(several) for _ in found]].reset_index(drop=True)
        ids = pd.Series([one for found in several for one in found], dtype=object)
        works = works.assign(expert_id=ids)
    if "name" not in people or not {"name", "authors"} & set(works) or (ids != "").all():
        return ByName(works, 0, {}, {}, empty)
    holders: dict[str, list[int]] = {}
    for i, name in enumerate(people["name"].fillna("").astype(str)):
        if key := _of_person(name):
            holders.setdefault(key, []).append(i)
    names, authors, units = (
        works[name].fillna("").astype(str).tolist() if name in works else [""] * len(works)
        for name in ("name", "authors", "institution")
    )
    of_people = id_texts(people["expert_id"]).tolist()
    homes = people["institution"].fillna("").astype(str).tolist() if "institution" in people else [""] * len(people)
    rows: list[int] = []
    found: list[str] = []
    ambiguous: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for row, given in enumerate(ids):
        written = [] if given else [part for part in _SIGNS.split(names[row] or authors[row]) if _key(part)]
        hits: list[str] = []
        unknown_names = []
        for name in written:
            candidates = holders.get(_of_person(name), [])
            if len(candidates) > 1 and units[row]:
                candidates = _of_unit(candidates, homes, units[row]) or candidates
            if len(candidates) == 1:
                hits.append(of_people[candidates[0]])
            elif candidates:
                ambiguous[name.strip()] += 1
            else:
                unknown_names.append(name.strip())
        if unknown_names and len(unknown_names) == len(written):
            unknown.update(unknown_names)
        hits = list(dict.fromkeys(hits)) or [given]
        rows += [row] * len(hits)
        found += hits
    joined = works.iloc[rows].assign(expert_id=found).reset_index(drop=True)
    gained = int(sum(bool(one) for one in found) - (ids != "").sum())
    return ByName(joined, gained, dict(ambiguous), dict(unknown), _problems(file, gained, ambiguous, unknown))


def _of_unit(candidates: Sequence[int], homes: Sequence[str], unit: str) -> list[int]:
    """The people who are of a unit; where none is, those whose unit is a part of it, or it of theirs."""
    written = _key(unit)
    keys = {i: key for i in candidates if (key := _key(without_office(homes[i])))}
    return [i for i, home in keys.items() if home == written] or [
        i
        for i, home in keys.items()
        if (written.startswith(home) and _PART.search(written[len(home) :]))
        or (home.endswith(written) and _PART.search(written))
        or (home.startswith(written) and _PART.search(home[len(written) :]))
    ]


def _persons(written: str, known: KnownIds) -> list[str]:
    """The ids that a cell holds; [] where one of them is nobody's."""
    found = [known.find(part.strip()) for part in ([written] if known.find(written) else _SIGNS.split(written)) if part]
    return list(dict.fromkeys(found)) if all(found) else []


def _problems(file: str, joined: int, ambiguous: Counter[str], unknown: Counter[str]) -> pd.DataFrame:
    lines = []
    if joined:
        lines.append(("", f"业绩表没有专家编号，{joined} 条按姓名对应到专家", "请核对有无同名；最好加上“专家编号”一列"))
    for name, rows in ambiguous.most_common(_SHOWN):
        lines.append((name, f"专家表里有同名的人，这 {rows} 条业绩不知是谁的，没有采用", "请加上专家编号，或写明单位"))
    for names, what in ((ambiguous, "有同名者"), (unknown, "不在专家表中")):
        if names and (names is unknown or len(names) > _SHOWN):
            some = "、".join(list(names)[:_SHOWN])
            more = f"{len(names)} 个姓名{what}，{sum(names.values())} 条业绩没有采用"
            lines.append((some, more, "请核对姓名，或加上专家编号"))
    return pd.DataFrame(
        [(file, "", None, "姓名", name, problem, action, True) for name, problem, action in lines],
        columns=PROBLEM_COLUMNS,
    ).astype({"row": "Int64", "kept": bool})


def _of_person(name: str) -> str:
    """The key of one person's name without titles (张一（教授）, 李二高级工程师); that of the whole text otherwise."""
    persons = [one for one in read_persons(name).names if not one.doubt and not one.surname]
    return _key(persons[0].name if len(persons) == 1 else name)


def _key(name: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).lower()
