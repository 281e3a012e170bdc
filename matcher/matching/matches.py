"""Needs against an index of outcomes, or outcomes against an index of needs: ranked pairs with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.forks import processors
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.matching.learning.learned_ranker import REACH, ranker_of
from matcher.matching.learning.recommendation import assess, features_of, recommender_of
from matcher.matching.library.base import BLOCK, Asked, BaseIndex, check_index
from matcher.matching.library.filters import Limits, Where
from matcher.matching.library.nearest import bounds
from matcher.matching.library.records import id_column_of, texts_of
from matcher.matching.library.remembered import Records
from matcher.matching.likely_first import FIRST, LIKELY, likely_first
from matcher.matching.reasons.explanation import evidence_of, explain, is_explained, with_figures
from matcher.matching.reasons.requirements import requirements_of
from matcher.matching.reasons.unanswered import without_said
from matcher.matching.second_stage.late_interaction import Accurate, Voice
from matcher.matching.second_stage.pair_reading import SIDES, PairModel, best_read_first, read_first
from matcher.matching.second_stage.reordering import NOTHING, Best, Rerank, reranked, with_voice
from matcher.matching.spread import Columns, spread
from matcher.matching.texts.tokens import language
from matcher.progress import advancing, timed
from matcher.tables.arguments import as_whole, check_frame, plain_cells
from matcher.tables.columns.hidden_kinds import with_text_kinds
from matcher.tables.rows.ids import ids_of
from matcher.tables.rows.remarks import no_longer_offered
from matcher.tables.schemas.main import OUTCOMES

THREADS = 2
GONE = "成果已转让或不再提供（见其备注、状态）"
FOREIGN = "语言不同，默认编码器难以比较"
ACROSS = "语言不同，只按含义比较，概率未经检验"
CHUNK = 2048  # asking rows looked at together


class _Plan(NamedTuple):
    """What is asked of every row."""

    k: int
    limits: Limits
    rerank: Rerank | None
    rerank_top: int
    voice: Voice | None
    reader: PairModel | None
    reasons: bool
    false_alarm: float


def match(
    queries: pd.DataFrame,
    index: BaseIndex,
    *,
    k: int = 10,
    where: Where | None = None,
    mask: ArrayLike | pd.Series[bool] | None = None,
    same: Sequence[str] = (),
    valid_on: dt.date | str | None = None,
    exclude: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
    rerank: Rerank | None = None,
    accurate: Accurate = False,
    rerank_top: int = 50,
    false_alarm: float = 0.05,
    reasons: bool = True,
    processes: int = 1,
    progress: bool = False,
) -> pd.DataFrame:
    """Rank the records of an index for every row of a table: outcomes for needs, or needs for outcomes.

    Filters (`where`, `mask`, `same`, `valid_on`, `exclude`) act before the best k are taken. A filter that asks for a
    label which no record has, or that leaves no record at all, is logged as a warning by the logger "matcher".

    Parameters
    ----------
    queries : DataFrame
        The asking rows: `need_id` or `outcome_id`, the other one than the index holds, and `title`, `description` or
        both.
    index : Index
        The records to be ranked.
    k : int
        Records for each asking row.
    where : dict, optional
        Column -> what a record must have there: a label, a list of labels of which it must have one, or a range of
        numbers or dates, `Between(low, high)`. A label above the record's ("装备制造" for "装备制造-自动化") agrees
        too. An empty cell agrees with nothing and lies in no range.
    mask : array or Series of bool, optional
        One value a record, in the order of `index.records`: which records may be shown.
    same : sequence of str
        Columns in which the record must agree with the asking row; an empty cell agrees with nothing.
    valid_on : date or str, optional
        Records whose `valid_until` lies before that day are left out. Those that say they have ended (已截止) always
        are.
    exclude : DataFrame, optional
        Pairs of ids that must not be shown.
    weights : dict, optional
        Column -> what agreement in it adds to the sum. They are the user's, nothing is learned about them.
    rerank : callable, optional
        Takes a list of (asking text, record text), gives one number a pair, larger is better; a cross-encoder's
        `predict`, for instance. Called once for every 2048 asking rows.
    accurate : bool, str, Path or TokenModel
        True adds a third part to the sums of the best `rerank_top` of each asking row, by late interaction of a
        transformer's token vectors (see `matcher.matching.second_stage.late_interaction`): slower by far; a better
        order of the rows (`models/tokens-zh/CARD.md`). Of needs and outcomes it then reads the first three rows that
        may be recommended, text beside text, and puts the most probable first (`models/pairs-zh/CARD.md`); their
        probability is the pair's own. The models lie in `models/tokens-zh` and, beside it, `models/pairs-zh` of the
        library's source; elsewhere give the first folder. Needs the extra `accurate`.
    rerank_top : int
        How many of the best of each asking row `rerank` or `accurate` puts in order, equal ones by id. The others stay
        behind them.
    false_alarm : float
        Of texts whose subject the library lacks, the share for which anything may be called a good match.
    reasons : bool
        Whether `shared_terms`, `evidence`, `unanswered` and `answers` are worked out: for the first three records of
        each asking row, and for every other one of the same field, which is of a level of 1.5 or more. They are ""
        for others.
    processes : int
        How many processes share the asking rows, for lists of hundreds and more. They are forked, so that they share
        the index: where this process has no threads of its own, on Linux; elsewhere there is one. The table is the
        same. Not with `rerank`, `accurate` or another encoder than the default one.
    progress : bool
        Show a bar on standard error.

    Returns
    -------
    DataFrame
        One row a pair, the asking rows in their order, best first: by the sum of parts, ties by id; of a need's first
        three outcomes that are whole texts the recommended ones come first, then the more probable ones (not with
        `weights` or `rerank`). Equal inputs give equal tables, for one row or many, on any number of threads. An asking
        row for which the filters leave nothing keeps one line: an empty id, rank 0, an unknown score. Columns:

        * the id of the asking row, the id of the record, `rank` (from 1);
        * `score`: the share of random pairs of this library that score lower; with `weights` it takes no notice of
          them;
        * `level` (1..4) and `probability` (0..1, of level 3 or 4): what people would give the pair, with
          `probability_low` and `probability_high`, its 95 % interval (unknown among bare titles); all unknown for an
          encoder without calibration. Among bare titles it increases with the score; where records are whole texts, it
          also asks what of the need the record has (see `matcher.matching.learning.recommendation`);
        * `recommended`, and the same as `good_match`: the pair scores as high as only a share `false_alarm` of texts
          would reach whose subject the library lacks (see `matcher.matching.library.score_scale.ScoreScale.good_from`),
          its probability, where known, reaches the calibration's `good`, the need says enough to be answered (see
          `matcher.needs.triage`), none of its indicators is missed, a sentence or a figure of a whole text answers it,
          nobody declined the pair, and no remark of the outcome says that it is no longer to be had (已转让). A row
          without any recommended record keeps its k rows, all marked False;
        * `note`: that the pair was declined and why, that the outcome is gone, that the need says too little, what
          judges criticised in the record, and where texts of two languages meet. Of Chinese and English the default
          encoder compares the meaning, and the probability was never tried on such pairs; other languages it cannot
          compare (a multilingual `encoder` can);
        * `met`: the need's indicators against the record's, in Chinese; "" where the need has none;
        * `shared_terms`, `evidence`, `unanswered`, `answers`: see `matcher.matching.reasons.explanation.explain`;
        * `semantic`, `lexical` and, with `weights`, `preference`, and, for an index with judged pairs (`fit_feedback`),
          `feedback`: the parts, in standard deviations of random pairs, whose sum orders the pairs;
        * with `rerank` or `accurate`, `rerank`: what it gave the pair, or the third part; unknown beyond `rerank_top`.
          The order is then that of these numbers, or of the sums with the third part, while `score`, `level`,
          `probability` and `good_match` stay at their places: whoever is put at a rank gets those of the pair that had
          this rank before, so that, without `weights`, `score` never rises with the rank.

    Raises
    ------
    TableError
        `queries` has no id column or the same kind of id as the index, an id of it is missing or stands twice, or
        `exclude` lacks one.
    ArgumentError
        A column does not exist, or a number lies outside its range.
    ArgumentTypeError
        An argument is of another kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher import Index, match
    >>> from matcher.matching import Between
    >>> outcomes = pd.DataFrame(
    ...     {"outcome_id": ["C1", "C2"], "title": ["齿轮磨削烧伤检测", "桃采后保鲜"], "price": [200_000, 50_000]}
    ... )
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["齿轮磨削烧伤怎样检测"]})
    >>> index = Index.build(outcomes)
    >>> match(needs, index)[["outcome_id", "rank", "shared_terms"]].values.tolist()
    [['C1', 1, '齿轮、磨削、检测、烧伤'], ['C2', 2, '']]
    >>> match(needs, index, where={"price": Between(high=100_000)})["outcome_id"].tolist()
    ['C2']
    """
    check_frame(queries, "queries")
    check_index(index)
    k, rerank_top = as_whole(k, "k", 1), as_whole(rerank_top, "rerank_top", 1)
    if rerank is not None and not callable(rerank):
        raise ArgumentTypeError(f"rerank is a function of a list of pairs of texts, not {type(rerank).__name__}")
    if rerank is not None and accurate:
        raise ArgumentError("give rerank or accurate, not both")
    asking = id_column_of(queries)
    if asking == index.id_column:
        raise TableError(f"both the table and the index hold {asking}; match needs with outcomes")
    queries = plain_cells(queries).assign(**{asking: ids_of(queries, asking, distinct=True)})
    limits = Limits(queries, index, where or {}, mask, same, valid_on, exclude, weights or {})
    voice = Voice.of(index, accurate) if accurate else None
    reads = accurate and {asking, index.id_column} == SIDES and recommender_of(index)
    reader = PairModel.of(accurate) if reads else None
    moves = asking == "need_id" and not (rerank or accurate or weights) and recommender_of(index) is not None
    most = max(k, FIRST) if moves else k
    plan = _Plan(most, limits, rerank, rerank_top, voice, reader, reasons, false_alarm)
    stages = 1 + (plan.voice is not None) + reasons
    together = min(as_whole(processes, "processes", 1), processors(), len(queries) // (2 * BLOCK))
    if rerank or accurate or not isinstance(index.encoder, StaticEncoder):  # other models have threads of their own
        together = 1
    with timed(f"matched {len(queries)} rows with {len(index)} records"):
        with advancing(stages * len(queries), "匹配", progress) as advance:
            if together > 1:
                parts = _match_spread(queries, index, plan, together, lambda some: advance(stages * len(queries[some])))
            else:
                parts = [
                    _match_some(queries, index, slice(start, start + CHUNK), plan, advance)
                    for start in range(0, max(1, len(queries)), CHUNK)
                ]
        pairs = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        total, barred = pairs.pop("total"), pairs.pop("barred")
        beyond, features, read = (pairs.pop(name, None) for name in ("beyond", "features", "read"))
        judged = assess(index, total, beyond, features, false_alarm, read)
        recommended = judged.pop("recommended") & ~barred
        scores = {"score": index.scale.share_below(total), **judged}
        scores |= {"recommended": recommended, "good_match": recommended}
        first = {name: pairs.pop(name) for name in (asking, index.id_column, "rank")}
        used = {"preference": bool(weights), "feedback": index.feedback is not None}
        used |= {"rerank": bool(rerank or accurate)}
        table = pd.DataFrame(first | scores | {name: pairs[name] for name in pairs if used.get(name, True)})
        table = with_text_kinds(table)
        if moves:
            return likely_first(table, k, _declines(index, first[asking], first[index.id_column]) != "")
        if read is None:
            return table
        order = best_read_first(first[asking], first["rank"], read, judged["probability"])
        return table.iloc[order].reset_index(drop=True).assign(rank=first["rank"], score=scores["score"])


def _match_spread(
    queries: pd.DataFrame, index: BaseIndex, plan: _Plan, processes: int, done: Callable[[slice], object]
) -> list[Columns]:
    """The same parts from several processes, equally large ones of whole blocks."""
    _ready(index, queries)
    each = -(-len(queries) // (processes * -(-len(queries) // (processes * CHUNK))))
    each = -(-each // BLOCK) * BLOCK
    parts = [slice(start, start + each) for start in range(0, len(queries), each)]

    def work(some: slice) -> Columns:
        return _match_some(queries, index, some, plan, lambda _: None, threads=1)

    return spread(work, parts, processes, done)


def _ready(index: BaseIndex, queries: pd.DataFrame) -> None:
    """Have everything worked out that all asking rows need, before others share the index."""
    index.across, index.foreign, index.scale, index.order, index.lexical, ranker_of(index)
    first = queries[:1]
    for _ in bounds(index, index.asked(*texts_of(first)), slice(0, len(first))):
        pass


def _match_some(
    queries: pd.DataFrame,
    index: BaseIndex,
    some: slice,
    plan: _Plan,
    advance: Callable[[int], object],
    threads: int = THREADS,
) -> Columns:
    """The pairs of some asking rows as columns, without score and good_match: what is shown of each in order, and
    `total`, `barred` and, where they are known, `beyond` (n, 3), `features` (n, f) and `read`.
    """
    asking = queries.iloc[some]
    titles, bodies = texts_of(asking)
    asked = index.asked(titles, bodies)
    ids = asking[id_column_of(asking)].to_numpy(object)
    index.across, index.foreign, index.scale, index.order, ranker_of(index)  # once, before threads share them
    reach = max(plan.k, plan.rerank_top) if plan.rerank or plan.voice else plan.k

    def search(start: int) -> list[Best]:
        return _search(index, asked, slice(start, start + BLOCK), ids, plan.limits, some.start, reach)

    ranked: list[Best] = []
    for block in _in_threads(search, range(0, len(asking), BLOCK), threads):
        ranked += block
        advance(len(block))
    if plan.rerank:
        ranked = reranked(ranked, index, titles, bodies, plan.rerank, plan.rerank_top, plan.k)
    if plan.voice:
        ranked = with_voice(ranked, index, titles, bodies, plan.voice, plan.rerank_top, plan.k)
        advance(len(asking))
    counts = np.array([len(one.rows) for one in ranked], np.int64)
    at = np.repeat(np.arange(len(ranked)), counts)
    best = Best(*map(np.concatenate, zip(NOTHING, *ranked, strict=True)))
    rows = best.rows
    rank = np.concatenate([np.zeros(0, np.int64), *(np.arange(1, n + 1) for n in counts)])
    pairs: Columns = {id_column_of(queries): ids[at], index.id_column: index.ids[rows], "rank": rank}
    records = Records(index, rows)
    required = requirements_of(index, asking, at, rows)
    declines = _declines(index, ids[at], index.ids[rows])
    apart, strange = _apart(index, (titles, bodies), at, records)
    gone = _gone(index, asking, at, records)
    back = np.where(rank == 1, required.asks_back, "")
    pairs |= {"note": _notes(index, rows, apart, strange, declines, gone, back), "met": required.met}
    beyond = best.beyond if ranker_of(index) else None
    features = None
    if recommender_of(index):
        features = features_of(asked, (titles, bodies), at, records, (best.semantic, best.lexical))
    judged = assess(index, best.total, beyond, features, plan.false_alarm)
    wanted = is_explained(rank, judged["level"]) | judged["recommended"]
    if plan.reasons:
        pairs |= explain(asked, index, at, records, titles, bodies, wanted)
        pairs["unanswered"][apart] = ""  # that a word is missing in another language says nothing
        pairs["unanswered"] = without_said(pairs["unanswered"], required.said)
        pairs["answers"] = with_figures(pairs["answers"], required.said)
        advance(len(asking))
    pairs |= {name: getattr(best, name) for name in Best._fields[1:-1]}
    pairs["barred"] = (required.asks_back != "") | required.missed | (declines != "") | gone
    if beyond is not None:
        pairs["beyond"] = beyond
    if features is not None:
        pairs["features"] = features
        likely = judged["probability"] >= LIKELY if plan.reader else judged["recommended"]
        worth = ~pairs["barred"] & likely & wanted
        if plan.reasons:
            told = pairs["evidence"][worth]
        else:
            told = evidence_of(asked, index, at[worth], records.of(worth), titles, bodies)
        both = zip(told.tolist(), required.said[worth], strict=True)
        pairs["barred"][worth] = [not (sentence or figures) for sentence, figures in both]
        if plan.reader:
            worth &= (rank <= FIRST) & ~pairs["barred"]
            pairs["read"] = read_first(plan.reader, index, (titles, bodies), at, rows, worth)
    return _with_empty(pairs, ids, counts)


def _gone(index: BaseIndex, asking: pd.DataFrame, at: NDArray[np.int64], records: Records) -> NDArray[np.bool_]:
    """Which pairs are of an outcome that its own remark says is no longer to be had."""
    if index.id_column == OUTCOMES.id_column:
        return np.array(no_longer_offered(index.stored(records.rows), OUTCOMES), bool)[records.place]
    if OUTCOMES.id_column in asking:
        return np.array(no_longer_offered(asking, OUTCOMES), bool)[at]
    return np.zeros(len(at), bool)


def _in_threads(search: Callable[[int], list[Best]], starts: Sequence[int], threads: int) -> Iterator[list[Best]]:
    """The blocks of asking rows in order, on several threads where there are several."""
    if len(starts) < 2 or threads < 2:
        yield from map(search, starts)
        return
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(search, start) for start in starts]
        try:
            yield from (future.result() for future in futures)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _declines(index: BaseIndex, asking: NDArray[np.object_], records: NDArray[np.object_]) -> NDArray[np.object_]:
    """Why each pair of ids was declined, in words; "" where nobody declined it."""
    ranker = ranker_of(index)
    declines = ranker.wishes.declines if ranker else {}
    return np.array([declines.get(pair, "") for pair in zip(asking, records, strict=True)], object)


def _apart(
    index: BaseIndex, texts: tuple[list[str], list[str]], at: NDArray[np.int64], records: Records
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which pairs are of two languages, and which of these the default encoder cannot compare."""
    asked, answering = (
        np.array([language(title or body) for title, body in zip(*side, strict=True)], object)
        for side in (texts, records.texts)
    )
    left, right = asked[at], answering[records.place]
    apart = (left != right) & (left != "") & (right != "")
    strange = apart & ((left == "other") | (right == "other") | (index.across is None))
    return apart, strange & isinstance(index.encoder, StaticEncoder)


