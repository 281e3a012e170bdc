"""A score card: points per item, their sum a chance; how it is kept in a file, and how it orders firms inside a rule.

The card never answers for the rules. A firm that fails by rule has chance 0 whatever its points, and firms are ordered
by points only among those of one tier and one decision.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import expit

from matcher.errors import PoolError
from matcher.export.targets import save_files
from matcher.policy.arguments import as_day
from matcher.policy.intervals import Bools, Floats
from matcher.policy.policy import Policy, load_policy
from matcher.pool.scorecard.forecasts import CHECK, GROUPS, MEASURES
from matcher.pool.scorecard.measurements import measured
from matcher.pool.tiers import TIERS

FORMAT = "matcher-card-1"
Z = 1.6448536269514722  # of a 90 % interval
FIRMS = (
    "enterprise_id", "decision", "points", "points_low", "points_high", "known", "probability", "low", "high", "why",
)  # fmt: skip
ITEMS = ("enterprise_id", "rule", "title", "value", "bin", "points", "neutral", "most")
TITLES = {
    "points": "评分", "points_low": "未知事实最差时评分", "points_high": "未知事实最好时评分", "known": "已知项数",
    "probability": "历史经验概率", "low": "概率下端（90%）", "high": "概率上端（90%）", "why": "各项得分",
    "rule": "项目代码", "title": "项目", "value": "数值", "bin": "档", "neutral": "未知时分值", "most": "最高分",
}  # fmt: skip
_ORDER = ("passes", "can_pass", "unknown", "fails", "not_in_force")  # a firm never passes one that stands before it
_HEADS = ("类别", "编号", "名称", "方向", "单位", "从", "到", "分值", "数值", "家数", "通过", "依据")
_SIDES = {True: "越高越好", False: "越低越好"}


def bin_side(up: bool) -> Literal["left", "right"]:
    """On which side of a cut a figure at the cut lies (of `numpy.searchsorted`)."""
    return "right" if up else "left"


@dataclass(frozen=True)
class Item:
    """One row of the points table. `cuts` (ascending) part the figure into len(cuts) + 1 bins; a figure at a cut lies
    above it where more is better, else below, as rules with limits read. `points` never fall in the better direction;
    `unknown` is what the firms of the history have on average. `rows`, `passed`: the history, a bin each, then unknown.
    """

    rule: str
    title: str
    up: bool
    unit: str
    cuts: tuple[float, ...]
    points: tuple[int, ...]
    unknown: int
    rows: tuple[int, ...]
    passed: tuple[int, ...]
    source: str

    def bins(self, values: Floats) -> np.ndarray:
        """The bin of each figure; len(cuts) + 1 where it is unknown."""
        found = np.searchsorted(self.cuts, values, side=bin_side(self.up))
        return np.where(np.isnan(values), len(self.points), found)

    @property
    def unsure(self) -> float:
        """The variance of the points of the history's firms whose figure is known: what an unknown one leaves open."""
        rows, points = np.array(self.rows[:-1], dtype=np.float64), np.array(self.points, dtype=np.float64)
        many = rows.sum()
        return float(rows @ (points - rows @ points / many) ** 2 / many) if many else 0.0

    def told(self, place: int) -> str:
        """A bin in words."""
        if place == len(self.points):
            return "未知"
        if self.unit == "yesno":
            return "有" if place else "没有"
        low = self.cuts[place - 1] if place else None
        high = self.cuts[place] if place < len(self.cuts) else None
        below, above = ("低于{}", "{}以上") if self.up else ("{}以内", "高于{}")
        if low is None or high is None:
            return (below if low is None else above).format(shown(high if low is None else low, self.unit))  # type: ignore[arg-type]
        return f"{shown(low, self.unit)}至{shown(high, self.unit)}"


