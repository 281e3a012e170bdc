"""An index brought up to date from a table: what is new comes in, what is known is renewed, unless its id tells of
something else now.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from matcher.matching.index import Index
from matcher.matching.library.records import texts_of
from matcher.tables.headers.row_numbers import numbers_rows
from matcher.tables.naming.writings import KnownIds
from matcher.tables.reading import Reading

CHANGES = ("id", "before", "after")
_ALIKE, _NEARLY_SAME = 0.5, 0.85  # how much of a title or a text stays where an id lasts, and where it counts rows
_LOOKED_AT = 400  # characters of a text
_IGNORED = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Renewed:
    """The new index, how many records were `updated` and `added`, and titles that changed (CHANGES): `changed` were
    replaced, `conflicts` were not, since the id stands for something else in the index. `row_numbers`: whether the
    table's ids only count its rows.
    """

    index: Index
    updated: int
    added: int
    changed: pd.DataFrame
    conflicts: pd.DataFrame
    row_numbers: bool


def renew(index: Index, reading: Reading, *, accept_changes: bool = False, progress: bool = False) -> Renewed:
    """Put the records of a table into an index; those of a known id replace the ones that it has.

    A record is a conflict, and left as the index has it, where neither its title nor its text is like the one of the
    same id (in any writing: CG-1, ｃｇ－1); where ids are numbers of rows (序号, or none at all), already where the
    title is not nearly the same.

    Parameters
    ----------
    index
        Of the same kind of records.
    reading
        What `read_outcomes`, `read_needs` or `read_works` gave.
    accept_changes
        Replace the conflicts too.
    progress
        Show a bar on standard error.

    Raises
    ------
    TableError
        The table holds another kind of records, or ids twice.
    """
    name = index.id_column
    ids = _as_known(reading.rows[name].astype(str), index)
    rows = reading.rows.assign(**{name: ids})
    numbered = _are_row_numbers(reading, name)
    known = ids.isin(index.row_of)
    old = index.rows(np.array([index.row_of[one] for one in ids[known]], np.int64))
    before, bodies_before = texts_of(old)
    after, bodies_after = texts_of(rows[known])
    changes, conflicts = list[tuple[str, ...]](), list[tuple[str, ...]]()
    for one, *texts in zip(ids[known], before, after, bodies_before, bodies_after, strict=True):
        titles, bodies = (_folded(texts[0]), _folded(texts[1])), (_folded(texts[2]), _folded(texts[3]))
        if titles[0] == titles[1] and (titles[0] or bodies[0] == bodies[1]):
            continue
        likeness = _likeness(*titles)
        same = likeness >= _NEARLY_SAME if numbered else max(likeness, _likeness(*bodies)) >= _ALIKE
        (changes if same or accept_changes else conflicts).append((one, *texts[:2]))
    refused = pd.DataFrame(conflicts, columns=list(CHANGES), dtype=object)
    taken = rows[~ids.isin(set(refused["id"]))]
    updated = ids[known & ids.isin(taken[name].astype(str))]
    return Renewed(
        index.remove(updated).add(taken, progress=progress) if len(taken) else index,
        len(updated),
        int((~known).sum()),
        pd.DataFrame(changes, columns=list(CHANGES), dtype=object),
        refused,
        numbered,
    )


def change_message(changes: pd.DataFrame, head: str) -> str:
    """Titles that changed as a message in Chinese, one a line under its head, "" for none."""
    if not len(changes):
        return ""
    lines = [f"  {row['id']}：“{row['before']}” → “{row['after']}”" for row in changes.head(20).to_dict("records")]
    more = [f"  ……另有 {len(changes) - 20} 处"] if len(changes) > 20 else []
    return "\n".join([f"{len(changes)} {head}", *lines, *more])


def _as_known(ids: pd.Series[str], index: Index) -> pd.Series[str]:
    """Ids as the index writes them (ＣＧ－1 for cg-1), where no two rows would become one."""
    if ids.isin(index.row_of).all():
        return ids
    found = pd.Series(KnownIds(index.row_of).find_all(ids.tolist()), index=ids.index, dtype=ids.dtype)
    return found.mask(found.duplicated(keep=False), ids)


def _are_row_numbers(reading: Reading, name: str) -> bool:
    account = reading.columns
    headers = account.loc[account["field"] == name, "header"].tolist()
    return numbers_rows(str(headers[0]) if headers else "", reading.rows[name].astype(str).tolist())


def _folded(text: str) -> str:
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text)).lower()[:_LOOKED_AT]


def _likeness(one: str, other: str) -> float:
    """What share of two texts is alike, 0 where one is empty."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio() if one and other else 0.0
