"""Fairness of a round after the fact: who reviewed how much and how often before, whose applications were chosen.

Counts only; what they mean a person says. `published` has no names of reviewers and no small cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest, fisher_exact

from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.export.sheets import Sheet
from matcher.export.titles import FAIRNESS, REVIEW
from matcher.review.sheets.pairs import flags
from matcher.tables.arguments import check_frame

LEAST = 5  # applications or reviewers of a published cell
GROUPS = {"unit": "按第一完成单位", "region": "按地区", "award": "按奖种"}
MEASURES = {"rounds": "参加轮数", "in_a_row": "到最近一轮连续几轮", "reviews": "评审项数"}
_LOAD = ("reviewer", *MEASURES)
_YES, _NO = {"true", "1", "1.0", "yes", "是", "通过", "入选"}, {"false", "0", "0.0", "no", "否", "不通过", "未入选"}
NOTES = {
    "怎样读": "只列数字，不下结论：差别可能来自申报质量、领域或偶然，由人解释。",
    "入选率区间": "95% 的 Clopper-Pearson 区间；p 值为对其余申报的 Fisher 精确检验（双侧），"
    "并按比较的组数作 Holm 校正。",
    "其他": f"申报不足 {LEAST} 项的各组合并；一格少于这个数的不单列，以免认出个人。",
    "评委": f"不写编号和姓名；人数不足 {LEAST} 位的相邻档次合并。",
}


class Published(NamedTuple):
    """Sheet name -> table, without names."""

    tables: dict[str, pd.DataFrame]

    def sheets(self) -> dict[str, Sheet]:
        """The sheets of a workbook."""
        look = dict.fromkeys(("share", "low", "high"), "0.0%") | dict.fromkeys(("p_value", "p_holm"), "0.000")
        look["expected"] = "0.0"
        return {
            name: Sheet(table, titles=FAIRNESS, formats={} if name == "评委" else look)
            for name, table in self.tables.items()
        }


def reviewer_load(rounds: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Load and rotation of reviewers over rounds, in their order: (label, table with item and reviewer).

    One row a reviewer: reviewer, rounds (in how many), in_a_row (how many rounds one after the other up to the last;
    0 where they are not in it), reviews, then reviews of each round under its label. A pair counts once a round; one
    with a conflict, an alternate and a row without a reviewer do not count. The most reviews first, then by id. Raises
    TableError where a table lacks reviewers, ArgumentError for a label that stands twice or names another column.
    """
    if isinstance(rounds, pd.DataFrame) or not len(rounds):
        raise ArgumentTypeError("rounds is a sequence of (label, table)")
    labels = [label for label, _ in rounds]
    if len({*labels, *_LOAD}) < len(labels) + len(_LOAD):
        raise ArgumentError(f"each round has a label of its own, none of them {', '.join(_LOAD)}: {', '.join(labels)}")
    counts = {}
    for label, table in rounds:
        check_frame(table, label)
        if missing := [REVIEW[name] for name in ("item", "reviewer") if name not in table]:
            raise TableError(f"{label}：评分表缺少列：{'、'.join(missing)}")
        kept = table[~flags(table, "conflict") & ~flags(table, "alternate") & table["reviewer"].notna()]
        pairs = kept[["item", "reviewer"]].astype(str).drop_duplicates()
        counts[label] = pairs.loc[pairs["reviewer"].str.strip() != "", "reviewer"].value_counts()
    each = pd.DataFrame(counts).fillna(0).astype(int)
    there = each > 0
    row = there.iloc[:, ::-1].astype(int).cumprod(axis=1).sum(axis=1)
    table = pd.DataFrame(
        {
            "reviewer": each.index.astype(object),
            "rounds": there.sum(axis=1),
            "in_a_row": row,
            "reviews": each.sum(axis=1),
        }
    )
    table = pd.concat([table, each], axis=1).reset_index(drop=True)
    return table.sort_values(["reviews", "reviewer"], ascending=[False, True], kind="stable", ignore_index=True)


def rotation(load: pd.DataFrame, *, least: int = LEAST) -> pd.DataFrame:
    """`reviewer_load` without reviewers: how many there are from `low` to `high` of each measure.

    One row a measure and class: measure (in Chinese), low, high, reviewers; classes ascending, so wide that each has
    at least `least` reviewers. Where there are fewer reviewers than that, no row.
    """
    rows = []
    for name, title in MEASURES.items():
        values, many = np.unique(load[name].to_numpy(int), return_counts=True)
        classes = _merged(
            [(value, value, count) for value, count in zip(values.tolist(), many.tolist(), strict=True)], least
        )
        rows += [(title, *one) for one in classes]
    return pd.DataFrame(rows, columns=["measure", "low", "high", "reviewers"])


def _merged(classes: list[tuple[int, int, int]], least: int) -> list[tuple[int, int, int]]:
    """Neighbouring classes (low, high, count) joined until each counts enough; [] where all together do not."""
    out: list[tuple[int, int, int]] = []
    for low, high, count in classes:
        if out and out[-1][2] < least:
            low, _, before = out.pop()
            count += before
        out.append((low, high, count))
    if len(out) > 1 and out[-1][2] < least:
        _, high, count = out.pop()
        low, _, before = out.pop()
        out.append((low, high, before + count))
    return [one for one in out if one[2] >= least]