@dataclass(frozen=True)
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
        own, both, slope = self.spread
        open_ = self.slope**2 * unsure
        learned = np.maximum(own + 2 * points * both + points**2 * slope, 0.0) + self.slope**2 * self.unsteady
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
            (item.rule, item.title, _SIDES[item.up], item.told(place), points, item.rows[place],
             item.passed[place] / item.rows[place] if item.rows[place] else np.nan, item.source)
            for item in self.items
            for place, points in enumerate((*item.points, item.unknown))
        ]  # fmt: skip
        return pd.DataFrame(
            lines, columns=["rule", "title", "better", "bin", "points", "rows", "passed_share", "source"]
        )

    def score(self, firms: pd.DataFrame, policy: str | Policy, *, on: dt.date | str) -> Scores:
        """Points and chance of every firm on a day; see `Scores`.

        firms: the wide firm table of the policy; a row's `apply_on` wins over `on`. Unknown facts have the item's
        `unknown` points. Raises PoolError where the card is of another policy.
        """
        policy, day = load_policy(policy), as_day(on)
        if policy.id != self.policy:
            raise PoolError(f"评分卡是为政策 {self.policy} 学的，不能用于 {policy.id}；请换评分卡或政策")
        seen = measured(firms, policy, on=day)
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
        save_files({Path(path): self.to_bytes()})

    def to_bytes(self) -> bytes:
        """The card as CSV; see `save`."""
        own, both, slope = self.spread
        about = {
            "format": ("格式", FORMAT), "policy": ("政策", self.policy), "rounds": ("轮次", "；".join(self.rounds)),
            "rows": ("学习的申报数", self.rows), "passed": ("其中通过", self.passed),
            "intercept": ("概率 = 1/(1+exp(-(截距+斜率*总分)))：截距", self.intercept),
            "slope": ("斜率", self.slope), "together": ("各项分值的平均相关", self.together),
            "usual": ("历史中未知事实留下的评分方差", self.usual),
            "unsteady": ("重抽历史时评分的平均方差", self.unsteady),
            "spread_intercept": ("截距的方差", own), "spread_both": ("截距与斜率的协方差", both),
            "spread_slope": ("斜率的方差", slope),
        }  # fmt: skip
        rows: list[dict[str, object]] = [
            {"类别": "关于", "编号": name, "名称": title, "数值": value} for name, (title, value) in about.items()
        ]
        for item in self.items:
            head = {"编号": item.rule, "名称": item.title, "方向": _SIDES[item.up], "单位": item.unit}
            ends = (None, *item.cuts, None)
            rows += [
                {"类别": "档", **head, "从": ends[place], "到": ends[place + 1], "分值": points,
                 "家数": item.rows[place], "通过": item.passed[place], "依据": item.source}
                for place, points in enumerate(item.points)
            ]  # fmt: skip
            rows.append(
                {"类别": "未知", **head, "分值": item.unknown, "家数": item.rows[-1], "通过": item.passed[-1],
                 "依据": item.source}
            )  # fmt: skip
        rows += [
            {"类别": "检验", "编号": row[0], "名称": MEASURES.get(row[0], row[0]), "数值": row[1], "从": row[2],
             "到": row[3], "家数": row[4]}
            for row in self.check[list(CHECK)].itertuples(index=False, name=None)
        ]  # fmt: skip
        rows += [
            {"类别": "分组", "编号": row[0], "名称": "按预计概率分组", "数值": row[2], "从": row[4], "到": row[5],
             "家数": row[1], "通过": row[3]}
            for row in self.groups[list(GROUPS)].itertuples(index=False, name=None)
        ]  # fmt: skip
        file = io.StringIO(newline="")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADS)
        writer.writerows([[_cell(row.get(head)) for head in _HEADS] for row in rows])
        return file.getvalue().encode("utf-8-sig")

    @classmethod
    def load(cls, path: str | Path) -> ScoreCard:
        """The card in a file of `save`. PoolError where it is none, or where points would fall with a better figure."""
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
            about = {row["编号"]: row["数值"] for row in rows if row["类别"] == "关于"}
            if about.get("format") != FORMAT:
                raise PoolError(f"“{Path(path).name}”不是评分卡（格式须为 {FORMAT}）；请用 matcher pool learn 生成")
            names = list(dict.fromkeys(row["编号"] for row in rows if row["类别"] == "档"))
            check = [
                (row["编号"], *(_number(row[head]) for head in ("数值", "从", "到")), int(row["家数"]))
                for row in rows
                if row["类别"] == "检验"
            ]
            groups = [
                (int(row["编号"]), int(row["家数"]), _number(row["数值"]), int(row["通过"]), _number(row["从"]),
                 _number(row["到"]))
                for row in rows
                if row["类别"] == "分组"
            ]  # fmt: skip
            card = cls(
                about["policy"],
                tuple(about["rounds"].split("；")),
                int(about["rows"]),
                int(about["passed"]),
                tuple(_item([row for row in rows if row["编号"] == name and row["方向"]]) for name in names),
                float(about["intercept"]),
                float(about["slope"]),
                (float(about["spread_intercept"]), float(about["spread_both"]), float(about["spread_slope"])),
                float(about["together"]),
                float(about["usual"]),
                float(about["unsteady"]),
                pd.DataFrame(check, columns=list(CHECK)),
                pd.DataFrame(groups, columns=list(GROUPS)),
            )
        except OSError as error:
            raise PoolError(f"读不到评分卡“{path}”") from error
        except (KeyError, ValueError, TypeError, IndexError) as error:
            if isinstance(error, PoolError):
                raise
            raise PoolError(f"评分卡“{Path(path).name}”已损坏：{error}；请重新生成") from error
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


