"""How good a ranking is, against pairs that people judged, with intervals over the asking rows.

The measures are those of ir-measures; the intervals are ours.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, TableError
from matcher.matching.library.records import ID_COLUMNS
from matcher.tables.arguments import as_whole, check_frame
from matcher.tables.rows.ids import find_ids, id_texts, ids_of

GOOD = 3  # from this level a pair counts as a match: 1 unrelated, 2 weakly, 3 fairly, 4 strongly related
THOUSANDTHS = 1000  # gains of levels between whole ones, which measures take as whole numbers


def evaluate(
    matches: pd.DataFrame,
    judged: pd.DataFrame,
    *,
    k: int = 10,
    unjudged: Literal["skip", "irrelevant"] = "skip",
    resamples: int = 1000,
    rng: int = 0,
) -> pd.DataFrame:
    """Measure a ranking on judged pairs.

    Parameters
    ----------
    matches : DataFrame
        As `match` gives it, or any table with `need_id`, `outcome_id` and `score`; the id that stands first asks.
        Ordered by `score`, equal ones by the other id; what `match` gave with `weights`, of which `score` takes no
        notice, by `rank`. A line without an id or a score is no answer.
    judged : DataFrame
        `need_id`, `outcome_id` and `level` (1 unrelated, 2 weakly, 3 fairly, 4 strongly related). Asking rows that
        `matches` does not hold count 0, and are logged as a warning by the logger "matcher".
    k : int
        Where the measures cut the ranking off.
    unjudged : "skip" or "irrelevant"
        What becomes of pairs that nobody judged: left out of the ranking, as unknown, or kept in it as unrelated.
        "skip" suits rankings that the judges did not see (Sakai 2007); "irrelevant" is what trec_eval does.
    resamples : int
        Of the bootstrap; 0 for no intervals.
    rng : int
        The seed.

    Returns
    -------
    DataFrame
        One row a measure: `measure`, `value` (the mean over asking rows), `low`, `high` (95 % bootstrap interval,
        percentile method, over asking rows), `queries` (how many asking rows it was measured on). A judged pair that
        the ranking does not hold never counts as retrieved.

        * `ndcg@k`: gain 2 ** (level - 1) - 1, discount 1 / log2(1 + rank) (Jarvelin and Kekalainen 2002, exponential
          gain), over asking rows whose levels differ;
        * `recall@k`, `hit@k`, `mrr`: over asking rows that have a pair of level 3 or more;
        * `judged@k`: the share of the first k, before anything is left out, that was judged, over all asking rows with
          a judged pair; 0 for one that the ranking leaves empty. Where it is low, the others rest on few pairs.

    Raises
    ------
    TableError
        Columns or ids are missing, a pair stands twice, a level is no number from 1 to 4, or nothing can be measured.
    ArgumentError, ArgumentTypeError
        An argument has another value or kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher import evaluate
    >>> judged = pd.DataFrame({"need_id": ["N1"] * 2, "outcome_id": ["C1", "C2"], "level": [4, 1]})
    >>> matches = pd.DataFrame({"need_id": ["N1"] * 2, "outcome_id": ["C2", "C1"], "score": [0.9, 0.8]})
    >>> evaluate(matches, judged, resamples=0).set_index("measure")["value"].round(3).to_dict()
    {'ndcg@10': 0.631, 'recall@10': 1.0, 'hit@10': 1.0, 'mrr': 0.5, 'judged@10': 1.0}
    >>> evaluate(matches[:0], judged, resamples=0)["value"].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0]
    """
    from ir_measures import RR, Judged, R, Success, iter_calc, nDCG

    k, resamples, rng = as_whole(k, "k", 1), as_whole(resamples, "resamples", 0), as_whole(rng, "rng", 0)
    if unjudged not in ("skip", "irrelevant"):
        raise ArgumentError(f'unjudged is "skip" or "irrelevant", not {unjudged!r}')
    asking, other = _id_columns(matches)
    truth = _levels(judged, asking, other)
    whole = truth["level"].mod(1).eq(0).all()
    unit = 1 if whole else THOUSANDTHS
    qrels = _qrels(truth, unit)
    run = to_run(matches)
    _warn_of_strangers(qrels, run, matches[asking])
    run = run[run["query_id"].isin(qrels["query_id"])]
    pairs = ["query_id", "doc_id"]
    condensed = run.merge(qrels[pairs], on=pairs) if unjudged == "skip" else run
    good = unit * (2 ** (GOOD - 1) - 1)
    names = {nDCG @ k: f"ndcg@{k}", R(rel=good) @ k: f"recall@{k}", Success(rel=good) @ k: f"hit@{k}"}
    names |= {RR(rel=good): "mrr", Judged @ k: f"judged@{k}"}
    *measures, share = names
    by_query = [*iter_calc(measures, qrels, condensed), *iter_calc([share], qrels, run)]
    values = pd.DataFrame([(one.query_id, names[one.measure], one.value) for one in by_query], columns=["q", "m", "v"])
    table = values.pivot(index="q", columns="m", values="v").sort_index()
    levels = truth.groupby(asking)["level"]
    graded, answered = (mask.reindex(table.index) for mask in (levels.nunique() > 1, levels.max() >= GOOD))
    if not (graded.any() or answered.any()):
        raise TableError("没有可评价的需求：标注中没有等级不同的配对，也没有等级 3 以上的配对")
    rows = dict.fromkeys(names.values(), answered) | {f"ndcg@{k}": graded, f"judged@{k}": graded | True}
    random = np.random.default_rng(rng)
    return pd.DataFrame(
        [
            _summary(name, table.loc[mask, name].to_numpy(float), resamples, random)
            for name, mask in rows.items()
            if mask.any()
        ]
    )


def to_qrels(judged: pd.DataFrame, *, asking: Literal["need_id", "outcome_id"] = "need_id") -> pd.DataFrame:
    """Judged pairs as the qrels of ir-measures and trec_eval.

    Parameters
    ----------
    judged : DataFrame
        `need_id`, `outcome_id` and `level`: 1, 2, 3 or 4.
    asking : "need_id" or "outcome_id"
        Which of the two is the query.

    Returns
    -------
    DataFrame
        `query_id`, `doc_id`, `relevance`: the gain 2 ** (level - 1) - 1, which is 0, 1, 3 or 7, so that a match (level
        3 or 4) is what reaches `rel=3`; sorted by both ids.

    Raises
    ------
    TableError
        Columns are missing, a pair stands twice, or a level is none of the four.

    Examples
    --------
    >>> import ir_measures
    >>> import pandas as pd
    >>> from ir_measures import R, nDCG
    >>> from matcher.matching import to_qrels, to_run
    >>> judged = pd.DataFrame({"need_id": ["N1"] * 2, "outcome_id": ["C1", "C2"], "level": [4, 1]})
    >>> matches = pd.DataFrame({"need_id": ["N1"] * 2, "outcome_id": ["C2", "C1"], "score": [0.9, 0.8]})
    >>> measures = [nDCG @ 10, R(rel=3) @ 10]
    >>> figures = ir_measures.calc_aggregate(measures, to_qrels(judged), to_run(matches))
    >>> [round(figures[measure], 3) for measure in measures]
    [0.631, 1.0]
    """
    if asking not in ID_COLUMNS:
        raise ArgumentError(f"asking is {' or '.join(ID_COLUMNS)}, not {asking!r}")
    truth = _levels(judged, asking, next(column for column in ID_COLUMNS if column != asking))
    if (odd := truth["level"].mod(1) != 0).any():
        at = int(np.flatnonzero(odd)[0])
        raise TableError(f"标注表第 {at + 2} 行：等级（level）是 {truth['level'].iloc[at]:g}，这里应为 1、2、3 或 4")
    return _qrels(truth, 1)


def to_run(matches: pd.DataFrame) -> pd.DataFrame:
    """A ranking as a run of ir-measures and trec_eval.

    Parameters
    ----------
    matches : DataFrame
        As in `evaluate`.

    Returns
    -------
    DataFrame
        `query_id`, `doc_id`, `score`, best first, queries by id. The score is minus the rank, so that every tool takes
        this order, and this order among equal scores: trec_eval orders them the other way round. Lines without an id or
        a score are left out.

    Raises
    ------
    TableError
        Columns are missing, or a pair stands twice.
    """
    asking, other = _id_columns(matches)
    ids = {name: id_texts(matches[name]) for name in (asking, other)}
    wished = "preference" in matches and "rank" in matches  # `weights` moved pairs, and left their scores as they were
    order = -matches["rank"] if wished else matches["score"]
    scored = pd.DataFrame(ids | {"score": order.where(matches["score"].notna())})
    scored = scored[scored["score"].notna() & (scored[[asking, other]] != "").all(axis=1)]
    if (twice := scored.duplicated([asking, other])).any():
        raise TableError(f"匹配表中同一对需求与成果出现了两次：{'、'.join(scored.loc[twice, [asking, other]].iloc[0])}")
    scored = scored.sort_values([asking, "score", other], ascending=[True, False, True])
    rank = scored.groupby(asking).cumcount() + 1
    names = {asking: "query_id", other: "doc_id"}
    return scored.assign(score=-rank.astype(float)).rename(columns=names).reset_index(drop=True)


def _levels(judged: pd.DataFrame, asking: str, other: str) -> pd.DataFrame:
    """Both ids as texts and the level as a number."""
    check_frame(judged, "judged")
    if missing := {asking, other, "level"} - set(judged.columns):
        raise TableError(f"标注表缺少列：{'、'.join(sorted(missing))}")
    levels = pd.to_numeric(judged["level"], errors="coerce").to_numpy(float, na_value=np.nan)
    truth = pd.DataFrame({asking: ids_of(judged, asking), other: ids_of(judged, other), "level": levels})
    if (bad := truth["level"].isna()).any():
        raise TableError(f"标注表第 {int(np.flatnonzero(bad)[0]) + 2} 行：等级（level）不是数字")
    if (bad := ~truth["level"].between(1, 4)).any():
        at = int(np.flatnonzero(bad)[0])
        level = truth["level"].iloc[at]
        raise TableError(f"标注表第 {at + 2} 行：等级（level）是 {level:g}，应为 1（无关）到 4（强相关）")
    if (twice := truth.duplicated([asking, other])).any():
        raise TableError(f"标注表第 {int(np.flatnonzero(twice)[0]) + 2} 行：同一对需求与成果标注了两次")
    return truth


def _warn_of_strangers(qrels: pd.DataFrame, run: pd.DataFrame, asked: pd.Series[Any]) -> None:
    """Through the logger: judged asking rows that were never ranked, and judged records none of which ever was."""
    find_ids(qrels["query_id"].drop_duplicates(), id_texts(asked), "标注中有编号不在匹配结果中，各项都按 0 计")
    if len(run) and not qrels["doc_id"].isin(run["doc_id"]).any():
        find_ids(qrels["doc_id"].drop_duplicates(), run["doc_id"], "标注的编号没有一个在匹配结果中，各项都按 0 计")


def _qrels(truth: pd.DataFrame, unit: int) -> pd.DataFrame:
    gains = ((2.0 ** (truth["level"] - 1) - 1) * unit).round().astype(int)
    columns = {"query_id": truth.iloc[:, 0], "doc_id": truth.iloc[:, 1], "relevance": gains}
    return pd.DataFrame(columns).sort_values(["query_id", "doc_id"], ignore_index=True)


def _id_columns(matches: pd.DataFrame) -> tuple[str, str]:
    check_frame(matches, "matches")
    columns = [column for column in matches.columns if column in ID_COLUMNS]
    if len(columns) != 2 or "score" not in matches:
        raise TableError(
            f"matches need the columns {' and '.join(ID_COLUMNS)} and score; they have {list(matches.columns)}"
        )
    return columns[0], columns[1]


def _summary(name: str, values: NDArray[np.float64], resamples: int, random: np.random.Generator) -> dict[str, object]:
    means = values[random.integers(len(values), size=(resamples, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975]) if resamples else (np.nan, np.nan)
    return {"measure": name, "value": values.mean(), "low": low, "high": high, "queries": len(values)}
