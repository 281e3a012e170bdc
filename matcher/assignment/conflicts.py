"""Tables of facts to tables of pairs that must not be, each with its reason: left_id, right_id, reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

import pandas as pd

from matcher.errors import TableError
from matcher.integrity.checking import integrity_hits, reasons
from matcher.tables.arguments import Day
from matcher.tables.naming.regions import find_region, within
from matcher.tables.naming.units import same_units
from matcher.tables.naming.writings import KnownIds, fold

COLUMNS = ["left_id", "right_id", "reason"]
FREE, UNSURE, _AVOID = "free", "unsure", "avoid"  # what a row of a list of conflicts decides
_DECIDES = re.compile("回避|结论|处理|认定|意见|结果")  # headers of a decision, unless they are of its grounds
_WHY = re.compile("事由|原因|理由|情形|依据|类型|类别|关系|时间|日期|编号|单位|人")
_NOT = re.compile(
    "(?:无需|无须|不需要?|不须|不用|不必|不应|不予|不属于?|不构成|未达到?|可以?不|免于?|免予|不再|取消|解除|不同意|不|非)(?:要|再|进行|应|需)*回避(?:情形)?"
    "|(?<!不)(?:可以?|(?<!不可)能够?|允许|同意|准予|正常)(?:参加|参与)?评审"
)
_MUST = re.compile("(?:不得|不能|不宜|不可|不予|禁止|不允许|不同意)|不(?:参加|参与)评审|回避")
_PLAIN_NO = re.compile(
    "(?:否|无|不(?:需要?|用|必|须)?)(?:$|[(（,，;；。、\\s])|无需|无须|无(?:异议|利害|冲突|关系)|no?$|false|×|✗|✕|0(?:\\.0)?$"
)
_PLAIN_YES = re.compile("是|有|需|应|须|要|y(?:es)?$|true|√|✓|☑|1(?:\\.0)?$")
Fact = TypeVar("Fact")


def sharing(left: pd.DataFrame, right: pd.DataFrame, *, reason: str) -> pd.DataFrame:
    """Pairs that have a value in common. left: left_id, shared; right: right_id, shared; an id may have many rows.

    Same institution (values are institutions), own project (values are persons: the left id itself and who takes part
    in the right one), a stake (values are firms). Values meet however they are written, several in one cell, and a
    school with its university: see `matcher.tables.naming.units.same_units`. A unit that a cell names beside another
    one, a former or a second one, counts as well. `nearly_sharing` lists those that may be one.
    """
    both = _in_common(left, right, near=False)
    units = zip(both["left_unit"], both["right_unit"], strict=True)
    return _sorted(both.assign(reason=[f"{reason}：{a if a == b else f'{a}—{b}'}" for a, b in units]))


def nearly_sharing(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Pairs whose values are so near that a person should look: left_id, right_id, left_unit, right_unit."""
    columns = ["left_id", "right_id", "left_unit", "right_unit"]
    both = _in_common(left, right, near=True)[columns]
    return both.drop_duplicates().sort_values(columns).reset_index(drop=True)


def _in_common(left: pd.DataFrame, right: pd.DataFrame, *, near: bool) -> pd.DataFrame:
    lefts, rights = _texts(left, ["left_id", "shared"]), _texts(right, ["right_id", "shared"])
    units = same_units(lefts["shared"].unique(), rights["shared"].unique())
    units = units[(units["near"] & ~units["beside"]) == near]
    both = lefts.merge(units, left_on="shared", right_on="left").drop(columns="shared")
    return both.merge(rights, left_on="right", right_on="shared")


def coauthors(
    links: pd.DataFrame, people: pd.DataFrame, *, on: dt.date, years: int, reason: str = "合作"
) -> pd.DataFrame:
    """Pairs whose left id worked with a person of the right id within `years` before the day `on`.

    links: person_a, person_b, date (a year, or a day such as 2024-06-30), either way round, left ids among the
    persons. people: right_id, person. A year alone counts as a whole: with years=3 on 2026-11-24 all of 2023 does.
    A link without a readable date counts as recent. The reason names the person and the latest date.
    """
    listed, taking_part = _texts(links, ["person_a", "person_b", "date"]), _texts(people, ["right_id", "person"])
    persons = KnownIds([*listed["person_a"], *listed["person_b"]])
    taking_part["person"] = persons.find_all(taking_part["person"].to_list())
    first = on.replace(year=on.year - years, day=min(on.day, 28) if on.month == 2 else on.day)
    recent = listed[[_is_since(day, first) for day in listed["date"]]]
    turned = recent.rename(columns={"person_a": "person_b", "person_b": "person_a"})
    ways = pd.concat([recent, turned[recent.columns]]).sort_values("date").drop_duplicates(
        ["person_a", "person_b"], keep="last"
    )  # fmt: skip
    both = ways.merge(taking_part, left_on="person_b", right_on="person")
    reasons = [
        f"{reason}：{name}（{day or '日期不详'}）" for name, day in zip(both["person"], both["date"], strict=True)
    ]
    return _sorted(both.rename(columns={"person_a": "left_id"}).assign(reason=reasons))


