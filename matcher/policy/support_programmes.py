"""Support instruments by stage: per firm what it can apply for on a day, what it would get, and what is missing.

Conditions, sums and sources are policies like any other; `support_programmes.yaml` says which of them are instruments.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import PolicyError
from matcher.export.sheets import EXCEL_ROWS, Sheet
from matcher.export.titles import PROGRAMMES
from matcher.policy.evaluation import Group, Prepared, answers, judged_columns, prepare
from matcher.policy.facts import EPOCH, problem_table
from matcher.policy.loader import named_faults, need, read_yaml
from matcher.policy.points import Weighted
from matcher.policy.policy import Policies, Policy, load_policies, load_policy, shipped
from matcher.policy.scoring import DECISIONS, check_figures, decision_codes, passed_codes
from matcher.policy.thresholds import reads
from matcher.policy.workbook import DECISIONS as SHOWN
from matcher.tables.arguments import Day, as_day, check_firms

_SEPARATOR = "；"  # titles themselves contain 、
_NAMED = 3  # so many titles are named in a sentence; `missing` has them all
STAGES = ("初创", "成长", "成熟", "上市")
INSTRUMENTS = (
    "enterprise_id",
    "instrument",
    "title",
    "stage",
    "kind",
    "decision",
    "amount_low",
    "amount_high",
    "cap",
    "missing",
    "source",
    "verified",
    "what_to_do",
)


@dataclass(frozen=True)
class Instrument:
    """An entry of the catalogue: a policy, the stages it is for, and the amount rules that a firm itself gets."""

    policy: str
    stages: tuple[str, ...]
    kind: str
    act: str
    amounts: tuple[str, ...] = ()


class Answered(NamedTuple):
    """The long table of `instruments` and the problems that the answering found, as `score` gives them."""

    table: pd.DataFrame
    problems: pd.DataFrame


def catalogue(path: str | Path | None = None) -> tuple[Instrument, ...]:
    """The instruments in the order of the file (the shipped one without `path`).

    Raises PolicyError where an entry is not of the form of the shipped file, or names a policy or amount twice or not
    known.
    """
    source = Path(str(files("matcher.policy") / "support_programmes.yaml")) if path is None else Path(path)
    tree = read_yaml(source)
    if not isinstance(tree, list):
        raise PolicyError(f"{source}: expected a list of instruments")
    entries: dict[str, Instrument] = {}
    for place, raw in enumerate(tree, 1):
        where = f"entry {place}"
        with named_faults(f"{source}: {where}"):
            node = need(raw, where, ("policy", "stages", "kind", "act", "amounts"), ("policy", "stages", "kind", "act"))
            amounts = tuple(node.get("amounts", ()))
            entry = Instrument(node["policy"], tuple(node["stages"]), node["kind"], node["act"], amounts)
        unknown = [stage for stage in entry.stages if stage not in STAGES]
        if unknown or not entry.stages:
            raise PolicyError(f"{source}: {where}: stages are of {', '.join(STAGES)}, not {unknown}")
        if entry.policy in entries or entry.policy not in shipped():
            raise PolicyError(f"{source}: {where}: policy {entry.policy} is not known, or stands twice")
        known = {rule["id"] for rule in load_policy(entry.policy).tree["rules"] if rule["kind"] == "amount"}
        if set(entry.amounts) - known:
            raise PolicyError(f"{source}: {where}: {entry.policy} has no amount {set(entry.amounts) - known}")
        entries[entry.policy] = entry
    return tuple(entries.values())


def instruments(firms: pd.DataFrame, *, on: Day, policy: Policies | None = None) -> pd.DataFrame:
    """What support every firm can apply for on a day, what it would get and what is missing.

    A plain column that two policies define differently answers the first of them only; give `<policy>.<column>` for
    the others.

    Parameters
    ----------
    firms
        The table of `score`.
    on
        The day of the answer, a date or ISO text; `apply_on` of a row wins.
    policy
        Only these instruments of the catalogue: a name (id or Chinese title), a `Policy`, or a sequence of these. All
        by default; the order of the catalogue stays.

    Returns
    -------
    pandas.DataFrame
        One row per firm and instrument, firms in the order of the table: enterprise_id, instrument (policy id), title,
        stage (joined by 、), kind, decision (as `score`), amount_low and amount_high in yuan (equal where the rule
        gives one sum; NaN where no sum is known, facts are missing, or the firm does not qualify), cap in yuan (NaN:
        none was found), missing (Chinese titles of the empty facts that hold the answer or the sum open, joined by ；),
        source (of the edition; of the nearest where none is in force), verified (every rule was seen in a text),
        what_to_do (a Chinese sentence). No firms give no rows.

    Raises
    ------
    PolicyError
        When a policy is not known, or not in the catalogue.
    ArgumentError, ArgumentTypeError
        When `firms` is no table, or `on` no day.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "small_or_micro": [False]})
    >>> instruments(firms, on="2026-11-24", policy="创新券")[["instrument", "decision"]].values.tolist()
    [['innovation-voucher-shandong', 'fails']]
    """
    return answered(firms, on=on, policies=policy).table


def answered(firms: pd.DataFrame, *, on: Day, policies: Policies | None = None) -> Answered:
    """`instruments`, with the problems that the answering found."""
    check_firms(firms)
    entries, day = catalogue(), as_day(on)
    if policies is not None:
        ids = [policy.id for policy in load_policies(policies)]
        unknown = sorted(set(ids) - {entry.policy for entry in entries})
        if unknown:
            names = "、".join(entry.policy for entry in entries)
            raise PolicyError(f"政策工具目录中没有 {'、'.join(unknown)}；目录中有：{names}")
        entries = tuple(entry for entry in entries if entry.policy in ids)
    if not entries or not len(firms):
        return Answered(pd.DataFrame(columns=list(INSTRUMENTS)), problem_table(()))
    prepared, notes = prepare([load_policy(entry.policy) for entry in entries], firms, day)
    frames = []
    for place, (entry, ready, note) in enumerate(zip(entries, prepared, notes, strict=True)):
        check_figures(ready, note)
        frames += [_rows(entry, ready, group).assign(_place=place) for group in answers(ready)]
    table = pd.concat(frames, ignore_index=True).sort_values(["_row", "_place"], kind="stable", ignore_index=True)
    problems = problem_table(notes)
    # twelve policies on one table: what each means by its columns is said once, in the lines of 说明
    return Answered(table[list(INSTRUMENTS)], problems[problems["level"] != "definition"].reset_index(drop=True))


def _rows(entry: Instrument, ready: Prepared, group: Group) -> pd.DataFrame:
    policy, rows, size = ready.policy, group.rows, len(group.rows)
    shared = {
        "_row": rows,
        "enterprise_id": ready.ids[rows],
        "instrument": policy.id,
        "title": policy.title,
        "stage": "、".join(entry.stages),
        "kind": entry.kind,
    }
    if group.answer is None or group.edition is None:
        edition = policy.editions[-1]
        days = "；".join(f"{e.since} 至 {e.until or '今'}" for e in policy.editions)
        return pd.DataFrame(
            {
                **shared,
                "decision": DECISIONS[4],
                **dict.fromkeys(("amount_low", "amount_high", "cap"), np.nan),
                "missing": "",
                "source": edition.source,
                "verified": False,
                "what_to_do": f"当日无已知的有效版本（已知：{days}），请向主管部门查询当年通知",
            },
            index=range(size),
        )
    answer = group.answer
    codes = decision_codes(answer.decision, size)
    paid = [rule for rule in answer.rules if rule.kind == "amount" and rule.id in entry.amounts]
    sums = np.full((size, 1), np.nan)
    if paid:
        sums = np.stack([np.where(codes == 1, np.nan, answer.amounts[rule.id]) for rule in paid], axis=1)
    caps = [_cap(rule.amount) for rule in paid if isinstance(rule.amount, Weighted)]
    cap = max(caps) if caps else np.nan
    missing = _missing(policy, ready, group, codes, paid)
    verified = group.edition.verified and all(rule.verified for rule in answer.rules)
    low, high = sums.min(axis=1), sums.max(axis=1)
    failed = _failed(group, codes)
    sentences = [
        _sentence(entry, SHOWN[DECISIONS[code]], code, lo, hi, cap, miss, why, bool(paid), verified)
        for code, lo, hi, miss, why in zip(codes, low, high, missing, failed, strict=True)
    ]
    return pd.DataFrame(
        {
            **shared,
            "decision": [DECISIONS[code] for code in codes],
            "amount_low": low,
            "amount_high": high,
            "cap": cap,
            "missing": missing,
            "source": group.edition.source,
            "verified": verified,
            "what_to_do": sentences,
        }
    )


def _cap(amount: Weighted) -> float:
    if amount.at_most is not None:
        return amount.at_most
    return float(np.nan) if amount.parts or amount.capped else amount.fixed


def _joined(flags: np.ndarray[Any, np.dtype[np.bool_]], titles: Sequence[str]) -> list[str]:
    """Per row the titles of its flags, in order; worked out once a pattern."""
    if not flags.shape[1]:
        return [""] * len(flags)
    patterns, which = np.unique(flags, axis=0, return_inverse=True)
    texts = [_SEPARATOR.join(title for title, flag in zip(titles, row, strict=True) if flag) for row in patterns]
    return [texts[i] for i in which.ravel()]


def _missing(
    policy: Policy, ready: Prepared, group: Group, codes: np.ndarray[Any, Any], paid: Sequence[Any]
) -> list[str]:
    """Empty facts behind the open conditions of undecided firms, and behind the sums of those that may get them."""
    answer, rows = group.answer, group.rows
    assert answer is not None
    assert group.edition is not None
    day = EPOCH + dt.timedelta(days=int(ready.days[rows[0]]))
    ruleset = policy.ruleset(group.edition, day)
    experts = judged_columns(policy)
    wanted: dict[str, Any] = {}
    for rule in answer.rules:
        if rule.kind == "condition":
            names, asks = reads(rule, ruleset), (codes == 3) & (passed_codes(answer.states[rule.id]) == 2)
        elif rule in paid and rule.amount is not None:
            names, asks = list(rule.amount.columns()), (codes != 1) & np.isnan(answer.amounts[rule.id])
        else:
            continue
        for name in names:
            if name not in experts:
                empty = asks & np.isnan(ready.values[name][rows])
                wanted[name] = wanted[name] | empty if name in wanted else empty
    flags = np.stack(list(wanted.values()), axis=1) if wanted else np.zeros((len(rows), 0), dtype=bool)
    return _joined(flags, [policy.columns[name].title for name in wanted])


def _failed(group: Group, codes: np.ndarray[Any, Any]) -> list[str]:
    answer = group.answer
    assert answer is not None
    conditions = [rule for rule in answer.rules if rule.kind == "condition"]
    flags = [(codes == 1) & (passed_codes(answer.states[rule.id]) == 1) for rule in conditions]
    return _joined(np.stack(flags, axis=1) if flags else np.zeros((len(codes), 0), bool), [r.title for r in conditions])


def _short(titles: str, what: str) -> str:
    names = titles.split(_SEPARATOR)
    if len(names) <= _NAMED:
        return "、".join(names)
    return f"{'、'.join(names[:_NAMED])}等 {len(names)} {what}"


def _sentence(
    entry: Instrument,
    shown: str,
    code: int,
    low: float,
    high: float,
    cap: float,
    missing: str,
    failed: str,
    paid: bool,
    verified: bool,
) -> str:
    missing, failed = _short(missing, "项事实"), _short(failed, "项条件")
    if code == 1:
        text = f"现在不能申请，未满足：{failed}" if failed else "现在不能申请：条件合在一起不能满足"
        return text if verified else text + "；部分依据未核实，请核对原文"
    if code == 3:
        text = f"先问清：{missing}" if missing else "条文有未定之处，请向主管部门核实"
    elif code == 2:
        text = f"{entry.act}（{shown}）"
    else:
        text = f"可以申请：{entry.act}"
        if missing:
            text += f"；金额还需知道：{missing}"
    if not np.isnan(low):
        money = f"{low:,.2f}" if low == high else f"{low:,.2f} 至 {high:,.2f}"
        text += f"；{'如符合，' if code else ''}可得 {money.replace('.00', '')} 元"
    elif not np.isnan(cap):
        text += f"；最多 {cap:,.0f} 元"
    elif not paid:
        text += "；直接给企业的金额未查到"
    return text if verified else text + "；部分依据未核实，请核对原文"


def sheets(table: pd.DataFrame, names: Mapping[str, str]) -> tuple[dict[str, Sheet], list[str]]:
    """The sheet 政策工具 of what `instruments` gives, and the lines of 说明. names: enterprise_id -> name."""
    shown = table.head(EXCEL_ROWS - 1).assign(decision=table["decision"].map(SHOWN))
    shown.insert(1, "name", [names.get(firm, "") for firm in shown["enterprise_id"]])
    lines = [
        "空白金额是没有查到或缺少事实，不是零；金额以元计，按公开条文推算，不代替主管部门的决定",
        "“已核实”为否的，部分数值凭记忆、转述或只知年份，使用前请核对原文",
        "各项政策对职工总数、科技人员、研发费用和知识产权的口径可能不同，表中同一列都照用；"
        "要按某项政策自己的口径，请另给“政策编号.列名”的列，如 tech-sme.rd_staff",
    ]
    if len(table) >= EXCEL_ROWS:
        lines.append(f"共 {len(table)} 行，超过一张工作表的上限，只列出前 {EXCEL_ROWS - 1} 行；请另存 .parquet")
    key = [str(name) for name in shown if name not in ("instrument", "verified")]
    return {"政策工具": Sheet(shown, PROGRAMMES, key=key, frozen=2)}, lines
