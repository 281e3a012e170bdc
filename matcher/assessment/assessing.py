"""Outcomes to their assessment: readiness with its evidence, values, grades, economic value, form and public record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.assessment.economics import APPROACHES, economic_values
from matcher.assessment.evidence import Evidence, read_evidence, text_in, unread_cells
from matcher.assessment.maturity import Proposal, propose_maturity, read_level, read_maturity
from matcher.assessment.readiness import TOP, Readiness, qingdao_level, readiness_of, to_raise
from matcher.assessment.registration import FORM, RECORD, Remark, public_record, registration_form
from matcher.assessment.scales import kind_of, kinds, levels, shown_by, stage_of, tree
from matcher.assessment.values import HIGHEST, check_weights, primary_values, value_outcomes
from matcher.errors import TableError
from matcher.tables.arguments import Day, as_day, check_firms
from matcher.tables.columns.soft_values import why_unknown
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, read_table
from matcher.tables.schemas.assessment import ASSESSED_OUTCOMES, FIGURES
from matcher.tables.schemas.main import HIGH, LOW, UNIT

RESULT = (
    "outcome_id", "title", "kind", "readiness", "readiness_low", "readiness_high", "readiness_name", "conflict",
    "basis", "evidence", "to_raise", "level13_low", "level13_high", "stage", "proposed_level", "proposed_by",
    "proposed_sentence",
    "confirmed_level", "evidence_level", *tree()["values"], "value_low", "value_high", "weights", "unjudged", "primary",
    "judged_by", *tree()["ordinals"], *tree()["old_items"], "market_low", "market_high", "income_low", "income_high",
    "cost_low", "cost_high", "economic_low", "economic_high", "economic_inputs", "economic_missing", "remarks",
    "checked",
)  # fmt: skip
_WHOLE = (
    "readiness", "readiness_low", "readiness_high", "level13_low", "level13_high", "proposed_level", "confirmed_level",
    "evidence_level",
)  # fmt: skip
CONFIRMED, SHOWN, OPEN = "人工确认", "证据", "没有证据"
UNREAD = "没有看懂，未计入"
READ_ONLY = "已读，待核"  # nobody but this library has looked at the evidence
_VOLUMES = ("sales_volume", "break_even_volume")
_GAINS = ("sales_volume", "annual_income", "cumulative_income")
BY = {"named": "自报级别", "said": "自报阶段", "stated": "原句", "written": "行文", "": ""}


class Assessment(NamedTuple):
    """What is known of outcomes. table: one row an outcome; evidence: one row an outcome and kind of evidence;
    economic: one row an outcome and approach; registration, publicity: one row an outcome; problems: a problem table.
    """

    table: pd.DataFrame
    evidence: pd.DataFrame
    economic: pd.DataFrame
    registration: pd.DataFrame
    publicity: pd.DataFrame
    problems: pd.DataFrame


def read_assessed_outcomes(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a table of outcomes with their evidence (the contract ASSESSED_OUTCOMES); see `read_table`.

    Raises TableError also for a table of one row a piece of evidence (证据类别).

    Examples
    --------
    >>> table = pd.DataFrame({"成果编号": ["C1"], "样机（有/无）": ["有"], "pilot test": ["no"]})
    >>> read_assessed_outcomes(table).rows[["outcome_id", "prototype", "pilot"]].values.tolist()
    [['C1', '有', 'no']]
    """
    reading = read_table(source, ASSESSED_OUTCOMES, sheet=sheet, columns=columns)
    if {"证据类别", "证据类型"} & {*reading.columns["header"], *reading.rows["title"]}:
        raise TableError(
            "表是一行一项证据（有“证据类别”一列）；须一行一项成果，每类证据（样机、中试等）各成一列，请先改成这样"
        )
    return reading


