"""A cell in which a score should stand and more does: ids with scores, several numbers, a name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from matcher.review.sheets.criteria import Criterion, number_of
from matcher.tables.naming.writings import fold

_NUMBER = r"\d+(?:\.\d+)?"
_PAIR = re.compile(rf"(.+?)(?:[:=]|得分?|给)?({_NUMBER})分?")
_NOT_SCORED = re.compile("(?:须|应|需|申请|已)?回避|弃权|弃评|缺席|请假|未(?:评|打|参)[分审加评]?")
_BETWEEN = re.compile(r"[;,、\n|]+")


def scores_in(text: str, names: Collection[str]) -> dict[str, float]:
    """The scores of a cell of the form P1:85; P2:90 (or P1 85), by the name before each; {} unless every one of them
    is among `names`, once.

    >>> scores_in("P1：85；P2:90分", ["P1", "P2"]), scores_in("P1:85; P9:90", ["P1", "P2"]), scores_in("85/90", ["P1"])
    ({'P1': 85.0, 'P2': 90.0}, {}, {})
    """
    known = sorted(((fold(name), name) for name in names), key=lambda pair: -len(pair[0]))
    found: dict[str, float] = {}
    for piece in filter(None, _BETWEEN.split(fold(text))):
        name = next((own for own in known if piece.startswith(own[0])), None)
        rest = "" if name is None else piece[len(name[0]) :]
        # a name that ends in a figure (P1) needs a sign before the score
        score = re.fullmatch(
            rf"(?:[:=]|得分?|给){'?' if name and not name[0][-1].isdigit() else ''}({_NUMBER})分?", rest
        )
        if name is None or score is None or name[1] in found:
            return {}
        found[name[1]] = float(score[1])
    return found


def says_not_scored(text: str) -> bool:
    """Whether a cell says that its reviewer gives no score.

    >>> [says_not_scored(text) for text in ("须回避", "弃权", "未评", "优")]
    [True, True, True, False]
    """
    return bool(_NOT_SCORED.fullmatch(fold(text)))


def why_no_score(text: str) -> str:
    """What is wrong with a cell that is no single number."""
    numbers = re.findall(_NUMBER, fold(text))
    pieces = [piece for piece in _BETWEEN.split(fold(text)) if piece]
    if len(pieces) > 1 and all(_PAIR.fullmatch(piece) for piece in pieces):
        return "一格里是几项或几位的分数，看不出各是哪一行的"
    if len(numbers) > 1:
        return f"一格里有 {len(numbers)} 个数，不知取哪一个"
    return "数字前后还有别的字，不知是不是这一行的分数" if numbers else "不是数字"


def score_problems(problems: pd.DataFrame, headers: Collection[str]) -> pd.DataFrame:
    """Problems of score columns in words of scores; one within bounds (约80) is none."""
    told = problems.copy()
    ours = problems["column"].isin(list(headers))
    soft = ours & problems["problem"].str.startswith("不是确切的值")
    unread = ours & problems["problem"].str.startswith("不是数字")
    told.loc[soft, "problem"] = "不是确切的分数"
    told.loc[unread, "problem"] = problems.loc[unread, "value"].astype(str).map(why_no_score)
    unfit = ours & problems["problem"].str.startswith("写的是")
    told.loc[soft | unread | unfit, "action"] = "请向评委核实；这一格不计"
    silent = unread & problems["value"].astype(str).map(says_not_scored).astype(bool)
    told.loc[silent, ["problem", "action"]] = "评委写明没有评", "这一格不计"
    return told


def shared_out(
    rows: pd.DataFrame,
    problems: pd.DataFrame,
    asked: list[Criterion],
    given: Mapping[str, Sequence[str]],
    titles: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of a workbook with scores that stand in a cell beside the ids or titles of the reviewer's own items
    (P1:85; P2:90), or beside the reviewer's own, each put where it belongs; and the problems with what was done.

    A cell of which some score belongs to a row that has another score is left as it is, and told.
    """
    table = rows.reset_index(drop=True).copy()
    told = score_problems(problems, [one.name for one in asked] + [one.header for one in asked])
    place = {
        (str(item), str(who)): at for at, (item, who) in enumerate(zip(table["item"], table["reviewer"], strict=True))
    }
    for number, one in enumerate(asked):
        name = f"part_{number}"
        if f"{name}_text" not in table:
            continue
        for row, text in enumerate(table[f"{name}_text"].tolist()):
            if pd.isna(text):
                continue
            item, who = str(table["item"].iloc[row]), str(table["reviewer"].iloc[row])
            own = {titles.get(known, known): known for known in given.get(who, ())}
            own |= {known: known for known in given.get(who, ())} | {who: item}
            found = {own[key]: score for key, score in scores_in(str(text), own).items()}
            at = {place[key, who]: score for key, score in found.items() if (key, who) in place}
            others = [number_of(table[name].iloc[spot]) for spot in at]
            if (
                not at
                or len(at) < len(found)
                or any(was == was and was != score for was, score in zip(others, at.values(), strict=True))
            ):
                continue
            table[name] = table[name].astype(float)
            for spot, score in at.items():
                table.loc[spot, name] = score
                table.loc[spot, f"{name}_text"] = None
            cells = told["value"].map(lambda cell, whole=str(text): whole.startswith(str(cell).rstrip("…")))
            done = cells & told["column"].isin([one.name, one.header])
            told.loc[done, ["problem", "action"]] = f"一格里写了{'、'.join(found)}的分数，已归到各项", "请核对"
    return table, told