def success_by(items: pd.DataFrame, group: str, *, chosen: str = "chosen", least: int = 1) -> pd.DataFrame:
    """Applications and choices by a column (unit, region, field), against those of all others.

    Parameters
    ----------
    items
        One row an application.
    group
        The column; an empty cell is a group of its own, 未写明.
    chosen
        Whether the application was chosen: yes and no, also in Chinese words.
    least
        Groups with fewer applications are joined into 其他, and the smallest others with them until it has as many;
        their counts cannot be told by subtraction.

    Returns
    -------
    DataFrame
        One row a group: the group, items, chosen, share, low, high (95 % Clopper-Pearson interval of the share),
        expected (its items times the share of all), p_value (two-sided Fisher's exact test against the others; unknown
        where there are no others), p_holm (the same, corrected for the number of groups by Holm). Sorted by items, the
        most first, then by name.

    Raises
    ------
    TableError
        A column lacks, or of an application nobody knows whether it was chosen.
    """
    check_frame(items, "items")
    if missing := [name for name in (group, chosen) if name not in items]:
        raise TableError(f"缺少列：{'、'.join(FAIRNESS.get(name, name) for name in missing)}")
    flag = _yes_or_no(items[chosen])
    names = items[group].astype(object).where(items[group].notna(), "").astype(str).str.strip()
    names = names.where(names != "", "未写明")
    by_name = pd.DataFrame({group: names, "chosen": flag}).groupby(group)["chosen"]
    counts = _with_rest(pd.DataFrame({"items": by_name.size(), "chosen": by_name.sum()}), least)
    total, won = int(counts["items"].sum()), int(counts["chosen"].sum())
    rows = []
    for name, size, wins in counts.itertuples():
        interval = binomtest(int(wins), int(size)).proportion_ci(0.95)
        others = [won - wins, total - size - won + wins]
        p_value = float(fisher_exact(np.array([[wins, size - wins], others])).pvalue) if total > size else float("nan")
        rows.append((name, size, wins, wins / size, interval.low, interval.high, size * won / total, p_value))
    columns = [group, "items", "chosen", "share", "low", "high", "expected", "p_value"]
    table = pd.DataFrame(rows, columns=columns)
    table["p_holm"] = _holm(table["p_value"].to_numpy(float))
    return table.sort_values(["items", group], ascending=[False, True], kind="stable", ignore_index=True)


def _yes_or_no(column: pd.Series) -> pd.Series:
    words = column.map(lambda cell: "" if pd.isna(cell) else str(cell).strip().lower())
    known = words.isin(_YES | _NO)
    if not known.all():
        raise TableError(f"有 {int((~known).sum())} 项没有写明是否入选；请在“入选”一列填“是”或“否”")
    return words.isin(_YES)


def _with_rest(counts: pd.DataFrame, least: int) -> pd.DataFrame:
    """Small groups joined into one that is not small; where all are small, all."""
    ordered = counts.sort_values("items", kind="stable")
    small = int((ordered["items"] < least).sum())
    if not small:
        return counts
    while small < len(ordered) and ordered["items"].iloc[:small].sum() < least:
        small += 1
    rest = ordered.iloc[:small].sum()
    name = f"其他（{small} 个合并）"
    return pd.concat([ordered.iloc[small:], pd.DataFrame([rest], index=[name], columns=ordered.columns)])


def _holm(values: np.ndarray) -> np.ndarray:
    """Holm's step-down correction; unknown values stay unknown and do not count."""
    out = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    steps = values[order] * (len(order) - np.arange(len(order)))
    out[order] = np.minimum(np.maximum.accumulate(steps), 1) if len(order) else steps
    return out


def published(
    items: pd.DataFrame | None, rounds: Sequence[tuple[str, pd.DataFrame]] = (), *, least: int = LEAST
) -> Published:
    """What may be published of a round: outcomes by unit, region and award, and reviewers' rotation, without names.

    items: with unit (or units, of which the first counts), region or award and chosen, or decision (通过, 不通过);
    None: only the reviewers. rounds: see `reviewer_load`. least: applications or reviewers of a cell. Raises TableError
    where nothing can be published.
    """
    tables: dict[str, pd.DataFrame] = {}
    if items is not None:
        if _is_empty(items, "unit") and not _is_empty(items, "units"):
            first = items["units"].fillna("").astype(str).str.split(r"[、，,；;\n]", n=1, regex=True).str[0].str.strip()
            items = items.assign(unit=first)
        chosen = "chosen" if "chosen" in items and items["chosen"].notna().any() else "decision"
        for name, title in GROUPS.items():
            if not _is_empty(items, name):
                table = success_by(items, name, chosen=chosen, least=least)
                tables[title] = table.rename(columns={name: "group"})
    if len(rounds):
        tables["评委"] = rotation(reviewer_load(rounds), least=least)
    if not any(len(table) for table in tables.values()):
        raise TableError(f"没有可以公布的表：项目表要有单位、地区或奖种和是否入选；评委至少 {least} 位")
    return Published(tables)


def _is_empty(table: pd.DataFrame, name: str) -> bool:
    return name not in table or not table[name].fillna("").astype(str).str.strip().ne("").any()
