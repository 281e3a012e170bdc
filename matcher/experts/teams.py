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
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.matching.tokens import sentences

__all__ = ["find_teams", "fits_from", "point_needs", "points_of"]

_DIGITS = "一二三四五六七八九十"
_CHINESE = {(_DIGITS[i] if i < 10 else "十" + _DIGITS[i - 10]): i + 1 for i in range(19)} | {"二十": 20}
_NUMERAL = "(二十|十[一二三四五六七八九]|[一二三四五六七八九十])"
# A mark stands at the start of a line or behind a sign; "1.5 mm" is none
_BEFORE = r"(?:^|(?<=[\n\r。；;：:，,、！!？?\s]))[ \t\u3000]*"
_STYLES = (
    re.compile(r"([①-⑳])[、.]?"),
    *(
        re.compile(_BEFORE + style)
        for style in (
            rf"{_NUMERAL}[、.．]",
            rf"[（(]{_NUMERAL}[）)]、?",
            rf"第{_NUMERAL}(?:[，,、：:]|点[，,、：:]?|是)",
            r"(\d{1,2})(?:[、．]|\.(?!\d))",
            r"[（(](\d{1,2})[）)][、.]?",
            r"(\d{1,2})[）)]",
        )
    ),
)
_EDGES = " \t\r\n\xa0\u3000；;，,、：:"
_UNIT = 10_000  # fits are whole ten-thousandths: sums are exact, and far apart for a solver
_SHOWN = 30  # characters of a point in a sentence of reasons


def points_of(text: str) -> list[str]:
    """The points of a need in order: those that its writer numbered, or else its sentences. "" gives [].

    Numbered are 1. / 1、 / 1） / （1） / ① / 一、 / （一） / 第一，, at least two, counted up from 1; where lists
    stand in one another the list that begins first counts. What stands before its first mark is no point; all behind
    the last belongs to the last. The sentences are those of `matcher.matching.tokens.sentences`.
    """
    lists = [found for style in _STYLES if len(found := _counted(style, text)) > 1]
    if not lists:
        return sentences(text)
    marks = min(lists, key=lambda found: found[0].start())
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    pieces = [text[mark.end() : end].strip(_EDGES) for mark, end in zip(marks, ends, strict=True)]
    return [piece for piece in pieces if any(map(str.isalnum, piece))]


