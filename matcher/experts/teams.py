"""Small teams that cover the points of a need together. Who answers which point in, persons out; the search stays in
here.

Every point of a need is ranked as a need of its own, by any ranking there is:

    points = point_needs(needs)
    fits = fits_from(match(points, index))
    find_teams(needs, fits)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, TableError
from matcher.experts.points import point_needs as point_needs
from matcher.experts.points import points_of as points_of
from matcher.experts.team_search import UNIT, Board
from matcher.tables.arguments import check_frame
from matcher.tables.naming.writings import KnownIds
from matcher.tables.rows.ids import id_texts

_SHOWN = 30  # characters of a point in a sentence of reasons


def fits_from(ranked: pd.DataFrame, *, who: str = "expert_id", score: str = "score") -> pd.DataFrame:
    """Who answers which point, from a ranking of the rows of `point_needs`.

    Columns: need_id (of the whole need), point, expert_id, score, and good_match where the ranking has it; in the
    ranking's order. who: the column of ids that were ranked; score: a column of 0..1, such as "score" or "probability".
    Lines without an id (nobody was left) are left out.

    Raises TableError, in Chinese, where a column is missing or a need_id is none of a point's.
    """
    check_frame(ranked, "ranked")
    if missing := [name for name in ("need_id", who, score) if name not in ranked]:
        raise TableError(f"匹配结果缺少这些列：{'、'.join(missing)}")
    given = id_texts(ranked["need_id"])
    parts = given.str.extract(r"^(?P<need_id>.+)#(?P<point>\d+)$", flags=re.DOTALL)
    if (bad := parts["point"].isna()).any():
        name = given[bad].iloc[0]
        raise TableError(f"匹配结果中的需求编号“{name}”没有要点序号（应如“N1#2”）；请先把需求拆成要点再匹配")
    fits = pd.DataFrame(
        {
            "need_id": parts["need_id"].astype(str),
            "point": parts["point"].astype("int64"),
            "expert_id": id_texts(ranked[who]),
            "score": ranked[score],
        }
    )
    if "good_match" in ranked:
        fits["good_match"] = ranked["good_match"]
    return fits[fits["expert_id"] != ""].reset_index(drop=True)


def find_teams(
    needs: pd.DataFrame,
    fits: pd.DataFrame,
    *,
    at_least: float | None = None,
    most: int = 3,
    k: int = 3,
    forbid: Iterable[tuple[str, str]] = (),
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """The best small teams for every need: as many points as can be, by as few persons as can be, as well as can be.

    Teams are ordered by: points covered, more first; persons, fewer first; the sum over the points of the best score
    in the team; the ids, ascending. A team that holds all of a better one is no alternative and is not listed. This
    order is exact: a set cover, solved in whole numbers to proven optimality; scores are compared in ten-thousandths.

    Parameters
    ----------
    needs : DataFrame
        Needs, or their points (`point_needs`), which one may have edited.
    fits : DataFrame
        `need_id`, `point`, `expert_id`, `score` (0..1), see `fits_from`; a pair that it lacks does not fit.
    at_least : float, optional
        The score from which somebody covers a point; by default where the ranking says `good_match`.
    most : int
        Persons of a team.
    k : int
        Teams of a need.
    forbid : iterable of pairs
        Persons who must not be in one team.
    names : dict, optional
        What the reasons call a person, instead of the id.

    Returns
    -------
    DataFrame
        One row a member, the needs in their order: `need_id`, `team` (from 1), `expert_id`, `points` (those the person
        covers, "1,3"), `leads` (those on which the person is the team's best; the smaller id of equals), `score` (of
        the team: mean over the need's points of its best score, 0 where nobody covers one), `missing` (points that
        nobody of the team covers), `why`. A need that nobody answers keeps one line: team 0, an empty id; its `why`
        says 库中无人.

    Raises
    ------
    TableError
        In Chinese, with every fault of the tables.
    ArgumentError, ArgumentTypeError
        A setting has another value or kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.experts import find_teams, point_needs
    >>> needs = pd.DataFrame({"need_id": ["N1"], "description": ["1. 抓取零件；2. 检测毛刺。"]})
    >>> fits = pd.DataFrame(
    ...     {"need_id": ["N1"] * 2, "point": [1, 2], "expert_id": ["E1", "E2"], "score": [0.9, 0.8]}
    ... )
    >>> find_teams(needs, fits, at_least=0.5, k=1)[["team", "expert_id", "leads"]].values.tolist()
    [[1, 'E1', '1'], [1, 'E2', '2']]
    """
    check_frame(needs, "needs")
    check_frame(fits, "fits")
    if most < 1 or k < 1:
        raise ArgumentError(f"most and k must be at least 1, not {most} and {k}")
    if at_least is None and "good_match" not in fits:
        raise ArgumentError("fits has no column good_match; say what score covers a point with at_least=")
    if at_least is not None and not 0 < at_least <= 1:
        raise ArgumentError(f"at_least must be above 0 and at most 1, not {at_least}")
    texts = _texts(needs)
    fits = _checked(fits, texts)
    covers = fits["good_match"].eq(True) if at_least is None else fits["score"].ge(at_least)
    known = KnownIds(fits["expert_id"])
    barred = [(known.find(str(a)) or str(a), known.find(str(b)) or str(b)) for a, b in forbid]
    groups = {str(need): group for need, group in fits[covers].groupby("need_id", sort=False)}
    rows: list[dict[str, Any]] = []
    for need, points in texts.items():
        board = Board.of(groups.get(need), list(points), barred)
        chosen = board.best(most, k)
        words = _InWords(need, points, board, names or {})
        rows += [row for rank, team in enumerate(chosen, 1) for row in words.rows(rank, team)] or [words.nobody()]
    columns = ["need_id", "team", "expert_id", "points", "leads", "score", "missing", "why"]
    table = pd.DataFrame(rows, columns=columns)
    texts_only = [name for name in columns if name not in ("team", "score")]
    return table.astype(dict.fromkeys(texts_only, str)).astype({"team": "int64", "score": "float64"})


def _texts(needs: pd.DataFrame) -> dict[str, dict[int, str]]:
    """Every need's points by number; a need without points has none."""
    points = point_needs(needs)
    texts: dict[str, dict[int, str]] = {}
    if points is not needs:
        texts = {str(need): {} for need in needs["need_id"]}
    elif missing := [name for name in ("of_need_id", "description") if name not in needs]:
        raise TableError(f"要点表缺少这些列：{'、'.join(missing)}")
    rows = zip(points["of_need_id"].astype(str), points["point"], points["description"].fillna(""), strict=True)
    for need, number, text in rows:
        if int(number) in texts.setdefault(need, {}):
            raise TableError(f"要点表中需求“{need}”的第 {number} 条出现了两次")
        texts[need][int(number)] = str(text)
    return texts


