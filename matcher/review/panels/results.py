"""One round of a panel, from its scores to what is written."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.titles import REVIEW
from matcher.review.panels.aggregation import aggregate, compare_methods, extra_reviews
from matcher.review.panels.ranking import changed_winners, rank_items
from matcher.review.panels.reviewers import on_another_scale, reviewer_report
from matcher.review.panels.stated import differing_results
from matcher.review.panels.workbook import NOTES, review_sheets
from matcher.review.sheets.scores import check_scores
from matcher.tables.arguments import Day
from matcher.tables.reading import Reading


class Round(NamedTuple):
    """What the scores of a round say."""

    table: pd.DataFrame
    reviewers: pd.DataFrame
    chosen: pd.DataFrame | None
    changed: pd.DataFrame | None
    extra: pd.DataFrame | None
    problems: pd.DataFrame
    warnings: list[str]
    notes: dict[str, str]

    @classmethod
    def build(
        cls,
        reading: Reading,
        *,
        winners: int | None = None,
        lowest: float | None = None,
        highest: float | None = None,
        expected: pd.DataFrame | None = None,
        due: Day | None = None,
        by: str = "mean",
        rng: int = 0,
        file: str = "",
    ) -> Round:
        """From a reading of `read_scores`; the arguments are those of `check_scores`, `aggregate` and `rank_items`."""
        checked = check_scores(reading.rows, lowest=lowest, highest=highest, expected=expected, due=due)
        table = aggregate(checked.scores, winners=winners, rng=rng)
        chosen, changed = None, None
        if winners is not None:
            chosen, changed = compare_methods(table, winners), changed_winners(table, winners, by=by)
        extra = None if winners is None or winners >= len(table) else extra_reviews(checked.scores, winners=winners)
        ranked = rank_items(table, by=by, winners=winners)
        stated = differing_results(reading.rows, checked.scores, ranked, by=by)
        found = (reading.problems, checked.problems.assign(file=file), stated.assign(file=file))
        frames = [one for one in found if len(one)]
        problems = pd.concat(frames, ignore_index=True) if frames else reading.problems
        warnings = [f"评分中有 {len(checked.problems)} 处问题，见“问题”"] if len(checked.problems) else []
        warnings += on_another_scale(checked.scores)
        if (groups := table["group"].nunique()) > 1:
            warnings.append(f"项目分成 {groups} 组，组与组之间没有共同的评委：跨组的名次只在各组水平相当时可比")
        if differing := int((stated["value"] != "").sum()):
            warnings.append(f"表中自己的合计、平均或名次有 {differing} 处和分数算出的不同，见“问题”")
        warnings += stated.loc[stated["value"] == "", "problem"].tolist()
        if winners is not None and (tied := int(ranked["changes"].str.startswith("并列").sum())):
            warnings.append(f"{tied} 项并列在名额边上，名额不够都选；请另定")
        if (titles := _titles(reading.rows)) and not ranked["item"].map(titles).isna().all():
            ranked.insert(2, "title", ranked["item"].map(titles).fillna(""))
        notes = {"名次": f"按{REVIEW[by]}排，同分的名次相同；要按别的算法排，请用 --by。", **NOTES}
        return cls(ranked, reviewer_report(checked.scores), chosen, changed, extra, problems, warnings, notes)

    @property
    def summary(self) -> str:
        """A sentence for the screen."""
        flagged = int((self.reviewers["remarks"] != "").sum())
        text = f"{len(self.table)} 项，{len(self.reviewers)} 位评委，{flagged} 位有提示"
        if self.changed is not None:
            text += f"；换一种算法最多改变 {int(self.changed['changed'].max())} 个入选者"
        return text

    def tables(self, output: Path) -> dict[str, Sheet]:
        """The sheets of a workbook, or for another file the results alone."""
        if output.suffix.lower() == ".xlsx":
            return review_sheets(self.table, self.reviewers, self.chosen, self.changed, self.extra)
        return {"评审结果": Sheet(self.table)}


def _titles(rows: pd.DataFrame) -> dict[str, str]:
    """The first title of each item, where it has one."""
    if "title" not in rows:
        return {}
    known = rows.loc[rows["title"].fillna("").astype(str).str.strip() != "", ["item", "title"]].astype(str)
    return dict(known.drop_duplicates("item").to_numpy().tolist())