def _notes(
    index: BaseIndex,
    rows: NDArray[np.int64],
    apart: NDArray[np.bool_],
    strange: NDArray[np.bool_],
    declines: NDArray[np.object_],
    gone: NDArray[np.bool_],
    asks_back: NDArray[np.object_],
) -> NDArray[np.object_]:
    """What a reader must know of each pair: that it was declined, that the outcome is gone, that the need must be asked
    back, two languages, which the default encoder compares less well or not at all, and criticism by judges.
    """
    ranker = ranker_of(index)
    judged = ranker.wishes.notes if ranker else {}
    default = isinstance(index.encoder, StaticEncoder)
    remarks = np.where(strange, FOREIGN, np.where(apart & default, ACROSS, "")).tolist()
    notes = []
    said = (declines, gone.tolist(), asks_back.tolist(), remarks, rows.tolist())
    for declined, away, back, remark, row in zip(*said, strict=True):
        criticism = judged.get(row, "")
        told = [declined, GONE * away, back, remark, criticism * (criticism not in declined)]
        notes.append("；".join(filter(None, told)))
    return np.array(notes, object)


def _search(
    index: BaseIndex, asked: Asked, block: slice, ids: NDArray[np.object_], limits: Limits, first: int, k: int
) -> list[Best]:
    """The best rows of a block of asking texts; `first` is the place of the first asked text in the table."""
    ranker = ranker_of(index)
    reach = max(k, REACH) if ranker else k
    result = []
    for text, bound in enumerate(bounds(index, asked, block), block.start):
        allowed, preference = limits.allowed(first + text), limits.preference(first + text)
        if ranker and (shown := ranker.wishes.shown(ids[text])) is not None:
            allowed = shown if allowed is None else allowed & shown
        rows = bound.nearest(reach, allowed, preference if limits.prefers else None)
        if ranker:
            judged = ranker.judged.get(ids[text], rows[:0])
            rows = np.union1d(rows, judged if allowed is None else judged[allowed[judged]])
        parts = bound.parts_of(rows)
        wish, learned = preference[rows] if limits.prefers else np.zeros(len(rows)), np.zeros(len(rows))
        beyond = np.zeros((len(rows), 3))
        if ranker:
            learned, beyond = ranker.correction(asked.vectors[text], rows, index.vectors(rows), parts)
            learned -= ranker.wishes.lost(ids[text], rows)
        best = np.lexsort((index.order[rows], -(parts[0] + parts[1] + wish + learned)))[:k]
        both, learned = (parts[0][best], parts[1][best]), learned[best]
        nothing = np.full(len(best), np.nan)
        result.append(Best(rows[best], *both, wish[best], learned, nothing, both[0] + both[1] + learned, beyond[best]))
    return result


def _with_empty(pairs: Columns, ids: NDArray[np.object_], counts: NDArray[np.int64]) -> Columns:
    """A line for each asking row that the filters leave nothing for: no text, rank 0, unknown numbers."""
    empty = np.flatnonzero(counts == 0)
    if not len(empty):
        return pairs
    order = np.argsort(np.concatenate([np.repeat(np.arange(len(counts)), counts), empty]), kind="stable")
    nothing = {"O": "", "i": 0, "b": False, "f": np.nan}
    result = {}
    for place, (name, values) in enumerate(pairs.items()):
        lines = np.full((len(empty), *values.shape[1:]), nothing[values.dtype.kind], values.dtype)
        result[name] = np.concatenate([values, lines if place else ids[empty]])[order]
    return result