def _checked(fits: pd.DataFrame, texts: Mapping[str, Mapping[int, str]]) -> pd.DataFrame:
    """The fits with ids as texts; TableError lists every fault."""
    if missing := [name for name in ("need_id", "point", "expert_id", "score") if name not in fits]:
        raise TableError(f"要点匹配表缺少这些列：{'、'.join(missing)}")
    table = fits.reset_index(drop=True)
    table["need_id"], table["expert_id"] = id_texts(table["need_id"]), id_texts(table["expert_id"])
    scores = table["score"] = pd.to_numeric(table["score"], errors="coerce").astype(float)
    numbers = table["point"] = pd.to_numeric(table["point"], errors="coerce")
    faults = [f"第 {i + 1} 条的分数不是 0 到 1 的数" for i in np.flatnonzero(~scores.between(0, 1))]
    for i, (need, number) in enumerate(zip(table["need_id"], numbers, strict=True), 1):
        if need not in texts:
            faults.append(f"第 {i} 条的需求“{need}”不在需求表中")
        elif number not in texts[need]:
            faults.append(f"第 {i} 条：需求“{need}”只有 {len(texts[need])} 条要点，没有第 {number:g} 条")
    twice = np.flatnonzero(table.duplicated(["need_id", "point", "expert_id"])) + 1
    faults += [f"第 {i} 条：同一需求、要点和人员出现了两次" for i in twice]
    if faults:
        more = f"\n  ……另有 {len(faults) - 20} 处" if len(faults) > 20 else ""
        raise TableError(f"要点匹配表：{len(faults)} 处问题\n  " + "\n  ".join(faults[:20]) + more)
    return table


class _InWords(NamedTuple):
    """A need's teams in words."""

    need: str
    texts: Mapping[int, str]
    board: Board
    names: Mapping[str, str]

    def rows(self, rank: int, team: tuple[int, ...]) -> list[dict[str, Any]]:
        board = self.board
        fit = board.fit[list(team)]
        best = fit.max(axis=0)
        leader = fit.argmax(axis=0)
        missing = [number for number, value in zip(board.points, best, strict=True) if not value]
        score = round(float(best.sum()) / UNIT / len(board.points), 6)
        gaps = self._gaps(missing)
        rows = []
        for at, person in enumerate(team):
            points = [number for number, value in zip(board.points, fit[at], strict=True) if value]
            leads = [n for n, one, value in zip(board.points, leader, best, strict=True) if value and one == at]
            rows.append(
                {
                    "need_id": self.need,
                    "team": rank,
                    "expert_id": board.people[person],
                    "points": _listed(points),
                    "leads": _listed(leads),
                    "score": score,
                    "missing": _listed(missing),
                    "why": self._why(team, at, fit[at], points, leads) + gaps,
                }
            )
        return rows

    def _why(self, team: tuple[int, ...], at: int, fit: NDArray[np.int64], points: list[int], leads: list[int]) -> str:
        name = self.board.people[team[at]]
        value = dict(zip(self.board.points, (fit / UNIT).tolist(), strict=True))
        parts = "、".join(f"{self._point(number)}（{value[number]:.2f}）" for number in leads)
        also = [f"第 {number} 条（{value[number]:.2f}）" for number in points if number not in leads]
        words = f"{self.names.get(name, name)}承担{parts}" + (f"，也能支持{'、'.join(also)}" if also else "")
        if len(team) == 1:
            return words + ("；一人即可回应全部要点" if len(points) == len(self.board.points) else "")
        return words

    def _gaps(self, missing: Sequence[int]) -> str:
        """What nobody of a team covers, and whether anybody at all does."""
        column = dict(zip(self.board.points, self.board.fit.sum(axis=0).tolist(), strict=True))
        nobody = [self._point(number) for number in missing if not column[number]]
        others = [self._point(number) for number in missing if column[number]]
        words = f"；库中无人：{'、'.join(nobody)}" if nobody else ""
        return words + (f"；本组无人（受人数或回避限制，或为次选）：{'、'.join(others)}" if others else "")

    def _point(self, number: int) -> str:
        text = self.texts[number]
        return f"第 {number} 条“{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}”"

    def nobody(self) -> dict[str, Any]:
        points = list(self.texts)
        why = f"库中无人：{'、'.join(map(self._point, points))}" if points else "需求没有可以匹配的文字"
        return {
            "need_id": self.need, "team": 0, "expert_id": "", "points": "", "leads": "", "score": np.nan,
            "missing": _listed(points), "why": why,
        }  # fmt: skip


def _listed(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))
