"""Votes of a board: counted, and held against the quorum, majorities and quotas of a dated policy over applications."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import PolicyError, TableError
from matcher.export.sheets import Sheet
from matcher.export.titles import VOTES as TITLES_OF_VOTES
from matcher.policy.policy import Policy, PolicyName
from matcher.review.awards.formal_check import FormalCheck, check_nominations, rules_over_applications
from matcher.review.awards.nominations import awards_apart
from matcher.review.publishing.publicity import says_passed
from matcher.review.sheets.ballots import KINDS, kind_of
from matcher.tables.arguments import Day, check_frame
from matcher.tables.reading import PROBLEM_COLUMNS
from matcher.tables.schemas.main import HIGH, LOW, TEXT
from matcher.tables.schemas.reviews import VOTES

COUNTS = ("members", "present", "votes_for", "votes_against", "abstained", "recused")
_CAST = ["votes_for", "votes_against", "abstained"]
# What a place is counted among: the rows of one award, or those of all three project awards.
PLACES = {"place_in_award": "award", "place_in_projects": ""}
_PROJECT_AWARD = re.compile("自然科学|技术发明|科技进步|科学技术进步")


class Voted(NamedTuple):
    """One row an item with its counts and the decision, and one row an item and rule."""

    table: pd.DataFrame
    checks: FormalCheck
    problems: pd.DataFrame

    @property
    def text(self) -> str:
        """A sentence for the screen."""
        counts = self.table["decision"].value_counts()
        return f"{len(self.table)} 项表决：" + "，".join(f"{name} {counts[name]}" for name in counts.index)

    def problem_table(self, read: pd.DataFrame, file: str) -> pd.DataFrame:
        """The problems of the reading and of the counts as one."""
        lines = [
            (file, "", None, VOTES["vote"].title, f"{item} {voter}".strip(), text, "请核对原始票", True)
            for item, voter, text in self.problems.to_numpy().tolist()
        ]
        frame = pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})
        return (
            pd.concat([read, frame], ignore_index=True) if len(read) and len(frame) else frame if len(frame) else read
        )

    def sheets(self) -> dict[str, Sheet]:
        """The sheets of the workbook."""
        look: dict[str, Any] = {"titles": TITLES_OF_VOTES, "frozen": 2}
        return {"表决结果": Sheet(self.table, **look), "逐条依据": self.checks.sheets()["逐项检查"]}


def tally(votes: pd.DataFrame, *, members: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ballots to counts.

    Parameters
    ----------
    votes
        item, voter, vote (同意, 反对, 弃权, 缺席, 回避 and the like), or already the counts
        members, present, votes_for, votes_against, abstained, recused; and where known title, award, grade.
    members
        How many the board has; without it and without a column of it nobody knows, as the absent may have no row.

    Returns
    -------
    (DataFrame, DataFrame)
        item, title, award, grade, members, present, votes_for, votes_against, abstained, recused: sorted by item. The
        present are all but those absent; a member without a row for an item counts as absent there. Who is recused
        (回避) is no member for this item: neither among `members` nor present; no source was seen for it, and it is
        told. Then problems: item, voter, problem. A vote that cannot be read makes the votes for the item unknown,
        and so does a member with two different votes; an empty one also makes unknown who was present. Told too:
        votes that do not add up to those present, or to what they add up to for most items, and counts beside
        ballots that differ from them.

    Raises
    ------
    TableError
        There are neither votes nor counts.
    """
    check_frame(votes, "votes", "read_votes(path).rows")
    table = votes.assign(item=votes["item"].astype(str))
    ballots = "vote" in table and table["vote"].fillna("").astype(str).str.strip().ne("").any()
    counted = "votes_for" in table and table["votes_for"].notna().any()
    if not ballots and not counted:
        raise TableError("表决表里没有票：请给出每位委员的表决意见（项目编号、委员编号、表决意见），或同意票数")
    return _from_ballots(table, members) if ballots else _from_counts(table, members)