def assess_outcomes(
    outcomes: pd.DataFrame, *, weights: Mapping[str, float] | None = None, on: Day | None = None
) -> Assessment:
    """Assess outcomes; all of it is advice to a person who decides.

    Parameters
    ----------
    outcomes
        One row per outcome: outcome_id and any fields of ASSESSED_OUTCOMES, as `read_assessed_outcomes` gives them.
        Evidence is a text: yes, no, a count or a sentence.
    weights
        Of the values, see `check_weights`; None keeps the values apart.
    on
        The day on which the public process is looked at; evidence of later days is a plan.

    Returns
    -------
    Assessment
        `table` has, in the order of the rows: outcome_id; title; kind (in words); readiness 1 to 9 (NA: no evidence and
        no confirmation), readiness_low (the highest level shown that no "no" contradicts, NA for none), readiness_high
        (the highest level not ruled out), readiness_name; conflict (the columns and words that contradict the level);
        basis (人工确认, 证据, 没有证据); evidence (columns and words that show the level); to_raise; level13_low and
        level13_high; stage; proposed_level, proposed_by and proposed_sentence (what words propose, never counted as
        evidence); confirmed_level (of the user's table, which wins) and evidence_level; the values judged, value_low,
        value_high, weights, unjudged; primary, judged_by (by kind); innovation and advancement as given; the four
        items of the old sheet in words; for each approach low and high in yuan, and their envelope, with the inputs and
        what lacks; remarks; checked (已读，待核: the level rests on cells that were only read; 人工确认: a person
        confirmed it; "" without a level). A value or grade off its scale is not taken and told.

    Raises
    ------
    PolicyError
        For weights that `check_weights` refuses.
    ArgumentError, ArgumentTypeError
        When `outcomes` is no table, or has no outcome_id.
    """
    check_firms(outcomes, "outcome_id", name="outcomes")
    if weights is not None:
        check_weights(weights)
    valued = value_outcomes(_on_scale(outcomes), weights=weights)
    worth = economic_values(outcomes)
    table, evidence, forms, records, problems = [], [], [], [], []
    given: Any = outcomes.to_dict("records")
    for place, record in enumerate(given):
        pieces = read_evidence(record, on=None if on is None else as_day(on))
        row, remarks = _assessed(record, pieces)
        unread = unread_cells(record, pieces)
        remarks += [
            Remark(title, text, f"{title}写“{text}”，{UNREAD}", "请写“有”或“无”，或写数量、日期")
            for _, title, text in unread
        ]
        row |= {name: valued[name].iloc[place] for name in ("value_low", "value_high", "weights", "unjudged")}
        row |= _worth(worth.iloc[place * len(APPROACHES) : (place + 1) * len(APPROACHES)], remarks)
        form, about_form = registration_form(record, row["stage"])
        row["remarks"] = "；".join(one.problem for one in remarks)
        table.append(row)
        evidence += [
            (record["outcome_id"], one.column, one.quote, shown_by()[one.kind], "有" if one.present else "无")
            for one in pieces
        ] + [(record["outcome_id"], title, text, shown_by()[kind], UNREAD) for kind, title, text in unread]
        forms.append(form)
        records.append(public_record(record, on))
        problems += [
            ("", "", None, one.column, _cited(record, one.value), one.problem, one.action, True)
            for one in (*remarks, *about_form)
        ]
    frame = pd.DataFrame(problems, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})
    return Assessment(
        pd.DataFrame(table, columns=list(RESULT)).astype(dict.fromkeys(_WHOLE, "Int64")),
        pd.DataFrame(evidence, columns=["outcome_id", "column", "quote", "level", "present"]),
        worth,
        pd.DataFrame(forms, columns=list(FORM)),
        pd.DataFrame(records, columns=list(RECORD)),
        frame,
    )


def _cited(record: Mapping[str, Any], value: str) -> str:
    return f"{record['outcome_id']}：{value}" if value else str(record["outcome_id"])


def _assessed(record: Mapping[str, Any], pieces: list[Evidence]) -> tuple[dict[str, Any], list[Remark]]:
    """Kind, readiness, proposals and grades of a row; and what a person should look at."""
    ready = readiness_of(pieces)
    sure = f"没有矛盾的证据到{ready.low}级" if ready.low else "没有不矛盾的证据"
    remarks = [Remark("证据", "", text, f"请核对证据；{sure}") for text in ready.contradictions]
    confirmed = _confirmed(record, ready, remarks)
    proposal = _proposal(record, confirmed or ready.level, remarks)
    kind = _kind(record, remarks)
    level = ready.level if confirmed is None else min(confirmed, TOP)
    high = ready.high if level is None or confirmed is None else level
    low13, high13 = _market(record, ready, confirmed, remarks)
    if high13 > TOP and (denied := _denied_sales(pieces)):
        if low13 is not None and low13 > TOP:
            problem = f"销售写“{denied}”，而销售量、收入达到 {low13} 级，请核对"
            remarks.append(Remark("销售", denied, problem, "请核对销售一栏和各项数字"))
        else:
            high13 = TOP
    stage = "" if level is None else stage_of(max(level, low13 or 0))
    cited = "；".join(dict.fromkeys(one.cited for one in ready.evidence))
    return {
        "outcome_id": record["outcome_id"],
        "title": record.get("title") or "",
        "kind": kinds()[kind].title if kind else "",
        "readiness": level,
        "readiness_low": ready.low if confirmed is None else level,
        "readiness_high": high,
        "readiness_name": "" if level is None else levels()[level].name,
        "conflict": "；".join(dict.fromkeys(one.cited for one in ready.against)),
        "basis": OPEN if level is None else SHOWN if confirmed is None else CONFIRMED,
        "evidence": cited if confirmed is None else "；".join(filter(None, (f"确认成熟度等级：{confirmed}级", cited))),
        "to_raise": _raise(level, low13, pieces),
        "level13_low": low13,
        "level13_high": high13,
        "stage": stage,
        "proposed_level": proposal.level,
        "proposed_by": BY[proposal.basis],
        "proposed_sentence": proposal.sentence,
        "confirmed_level": confirmed,
        "evidence_level": ready.level,
        **_judged(record, remarks),
        "primary": primary_values(kind) if kind else "",
        "judged_by": kinds()[kind].judged_by if kind else "",
        **_grades(record, kind, remarks),
        "checked": "" if level is None else READ_ONLY if confirmed is None else CONFIRMED,
    }, remarks


