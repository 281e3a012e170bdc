"""One round of a panel, from its scores to what is written."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.review.aggregation import aggregate, compare_methods, extra_reviews, winners_changed
from matcher.review.reviewers import reviewer_report
from matcher.review.scores import check_scores
from matcher.review.workbook import NOTES, review_sheets
from matcher.tables.arguments import Day
from matcher.tables.reading import Reading


class Round(NamedTuple):
    """What the scores of a round say."""

    table: pd.DataFrame
    reviewers: pd.DataFrame
    chosen: pd.DataFrame | None
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
        rng: int = 0,
        file: str = "",
    ) -> Round:
        """From a reading of `read_scores`; the arguments are those of `check_scores` and `aggregate`."""
        checked = check_scores(reading.rows, lowest=lowest, highest=highest, expected=expected, due=due)
        table = aggregate(checked.scores, winners=winners, rng=rng)
        chosen = None if winners is None else compare_methods(table, winners)
        extra = None if winners is None or winners >= len(table) else extra_reviews(checked.scores, winners=winners)
        frames = [one for one in (reading.problems, checked.problems.assign(file=file)) if len(one)]
        problems = pd.concat(frames, ignore_index=True) if frames else reading.problems
        warnings = [f"评分中有 {len(checked.problems)} 处问题，见“问题”"] if len(checked.problems) else []
        if (groups := table["group"].nunique()) > 1:
            warnings.append(f"项目分成 {groups} 组，组与组之间没有共同的评委：跨组的名次只在各组水平相当时可比")
        return cls(table, reviewer_report(checked.scores), chosen, extra, problems, warnings, NOTES)

    @property
    def summary(self) -> str:
        """A sentence for the screen."""
        flagged = int((self.reviewers["remarks"] != "").sum())
        text = f"{len(self.table)} 项，{len(self.reviewers)} 位评委，{flagged} 位有提示"
        if self.chosen is not None:
            most = int(winners_changed(self.chosen).to_numpy().max())
            text += f"；换一种算法最多改变 {most} 个入选者"
        return text

    def tables(self, output: Path) -> dict[str, Sheet]:
        """The sheets of a workbook, or for another file the results alone."""
        if output.suffix.lower() == ".xlsx":
            return review_sheets(self.table, self.reviewers, self.chosen, self.extra)
        return {"评审结果": Sheet(self.table)}
