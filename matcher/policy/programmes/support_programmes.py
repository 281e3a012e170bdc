"""Support instruments by stage: per firm what it can apply for on a day, what it would get, and what is missing.

Conditions, sums and sources are policies like any other; `support_programmes.yaml` says which of them are instruments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import PolicyError
from matcher.export.sheets import EXCEL_ROWS, Sheet
from matcher.export.titles import PROGRAMMES
from matcher.policy.answers.evaluation import Group, Prepared, answers, judged_columns, prepare
from matcher.policy.answers.relevance import hangs_on
from matcher.policy.answers.workbook import DECISIONS as SHOWN
from matcher.policy.firms.facts import problem_table
from matcher.policy.language.loader import named_faults, need, read_yaml
from matcher.policy.language.model import Rule
from matcher.policy.language.points import Weighted
from matcher.policy.policy import Policies, Policy, load_policies, load_policy, shipped
from matcher.policy.scoring import DECISIONS, check_figures, decision_codes, passed_codes
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
    "deduction_low",
    "deduction_high",
    "missing",
    "source",
    "verified",
    "what_to_do",
)


@dataclass(frozen=True)
class Instrument:
    """An entry of the catalogue: a policy, the stages it is for, and the amount rules that a firm itself gets (amounts)
    or may leave out of its taxable income (deductions).
    """

    policy: str
    stages: tuple[str, ...]
    kind: str
    act: str
    amounts: tuple[str, ...] = ()
    deductions: tuple[str, ...] = ()


class Answered(NamedTuple):
    """The long table of `instruments` and the problems that the answering found, as `score` gives them."""

    table: pd.DataFrame
    problems: pd.DataFrame


def catalogue(path: str | Path | None = None) -> tuple[Instrument, ...]:
    """The instruments in the order of the file (the shipped one without `path`).

    Raises PolicyError where an entry is not of the form of the shipped file, or names a policy or amount twice or not
    known.
    """
    source = Path(str(files("matcher.policy.programmes") / "support_programmes.yaml")) if path is None else Path(path)
    tree = read_yaml(source)
    if not isinstance(tree, list):
        raise PolicyError(f"{source}: expected a list of instruments")
    entries: dict[str, Instrument] = {}
    for place, raw in enumerate(tree, 1):
        where = f"entry {place}"
        with named_faults(f"{source}: {where}"):
            wanted = ("policy", "stages", "kind", "act")
            node = need(raw, where, (*wanted, "amounts", "deductions"), wanted)
            sums = (tuple(node.get(name, ())) for name in ("amounts", "deductions"))
            entry = Instrument(node["policy"], tuple(node["stages"]), node["kind"], node["act"], *sums)
        unknown = [stage for stage in entry.stages if stage not in STAGES]
        if unknown or not entry.stages:
            raise PolicyError(f"{source}: {where}: stages are of {', '.join(STAGES)}, not {unknown}")
        if entry.policy in entries or entry.policy not in shipped():
            raise PolicyError(f"{source}: {where}: policy {entry.policy} is not known, or stands twice")
        known = {rule["id"] for rule in load_policy(entry.policy).tree["rules"] if rule["kind"] == "amount"}
        if strange := {*entry.amounts, *entry.deductions} - known:
            raise PolicyError(f"{source}: {where}: {entry.policy} has no amount {strange}")
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
        gives one sum; 0 and the cap where only the cap is known; NaN where no sum is known or the firm does not
        qualify), cap in yuan (NaN: none was found), deduction_low and deduction_high (what taxable income is less by,
        in yuan; likewise), missing (Chinese titles of the empty facts that hold the answer or the sum open, by ；),
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
                **dict.fromkeys(("amount_low", "amount_high", "cap", "deduction_low", "deduction_high"), np.nan),
                "missing": "",
                "source": edition.source,
                "verified": False,
                "what_to_do": f"当日无已知的有效版本（已知：{days}），请向主管部门查询当年通知",
            },
            index=range(size),
        )
    answer = group.answer
    codes = decision_codes(answer.decision, size)
    paid = _sums(group, codes, entry.amounts)
    spared = _sums(group, codes, entry.deductions)
    missing = _missing(policy, ready, group, codes, [*paid.rules, *spared.rules])
    verified = group.edition.verified and all(rule.verified for rule in answer.rules)
    failed = _failed(group, codes)
    sentences = [
        _sentence(entry, SHOWN[DECISIONS[code]], code, money, less, miss, why, verified)
        for code, money, less, miss, why in zip(codes, paid.shown(), spared.shown(), missing, failed, strict=True)
    ]
    return pd.DataFrame(
        {
            **shared,
            "decision": [DECISIONS[code] for code in codes],
            "amount_low": paid.low,
            "amount_high": paid.high,
            "cap": paid.cap,
            "deduction_low": spared.low,
            "deduction_high": spared.high,
            "missing": missing,
            "source": group.edition.source,
            "verified": verified,
            "what_to_do": sentences,
        }
    )


class _Sums(NamedTuple):
    """Amount rules, what firms get by them, from low to high (NaN: unknown, or it does not qualify), and the cap."""

    rules: list[Rule]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    cap: float

    def shown(self) -> list[str]:
        """Each firm's sum in words; "" where none is known."""
        return [_money(low, high) for low, high in zip(self.low.tolist(), self.high.tolist(), strict=True)]