def _confirmed(record: Mapping[str, Any], ready: Readiness, remarks: list[Remark]) -> int | None:
    """The level that a person confirmed; a conflict with the evidence is told."""
    written = text_in(record, "confirmed_level")
    if not written:
        return None
    level, title = read_level(written), ASSESSED_OUTCOMES["confirmed_level"].title
    if level is None:
        remarks.append(Remark(title, written, f"{title}“{written}”不是 1 至 13 级", "没有采用，请改为级别数"))
    elif ready.level is not None and min(level, TOP) != ready.level:
        problem = f"确认为 {level} 级，证据显示 {ready.level} 级，按确认的写"
        remarks.append(Remark(title, written, problem, "请补证据或改确认"))
    elif ready.level is None:
        remarks.append(Remark(title, written, f"确认为 {level} 级，表中没有证据，按确认的写", "请补证据"))
    return level


def _proposal(record: Mapping[str, Any], level: int | None, remarks: list[Remark]) -> Proposal:
    """What the cell of maturity says, else what the texts propose; told where a plain word differs from the level."""
    written, title = text_in(record, "maturity"), ASSESSED_OUTCOMES["maturity"].title
    found = read_maturity(written) if written else Proposal(None, "", "")
    if written and found.level is None:
        remarks.append(Remark(title, written, f"{title}“{written}”没看懂", "请写级别数（6级）或阶段（中试）"))
    if found.level is None:
        found = propose_maturity(
            "\n".join(filter(None, (text_in(record, name) for name in ("title", "description", "scope"))))
        )
    plain = found.level is not None and found.basis != "written"
    if plain and level is not None and min(found.level or 0, TOP) != min(level, TOP):
        problem = f"{BY[found.basis]}为 {found.level} 级，评定为 {level} 级"
        remarks.append(Remark(title, found.sentence, problem, "请补证据，或由人确认（确认成熟度等级）"))
    return found


def _kind(record: Mapping[str, Any], remarks: list[Remark]) -> str:
    written = text_in(record, "kind")
    kind = kind_of(written)
    if written and not kind:
        known = "、".join(one.title for one in kinds().values())
        remarks.append(Remark(ASSESSED_OUTCOMES["kind"].title, written, f"成果类型“{written}”没看懂", f"可写：{known}"))
    return kind


def _denied_sales(pieces: Sequence[Evidence]) -> str:
    """What the column of sales says where it says no and nothing else shows sales; level 10 is the first revenue."""
    sales = [one for one in pieces if one.kind == "sales"]
    return "" if any(one.present for one in sales) else next((one.quote for one in sales), "")


def _market(
    record: Mapping[str, Any], ready: Readiness, confirmed: int | None, remarks: list[Remark]
) -> tuple[int | None, int]:
    """The 13 levels as (surely reached, possibly reached); volumes in two units are not compared, and told."""
    if confirmed is not None and confirmed != TOP:
        return confirmed, confirmed
    figures = _figures(record)
    units = [text_in(record, name + UNIT) for name in _VOLUMES]
    if all(units) and units[0] != units[1]:
        figures |= dict.fromkeys(_VOLUMES, (None, None))
        titles = [ASSESSED_OUTCOMES[name].title for name in _VOLUMES]
        problem = f"{titles[0]}以“{units[0]}”计，{titles[1]}以“{units[1]}”计，单位不同，没有相比"
        remarks.append(Remark(titles[0], units[0], problem, "请改用同一个单位"))
    worst, best = ({name: ends[place] for name, ends in figures.items()} for place in (0, 1))
    level, high = (ready.level, ready.high) if confirmed is None else (confirmed, confirmed)
    sure = None if level is None else qingdao_level(level, **worst)[0]
    return sure, qingdao_level(high, **best)[1]


def _figures(record: Mapping[str, Any]) -> dict[str, tuple[float | None, float | None]]:
    """For each figure what speaks most against and most for a higher level; a value known in part has two ends."""
    ends = {}
    for column in FIGURES:
        exact = _number(record, column.name)
        bounds = (_number(record, column.name + end) for end in (LOW, HIGH))
        low, high = bounds if exact is None else (exact, exact)
        ends[column.name] = (low, high) if column.name in _GAINS else (high, low)
    return ends


