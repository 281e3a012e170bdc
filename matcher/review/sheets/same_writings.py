"""One item or reviewer written in several ways, within a table of scores and between it and what was given out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

import pandas as pd

from matcher.review.sheets.reviewer_names import reviewer_key
from matcher.tables.naming.writings import KnownIds, fold_id
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.single_commands import REVIEW_SCORES

_MARKS = re.compile("[《》“”\"'‘’]")  # around a title
_WHO = ("item", "reviewer")
_OF_PERSONS = re.compile("姓名|专家|评委|评审人|委员|编号")  # headers of what may name a reviewer


def in_one_writing(reading: Reading) -> Reading:
    """The table with the first writing of each item and reviewer in place of its others (ZJ-001 and zj—001, 《某项目》
    and 某项目, 王某 and 王某教授), told. Writings stay apart where a reviewer would then have scored an item twice, and
    names that brackets tell apart (张某（男）, 张某（女）).
    """
    rows, lines = reading.rows, []
    if reading.rows.empty or not set(_WHO) <= set(rows):
        return reading
    for name, word in zip(_WHO, ("项", "位评委"), strict=True):
        for first, *others in _alike(rows[name], _item_key if name == "item" else _who_key):
            if name == "reviewer" and len({*map(_apart, (first, *others))} - {""}) > 1:
                continue
            joined = rows.assign(**{name: rows[name].replace(dict.fromkeys(others, first))})
            if _twice(joined) > _twice(rows):
                continue
            rows = joined
            told = f"写法不同，当作同一{word}，写作“{first}”"
            lines.append(
                (REVIEW_SCORES[name].title, "、".join((first, *others)), told, "请核对；不是的，请写各自的编号")
            )
    if not lines:
        return reading
    place = [str(reading.columns[one].iloc[0]) for one in ("file", "sheet")]
    more = pd.DataFrame([(*place, None, *line, True) for line in lines], columns=PROBLEM_COLUMNS)
    lists = [one for one in (reading.problems, more) if len(one)]
    problems = pd.concat(lists, ignore_index=True).astype({"row": "Int64", "kept": bool})
    return replace(reading, rows=rows, problems=problems)


def as_in_scores(expected: pd.DataFrame, scores: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """The pairs that were given out under the ids of the scores, and what was done: column, value, problem.

    Where no reviewer of one table is in the other, a further column of either (姓名 beside the ids) tells who is who,
    if it does so without doubt.
    """
    told = []
    for name, key in (("item", _item_key), ("reviewer", _who_key)):
        written = expected[name].astype(str)
        here = list(dict.fromkeys(scores[name].astype(str)))
        known, by_key = KnownIds(here), _one_to_one((key(one), one) for one in here)
        dashed = known.without_dashes(written)
        meant = {
            one: known.find(one) or by_key.get(key(one), "") or dashed.get(one, "") for one in dict.fromkeys(written)
        }
        if name == "reviewer" and not any(meant.values()):
            header, meant = _beside(expected, scores, by_key)
            if header:
                told.append((name, header, "派出名单和评分表的评委写法不同，照这一列认出"))
        found = written.map(lambda one, meant=meant: meant.get(one) or one)
        if differing := sorted({f"{a} 即 {b}" for a, b in zip(written, found, strict=True) if a != b}):
            told.append((name, "、".join(differing[:5]), "派出名单和评分表的写法不同，当作同一个"))
        expected = expected.assign(**{name: found})
    return expected, told


def _beside(expected: pd.DataFrame, scores: pd.DataFrame, by_key: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The column of names beside the reviewers of one table by which those of the other are known, and who is who."""
    for header in (str(one) for one in expected if one not in _WHO and _OF_PERSONS.search(str(one))):
        names = _one_to_one(zip(expected["reviewer"].astype(str), expected[header].astype(str), strict=True))
        meant = {one: by_key.get(_who_key(text), "") for one, text in names.items()}
        if any(meant.values()):
            return header, meant
    for header in (str(one) for one in scores if one not in _WHO and _OF_PERSONS.search(str(one))):
        pairs = zip(scores[header].astype(str).map(_who_key), scores["reviewer"].astype(str), strict=True)
        names = _one_to_one(pairs)
        meant = {one: names.get(_who_key(one), "") for one in expected["reviewer"].astype(str)}
        if any(meant.values()):
            return header, meant
    return "", {}


def _one_to_one(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs of which either side is in no other pair."""
    distinct = [pair for pair in dict.fromkeys(pairs) if all(pair)]
    left, right = ([pair[side] for pair in distinct] for side in (0, 1))
    return {a: b for a, b in distinct if left.count(a) == 1 and right.count(b) == 1}


def _alike(cells: pd.Series, key: Callable[[str], str]) -> list[list[str]]:
    """The distinct texts that share a key, where they are several."""
    groups: dict[str, list[str]] = {}
    for text in dict.fromkeys(str(cell) for cell in cells if not pd.isna(cell)):
        groups.setdefault(key(text), []).append(text)
    return [texts for same, texts in groups.items() if same and len(texts) > 1]


def _twice(rows: pd.DataFrame) -> int:
    """How many rows are of a reviewer, item and criterion that stood before."""
    return int(rows.duplicated([name for name in (*_WHO, "criterion") if name in rows]).sum())


def _item_key(text: str) -> str:
    return fold_id(_MARKS.sub("", text))


def _apart(text: str) -> str:
    """What stands in brackets behind a name."""
    return "".join(re.findall("[（(](.+?)[）)]", text))


def _who_key(text: str) -> str:
    return fold_id(text) if re.search(r"\d", text) else reviewer_key(text)