def listed(table: pd.DataFrame, *, reason: str) -> pd.DataFrame:
    """Pairs of a list that somebody keeps (kinship, stakes, earlier refusals): left_id, right_id and maybe reason.

    Those that a further column (是否回避, 结论) or the reason says need not be avoided are left out; see `decisions`.
    """
    table = table[decisions(table)["decision"] != FREE]
    rows = _texts(table, ["left_id", "right_id"])
    given = table["reason"].astype(str).to_list() if "reason" in table else [""] * len(rows)
    return _sorted(rows.assign(reason=[f"{reason}：{text}" if text else reason for text in given]))


def decisions(table: pd.DataFrame) -> pd.DataFrame:
    """What each row of such a list decides, by what is written: left_id, right_id, decision, said.

    decision: FREE where it need not be avoided, UNSURE where it says both or something else in the place of a
    decision, "" where it is to be avoided or says nothing. said: the words.
    """
    columns = [str(name) for name in table if name not in ("left_id", "right_id", "left_name", "right_name", "row_id")]
    kept = table[["left_id", "right_id"]].astype(str)
    found = []
    for cells in zip(*(table[name] for name in columns), strict=True) if columns else [()] * len(table):
        said = [
            (kind, text)
            for name, cell in zip(columns, cells, strict=True)
            if (text := "" if pd.isna(cell) else str(cell).strip()) and (kind := _decision(name, text))
        ]
        kinds = {kind for kind, _ in said}
        words = "；".join(text for kind, text in said if kind != _AVOID)
        found.append((FREE if kinds == {FREE} else UNSURE if kinds - {_AVOID} else "", words))
    return kept.assign(decision=[kind for kind, _ in found], said=[words for _, words in found])


def is_decision(header: str) -> bool:
    """Whether a column of a list of conflicts says what was decided, by its header: 是否回避, 结论, no 回避事由."""
    return bool(_DECIDES.search(header)) and not _WHY.search(header)


def _decision(header: str, text: str) -> str:
    """What a cell says of avoiding: FREE, _AVOID, UNSURE, or "" for nothing."""
    decides = is_decision(header)
    text = re.sub(r"\s", "", fold(text))
    if not decides and "回避" not in text:
        return ""
    free = bool(_NOT.search(text)) or (decides and bool(_PLAIN_NO.match(text)))
    rest = _NOT.sub("", text)
    avoid = bool(_MUST.search(rest)) or (decides and bool(_PLAIN_YES.match(rest)))
    if free or avoid:
        return UNSURE if free and avoid else FREE if free else _AVOID
    return UNSURE if decides else ""


def with_records(
    pairs: pd.DataFrame,
    records: pd.DataFrame,
    people: pd.DataFrame | None = None,
    *,
    on: Day,
) -> tuple[pd.DataFrame, list[str]]:
    """Pairs whose left id must not review on a day by an integrity record, and sentences on those to be confirmed.

    Parameters
    ----------
    records
        As for `matcher.integrity.integrity_hits`.
    people
        Who the left ids are: what `matcher.integrity.read_subjects` gave, in `.rows`. Without it the names of the pair
        table, which alone bar nobody.

    Returns
    -------
    tuple of DataFrame and list of str
        left_id, right_id, reason (record, decision and rule; no name), and notes for people. Who may only have a record
        is not barred.
    """
    rows = _texts(pairs, ["left_id", "right_id"])
    known = KnownIds(rows["left_id"].unique())
    if people is None:
        names = pairs["left_name"].astype(object).fillna("").astype(str) if "left_name" in pairs else ""
        people = pd.DataFrame({"row_id": pairs["left_id"].astype(str), "person": names}).drop_duplicates("row_id")
    people = people.assign(row_id=known.find_all(people["row_id"].astype(str).to_list()))
    hits = integrity_hits(people[people["row_id"].isin(list(known))], records, role="reviewer", on=on)
    hits = hits.assign(reason=[f"科研诚信：{text}" for text in reasons(hits, "reviewer")])
    sure = hits[hits["state"] == "barred"].rename(columns={"row_id": "left_id"})[["left_id", "reason"]]
    open_ = hits[(hits["state"] == "confirm") & ~hits["row_id"].isin(sure["left_id"])]
    notes = [f"{name}，{why}；没有排除，请人工核对" for name, why in zip(open_["row_id"], open_["reason"], strict=True)]
    missing = [name for name in known if name not in set(people["row_id"])]
    if missing:
        notes.append(f"科研诚信：{len(missing)} 个左方编号不在人员表中（如“{missing[0]}”），没有查")
    return _sorted(rows.merge(sure, on="left_id")), notes