def _raise(level: int | None, market: int | None, pieces: list[Evidence]) -> str:
    """What would raise the level, and what the table says of it already."""
    text = to_raise(level, market)
    following = max(level or 0, market or 0) + 1
    said = [one for one in pieces if not one.present and shown_by()[one.kind] == following]
    return text + "".join(f"；表中“{one.column}”写的是“{one.quote}”" for one in said)


def _on_scale(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The outcomes without values outside their scale."""
    names = [name for value in tree()["values"] for name in (value, value + LOW, value + HIGH) if name in outcomes]
    return outcomes.assign(
        **{name: pd.to_numeric(outcomes[name]).where(outcomes[name].between(0, HIGHEST)) for name in names}
    )


def _judged(record: Mapping[str, Any], remarks: list[Remark]) -> dict[str, float]:
    """The values of a row, NaN for none; one outside the scale is told."""
    values = {}
    for name, title in tree()["values"].items():
        value = _number(record, name)
        fits = value is not None and 0 <= value <= HIGHEST
        values[name] = value if value is not None and fits else np.nan
        if why := why_unknown(ASSESSED_OUTCOMES[name], record):
            off = (_number(record, name + LOW) or 0) > HIGHEST
            use = f"不在 0 至 {HIGHEST:g} 之间，没有采用" if off else "只算进综合价值的范围"
            remarks.append(Remark(title, "", f"{title}{why}，{use}", "知道确切的值请改填"))
        if value is not None and not fits:
            problem = f"{title} {value:g} 不在 0 至 {HIGHEST:g} 之间"
            remarks.append(Remark(title, f"{value:g}", problem, "没有采用，请核对"))
    return values


def _grades(record: Mapping[str, Any], kind: str, remarks: list[Remark]) -> dict[str, Any]:
    """Innovation and advancement as ordinals, the items of the old sheet (of technology development) in words."""
    grades: dict[str, Any] = {}
    for name, scale in tree()["ordinals"].items():
        value = _number(record, name)
        low, high = int(scale["low"]), int(scale["high"])
        fits = value is not None and value == int(value) and low <= value <= high
        grades[name] = value if fits else np.nan
        if why := why_unknown(ASSESSED_OUTCOMES[name], record):
            remarks.append(
                Remark(scale["title"], "", f"{scale['title']}{why}", f"没有采用，请填 {low} 至 {high} 的整数")
            )
        if value is not None and not fits:
            problem = f"{scale['title']} {value:g} 不是 {low} 至 {high} 的整数"
            remarks.append(Remark(scale["title"], f"{value:g}", problem, "没有采用，请核对"))
    for name, item in tree()["old_items"].items():
        points = _number(record, name)
        grades[name] = ""
        if why := why_unknown(ASSESSED_OUTCOMES[name], record):
            remarks.append(Remark(item["title"], "", f"{item['title']}{why}", "没有采用，请填确切的分数"))
        if points is None:
            continue
        if kind not in ("", "development"):
            remarks.append(Remark(item["title"], f"{points:g}", f"{item['title']}只用于技术开发类", "没有采用"))
        elif not 0 <= points <= HIGHEST:
            problem = f"{item['title']} {points:g} 不在 0 至 {HIGHEST:g} 之间"
            remarks.append(Remark(item["title"], f"{points:g}", problem, "没有采用，请核对"))
        else:
            band = "high" if points >= 90 else "middle" if points >= 60 else "low"
            grades[name] = f"{points:g} 分：{item[band]}"
    return grades


def _worth(answers: pd.DataFrame, remarks: list[Remark]) -> dict[str, Any]:
    """The three approaches side by side and their envelope; an input that cannot be is told."""
    row: dict[str, Any] = {}
    lines: Any = answers.itertuples(index=False)
    for name, answer in zip(APPROACHES, lines, strict=True):
        row |= {f"{name}_low": answer.low, f"{name}_high": answer.high}
        if answer.problem:
            remarks.append(Remark(answer.approach, "", f"{answer.approach}：{answer.problem}", "这一方法没有计算"))
    lows, highs = answers["low"].dropna(), answers["high"].dropna()
    row["economic_low"] = lows.min() if len(lows) else np.nan
    row["economic_high"] = highs.max() if len(highs) else np.nan
    for name in ("inputs", "missing"):
        said = answers[answers[name] != ""]
        row[f"economic_{name}"] = "；".join(
            f"{how}：{text}" for how, text in zip(said["approach"], said[name], strict=True)
        )
    return row


def _number(record: Mapping[str, Any], name: str) -> float | None:
    value = record.get(name)
    return None if value is None or pd.isna(value) else float(value)