def _counted(style: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The marks of a style that count 1, 2, 3 ... from the first 1; a mark out of turn is text."""
    found: list[re.Match[str]] = []
    for mark in style.finditer(text):
        sign = mark[1]
        number = _CHINESE.get(sign) or (int(sign) if sign.isdecimal() else ord(sign) - ord("①") + 1)
        if number == len(found) + 1:
            found.append(mark)
    return found


def point_needs(needs: pd.DataFrame) -> pd.DataFrame:
    """One row a point, in order, as a table of needs that any ranking takes.

    need_id is the need's id, "#" and the point's number ("N1#2"), `title` is empty, `description` is the point's text;
    `of_need_id` and `point` (from 1) say whose it is; the other columns are the need's. The title is left out because
    with it every point would find the same persons. The points are those of the description, or of the title where
    there is none; a need without any text has none. A table that has the column `point` already is answered as it is.

    Raises TableError where `need_id` is missing, empty or stands twice.
    """
    if "point" in needs:
        return needs
    _check_ids(needs)
    titles, texts = (
        needs[name].fillna("").astype(str) if name in needs else pd.Series("", index=needs.index)
        for name in ("title", "description")
    )
    rows: list[int] = []
    numbers: list[int] = []
    found: list[str] = []
    for i, (title, text) in enumerate(zip(titles, texts, strict=True)):
        points = points_of(text) or points_of(title)
        rows += [i] * len(points)
        numbers += range(1, len(points) + 1)
        found += points
    table = needs.iloc[rows].reset_index(drop=True)
    whole = table["need_id"].astype(str).tolist()
    table["need_id"] = pd.Series([f"{need}#{number}" for need, number in zip(whole, numbers, strict=True)], dtype=str)
    table["title"], table["description"] = "", pd.Series(found, dtype=str)
    table["of_need_id"], table["point"] = pd.Series(whole, dtype=str), pd.Series(numbers, dtype="int64")
    first = ["need_id", "of_need_id", "point", "title", "description"]
    return table[first + [str(name) for name in table.columns if name not in first]]


def fits_from(ranked: pd.DataFrame, *, who: str = "expert_id", score: str = "score") -> pd.DataFrame:
    """Who answers which point, from a ranking of the rows of `point_needs`.

    Columns: need_id (of the whole need), point, expert_id, score, and good_match where the ranking has it; in the
    ranking's order. who: the column of ids that were ranked; score: a column of 0..1, such as "score" or "probability".
    Lines without an id (nobody found) are left out.

    Raises TableError, in Chinese, where a column is missing or a need_id is none of a point's.
    """
    if missing := [name for name in ("need_id", who, score) if name not in ranked]:
        raise TableError(f"匹配结果缺少这些列：{'、'.join(missing)}")
    given = ranked["need_id"].astype(str)
    parts = given.str.extract(r"^(?P<need_id>.+)#(?P<point>\d+)$", flags=re.DOTALL)
    if (bad := parts["point"].isna()).any():
        name = given[bad].iloc[0]
        raise TableError(f"匹配结果中的需求编号“{name}”没有要点序号（应如“N1#2”）；请先把需求拆成要点再匹配")
    fits = pd.DataFrame(
        {
            "need_id": parts["need_id"].astype(str),
            "point": parts["point"].astype("int64"),
            "expert_id": ranked[who].fillna("").astype(str),
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

    needs: a table of needs, or of their points (`point_needs`), which one may have edited. fits: need_id, point,
    expert_id, score (0..1); a pair that it lacks does not fit. Somebody covers a point with a score of `at_least` or
    more; None: where the ranking says `good_match`. most: persons of a team. k: teams of a need. forbid: pairs of
    persons who must not be in one team. names: what the reasons call a person, instead of the id.

    Teams are ordered by: points covered, more first; persons, fewer first; the sum over the points of the best score
    in the team; the ids, ascending. A team that holds all of a better one is no alternative and is not listed. This
    order is exact: a set cover, solved in whole numbers to proven optimality; scores are compared in ten-thousandths.

    One row a member, the needs in their order: need_id, team (from 1), expert_id, points (those the person covers,
    "1,3"), leads (those on which the person is the team's best; the smaller id of equals), score (of the team: mean
    over the need's points of its best score, 0 where nobody covers one), missing (points that nobody of the team
    covers), why. A need that nobody answers keeps one line: team 0, an empty id; its `why` says 库中无人.

    Raises TableError, in Chinese, with every fault of the tables; ValueError for a wrong setting.
    """
    if most < 1 or k < 1:
        raise ValueError(f"most and k must be at least 1, not {most} and {k}")
    if at_least is None and "good_match" not in fits:
        raise ValueError("fits has no column good_match; say what score covers a point with at_least=")
    if at_least is not None and not 0 < at_least <= 1:
        raise ValueError(f"at_least must be above 0 and at most 1, not {at_least}")
    texts = _texts(needs)
    found = _checked(fits, texts)
    covers = found["good_match"].eq(True) if at_least is None else found["score"].ge(at_least)
    barred = [(str(a), str(b)) for a, b in forbid]
    groups = {str(need): group for need, group in found[covers].groupby("need_id", sort=False)}
    rows: list[dict[str, Any]] = []
    for need, points in texts.items():
        board = _Board.of(groups.get(need), list(points), barred)
        chosen = board.best(most, k)
        told = _Told(need, points, board, names or {})
        rows += [row for rank, team in enumerate(chosen, 1) for row in told.rows(rank, team)] or [told.nobody()]
    columns = ["need_id", "team", "expert_id", "points", "leads", "score", "missing", "why"]
    table = pd.DataFrame(rows, columns=columns)
    texts_only = [name for name in columns if name not in ("team", "score")]
    return table.astype(dict.fromkeys(texts_only, str)).astype({"team": "int64", "score": "float64"})


def _check_ids(needs: pd.DataFrame) -> None:
    if "need_id" not in needs:
        raise TableError("需求表缺少“需求编号”（need_id）这一列")
    ids = needs["need_id"].fillna("").astype(str)
    if (ids == "").any():
        raise TableError(f"需求表第 {int((ids == '').to_numpy().argmax()) + 1} 条没有编号")
    if ids.duplicated().any():
        raise TableError(f"需求编号重复：{'、'.join(dict.fromkeys(ids[ids.duplicated()]))}；请给每条需求不同的编号")


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
    """The fits with ids as texts; TableError tells every fault."""
    if missing := [name for name in ("need_id", "point", "expert_id", "score") if name not in fits]:
        raise TableError(f"要点匹配表缺少这些列：{'、'.join(missing)}")
    table = fits.reset_index(drop=True)
    table["need_id"], table["expert_id"] = table["need_id"].astype(str), table["expert_id"].astype(str)
    scores = table["score"] = pd.to_numeric(table["score"], errors="coerce")
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


class _Board(NamedTuple):
    """One need: persons by id, points by number, and how well (ten-thousandths; 0: not) each person covers each."""

    people: list[str]
    points: list[int]
    fit: NDArray[np.int64]
    barred: list[tuple[int, int]]

    @classmethod
    def of(cls, group: pd.DataFrame | None, points: list[int], barred: Sequence[tuple[str, str]]) -> _Board:
        people = [] if group is None else sorted(set(group["expert_id"]))
        place = {name: i for i, name in enumerate(people)}
        at = {number: i for i, number in enumerate(points)}
        fit = np.zeros((len(people), len(points)), np.int64)
        if group is not None:
            for name, number, score in zip(group["expert_id"], group["point"], group["score"], strict=True):
                fit[place[name], at[int(number)]] = max(1, round(score * _UNIT))
        pairs = sorted({(place[a], place[b]) for a, b in barred if a in place and b in place and a != b})
        return cls(people, points, fit, pairs)

    def best(self, most: int, k: int) -> list[tuple[int, ...]]:
        """Up to k teams, best first."""
        found: list[tuple[int, ...]] = []
        while self.people and len(found) < k and (team := self._alone(found) or _Search(self, most, found).run()):
            found.append(team)
        return found

    def _alone(self, found: Sequence[tuple[int, ...]]) -> tuple[int, ...] | None:
        """The best person who covers alone what all who are left cover together."""
        left = np.setdiff1d(np.arange(len(self.people)), [team[0] for team in found if len(team) == 1])
        covers = self.fit[left] > 0
        whole = left[(covers == covers.any(axis=0)).all(axis=1)]
        return (int(whole[self.fit[whole].sum(axis=1).argmax()]),) if len(whole) else None


class _Search:
    """The best team of one board that holds none of those found before: its goals one after the other.

    Variables: a person is in (whole); a person answers a point (between 0 and 1: each point goes to one member, the
    best); a person is the one that the search for the smallest ids points at (whole).
    """

    def __init__(self, board: _Board, most: int, found: Sequence[tuple[int, ...]]) -> None:
        self.board = board
        self.most = most
        self.who, self.what = np.nonzero(board.fit)
        self.n, self.m = len(board.people), len(self.who)
        self.rows: list[tuple[NDArray[np.float64], float, float]] = []  # coefficients, least, most
        for j, person in enumerate(self.who):
            self._add({self.n + j: 1, int(person): -1}, high=0)
        for point in range(len(board.points)):
            self._add({self.n + int(j): 1 for j in np.flatnonzero(self.what == point)}, high=1)
        self._add(dict.fromkeys(range(self.n), 1), high=most)
        for pair in board.barred:
            self._add(dict.fromkeys(pair, 1), high=1)
        for team in found:
            self._add(dict.fromkeys(team, 1), high=len(team) - 1)

    def run(self) -> tuple[int, ...] | None:
        """The places of the members, ascending; None where nobody is left who covers anything."""
        people, answers, pointer = (slice(0, self.n), slice(self.n, self.n + self.m), slice(self.n + self.m, None))
        goal = np.zeros(2 * self.n + self.m)
        goal[answers], goal[people] = self.most + 1, -1
        team = self._solve(goal)
        covered, size = self._covered(team), len(team)
        if not covered:
            return None
        self._add(dict.fromkeys(range(self.n), 1), low=size, high=size)
        self._add(dict.fromkeys(range(self.n, self.n + self.m), 1), low=covered)
        goal[:] = 0
        goal[answers] = self.board.fit[self.who, self.what]
        team = self._solve(goal)
        total = self._fit(team)
        self._add({self.n + j: goal[self.n + j] for j in range(self.m)}, low=total - 0.5)
        members: list[int] = []
        self._add({self.n + self.m + i: 1 for i in range(self.n)}, low=1, high=1)
        for i in range(self.n):
            self._add({self.n + self.m + i: 1, i: -1}, high=0)
        goal[:] = 0
        goal[pointer] = -np.arange(self.n)
        while len(members) < size:  # the smallest id of all equally good teams, then the next
            team = self._solve(goal)
            member = min(set(team) - set(members))
            members.append(member)
            self._add({member: 1}, low=1)
            self._add({self.n + self.m + member: 1}, high=0)
        return tuple(members)

    def _covered(self, team: Sequence[int]) -> int:
        return int((self.board.fit[list(team)].max(axis=0, initial=0) > 0).sum())

    def _fit(self, team: Sequence[int]) -> int:
        return int(self.board.fit[list(team)].max(axis=0, initial=0).sum())

    def _add(self, terms: Mapping[int, float], *, low: float = -np.inf, high: float = np.inf) -> None:
        row = np.zeros(2 * self.n + self.m)
        row[list(terms)] = list(terms.values())
        self.rows.append((row, low, high))

    def _solve(self, goal: NDArray[np.float64]) -> list[int]:
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        matrix, low, high = zip(*self.rows, strict=True)
        whole = np.ones(2 * self.n + self.m)
        whole[self.n : self.n + self.m] = 0
        for presolve in (True, False):  # HiGHS fails at times behind its own presolve
            result = cast(Any, milp)(
                -goal,
                constraints=LinearConstraint(csr_array(np.array(matrix)), np.array(low), np.array(high)),
                bounds=Bounds(0, 1),
                integrality=whole,
                options={"mip_rel_gap": 0.0, "presolve": presolve},
            )
            if result.status == 0:
                return [int(person) for person in np.flatnonzero(result.x[: self.n] > 0.5)]
        raise RuntimeError(f"HiGHS: {result.message}")


class _Told(NamedTuple):
    """A need's teams in words."""

    need: str
    texts: Mapping[int, str]
    board: _Board
    names: Mapping[str, str]

    def rows(self, rank: int, team: tuple[int, ...]) -> list[dict[str, Any]]:
        board = self.board
        fit = board.fit[list(team)]
        best = fit.max(axis=0)
        leader = fit.argmax(axis=0)
        missing = [number for number, value in zip(board.points, best, strict=True) if not value]
        score = round(float(best.sum()) / _UNIT / len(board.points), 6)
        told = self._gaps(missing)
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
                    "why": self._why(team, at, fit[at], points, leads) + told,
                }
            )
        return rows

    def _why(self, team: tuple[int, ...], at: int, fit: NDArray[np.int64], points: list[int], leads: list[int]) -> str:
        name = self.board.people[team[at]]
        value = dict(zip(self.board.points, (fit / _UNIT).tolist(), strict=True))
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
        told = f"；库中无人：{'、'.join(nobody)}" if nobody else ""
        return told + (f"；本组无人（受人数或回避限制，或为次选）：{'、'.join(others)}" if others else "")

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