def too_far(
    pairs: pd.DataFrame,
    distances: pd.DataFrame,
    *,
    at_most: float | Mapping[str, float],
    unlisted: bool = True,
) -> pd.DataFrame:
    """Pairs farther apart than `at_most` (one limit, or a limit for each left id; without one, no limit).

    distances: left_id, right_id, distance, in the unit of the limit. unlisted: bar pairs of unknown distance.
    """
    rows = _texts(distances, ["left_id", "right_id"])
    rows["distance"] = pd.to_numeric(distances["distance"], errors="coerce").to_numpy(float, na_value=float("nan"))
    both = _texts(pairs, ["left_id", "right_id"])
    for side in ("left_id", "right_id"):
        rows[side] = KnownIds(both[side]).find_all(rows[side].to_list())
    both = both.merge(rows, on=["left_id", "right_id"], how="left")
    if isinstance(at_most, Mapping):
        limit = both["left_id"].map(_by_id(at_most, both["left_id"])).astype(float).fillna(float("inf"))
    else:
        limit = pd.Series(float(at_most), both.index)
    unknown = both["distance"].isna() & (limit < float("inf")) & unlisted
    both["reason"] = ""
    both.loc[unknown, "reason"] = "路程不详"
    far = both["distance"] > limit
    both.loc[far, "reason"] = [f"路程 {d:g} 超过 {m:g}" for d, m in zip(both["distance"][far], limit[far], strict=True)]
    return _sorted(both[far | unknown])


def outside_region(
    pairs: pd.DataFrame,
    left: Mapping[str, str],
    right: Mapping[str, str],
    *,
    beside: Iterable[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Pairs of different regions that are not beside each other. An id without a region may go anywhere.

    Regions are places in any writing, and meet where one lies in the other; others by their text.
    """
    near = {pair for a, b in beside for pair in ((a, b), (b, a))}
    rows = _texts(pairs, ["left_id", "right_id"])
    lefts = rows["left_id"].map(_by_id(left, rows["left_id"])).fillna("")
    rights = rows["right_id"].map(_by_id(right, rows["right_id"])).fillna("")
    away = (lefts != "") & (rights != "") & (lefts != rights)
    kinds = {
        (a, b): not (_one_place(a, b) or any(_one_place(a, c) and _one_place(b, d) for c, d in near))
        for a, b in set(zip(lefts[away], rights[away], strict=True))
    }
    barred = away & pd.Series([kinds.get(pair, False) for pair in zip(lefts, rights, strict=True)], rows.index)
    reasons = [f"地区不符：{a}—{b}" for a, b in zip(lefts[barred], rights[barred], strict=True)]
    return _sorted(rows[barred].assign(reason=reasons))


def no_common_language(
    pairs: pd.DataFrame, left: Mapping[str, Collection[str]], right: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    """Pairs whose left id has none of the languages that the right id asks for; who asks for none is free."""
    rows = _texts(pairs, ["left_id", "right_id"])
    left, right = _by_id(left, rows["left_id"]), _by_id(right, rows["right_id"])
    barred = []
    for a, b in zip(rows["left_id"], rows["right_id"], strict=True):
        wanted = right.get(b, ())
        barred.append(f"语言不符：需要{'或'.join(wanted)}" if wanted and not set(wanted) & set(left.get(a, ())) else "")
    return _sorted(rows.assign(reason=barred)[[bool(reason) for reason in barred]])


def _by_id(facts: Mapping[str, Fact], ids: Iterable[str]) -> dict[str, Fact]:
    """Facts under the ids that are meant, however they are written."""
    return dict(zip(KnownIds(ids).find_all(list(facts)), facts.values(), strict=True))


def _one_place(left: str, right: str) -> bool:
    a, b = find_region(left), find_region(right)
    return within(a, b) or within(b, a) if a and b else fold(left) == fold(right)


def _texts(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    if missing := [name for name in columns if name not in table]:
        raise TableError(f"表中缺少列：{'、'.join(missing)}；需要 {'、'.join(columns)}")
    rows = pd.DataFrame({name: table[name].astype(object).fillna("").map(str).str.strip() for name in columns})
    return rows.loc[(rows[[name for name in columns if name != "date"]] != "").all(axis=1)].reset_index(drop=True)


def _is_since(day: str, first: dt.date) -> bool:
    if len(day) == 4 and day.isdigit():
        return int(day) >= first.year
    try:
        return dt.date.fromisoformat(day[:10]) >= first
    except ValueError:
        return True


def _sorted(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[COLUMNS].drop_duplicates().sort_values(COLUMNS).reset_index(drop=True)
