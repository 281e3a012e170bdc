"""Who may be a commissioner, and whether a team has its members: tables held against the dated rules of a place.

The rules are policies (`rules/<place>/policy.yaml`) and the policy engine decides; here titles, degrees and teams
become its facts. What a table does not say stays unknown, and nobody is refused for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from matcher.commissioners.places import Place, load_place
from matcher.errors import PolicyError, TableError
from matcher.policy.answers.workbook import rules_by_id
from matcher.policy.language.model import Ruleset
from matcher.policy.language.thresholds import reads as facts_of
from matcher.policy.policy import Policy, load_policy
from matcher.policy.scoring import score
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells.yes_no import read_yesno
from matcher.tables.schemas.main import HIGH, LOW

COLUMNS = ["expert_id", "name", "rules", "rule", "title", "state", "missing", "source", "verified", "note"]
STATES = {"pass": "符合", "fail": "不符合", "unknown": "未定"}
FULL, SENIOR, MIDDLE, JUNIOR, NONE = 4, 3, 2, 1, 0
_BY_TITLE = (  # the first that is found counts
    (NONE, re.compile(r"^(?:无|没有|无职称|未评)$")),
    (JUNIOR, re.compile(r"助教|助理(?!研究员)|技术员|实习|初级|员级")),
    (FULL, re.compile(r"正高|教授级|推广研究员|(?<!副)教授|(?<!副)(?<!助理)研究员|(?<!副)主任[医药技护]师")),
    (SENIOR, re.compile(r"副高|副教授|副研究员|副主任[医药技护]师|高级(?!技师|工$|技工).*师|高级职称|高工")),
    (MIDDLE, re.compile(r"讲师|助理研究员|中级|主管.师|(?:农艺|工程|畜牧|兽医|实验|经济|园艺|水产|会计|统计|规划)师")),
)
_DEGREES = (
    (3, re.compile("博士|硕士|研究生|本科|学士")),
    (2, re.compile("大专|专科|高职")),
    (1, re.compile("高中|中专|初中|小学|中技|技校")),
)
_UNIT = re.compile(r"大学|学院|研究院|研究所|科学院|农科院|公司|厂$|企业|推广站|中心$|学校$|医院$")
_LEADER = re.compile("(?<!副)团长|首席|负责人")
_LEVELS = {"county": re.compile("县|区级"), "city": re.compile("市|州"), "outside": re.compile("省外|外省")}
_LEVEL_COLUMN = "单位层级"
_IN_PRINCIPLE = "in_principle"  # the reading of what is asked in general or in principle


def check_persons(
    persons: pd.DataFrame, *, rules: str | Path | Place, strict: bool = False, on: Day | None = None
) -> pd.DataFrame:
    """Hold every person against the conditions of a place.

    Parameters
    ----------
    persons
        As `read_commissioners` gives them. Columns that bear the name or the Chinese title of a fact of the rules win
        over what `position` (职称), `degree` (学历), `institution` and `available_days` say.
    rules
        "山东2021", "云南2023", "黑龙江2022", "山西2025", "河北2020" (`list_places`), or a folder with your own policy.
    strict
        What a place asks in general (一般) or in principle (原则上) must be met; by default it stays open.
    on
        The day, which chooses the edition; by default the first day of the last one.

    Returns
    -------
    DataFrame
        COLUMNS, one row a person and condition, persons in their order: state (符合, 不符合, 未定), missing (which
        facts, or the point on which the text decides nothing), source with its address, verified, note.

    Raises
    ------
    PolicyError
        There is no such place, its conditions were not seen, or they were not in force on that day.

    Examples
    --------
    >>> persons = pd.DataFrame({"expert_id": ["1"], "name": ["甲"], "position": ["助理研究员"], "age": [59]})
    >>> checked = check_persons(persons, rules="山西2025")
    >>> checked[["rule", "state"]].to_numpy().tolist()
    [['in_post', '未定'], ['farm', '未定'], ['age', '不符合'], ['level', '符合']]
    """
    check_frame(persons, "persons", "read_commissioners(...).rows")
    place = load_place(rules)
    policy = _policy(place, strict)
    rows = [
        {"enterprise_id": str(row["expert_id"]), **_given(row, policy, _of_person(row))}
        for row in persons.to_dict("records")
    ]
    names = dict(zip(persons["expert_id"].astype(str), persons.get("name", ""), strict=False))
    return _checked(rows, names, place, policy, on)


def check_teams(
    persons: pd.DataFrame, *, rules: str | Path | Place, strict: bool = False, on: Day | None = None
) -> pd.DataFrame:
    """Hold every team (`team`, 服务团) of a table of persons against the conditions of a place.

    rules: "山东2025", "云南2023", or a folder. A team whose `leader` column is filled for some has no other heads. The
    table is that of `check_persons`, with the team's name as expert_id and name. Raises PolicyError, and TableError
    where nobody is in a team.
    """
    check_frame(persons, "persons", "read_commissioners(...).rows")
    place = load_place(rules, "team")
    policy = _policy(place, strict)
    team = persons["team"].fillna("").astype(str) if "team" in persons else pd.Series("", persons.index)
    if (team == "").all():
        raise TableError("特派员表没有“服务团”这一列，或都是空的；请写明每个人属于哪个服务团")
    rows = []
    for name, group in persons[team != ""].groupby(team[team != ""], sort=True):
        facts = _of_team(group)
        kept = {
            key: value for key, value in facts.items() if key.removesuffix(LOW).removesuffix(HIGH) in policy.columns
        }
        rows.append({"enterprise_id": str(name), **dict.fromkeys(policy.columns, np.nan), **kept})
    return _checked(rows, {str(row["enterprise_id"]): str(row["enterprise_id"]) for row in rows}, place, policy, on)


def refused(checked: pd.DataFrame) -> dict[str, str]:
    """Persons who fail a condition, with a sentence that says which; unknown ones are not among them."""
    failed = checked[checked["state"] == STATES["fail"]]
    return {
        str(name): f"不符合{group['rules'].iloc[0]}的选派条件：{'；'.join(group['title'])}"
        for name, group in failed.groupby("expert_id", sort=False)
    }


def title_level(text: str) -> int | None:
    """The level of a professional title: 4 正高, 3 副高, 2 中级, 1 初级, 0 none; None where it does not say.

    >>> [title_level(text) for text in ("研究员", "副教授、院长", "农艺师", "助理农艺师", "无", "高级技师", "站长", "")]
    [4, 3, 2, 1, 0, None, None, None]
    """
    return next((level for level, words in _BY_TITLE if words.search(text.strip())), None)


def _policy(place: Place, strict: bool) -> Policy:
    if place.rules is None:
        raise PolicyError(f"没有见到“{place.title}”的选派条件；请换一个规则，或给出含 policy.yaml 的文件夹")
    known = strict and _IN_PRINCIPLE in place.rules.open_points
    return load_policy(place.rules, readings={_IN_PRINCIPLE: "strict"} if known else None)


def _of_person(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What the usual columns say of the facts."""
    facts: dict[str, Any] = {}
    level = title_level(_text(row.get("position")))
    if level is not None:
        facts["middle_title"] = level >= MIDDLE
    degree = _text(row.get("degree"))
    known = next((rank for rank, words in _DEGREES if words.search(degree)), None)
    if known is not None:
        facts["bachelor"] = known == 3
        if known == 1 or "全日制" in degree:
            facts["college"] = known > 1
    if _UNIT.search(_text(row.get("institution"))):
        facts["has_unit"] = True
    for fact, column in (("age", "age"), ("service_days", "available_days")):
        for end in ("", LOW, HIGH):
            if not _blank(row.get(column + end)):
                facts[fact + end] = float(row[column + end])
    return facts