def _from_counts(table: pd.DataFrame, members: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    problems = [
        (item, "", "有不止一行票数，不知取哪一行") for item in table.loc[table["item"].duplicated(), "item"].unique()
    ]
    rows = table.drop_duplicates("item", keep=False).reset_index(drop=True)
    written = [name for name in COUNTS if name in rows and rows[name].notna().any()]
    for name in COUNTS:
        column = rows[name] if name in rows else pd.Series(np.nan, rows.index)
        rows[name] = pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)
    if members is not None:
        rows["members"] = rows["members"].fillna(float(members))
    spoiled = pd.to_numeric(rows["spoiled"], errors="coerce") if "spoiled" in rows else pd.Series(0.0, rows.index)
    cast = rows[_CAST].sum(axis=1, min_count=3) + spoiled.fillna(0).astype(float)
    rows["present"] = rows["present"].fillna(cast)
    for item, *lacking in rows[["item", *written]].to_numpy().tolist():
        names = [VOTES[name].title for name, count in zip(written, lacking, strict=True) if np.isnan(count)]
        if names := [name for name in names if name != VOTES["recused"].title]:
            problems.append((item, "", f"{'、'.join(names)}没有写或看不懂；要用到的规则按未知处理"))
    unread = rows["recused"].isna() & (
        rows["recused" + TEXT] if "recused" + TEXT in rows else pd.Series("", rows.index)
    ).ne("")
    out = rows["recused"].fillna(0).mask(unread)
    without = rows["members"] + out  # 应到 that is less where somebody is recused was already lessened
    lessened = without.nunique() == 1 and rows["members"].nunique() > 1
    rows["members"] -= 0 if lessened else out
    rows["present"] -= out.where(out.isna() | (rows["present"] == cast + out), 0)
    problems += [
        (item, "", f"{many:g} 位委员回避，{_board(board)}；请核对")
        for item, many, board in rows.loc[out > 0, ["item", "recused", "members"]].to_numpy().tolist()
    ]
    problems += [(item, "", "回避委员数看不懂，应到和到会按未知处理") for item in rows.loc[unread, "item"]]
    wrong = (rows["votes_for"] > rows["present"]) | (rows["present"] > rows["members"])
    text = "票数多于到会，或到会多于应到；按未知处理"
    problems += [(item, "", text) for item in rows.loc[wrong, "item"]]
    what = "同意、反对、弃权" + ("、废票" if spoiled.notna().any() and "spoiled" in rows else "")
    problems += _sums(rows["item"], cast, rows["present"], out, what)
    rows.loc[wrong, ["present", "votes_for"]] = np.nan
    return _shaped(rows, problems)


def _board(members: float) -> str:
    return "应到委员数没有写" if np.isnan(members) else f"应到按 {members:g} 位计"


def _sums(
    items: pd.Series, cast: pd.Series, present: pd.Series, recused: pd.Series, what: str
) -> list[tuple[str, str, str]]:
    """Items whose votes do not add up to those present, or to what they add up to for most items."""
    whole = cast + recused
    usual = whole.mode().iloc[0] if (whole.value_counts() > 1).any() else np.nan
    told = []
    for item, sum_, here, all_ in zip(items, cast.tolist(), present.tolist(), whole.tolist(), strict=True):
        if np.isnan(sum_) or np.isnan(here):
            continue
        text = f"{what}合计 {sum_:g} 票"
        if sum_ != here:
            told.append((item, "", f"{text}，{'多' if sum_ > here else '少'}于到会 {here:g} 位；请核对"))
        elif usual == usual and all_ != usual:
            told.append((item, "", f"{text}，和多数项的 {usual:g} 票不同；请核对"))
    return told


