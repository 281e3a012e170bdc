"""A score card: points per item, their sum a chance; and how it is kept in a file.

The card never answers for the rules: a firm that fails by rule has chance 0 whatever its points.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from matcher.errors import PoolError
from matcher.export.tables import table_bytes
from matcher.export.targets import check_targets, save_files
from matcher.export.titles import CARD_FILE
from matcher.policy.answers.evaluation import Prepared
from matcher.policy.language.intervals import Floats
from matcher.policy.policy import PolicyName, load_policy
from matcher.policy.scoring import Scored, prepared_for
from matcher.pool.scorecard.forecasts import CHECK, GROUPS, MEASURES
from matcher.pool.scorecard.items import Item, left_open
from matcher.pool.scorecard.measurements import measure
from matcher.tables.arguments import Day
from matcher.tables.contacts.hiding import mask_contacts

FORMAT = "matcher-card-1"
Z = 1.6448536269514722  # of a 90 % interval
FIRMS = (
    "enterprise_id", "decision", "points", "points_low", "points_high", "known", "probability", "low", "high", "why",
)  # fmt: skip
ITEMS = ("enterprise_id", "rule", "title", "value", "bin", "points", "neutral", "most")
_SIDES = {True: "越高越好", False: "越低越好"}
_QUOTED = re.compile(r"^'(?=[\t\r\n ]*[=+\-@＝＋－＠])")  # what `csv_bytes` puts before such a text


@dataclass(frozen=True, eq=False)
class ScoreCard:
    """A learned score card of one policy.

    A sum of points s has the chance expit(intercept + slope * s), for firms of which as much is known as of those of
    the history: the points of their unknown facts have the variance `usual` on average. Where it is v, larger than
    that (`left_open`), the chance is drawn towards one half: expit((intercept + slope * s) / sqrt(1 + pi / 8 * slope **
    2 * (v - usual))), the mean over what more they may be (MacKay 1992, Neural Computation 4, 720-736). `spread` holds
    the variances of intercept and slope and, between them, their covariance; `together` is the mean correlation of the
    items' points in the history, `unsteady` the mean variance of a firm's points, beside the mean of all, over cards of
    resampled histories. `rows`, `passed`, `rounds`: what it was learned from. `check` (CHECK) and `groups`
    (GROUPS) are the out-of-time check: learned on all rounds but the last, measured on the last.
    """

    policy: str
    rounds: tuple[str, ...]
    rows: int
    passed: int
    items: tuple[Item, ...]
    intercept: float
    slope: float
    spread: tuple[float, float, float]
    together: float
    usual: float
    unsteady: float
    check: pd.DataFrame
    groups: pd.DataFrame

    def chance(self, points: Floats, unsure: Floats | float = 0.0) -> tuple[Floats, Floats, Floats]:
        """The chance of a sum of points, and a 90 % interval of what it would be with every fact known.

        unsure: the variance that unknown facts leave. The interval also holds what the history leaves unsure. Nothing
        is surer than the rule of succession of its n cases allows: 1 / (n + 2) to 1 - 1 / (n + 2).
        """
        middle = self.intercept + self.slope * points
        of_intercept, both, of_slope = self.spread
        open_ = self.slope**2 * unsure
        learned = (
            np.maximum(of_intercept + 2 * points * both + points**2 * of_slope, 0.0) + self.slope**2 * self.unsteady
        )
        width = Z * np.sqrt(learned + open_)
        least = 1 / (self.rows + 2)
        more = self.slope**2 * np.maximum(unsure - self.usual, 0.0)
        mean = middle / np.sqrt(1 + np.pi / 8 * more)
        ends = (expit(each) for each in (mean, middle - width, middle + width))
        chance, low, high = (np.clip(each, least, 1 - least) for each in ends)
        return chance, low, high

    def table(self) -> pd.DataFrame:
        """The points table: rule, title, better, bin, points, rows, passed (share of the history), source."""
        lines = [
            (item.rule, item.title, _SIDES[item.up], item.bin_text(place), points, item.rows[place],
             item.passed[place] / item.rows[place] if item.rows[place] else np.nan, item.source)
            for item in self.items
            for place, points in enumerate((*item.points, item.unknown))
        ]  # fmt: skip
        return pd.DataFrame(
            lines, columns=["rule", "title", "better", "bin", "points", "rows", "passed_share", "source"]
        )

    def score(self, firms: pd.DataFrame | Scored, policy: PolicyName, *, on: Day | None = None) -> Scores:
        """Points and chance of every firm on a day.

        Parameters
        ----------
        firms
            The wide firm table of the policy, or what `matcher.policy.score` returned of it. Unknown facts have the
            item's `unknown` points.
        policy
            That of the card: by its name, its folder, or itself.
        on
            The day, for a table; a row's own `apply_on` wins.

        Returns
        -------
        A row a firm, and a row a firm and item; see `Scores`. No firms give empty tables.

        Raises
        ------
        PoolError
            The card is of another policy.
        """
        policy = load_policy(policy)
        self._check(policy.id)
        return self.score_prepared(prepared_for(firms, policy, on))

    def _check(self, policy: str) -> None:
        if policy != self.policy:
            raise PoolError(f"评分卡是为政策 {self.policy} 学的，不能用于 {policy}；请换评分卡或政策")

    def score_prepared(self, ready: Prepared) -> Scores:
        """Points and chance of firms whose facts are prepared already; see `score`."""
        self._check(ready.policy.id)
        seen = measure(ready)
        known = {quantity.rule: quantity for quantity in seen.quantities}
        size = len(seen.ids)
        sums = np.zeros((3, size))
        parts = []
        for item in self.items:
            values = known[item.rule].values if item.rule in known else np.full(size, np.nan)
            places = item.bins(values)
            unknown = places == len(item.points)
            points = np.array((*item.points, item.unknown))[places]
            sums += points, np.where(unknown, min(item.points), points), np.where(unknown, max(item.points), points)
            parts.append((item, values, places, points))
        missing = np.array([places == len(item.points) for item, _, places, _ in parts]).reshape(len(parts), size)
        unsure = left_open(self.items, missing, self.together)
        fails, none = seen.decisions == "fails", seen.decisions == "not_in_force"
        chances = [np.where(none, np.nan, np.where(fails, 0.0, each)) for each in self.chance(sums[0], unsure)]
        table = pd.DataFrame(
            {
                "enterprise_id": seen.ids,
                "decision": seen.decisions,
                **dict(zip(FIRMS[2:5], sums.astype(np.int64), strict=True)),
                "known": [f"{many}/{len(self.items)}" for many in (~missing).sum(axis=0)],
                **dict(zip(FIRMS[6:9], (np.round(each, 6) for each in chances), strict=True)),
                "why": _why(parts, size),
            },
            columns=list(FIRMS),
        )
        return Scores(table, _item_rows(parts, seen.ids))

    # ---- files

    def save(self, path: str | Path) -> None:
        """Write the card as one CSV that people can read; equal cards give equal bytes. Raises OutputError."""
        check_targets({path: (".csv",)})
        save_files({Path(path): self.to_bytes()})

    def __eq__(self, other: object) -> bool:
        """Cards are equal where their files are."""
        return isinstance(other, ScoreCard) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        """Equal cards have equal ones."""
        return hash(self.to_bytes())

    def __repr__(self) -> str:
        """Policy and size."""
        rounds = "、".join(self.rounds)
        return f"ScoreCard({self.policy!r}, {len(self.items)} items, {self.passed} of {self.rows} passed, {rounds})"

    def to_bytes(self) -> bytes:
        """The card as CSV; see `save`. Contacts in names of rounds, the only texts of a user, are hidden."""
        table = pd.DataFrame(self._lines(), columns=list(CARD_FILE), dtype=object).map(_cell)
        return table_bytes(table.rename(columns=CARD_FILE), ".csv")

    def _lines(self) -> list[dict[str, object]]:
        rounds = mask_contacts("；".join(self.rounds))
        of_intercept, both, of_slope = self.spread
        about = {
            "format": ("格式", FORMAT), "policy": ("政策", self.policy), "rounds": ("轮次", rounds),
            "rows": ("学习的申报数", self.rows), "passed": ("其中通过", self.passed),
            "intercept": ("概率 = 1/(1+exp(-(截距+斜率*总分)))：截距", self.intercept),
            "slope": ("斜率", self.slope), "together": ("各项分值的平均相关", self.together),
            "usual": ("历史中未知事实留下的评分方差", self.usual),
            "unsteady": ("重抽历史时评分的平均方差", self.unsteady),
            "spread_intercept": ("截距的方差", of_intercept), "spread_both": ("截距与斜率的协方差", both),
            "spread_slope": ("斜率的方差", of_slope),
        }  # fmt: skip
        lines: list[dict[str, object]] = [
            {"kind": "关于", "id": name, "title": title, "value": value} for name, (title, value) in about.items()
        ]
        for item in self.items:
            head = {"id": item.rule, "title": item.title, "better": _SIDES[item.up], "unit": item.unit}
            ends = (None, *item.cuts, None)
            lines += [
                {"kind": "档", **head, "low": ends[place], "high": ends[place + 1], "points": points,
                 "rows": item.rows[place], "passed": item.passed[place], "source": item.source}
                for place, points in enumerate(item.points)
            ]  # fmt: skip
            lines.append(
                {"kind": "未知", **head, "points": item.unknown, "rows": item.rows[-1], "passed": item.passed[-1],
                 "source": item.source}
            )  # fmt: skip
        lines += [
            {"kind": "检验", "id": row[0], "title": MEASURES.get(row[0], row[0]), "value": row[1], "low": row[2],
             "high": row[3], "rows": row[4]}
            for row in self.check[list(CHECK)].itertuples(index=False, name=None)
        ]  # fmt: skip
        lines += [
            {"kind": "分组", "id": row[0], "title": "按预计概率分组", "value": row[2], "low": row[4], "high": row[5],
             "rows": row[1], "passed": row[3]}
            for row in self.groups[list(GROUPS)].itertuples(index=False, name=None)
        ]  # fmt: skip
        return [{name: line.get(name) for name in CARD_FILE} for line in lines]

    @classmethod
    def load(cls, path: str | Path) -> ScoreCard:
        """The card in a file of `save`. PoolError where it is none, or where points would fall with a better figure."""
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
            rows = [
                {name: _QUOTED.sub("", row[head]) for name, head in CARD_FILE.items()}
                for row in csv.DictReader(io.StringIO(text, newline=""))
            ]
            about = {row["id"]: row["value"] for row in rows if row["kind"] == "关于"}
            if about.get("format") != FORMAT:
                raise PoolError(f"“{Path(path).name}”不是评分卡（格式须为 {FORMAT}）；请用 matcher pool learn 生成")
            names = list(dict.fromkeys(row["id"] for row in rows if row["kind"] == "档"))
            check = [
                (row["id"], *(_number(row[name]) for name in ("value", "low", "high")), int(row["rows"]))
                for row in rows
                if row["kind"] == "检验"
            ]
            groups = [
                (int(row["id"]), int(row["rows"]), _number(row["value"]), int(row["passed"]), _number(row["low"]),
                 _number(row["high"]))
                for row in rows
                if row["kind"] == "分组"
            ]  # fmt: skip
            card = cls(
                about["policy"],
                tuple(about["rounds"].split("；")),
                int(about["rows"]),
                int(about["passed"]),
                tuple(_item([row for row in rows if row["id"] == name and row["better"]]) for name in names),
                float(about["intercept"]),
                float(about["slope"]),
                (float(about["spread_intercept"]), float(about["spread_both"]), float(about["spread_slope"])),
                float(about["together"]),
                float(about["usual"]),
                float(about["unsteady"]),
                pd.DataFrame(check, columns=list(CHECK)),
                pd.DataFrame(groups, columns=list(GROUPS)),
            )
            figures = (card.intercept, card.slope, *card.spread, card.together, card.usual, card.unsteady)
            if not np.isfinite([*figures, *(cut for item in card.items for cut in item.cuts)]).all():
                raise ValueError("有不是有限的数")
            if not all(item.cuts for item in card.items):
                raise ValueError("有只剩一档的条件")
        except OSError as error:
            raise PoolError(f"读不到评分卡“{path}”") from error
        except (LookupError, ValueError, TypeError, AttributeError, OverflowError, csv.Error) as error:
            if isinstance(error, PoolError):
                raise
            raise PoolError(f"评分卡“{Path(path).name}”已损坏：{str(error)[:120]}；请重新生成") from error
        for item in card.items:
            better = item.points if item.up else item.points[::-1]
            if list(better) != sorted(better) or list(item.cuts) != sorted(set(item.cuts)) or card.slope <= 0:
                raise PoolError(f"评分卡“{Path(path).name}”的“{item.title}”被改得不单调：更好的档分值更低；请重新生成")
        return card


@dataclass(frozen=True)
class Scores:
    """`firms` (FIRMS): a row a firm in the order given; `points_low`, `points_high`: with the unknown facts at their
    worst and best; `probability`: of firms like it that applied in the history, 0 where the rules already say no;
    `low`, `high`: a 90 % interval of what it would be with every fact known. `items` (ITEMS): a row a firm and item;
    its points add up to `points`.
    """

    firms: pd.DataFrame
    items: pd.DataFrame


def _why(parts: Sequence[tuple[Item, Floats, np.ndarray, np.ndarray]], size: int) -> list[str]:
    """Items from the most above the average firm to the most below it, with their points; unknown ones last."""
    if not parts:
        return [""] * size
    gain = np.stack([points - item.unknown for item, _, _, points in parts])
    unknown = np.stack([places == len(item.points) for item, _, places, _ in parts])
    order = np.lexsort((-gain, unknown), axis=0)
    texts = [
        [
            f"{item.title}：{item.bin_text(place)}，{points}分"
            for place, points in enumerate((*item.points, item.unknown))
        ]
        for item, *_ in parts
    ]
    places = np.stack([places for _, _, places, _ in parts])
    return ["；".join(texts[k][places[k, row]] for k in order[:, row].tolist()) for row in range(size)]


def _item_rows(parts: Sequence[tuple[Item, Floats, np.ndarray, np.ndarray]], ids: np.ndarray) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "enterprise_id": ids, "rule": item.rule, "title": item.title, "value": values,
                "bin": np.array([item.bin_text(place) for place in range(len(item.points) + 1)], dtype=object)[places],
                "points": points, "neutral": item.unknown, "most": max(item.points), "_row": np.arange(len(ids)),
            }
        )
        for item, values, places, points in parts
    ]  # fmt: skip
    if not frames:
        return pd.DataFrame(columns=list(ITEMS))
    joined = pd.concat(frames, ignore_index=True).sort_values("_row", kind="stable", ignore_index=True)
    return joined[list(ITEMS)]


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(float(value)) if isinstance(value, float) else str(value)


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _item(rows: Sequence[dict[str, str]]) -> Item:
    bins, (unknown,) = [row for row in rows if row["kind"] == "档"], [row for row in rows if row["kind"] == "未知"]
    sides = {title: up for up, title in _SIDES.items()}
    return Item(
        unknown["id"],
        unknown["title"],
        sides[unknown["better"]],
        unknown["unit"],
        tuple(float(row["low"]) for row in bins[1:]),
        tuple(int(row["points"]) for row in bins),
        int(unknown["points"]),
        tuple(int(row["rows"]) for row in (*bins, unknown)),
        tuple(int(row["passed"]) for row in (*bins, unknown)),
        unknown["source"],
    )