def _sums(group: Group, codes: NDArray[Any], names: Sequence[str]) -> _Sums:
    answer = group.answer
    assert answer is not None
    rules = [rule for rule in answer.rules if rule.kind == "amount" and rule.id in names]
    caps = [_cap(rule.amount) for rule in rules if isinstance(rule.amount, Weighted)]
    cap = max(caps) if caps else float(np.nan)
    if not rules:
        nothing = np.full(len(codes), np.nan)
        return _Sums(rules, nothing, nothing, cap)
    sums = np.stack([answer.amounts[rule.id] for rule in rules], axis=1)
    unknown, fails = np.isnan(sums), codes == 1
    low = np.where(unknown, 0.0 if np.isfinite(cap) else np.nan, sums).min(axis=1)
    high = np.where(unknown, cap, sums).max(axis=1)
    return _Sums(rules, np.where(fails, np.nan, low), np.where(fails, np.nan, high), cap)


def _money(low: float, high: float) -> str:
    if np.isnan(low) or np.isnan(high):
        return ""
    if low == 0 < high:
        return f"最多 {high:,.2f}".replace(".00", "") + " 元"
    return (f"{low:,.2f}" if low == high else f"{low:,.2f} 至 {high:,.2f}").replace(".00", "") + " 元"


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
    """Empty facts that the open conditions of undecided firms hang on, and those behind the sums of firms that may get
    them.
    """
    answer, rows = group.answer, group.rows
    assert answer is not None
    experts = judged_columns(policy)
    wanted: dict[str, Any] = {}
    for rule in answer.rules:
        if rule.kind == "condition":
            asks = {name: where & (codes == 3) for name, where in hangs_on(rule, answer, ready, rows).facts.items()}
        elif rule in paid and rule.amount is not None:
            asks = dict.fromkeys(rule.amount.columns(), (codes != 1) & np.isnan(answer.amounts[rule.id]))
        else:
            continue
        for name, where in asks.items():
            if name not in experts:
                empty = where & np.isnan(ready.values[name][rows])
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
    entry: Instrument, shown: str, code: int, money: str, less: str, missing: str, failed: str, verified: bool
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
    condition = "如符合，" if code else ""
    if money:
        text += f"；{condition}{'' if money.startswith('最多') else '可得 '}{money}"
    if less:
        text += (
            f"；{condition}应纳税所得额可少计 {less.removeprefix('最多 ')}{'以内' if less.startswith('最多') else ''}"
        )
    return text if verified else text + "；部分依据未核实，请核对原文"


def today(table: pd.DataFrame) -> pd.DataFrame:
    """What each firm can have on the day: one row per firm of `instruments`, in its order.

    enterprise_id, available (titles of the programmes that it can apply for, with the sums, joined by ；), amount_low
    and amount_high (their known sums together, in yuan; NaN: none known), asks (titles of programmes that depend on
    facts not yet known), next_step (what to do for the first available one, else what to ask first).
    """
    rows = []
    for firm, group in table.groupby("enterprise_id", sort=False):
        can, ask = group[group["decision"] == DECISIONS[0]], group[group["decision"].isin([DECISIONS[2], DECISIONS[3]])]
        sums = [_money(low, high) for low, high in zip(can["amount_low"], can["amount_high"], strict=True)]
        names = [f"{title}（{money}）" if money else title for title, money in zip(can["title"], sums, strict=True)]
        first = can if len(can) else ask.assign(_facts=ask["missing"].str.count(_SEPARATOR)).sort_values(
            "_facts", kind="stable"
        )  # fmt: skip
        low, high = (can[name].sum(min_count=1) for name in ("amount_low", "amount_high"))
        step = f"{first['title'].iloc[0]}：{first['what_to_do'].iloc[0]}" if len(first) else ""
        rows.append((firm, _SEPARATOR.join(names), low, high, _SEPARATOR.join(ask["title"]), step))
    columns = ["enterprise_id", "available", "amount_low", "amount_high", "asks", "next_step"]
    return pd.DataFrame(rows, columns=columns)


def sheets(table: pd.DataFrame, names: Mapping[str, str]) -> tuple[dict[str, Sheet], list[str]]:
    """The sheets of what `instruments` gives, and the lines of 说明. names: enterprise_id -> name."""
    first = today(table).head(EXCEL_ROWS - 1)
    first.insert(1, "name", [names.get(firm, "") for firm in first["enterprise_id"]])
    shown = table.head(EXCEL_ROWS - 1).assign(decision=table["decision"].map(SHOWN))
    shown.insert(1, "name", [names.get(firm, "") for firm in shown["enterprise_id"]])
    lines = [
        "空白金额是没有查到或缺少事实，不是零；下限为零、上限为封顶数的，只知道封顶；金额以元计，按公开条文推算，不代替主管部门的决定",
        "减少应纳税所得额的，省下的税等于它乘以企业适用的税率，不计入合计金额",
        "“已核实”为否的，部分数值凭记忆、转述或只知年份，使用前请核对原文",
        "各项政策对职工总数、科技人员、研发费用和知识产权的口径可能不同，表中同一列都照用；"
        "要按某项政策自己的口径，请另给“政策编号.列名”的列，如 tech-sme.rd_staff",
    ]
    if len(table) >= EXCEL_ROWS:
        lines.append(f"共 {len(table)} 行，超过一张工作表的上限，只列出前 {EXCEL_ROWS - 1} 行；请另存 .parquet")
    key = [str(name) for name in shown if name not in ("instrument", "verified")]
    return {
        "今天可得": Sheet(first, PROGRAMMES, frozen=2),
        "政策工具": Sheet(shown, PROGRAMMES, key=key, frozen=2),
    }, lines