def _of_team(group: pd.DataFrame) -> dict[str, Any]:
    """What the members' columns say of a team; shares of which a part is unknown have bounds."""
    many = len(group)
    levels = [title_level(_text(cell)) for cell in _column(group, "position")]
    marks = [_leads(_text(cell)) for cell in _column(group, "leader")]
    facts: dict[str, Any] = {"members": many} | _share(
        "senior_share", [None if level is None else level >= SENIOR for level in levels]
    )
    if any(mark is not None for mark in marks):
        heads = [level for level, mark in zip(levels, marks, strict=True) if mark]
        facts["leaders"] = len(heads)
        if len(heads) == 1 and heads[0] is not None:
            facts["leader_full"] = heads[0] == FULL
    units = [_text(cell) for cell in _column(group, _LEVEL_COLUMN)]
    outside = [None if not unit else bool(_LEVELS["outside"].search(unit)) for unit in units]
    county = [None if not unit else bool(_LEVELS["county"].search(unit)) for unit in units]
    city = [None if not unit else bool(_LEVELS["city"].search(unit)) for unit in units]
    local = [None if a is None else bool(a or b) for a, b in zip(county, city, strict=True)]
    facts |= _share("outside_share", outside) | _share("county_share", county) | _share("local_share", local)
    away = [level for level, mark in zip(levels, outside, strict=True) if mark]
    if None not in outside and None not in away:
        facts["outside_full"] = all(level == FULL for level in away)
    return facts


