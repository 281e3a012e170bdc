"""Which needs nobody can answer, and the challenges that they make. Tables in, long tables in outside ids out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import pandas as pd

from matcher.challenges.grouping import common_problems
from matcher.errors import TableError
from matcher.matching.index import Index
from matcher.matching.library.filters import fitting
from matcher.needs.routes import triage_each
from matcher.tables.arguments import check_frame
from matcher.tables.naming.regions import find_region
from matcher.tables.rows.ids import id_texts, ids_of
from matcher.tables.schemas.main import OUTCOMES, Contract

STATES = ("outcome", "expert", "vague", "together", "challenge")
STATE_COLUMNS = (
    "need_id",
    "problem_id",
    "state",
    "completeness",
    "ready",
    "outcomes",
    "experts",
    "outcomes_elsewhere",
    "experts_elsewhere",
)
_YES = (True, 1, "是", "True", "true")  # also as a table that was written says it
FOUND = (
    "challenge_id",
    "need_id",
    "problem_id",
    "name",
    "wording",
    "needs",
    "postings",
    "firms",
    "unnamed",
    "fields",
    "completeness",
    "ready",
    "outcomes_elsewhere",
    "experts_elsewhere",
)


def need_states(
    needs: pd.DataFrame,
    matches: pd.DataFrame,
    expert_matches: pd.DataFrame | None = None,
    *,
    problems: pd.DataFrame | None = None,
    local_outcomes: Collection[str] | None = None,
    local_experts: Collection[str] | None = None,
) -> pd.DataFrame:
    """Where every need goes, as far as a challenge is concerned.

    Parameters
    ----------
    needs
        need_id, and title, description or both.
    matches
        What `match` gives for these needs: need_id, outcome_id, and recommended or else good_match.
    expert_matches
        What `rank_experts` gives for them: need_id, expert_id, good_match.
    problems
        What `common_problems(needs)` gave; worked out where it is left out.
    local_outcomes, local_experts
        The ids of those that count as near; all by default.

    Returns
    -------
    DataFrame
        One row a need, in the order of `needs`: need_id, problem_id, state, completeness (0 to 100, see
        `matcher.needs.triage`), ready (enough to be published, by the same), outcomes and experts (recommended ones
        that count), outcomes_elsewhere and experts_elsewhere (recommended ones that do not). state is

        * "outcome": a recommended outcome answers it; "expert": no outcome, but a recommended expert does;
        * "vague": it says too little to be published, so ask back first (`matcher.needs.triage`);
        * "together": nothing answers it, but another need of the same problem is answered;
        * "challenge": nobody can answer it.

    Raises
    ------
    TableError
        `matches` lacks a need (it was not asked about), or the column that says what is recommended.

    Examples
    --------
    >>> texts = ["现有泵壳有气孔。寻求检测方法，单件检测时间≤5秒。", "希望蜜桃保鲜30天。"]
    >>> needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["泵壳气孔检测", "蜜桃保鲜"], "description": texts})
    >>> matches = pd.DataFrame({"need_id": ["N1", "N2"], "outcome_id": ["C1", "C2"], "good_match": [False, True]})
    >>> need_states(needs, matches)["state"].tolist()
    ['challenge', 'outcome']
    """
    check_frame(needs, "needs")
    needs = needs.reset_index(drop=True)
    ids = ids_of(needs, "need_id")
    problems = common_problems(needs) if problems is None else problems
    outcomes = _recommended(matches, "outcome_id", ids, local_outcomes)
    experts = _recommended(expert_matches, "expert_id", ids, local_experts)
    answers = {*outcomes["here"], *experts["here"]}
    triaged = triage_each(needs, pd.DataFrame({"need_id": ids, "recommended": ids.isin(answers)}))
    table = pd.DataFrame(
        {
            "need_id": ids,
            "problem_id": ids.map(problems.set_index("need_id")["problem_id"]),
            "outcomes": ids.map(outcomes["here"]).fillna(0).astype(int),
            "experts": ids.map(experts["here"]).fillna(0).astype(int),
            "outcomes_elsewhere": ids.map(outcomes["elsewhere"]).fillna(0).astype(int),
            "experts_elsewhere": ids.map(experts["elsewhere"]).fillna(0).astype(int),
            "completeness": [one.need.completeness for one in triaged],
            "ready": [one.route == "challenge" for one in triaged],
        }
    )
    routes = [one.route for one in triaged]
    answered = set(table.loc[(table["outcomes"] > 0) | (table["experts"] > 0), "problem_id"])
    table["state"] = [
        "outcome"
        if row.outcomes
        else "expert"
        if row.experts
        else "vague"
        if route == "ask"
        else "together"
        if row.problem_id in answered
        else "challenge"
        for row, route in zip(table.itertuples(index=False), routes, strict=True)
    ]
    return table[list(STATE_COLUMNS)]


def find_challenges(
    needs: pd.DataFrame,
    matches: pd.DataFrame,
    expert_matches: pd.DataFrame | None = None,
    *,
    index: Index | None = None,
    local_outcomes: Collection[str] | None = None,
    local_experts: Collection[str] | None = None,
    states: pd.DataFrame | None = None,
    problems: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The problems that nobody (local) can answer: no recommended outcome and no recommended expert.

    Parameters
    ----------
    needs, matches, expert_matches, local_outcomes, local_experts
        As in `need_states`.
    index
        `Index.build(needs)`, where there is one already.
    states, problems
        What `need_states` and `common_problems` gave, where they were called already.

    Returns
    -------
    DataFrame
        One row a challenge and need that it covers, one that says too little alone too: challenge_id ("B001" ...),
        need_id, then of the challenge: problem_id, name, wording, needs, postings, firms, unnamed, fields (as
        `common_problems` counts them), completeness, ready, outcomes_elsewhere, experts_elsewhere (the most of one of
        its needs). Challenges of several firms first, then those of several postings, those that are ready, the most
        complete, then in the order of `needs`.

    Raises
    ------
    TableError
        As `need_states`.

    Examples
    --------
    >>> titles, text = ["泵壳气孔在线检测", "泵壳气孔在线检测技术"], "寻求泵壳气孔检测方法，单件检测时间≤5秒。"
    >>> needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": titles, "description": text})
    >>> matches = pd.DataFrame({"need_id": ["N1", "N2"], "outcome_id": ["C1", "C2"], "good_match": False})
    >>> find_challenges(needs, matches)[["challenge_id", "need_id", "needs"]].values.tolist()
    [['B001', 'N1', 2], ['B001', 'N2', 2]]
    """
    check_frame(needs, "needs")
    problems = common_problems(needs, index=index) if problems is None else problems
    if states is None:
        states = need_states(
            needs,
            matches,
            expert_matches,
            problems=problems,
            local_outcomes=local_outcomes,
            local_experts=local_experts,
        )
    table = problems.merge(states.drop(columns="problem_id"), on="need_id", validate="1:1")
    unanswered = table["state"] == "challenge"
    same = (table["state"] == "vague") & table["problem_id"].isin(table.loc[unanswered, "problem_id"])
    table = table[unanswered | same].copy()
    if not len(table):
        return pd.DataFrame({name: pd.Series(dtype=object) for name in FOUND})
    by_problem = table.groupby("problem_id")
    for column in ("completeness", "ready", "outcomes_elsewhere", "experts_elsewhere"):
        table[column] = by_problem[column].transform("max")
    table["_asking"] = table["firms"] + table["unnamed"]
    place = {name: i for i, name in enumerate(needs["need_id"].astype(str))}
    table["_row"] = table["need_id"].map(place)
    table["_first"] = table.groupby("problem_id")["_row"].transform("min")
    order = ["firms", "_asking", "ready", "completeness", "_first", "_row"]
    table = table.sort_values(order, ascending=[False] * 4 + [True] * 2, kind="stable")
    numbers = {name: i for i, name in enumerate(dict.fromkeys(table["problem_id"]), 1)}
    digits = max(3, len(str(len(numbers))))
    table["challenge_id"] = [f"B{numbers[name]:0{digits}d}" for name in table["problem_id"]]
    return table[list(FOUND)].reset_index(drop=True)