def left_open(items: Sequence[Item], unknown: Bools, together: float) -> Floats:
    """The variance of points that unknown facts leave; `unknown`: (items, firms). `together`: their correlation."""
    variance = np.array([item.unsure for item in items])
    deviation = np.sqrt(variance) @ unknown
    left: Floats = (1 - together) * (variance @ unknown) + together * deviation**2
    return left


def order_inside(table: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    """The rows of a list of firms, ordered by points inside equal tiers and equal decisions.

    table: enterprise_id, each once, `tier` where it has tiers, `chance` where it is a discovery list; any other
    columns. scored: `Scores.firms` of the same firms. Rows stand by tier (ready first), then by decision (passes,
    can_pass, unknown, fails), then by probability, then by points, largest first, then as they stood. A list with
    chances keeps its order of decisions: each place goes to a firm of the decision that had it, and those with unknown
    facts stand by chance times probability: the card takes an unknown fact for an average one, the chance asks what the
    rules say under all that it may be. The columns of `scored` that the list lacks are added. Raises PoolError for
    firms that are missing or stand twice.
    """
    ids = table["enterprise_id"].astype(str)
    if ids.duplicated().any() or scored["enterprise_id"].duplicated().any():
        raise PoolError(f"企业编号重复，不能按分排序：{'、'.join(ids[ids.duplicated()].unique()[:10])}")
    found = scored.set_index("enterprise_id").reindex(ids)
    if found["decision"].isna().any():
        raise PoolError("名单与评分不是同一批企业")
    more = [name for name in scored.columns if name not in ("enterprise_id", *table.columns)]
    joined = table.assign(**{name: found[name].to_numpy() for name in more})
    decision = joined["decision"].astype(str).map(_ORDER.index).to_numpy()
    tier = joined["tier"].map(TIERS.index).to_numpy() if "tier" in joined else np.zeros(len(joined))
    worth = found["probability"].to_numpy(dtype=np.float64)
    if "chance" in joined:
        worth = np.where(decision == _ORDER.index("unknown"), joined["chance"] * worth, worth)
    order = np.lexsort((np.arange(len(joined)), -found["points"].to_numpy(), -worth, decision, tier))
    if "chance" in joined:
        places = order.copy()
        order[np.lexsort((np.arange(len(joined)), decision, tier))] = places
    return joined.iloc[order].reset_index(drop=True)


def shown(value: float, unit: str) -> str:
    """A figure as people write it."""
    if unit == "share":
        return f"{value * 100:.4g}%"
    if unit == "above":
        return f"标准+{value * 100:.4g}个百分点"
    if unit == "yuan":
        return f"{value / 10_000:.6g}万元"
    return {"days": "{:.4g}天", "points": "规则分{:.4g}"}.get(unit, "{:.4g}").format(value)


def _why(parts: Sequence[tuple[Item, Floats, np.ndarray, np.ndarray]], size: int) -> list[str]:
    """Items from the most above the average firm to the most below it, with their points; unknown ones last."""
    if not parts:
        return [""] * size
    gain = np.stack([points - item.unknown for item, _, _, points in parts])
    unknown = np.stack([places == len(item.points) for item, _, places, _ in parts])
    order = np.lexsort((-gain, unknown), axis=0)
    texts = [
        [f"{item.title}：{item.told(place)}，{points}分" for place, points in enumerate((*item.points, item.unknown))]
        for item, *_ in parts
    ]
    places = np.stack([places for _, _, places, _ in parts])
    return ["；".join(texts[k][places[k, row]] for k in order[:, row].tolist()) for row in range(size)]


def _item_rows(parts: Sequence[tuple[Item, Floats, np.ndarray, np.ndarray]], ids: np.ndarray) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "enterprise_id": ids, "rule": item.rule, "title": item.title, "value": values,
                "bin": np.array([item.told(place) for place in range(len(item.points) + 1)], dtype=object)[places],
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
    bins, (unknown,) = [row for row in rows if row["类别"] == "档"], [row for row in rows if row["类别"] == "未知"]
    sides = {title: up for up, title in _SIDES.items()}
    return Item(
        unknown["编号"],
        unknown["名称"],
        sides[unknown["方向"]],
        unknown["单位"],
        tuple(float(row["从"]) for row in bins[1:]),
        tuple(int(row["分值"]) for row in bins),
        int(unknown["分值"]),
        tuple(int(row["家数"]) for row in (*bins, unknown)),
        tuple(int(row["通过"]) for row in (*bins, unknown)),
        unknown["依据"],
    )
