"""What a pair comes to, in words that one can act on: advice, probability, indicators, answered points, the next step.

A table of matches in, words out; the limits stand here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RECOMMENDED, CONTACT, SAME_FIELD, UNRELATED, DECLINED = "可推荐", "可联系", "同领域", "不相关", "已拒绝"
OPEN = (RECOMMENDED, CONTACT)  # what a reader sees without unfolding anything
CONTACT_PROBABILITY, CONTACT_LEVEL, FIELD_LEVEL = 0.2, 2.5, 1.5
FIELD_SCORE = 0.998  # where no level is known; with one, pairs of level 1.5 and more score about that and more
ASK_BACK = "请先补问"  # in the note of a need that says too little
NOT_TECHNICAL = re.compile("不是技术需求：[^；]+")  # in the note of one that no outcome answers
SILENT = "未回应"
SIGNS = {"满足": ("√", "yes"), "接近": ("≈", "near"), "不满足": ("×", "no")}

_COMPARED = re.compile(r"(?P<quantity>.*?)：要求 (?P<asked>.*?)(?:，成果 (?P<offered>.*))?，(?P<verdict>[^，]+)")
_VERDICTS = {*SIGNS, "无法比较", "成果未提及"}
_ANSWERED = re.compile(r"(?P<point>.*?) → (?P<answer>.*)")


def advice_of(matches: pd.DataFrame) -> pd.Series[str]:
    """The advice for each pair; "" for a line without a record.

    已拒绝 where the note begins so; 可推荐 where `recommended` (or, without it, `good_match`) is true; 可联系 from a
    probability of 0.2 or a level of 2.5; 同领域 from a level of 1.5; 不相关 below. Where neither probability nor level
    is known, nothing supports 可联系, and 同领域 begins at a score of 0.998.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.export.advice import advice_of
    >>> matches = pd.DataFrame({"need_id": ["N1", "N1"], "outcome_id": ["C1", "C2"], "score": [0.999, 0.9]})
    >>> matches["recommended"], matches["probability"], matches["level"] = False, [0.3, 0.01], [2.1, 1.1]
    >>> advice_of(matches).tolist()
    ['可联系', '不相关']
    """
    level, probability, score = (_numbers(matches, name) for name in ("level", "probability", "score"))
    recommended = matches["recommended" if "recommended" in matches else "good_match"].fillna(False).astype(bool)
    unknown = np.isnan(level) & np.isnan(probability)
    words = np.select(
        [
            matches.iloc[:, 1].fillna("").astype(str) == "",
            _notes(matches).str.startswith(DECLINED),
            recommended,
            (probability >= CONTACT_PROBABILITY) | (level >= CONTACT_LEVEL),
            (level >= FIELD_LEVEL) | (unknown & (score >= FIELD_SCORE)),
        ],
        ["", DECLINED, RECOMMENDED, CONTACT, SAME_FIELD],
        UNRELATED,
    )
    return pd.Series(words, index=matches.index, dtype=object)


def probability_in_words(probability: float | None, low: float | None = None, high: float | None = None) -> str:
    """A probability with its interval as people say it; "" where it is unknown.

    Examples
    --------
    >>> from matcher.export.advice import probability_in_words
    >>> probability_in_words(0.412, 0.331, 0.489), probability_in_words(0.412), probability_in_words(0.004, 0.002, 0.01)
    ('约 41 %（33–49 %）', '约 41 %', '不到 1 %')
    """
    if probability is None or np.isnan(probability):
        return ""
    if probability < 0.005:
        return "不到 1 %"
    about = f"约 {100 * probability:.0f} %"
    if low is None or high is None or np.isnan(low) or np.isnan(high):
        return about
    ends = f"{100 * low:.0f}–{100 * high:.0f}"
    return about if len(set(ends.split("–"))) == 1 else f"{about}（{ends} %）"


class Compared(NamedTuple):
    """A line of a comparison of indicators. `sign`, `kind`: of the verdict, as a page shows it; a line that compares
    nothing has its text as `quantity`.
    """

    quantity: str
    asked: str = ""
    offered: str = ""
    verdict: str = ""

    @property
    def sign(self) -> str:
        """√, ≈, × or ?."""
        return SIGNS.get(self.verdict, ("？", ""))[0]

    @property
    def kind(self) -> str:
        """yes, near, no, or "" where nothing is known."""
        return SIGNS.get(self.verdict, ("？", ""))[1]


def compared(met: str) -> list[Compared]:
    """The words of `met` (`matcher.needs.comparison.comparison_text`) line by line.

    Examples
    --------
    >>> from matcher.export.advice import compared
    >>> for line in compared("单齿检测时间：要求 ≤2秒，成果 1.6秒，满足；其余 2 项指标成果未提及"):
    ...     print(*line, line.sign)
    单齿检测时间 ≤2秒 1.6秒 满足 √
    其余 2 项指标成果未提及    ？
    """
    lines = []
    for text in filter(None, met.split("；")):
        found = _COMPARED.fullmatch(text)
        if found and found["verdict"] in _VERDICTS:
            verdict = "未提及" if found["verdict"] == "成果未提及" else found["verdict"]
            lines.append(Compared(found["quantity"], found["asked"], found["offered"] or "", verdict))
        else:
            lines.append(Compared(text))
    return lines


def answered(answers: str) -> list[tuple[str, str]]:
    """The lines of `answers`: what a point asks, and the sentence that answers it or 未回应."""
    found = [(_ANSWERED.fullmatch(line), line) for line in answers.splitlines() if line]
    return [(pair["point"], pair["answer"]) if pair else ("", line) for pair, line in found]


def next_steps(
    matches: pd.DataFrame,
    advice: pd.Series[Any],
    ids: Sequence[str],
    *,
    answer: str,
    lapsed: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What to do with each asking row that has nothing recommended; answer: what answers it, in Chinese.

    matches: as `matcher.match` gives them; ids: of all asking rows; lapsed: those of them that only a record past its
    validity would answer -> this record.
    """
    ask = str(matches.columns[0])
    groups = {name: rows.to_numpy() for name, rows in advice.groupby(matches[ask].astype(str))}
    notes = matches[ask].astype(str).to_frame("ask").assign(note=_notes(matches))
    asked_back = set(notes.loc[notes["note"].str.contains(ASK_BACK, regex=False), "ask"])
    elsewhere = {name: found[0] for name, note in notes.to_numpy() if (found := NOT_TECHNICAL.search(note))}
    steps = {}
    for name in ids:
        words: NDArray[Any] = groups.get(name, np.zeros(0, object))
        if RECOMMENDED in words:
            continue
        if name in elsewhere:
            steps[name] = f"{elsewhere[name]}；若也有技术问题要解决，请补问企业，写明后再匹配。"
            continue
        step = _next_step(int((words == CONTACT).sum()), ask == "need_id", name in asked_back, answer)
        if old := (lapsed or {}).get(name):
            holder = "成果持有方" if ask == "need_id" else "需求发布方"
            step = f"{answer} {old} 可推荐，但已过有效期：先联系{holder}确认是否续期；不续期的再办后面的。{step}"
        steps[name] = step
    return steps


def _next_step(contacts: int, need: bool, asked_back: bool, answer: str) -> str:
    none = f"没有可推荐的{answer}"
    if need and asked_back:
        return f"{none}：需求说得太少，请先补问企业（matcher needs triage 列出要问什么），补全后再匹配。"
    call = f"先联系“{CONTACT}”的 {contacts} 项，问清楚" if contacts else ""
    if not need:
        return f"{none}：{call or f'本库中可能没有合适的{answer}，有新的{answer}时再匹配'}。"
    ask = "补问企业（matcher needs triage 列出要问什么），或作为难题发布征集（matcher needs challenges）"
    return f"{none}：{f'{call}；都不合用，再' if call else f'本库中可能没有合适的{answer}，请先'}{ask}。"


def _numbers(matches: pd.DataFrame, name: str) -> NDArray[np.float64]:
    if name not in matches:
        return np.full(len(matches), np.nan)
    return pd.to_numeric(matches[name], errors="coerce").to_numpy(float)


def _notes(matches: pd.DataFrame) -> pd.Series[str]:
    notes: pd.Series[str] = (
        matches["note"].fillna("").astype(str) if "note" in matches else pd.Series("", index=matches.index, dtype=str)
    )
    return notes
