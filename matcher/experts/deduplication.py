"""Persons of the same name: kept apart, compared, and joined only where the user says so. Tables in, tables out.

The evidence for and against one person is a sum of points that one can read off: every part is a column (see
`matcher.experts.same_person`). A pair is proposed where two independent signs agree, such as the institution and the
topics.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from matcher.errors import TableError
from matcher.experts.same_person import PARTS, compare, read_people, topic_likeness
from matcher.experts.same_person import institution_key as institution_key
from matcher.matching.encoding.encoders import Encoder, check_encoder
from matcher.matching.texts.normal_forms import normalise
from matcher.tables.arguments import check_frame
from matcher.tables.naming.writings import KnownIds
from matcher.tables.rows.ids import id_texts

PROPOSED = 3.0  # from here 建议合并; below 0 不合并; between them 待核实
COLUMNS = ["expert_id_a", "expert_id_b", "name", *PARTS, "score", "verdict", "reason", "accepted"]


class Merged(NamedTuple):
    """Tables after `merge_experts`, and what they replace.

    experts, works: as they were given, with the joined persons. old_experts, old_works: every row that was changed or
    left out, as it was given, behind the id that it has now (`merged_into`).
    """

    experts: pd.DataFrame
    works: pd.DataFrame
    old_experts: pd.DataFrame
    old_works: pd.DataFrame


def propose_merges(
    experts: pd.DataFrame, works: pd.DataFrame, *, encoder: Encoder | None = None, seed: int = 0
) -> pd.DataFrame:
    """Every pair of ids with the same name, and the evidence for and against one person. Nothing is merged.

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
    _check(experts, works)
    check_encoder(encoder)
    people, made = read_people(experts, works)
    named: defaultdict[str, list[str]] = defaultdict(list)
    for key, person in people.items():
        if person.name:
            named[person.name].append(key)
    pairs = [pair for ids in named.values() for pair in itertools.combinations(sorted(ids), 2)]
    alike = topic_likeness(people, pairs, encoder, seed) if pairs else {}
    shown = dict(zip(id_texts(experts["expert_id"]), experts["name"].fillna("").astype(str), strict=True))
    rows = []
    for a, b in pairs:
        parts, reasons = compare(people[a], people[b], made, alike.get((a, b)))
        score = sum(parts.values())
        verdict = "建议合并" if score >= PROPOSED else "不合并" if score < 0 else "待核实"
        reason = "；".join(reasons) if reasons else "只有姓名相同，没有其他依据"
        rows.append((a, b, shown[a], *(parts[name] for name in PARTS), score, verdict, reason, ""))
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = ["score", "name", "expert_id_a", "expert_id_b"]
    table = table.sort_values(order, ascending=[False, True, True, True], ignore_index=True)
    numbers = [*PARTS, "score"]
    texts = [name for name in COLUMNS if name not in numbers]
    return table.astype(dict.fromkeys(texts, str)).astype(dict.fromkeys(numbers, "float64"))


def merge_experts(experts: pd.DataFrame, works: pd.DataFrame, pairs: pd.DataFrame) -> Merged:
    """Join the persons of the pairs that a user has accepted; nothing is lost.

    pairs: expert_id_a, expert_id_b; with a column `accepted`, the rows in which it says 是 (or True), else all rows.
    Pairs that are connected become one person under the smallest of their ids. That row keeps what it holds, and takes
    from the others, in the order of their ids, what it leaves empty. Their works go to it; where one work then stands
    there twice, the row that comes first stays. Rows keep their order. What was replaced is in the answer whole.

    Raises TableError, in Chinese, with every fault: an id that `experts` lacks, nothing accepted, and a pair that
    `accepted` denies (否) but others would join.
    """
    _check(experts, works)
    check_frame(pairs, "pairs")
    experts, works = experts.reset_index(drop=True), works.reset_index(drop=True)
    if missing := [name for name in ("expert_id_a", "expert_id_b") if name not in pairs]:
        raise TableError(f"合并表缺少这些列：{'、'.join(missing)}")
    ids = id_texts(experts["expert_id"])
    known = set(ids)
    answers = pairs["accepted"].map(_answer) if "accepted" in pairs else pd.Series("是", index=pairs.index)
    meant = (KnownIds(ids).find_all(id_texts(pairs[name]).tolist()) for name in ("expert_id_a", "expert_id_b"))
    asked = list(zip(*meant, answers, strict=True))
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
        lines = "\n  ".join(f"“{a}”与“{b}”填了“否”，但通过其他已同意的合并会成为一人" for a, b in denied)
        raise TableError(f"合并表：{len(denied)} 处矛盾\n  {lines}")
    now = ids.map(lambda name: into.get(name, name))
    owners = pd.Series(KnownIds(ids).find_all(id_texts(works["expert_id"]).tolist()), works.index, dtype=object)
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
    """Each id of a pair -> the smallest id that it is connected with."""
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
    check_frame(experts, "experts")
    check_frame(works, "works")
    faults = [f"专家表缺少“{name}”这一列" for name in ("expert_id", "name") if name not in experts]
    faults += [f"成果表缺少“{name}”这一列" for name in ("work_id", "expert_id", "title") if name not in works]
    if "expert_id" in experts:
        ids = id_texts(experts["expert_id"])
        if (ids == "").any():
            faults.append(f"专家表第 {int((ids == '').to_numpy().argmax()) + 1} 条没有编号")
        if (twice := ids[(ids != "") & ids.duplicated()].unique()).size:
            faults.append(f"专家编号重复：{'、'.join(twice)}")
    if faults:
        raise TableError("\n".join(faults))
