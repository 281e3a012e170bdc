"""Declined pairs for those who offered the outcomes: which, for which need, why and when, and how often each reason."""

from __future__ import annotations

import pandas as pd

from matcher.errors import TableError
from matcher.matching.learning.judgements import REASONS, read_judgements
from matcher.matching.library.base import BaseIndex, check_index
from matcher.tables.arguments import check_frame
from matcher.tables.naming.writings import KnownIds
from matcher.tables.rows.ids import id_texts, ids_of

COLUMNS = ["institution", "outcome_id", "outcome_title", "reason", "day", "need_id", "need_title"]


def declined_pairs(
    judged: pd.DataFrame, *, needs: pd.DataFrame | None = None, outcomes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The declined pairs among judged ones.

    Parameters
    ----------
    judged
        Both ids, and level, verdict or reason as `matcher.fit_feedback` takes them; `day` where it is known. A later
        judgement of a pair takes the place of an earlier one.
    needs, outcomes
        Tables with the ids, for titles and institutions.

    Returns
    -------
    DataFrame
        institution, outcome_id, outcome_title, reason (in Chinese), day, need_id, need_title, sorted by institution,
        outcome and need; what is unknown is "" (a day: NaT). Firms are not listed. Nothing declined gives no rows.

    Raises
    ------
    TableError
        `judged` lacks an id, or a row says nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.matching.learning.declines import declined_pairs
    >>> judged = pd.DataFrame({"need_id": ["N1", "N2"], "outcome_id": "C1", "verdict": ["拒绝", "采纳"]})
    >>> outcomes = pd.DataFrame({"outcome_id": ["C1"], "title": ["磁弹探伤仪"], "institution": ["沂州理工学院"]})
    >>> declined_pairs(judged, outcomes=outcomes)[["institution", "outcome_title", "reason", "need_id"]].values.tolist()
    [['沂州理工学院', '磁弹探伤仪', '其他', 'N1']]
    """
    check_frame(judged, "judged")
    if missing := {"need_id", "outcome_id"} - set(judged.columns):
        raise TableError(f"标注表缺少列：{'、'.join(sorted(missing))}")
    read = read_judgements(judged, "need_id", "outcome_id")
    table = read.rename(columns={"asking_id": "need_id", "record_id": "outcome_id"})
    table = table.assign(needs=_found(table["need_id"], needs), outcomes=_found(table["outcome_id"], outcomes))
    table = table.drop_duplicates(["needs", "outcomes"], keep="last")
    table = table[table["reason"] != ""]
    titles = {
        "reason": table["reason"].map({key: title for key, (title, _) in REASONS.items()}),
        "need_title": _look_up(table["needs"], needs, "title"),
        "outcome_title": _look_up(table["outcomes"], outcomes, "title"),
        "institution": _look_up(table["outcomes"], outcomes, "institution"),
    }
    table = table.assign(**titles)[COLUMNS]
    return table.sort_values(["institution", "outcome_id", "need_id"], kind="stable").reset_index(drop=True)


def declines_of(index: BaseIndex) -> pd.DataFrame:
    """The declined pairs that an index has learned, as `declined_pairs` gives them.

    Days are not kept there, and in an index of needs no institutions either.
    """
    check_index(index)
    if index.feedback is None:
        return declined_pairs(pd.DataFrame(columns=["need_id", "outcome_id", "reason"]))
    known = index.feedback.table
    asking = "need_id" if index.id_column == "outcome_id" else "outcome_id"
    judged = known[known["reason"] != ""].rename(columns={"asking_id": asking, "record_id": index.id_column})
    asked = known.drop_duplicates("asking_id").rename(columns={"asking_id": asking})
    sides = (asked, index.records) if asking == "need_id" else (index.records, asked)
    return declined_pairs(judged[["need_id", "outcome_id", "reason"]], needs=sides[0], outcomes=sides[1])


def count_declines(declined: pd.DataFrame) -> pd.DataFrame:
    """How often each institution's outcomes were declined for each reason: pairs and different outcomes.

    institution, reason, count, outcomes; sorted by institution, then the most frequent reason first.
    """
    groups = declined.groupby(["institution", "reason"], sort=True)["outcome_id"]
    counts = groups.agg(count="size", outcomes="nunique").reset_index()
    order = ["institution", "count", "reason"]
    return counts.sort_values(order, ascending=[True, False, True]).reset_index(drop=True)


def _found(ids: pd.Series, table: pd.DataFrame | None) -> pd.Series:
    """The ids as the table writes them; unknown ones stay."""
    if table is None:
        return ids
    known = KnownIds(ids_of(table, str(ids.name)))
    return pd.Series(known.find_all(ids.tolist()), index=ids.index, dtype=object)


def _look_up(ids: pd.Series, table: pd.DataFrame | None, column: str) -> pd.Series:
    if table is None or column not in table:
        return pd.Series("", index=ids.index, dtype=object)
    key = "need_id" if "need_id" in table else "outcome_id"
    cells = table[column].set_axis(id_texts(table[key]))
    return ids.map(cells[~cells.index.duplicated()]).fillna("").astype(object)