def _share(name: str, marks: list[bool | None]) -> dict[str, Any]:
    yes, open_ = sum(mark is True for mark in marks), sum(mark is None for mark in marks)
    low, high = yes / len(marks), (yes + open_) / len(marks)
    return {name: low if not open_ else np.nan, name + LOW: low, name + HIGH: high}


def _leads(text: str) -> bool | None:
    if not text:
        return None
    answer = read_yesno(text)
    return answer if isinstance(answer, bool) else bool(_LEADER.search(text))


def _given(row: Mapping[Any, Any], policy: Policy, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a policy: those that a column gives in so many words, else those that were read."""
    found = {}
    for name, column in policy.columns.items():
        found[name] = facts.get(name, np.nan)
        found |= {name + end: facts[name + end] for end in (LOW, HIGH) if name + end in facts}
        for head in (name, column.title, *column.headers):
            if head in row and not _blank(row[head]):
                answer = read_yesno(row[head]) if column.kind == "yesno" and isinstance(row[head], str) else row[head]
                found[name] = answer if not isinstance(answer, tuple) else np.nan
                break
    return found


def _checked(
    rows: list[dict[str, Any]], names: Mapping[str, Any], place: Place, policy: Policy, on: Day | None
) -> pd.DataFrame:
    if not rows:
        return pd.DataFrame(columns=COLUMNS)
    day = policy.editions[-1].since if on is None else as_day(on)
    scored = score(pd.DataFrame(rows), policy, on=day)
    if (scored.summary["decision"].astype(str) == "not_in_force").any():
        first, last = policy.editions[0].since, policy.editions[-1].until
        end = f"，至 {last} 止（以后请核对新通知）" if last is not None and last < day else ""
        raise PolicyError(f"“{place.title}”在 {day} 没有施行；它自 {first} 起{end}，请改日期或换规则")
    known = rules_by_id(policy, str(scored.summary["edition"].iloc[0]))
    whole = Ruleset(policy.editions[0], tuple(known.values()), None)
    points = "；".join(f"{one.title}：{one.choices[policy.readings[name]]}" for name, one in policy.open_points.items())
    (ready,) = scored.prepared.values()
    at = {str(row["enterprise_id"]): i for i, row in enumerate(rows)}
    result = []
    for row in scored.verdicts.itertuples(index=False):
        rule, name = known[str(row.kind), str(row.rule)], str(row.enterprise_id)
        open_ = [
            policy.columns[fact].title
            for fact in dict.fromkeys(facts_of(rule, whole))
            if np.isnan(float(ready.values[fact][at[name]]))
        ]
        state = STATES[str(row.passed)]
        missing = "" if state != STATES["unknown"] else f"缺少：{'、'.join(open_)}" if open_ else points
        source = "，".join(part for part in (rule.source, place.address) if part)
        result.append(
            (
                name,
                _text(names.get(name)),
                place.title,
                rule.id,
                rule.title,
                state,
                missing,
                source,
                rule.verified,
                rule.note,
            )
        )
    return pd.DataFrame(result, columns=COLUMNS)


def _column(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    return table[name] if name in table else pd.Series("", table.index)


def _text(cell: Any) -> str:
    return "" if _blank(cell) else str(cell)


def _blank(cell: Any) -> bool:
    return cell is None or cell is pd.NA or cell != cell or str(cell).strip() == ""