def _recommended(
    matches: pd.DataFrame | None, id_column: str, ids: pd.Series, local: Collection[str] | None
) -> dict[str, dict[str, int]]:
    """How many recommended answers each need has, those that count and the others."""
    if matches is None:
        return {"here": {}, "elsewhere": {}}
    check_frame(matches, "matches", "match(needs, index)")
    if missing := [name for name in ("need_id", id_column) if name not in matches]:
        raise TableError(f"匹配结果缺少列 {'、'.join(missing)}")
    column = next((name for name in ("recommended", "good_match") if name in matches), None)
    if column is None:
        raise TableError("匹配结果缺少列 recommended 或 good_match，看不出推荐了哪些")
    asked = set(id_texts(matches["need_id"]))
    if unknown := [name for name in ids if name not in asked]:
        raise TableError(f"匹配结果中没有 {len(unknown)} 条需求：{'、'.join(unknown[:5])}；请先对它们做匹配")
    answers = id_texts(matches[id_column])
    good = matches[column].isin(_YES) & (answers != "")
    near = good if local is None else good & answers.isin({str(name) for name in local})
    counts = {"here": near, "elsewhere": good & ~near}
    need = id_texts(matches["need_id"])
    return {name: dict(Counter(need[rows].tolist())) for name, rows in counts.items()}


def local_ids(table: pd.DataFrame, words: str, *, contract: Contract = OUTCOMES) -> set[str]:
    """The ids of the outcomes (or experts, by their contract) that are local.

    words: "地区=临沂市", or another column and its text. A place of the national list is one whatever way it is
    written; any other text has to stand in the cell. Raises TableError where the table has no such column, or every
    cell of it is empty; a place where nobody is gives an empty set.

    Examples
    --------
    >>> outcomes = pd.DataFrame({"outcome_id": ["C1", "C2"], "region": ["山东省临沂市兰山区", "江苏省南京市"]})
    >>> local_ids(outcomes, "地区=临沂市")
    {'C1'}
    """
    head, sign, place = words.partition("=")
    head, place = (head.strip(), place.strip()) if sign else ("region", head.strip())
    known = [one.name for one in contract.columns if head in (one.name, one.title, *one.headers)]
    column = known[0] if known else head
    cells = table[column].fillna("").astype(str) if column in table else pd.Series(dtype=str)
    if not place or not (cells != "").any():
        raise TableError(
            f"{contract.title}表中没有“{head}”这一列，或全是空的；无法判断哪些属于“{place}”，请补上或改 --local"
        )
    if column == "region" and find_region(place):
        here = pd.Series(fitting(cells.to_numpy(object), place, column="region"), cells.index)
    else:
        here = cells.str.contains(place, regex=False)
    return set(table.loc[here, contract.id_column].astype(str))