def _from_ballots(table: pd.DataFrame, members: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    if "voter" not in table or table["voter"].fillna("").astype(str).str.strip().eq("").any():
        raise TableError("表决表有的行没有委员编号；请每行写明委员编号")
    table = table.assign(voter=table["voter"].astype(str), vote=table["vote"].fillna("").astype(str).str.strip())
    boards = pd.to_numeric(table["members"], errors="coerce") if "members" in table else pd.Series(np.nan, table.index)
    problems: list[tuple[str, str, str]] = []
    rows = []
    for item, group in table.groupby("item", sort=True):
        unsure, empty = 0, False
        written = boards[group.index].dropna().unique()
        board = float(members) if members is not None else float(written[0]) if len(written) == 1 else np.nan
        kinds: dict[str, str] = {}
        for voter, ballot in group.groupby("voter", sort=True)["vote"]:
            words = {kind_of(text) for text in ballot}
            kinds[str(voter)] = words.pop() if len(words) == 1 else "unknown"
            if kinds[str(voter)] == "unknown":
                unsure += 1
                empty |= "" in set(ballot)
                text = f"看不懂或前后不同的表决意见：{'、'.join(ballot.unique())}"
                nothing = "没有写表决意见；若空着就是弃权或缺席，请用 --mark 空=弃权 或 空=缺席 说明"
                problems.append((str(item), str(voter), text if any(ballot) else nothing))
        many = {kind: list(kinds.values()).count(kind) for kind in KINDS}
        present = len(kinds) - many["absent"] - many["recused"]
        if many["recused"]:
            board -= many["recused"]
            out = f"{many['recused']} 位委员回避，不在应到和到会之内，{_board(board)}；请核对本次规则"
            problems.append((str(item), "", out))
        if present > board:
            raise TableError(f"{item}：到会 {present} 位，多于应到 {board:g} 位；请核对应到委员数")
        row = {"item": item, "members": board, "present": np.nan if empty else present}
        row |= {"votes_for": many["for"] if not unsure else np.nan}
        row |= {"votes_against": many["against"], "abstained": many["abstained"], "recused": many["recused"]}
        if not unsure:
            problems += _beside(str(item), group, row)
        row |= {"votes_for" + LOW: many["for"], "votes_for" + HIGH: many["for"] + unsure}
        rows.append(row | {name: _one(group, name, problems) for name in ("title", "award", "grade")})
    return _shaped(pd.DataFrame(rows), problems)


def _beside(item: str, group: pd.DataFrame, row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Counts that stand beside the ballots of an item and differ from them."""
    told = []
    for name in ("votes_for", "votes_against", "abstained", "recused"):
        if name not in group:
            continue
        for count in pd.to_numeric(group[name], errors="coerce").dropna().unique():
            if count != row[name]:
                text = f"表中写的{VOTES[name].title}是 {count:g}，逐人记票是 {row[name]:g}；按逐人记票"
                told.append((item, "", text))
    return told


def _one(group: pd.DataFrame, name: str, problems: list[tuple[str, str, str]]) -> str:
    words = [text for text in group[name].fillna("").astype(str).str.strip().unique() if text] if name in group else []
    if len(words) > 1 and name != "title":
        problems.append(
            (str(group["item"].iloc[0]), "", f"几行写的{VOTES[name].title}不同：{'、'.join(words)}；按未知处理")
        )
        return ""
    return words[0] if words else ""


def _shaped(rows: pd.DataFrame, problems: list[tuple[str, str, str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = [
        "item",
        "title",
        "award",
        "grade",
        *COUNTS,
        *(f"votes_for{end}" for end in (LOW, HIGH) if f"votes_for{end}" in rows),
    ]
    for name in ("title", "award", "grade"):
        rows[name] = rows[name].fillna("").astype(str) if name in rows else ""
    return rows[names].sort_values("item", kind="stable", ignore_index=True), pd.DataFrame(
        problems, columns=["item", "voter", "problem"]
    )


def judge_votes(votes: pd.DataFrame, policy: PolicyName, *, on: Day, members: int | None = None) -> Voted:
    """Which items a vote carries, by the rules of a policy on a day.

    Parameters
    ----------
    votes
        See `tally`.
    policy
        A policy over applications that asks for members, present, votes_for and, for quotas, place_in_award or
        place_in_projects.
    on
        The day of the vote.
    members
        See `tally`.

    Returns
    -------
    Voted
        `table`, by item: item, title, award, grade, the counts, share (votes for over present), place (among the
        items of the award that have the majority, by share), decision (通过, 不通过, 未知, 当日无有效版本), remarks. Of
        equal shares each may have the better place: where a quota ends between them the decision is 未知, and another
        vote settles it. `checks`: rule by rule. `problems`: item, voter, problem; also where the
        table states another result.
    """
    rules = rules_over_applications(policy)
    if lacking := {"present", "votes_for"} - set(rules.columns):
        words = "、".join(VOTES[name].title for name in sorted(lacking))
        raise PolicyError(f"“{rules.title}”不是表决规则：没有用到{words}")
    table, problems = tally(votes, members=members)
    table = awards_apart(table, rules)
    facts = table.rename(columns={"item": "enterprise_id", "title": "name"})
    first = check_nominations(facts, rules, on=on)
    facts = _placed(facts, first, rules)
    checks = check_nominations(facts, rules, on=on)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = table["votes_for"].astype(float) / table["present"].astype(float).where(lambda many: many > 0)
    result = table.assign(share=share)
    low, high = (facts[f"place_in_award{end}"] for end in (LOW, HIGH))
    result["place"] = [
        "" if state == "不通过" or pd.isna(one) else f"{one:g}" if one == other else f"{one:g}–{other:g}"
        for one, other, state in zip(low, high, checks.summary["decision"], strict=True)
    ]
    result[["decision", "remarks"]] = checks.summary[["decision", "remarks"]]
    names = ["item", "title", "award", "grade", *COUNTS, "share", "place", "decision", "remarks"]
    told = pd.DataFrame(_differing(votes, result), columns=list(problems))
    return Voted(result[names], checks, pd.concat([problems, told], ignore_index=True) if len(told) else problems)


def _differing(votes: pd.DataFrame, result: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Items of which the table states another result than the rules give."""
    if "stated" not in votes:
        return []
    decided = dict(zip(result["item"], result["decision"], strict=True))
    told = []
    for item, word in dict.fromkeys(
        zip(votes["item"].astype(str), votes["stated"].fillna("").astype(str), strict=True)
    ):
        passed = {True: "通过", False: "不通过", None: ""}[says_passed(word.strip())]
        if passed and decided.get(item) in ("通过", "不通过") and decided[item] != passed:
            told.append((item, "", f"表中写的表决结果是“{word}”，按票数和规则是“{decided[item]}”；请核对"))
    return told


def _placed(facts: pd.DataFrame, first: FormalCheck, rules: Policy) -> pd.DataFrame:
    """The facts with bounds of each item's place among those that may have the majority."""
    quota = {
        raw["title"]
        for raw in rules.raw_rules
        if raw["kind"] == "condition" and any(name in str(raw) for name in PLACES)
    }
    rest = first.items[~first.items["check"].isin(quota)]
    failed = set(rest.loc[rest["state"] == "不通过", "item"])
    unknown = set(rest.loc[rest["state"] == "未知", "item"]) - failed
    ids = facts["enterprise_id"].tolist()
    least, most = (_shares(facts, end) for end in (LOW, HIGH))
    awards = facts["award"].astype(str).str.strip().tolist()
    for name in PLACES:
        low, high = [], []
        for at in range(len(ids)):
            among = [
                other
                for other in range(len(ids))
                if other != at and ids[other] not in failed and _together(name, awards[at], awards[other])
            ]
            low.append(1.0 + sum(least[other] > most[at] and ids[other] not in unknown for other in among))
            high.append(1.0 + sum(most[other] >= least[at] for other in among))
        facts = facts.assign(**{name + LOW: low, name + HIGH: high})
        facts[name] = facts[name + LOW].where(facts[name + LOW] == facts[name + HIGH])
    return facts


def _shares(facts: pd.DataFrame, end: str) -> list[float]:
    """The least or the largest share of votes for that each item may have."""
    votes = facts["votes_for"].astype(float)
    votes = votes.fillna(facts["votes_for" + end].astype(float)) if "votes_for" + end in facts else votes
    share = votes / facts["present"].astype(float).where(lambda many: many > 0)
    return share.fillna(0.0 if end == LOW else 1.0).tolist()


def _together(name: str, award: str, other: str) -> bool:
    if name == "place_in_award":
        return award == other
    return bool(_PROJECT_AWARD.search(award) and _PROJECT_AWARD.search(other))
