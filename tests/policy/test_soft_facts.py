"""Facts known within bounds: what a rule says holds for every figure between them; held against trying figures."""

from __future__ import annotations

import datetime as dt
import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.policy.answers.advice import ask_first
from matcher.policy.answers.explanation import page_facts, trace
from matcher.policy.answers.workbook import sheets
from matcher.policy.firms.table import firm_contract, read_firms
from matcher.policy.language.intervals import Span
from matcher.policy.language.ratios import Growth
from matcher.policy.policy import load_policies, load_policy, shipped
from matcher.policy.scoring import score
from matcher.policy.streaming import score_parquet
from matcher.tables.schemas.main import EXPERTS, HIGH, LOW, NEEDS, OUTCOMES, STATE, TEXT, WORKS

ends = st.tuples(st.integers(-1, 9), st.integers(0, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.tuples(ends, ends, ends), st.sampled_from([0, 10, 25, 35, 100]), st.booleans(), st.booleans())
@settings(max_examples=1500)
def test_growth_of_bounded_years_is_sure_only_where_every_figure_is(spans, per_cent, two_years, zero_ok) -> None:
    years = np.array([2 if two_years else 3])

    def growth(values) -> Growth:
        first, middle, last = (Span(np.array([float(a)]), np.array([float(b)])) for a, b in values)
        return Growth(first, middle, last, years, zero_ok)

    soft = growth(spans)
    for word in ("at_least", "more_than"):
        truth = soft.compare(word, Fraction(per_cent, 100))
        answers = [
            bool(growth([(v, v) for v in values]).compare(word, Fraction(per_cent, 100)).sure[0])
            for values in itertools.product(*(range(a, b + 1) for a, b in spans))
        ]
        assert not truth.sure[0] or all(answers)
        assert truth.may[0] or not any(answers)
    for outcome in ("no_rate", "unaddressed"):
        truth = getattr(soft, outcome)()
        answers = [
            bool(getattr(growth([(v, v) for v in values]), outcome)().sure[0])
            for values in itertools.product(*(range(a, b + 1) for a, b in spans))
        ]
        assert not truth.sure[0] or all(answers)
        assert truth.may[0] or not any(answers)


@pytest.mark.parametrize("name", ["hte", "tech-sme", "unicorn", "srdi", "hte-pool", "little-giant"])
def test_a_verdict_on_bounds_is_the_verdict_on_every_figure_between(name: str) -> None:
    policy, rng = load_policy(name), np.random.default_rng(7)
    size, tries = 60, 40
    columns = policy.columns
    base: dict[str, object] = {}
    tried: dict[str, list[object]] = {}
    for fact, column in columns.items():
        whole = column.step == 1 or column.whole
        if column.kind == "yesno":
            low = high = rng.integers(0, 2, size).astype(float)
        elif column.kind == "choice":
            some = 1 if fact == policy.purpose_column else len(column.choices)  # one edition, so the same rules for all
            low = high = np.array([list(column.choices)[i] for i in rng.integers(0, some, size)])
        else:
            top = min(column.highest, {"yuan": 3e7, "share": 1.0, "count": 20, "date": 20_400}.get(column.kind, 60))
            low = rng.uniform(18_000 if column.kind == "date" else max(column.lowest, -1e7), top, size)
            high = np.minimum(low + np.abs(low) * rng.choice([0, 0.05, 0.5], size), top)
            if whole or column.kind == "date":
                low, high = np.maximum(np.floor(low), column.lowest), np.ceil(high)
        exact = (low == high) | (rng.random(size) < 0.5)
        shown = [pd.Timestamp("1970-01-01") + pd.Timedelta(days=v) for v in low] if column.kind == "date" else low
        if column.kind in ("yesno", "choice"):
            base[fact] = low
            tried[fact] = list(np.repeat(low, tries))
            continue
        day = (lambda v: pd.Timestamp("1970-01-01") + pd.Timedelta(days=int(v))) if column.kind == "date" else float
        base[fact] = [value if sure else None for value, sure in zip(shown, exact, strict=True)]
        base[fact + LOW] = [day(v) for v in low]
        base[fact + HIGH] = [day(v) for v in np.where(exact, low, high)]
        points = rng.uniform(np.repeat(low, tries), np.repeat(np.where(exact, low, high), tries))
        points[::tries] = low
        points[1::tries] = np.where(exact, low, high)
        tried[fact] = [day(v) for v in (np.floor(points) if whole or column.kind == "date" else points)]
    one = score(pd.DataFrame(base), policy, on="2026-11-24")
    every = score(pd.DataFrame(tried), policy, on="2026-11-24")
    decisions = every.summary["decision"].astype(object).to_numpy().reshape(size, tries)
    for firm, decision in enumerate(one.summary["decision"].astype(object)):
        assert decision == "unknown" or pd.isna(decision) or set(decisions[firm]) == {decision}
    low, high = (every.summary[end].to_numpy().reshape(size, tries) for end in ("total_low", "total_high"))
    assert not (one.summary["total_low"].to_numpy()[:, None] > low + 1e-6).any()
    assert not (one.summary["total_high"].to_numpy()[:, None] < high - 1e-6).any()
    rules = one.verdicts.groupby("enterprise_id").size().iloc[0]
    passed = every.verdicts["passed"].astype(object).to_numpy().reshape(size, tries, rules)
    for place, answer in enumerate(one.verdicts["passed"].astype(object)):
        if answer in ("pass", "fail"):
            assert set(passed[place // rules, :, place % rules]) == {answer}


def test_a_firm_founded_in_a_month_or_year_is_older_than_one_year(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "企业编号": list("abcd"),
            "注册日期": ["2012.5", "2015年3月", "2025", "约一百年前"],
            "职工总数": ["60余人", "100-200", "30", "近百人"],
            "科技人员数": ["20", "约5", "10", "12"],
        }
    )
    firms, problems = read_firms(table, "hte")
    assert {"registered_on", "registered_on_min", "employees_total", "employees_total_max"} <= set(firms)
    assert len(problems[problems["problem"].str.contains("不是确切的值")]) == 4
    scored = score(firms, "hte", on="2026-11-24")
    passed = scored.verdicts.set_index(["enterprise_id", "rule"])["passed"].astype(str)
    assert passed.xs("age", level=1).tolist() == ["pass", "pass", "unknown", "unknown"]
    assert passed.xs("staff", level=1).tolist() == ["pass", "fail", "pass", "pass"]
    firms.to_parquet(tmp_path / "firms.parquet")
    score_parquet(tmp_path / "firms.parquet", "hte", on="2026-11-24", verdicts=tmp_path / "out.parquet")
    streamed = pd.read_parquet(tmp_path / "out.parquet")
    assert streamed["passed"].astype(str).tolist() == scored.verdicts["passed"].astype(str).tolist()
    assert not ask_first(firms, "hte", on="2026-11-24").empty


def test_a_column_of_soft_cells_alone_is_kept() -> None:
    firms, _ = read_firms(pd.DataFrame({"企业编号": ["a"], "职工总数": ["约50人"]}), "tech-sme")
    assert firms[["employees_total_min", "employees_total_max"]].iloc[0].tolist() == [45, 55]
    assert "employees_total" in firms


def test_no_field_and_no_fact_is_named_as_a_companion() -> None:
    fields = {column.name for contract in (NEEDS, OUTCOMES, EXPERTS, WORKS) for column in contract.columns}
    for name in shipped():
        fields |= {column.name for column in firm_contract([load_policy(name)]).columns}
    assert not {field + end for field in fields for end in (LOW, HIGH, TEXT, STATE)} & fields


SOFT = pd.DataFrame(
    {
        "企业名称": ["虚构甲公司", "虚构乙公司"],
        "职工总数": ["60余人", "80"],
        "上年度销售收入（万元）": ["约4800", "1200"],
    }
)


def test_a_question_about_a_soft_fact_says_what_was_written() -> None:
    firms, policies = read_firms(SOFT, ["hte", "tech-sme"], on="2026-06-01").rows, ["hte", "tech-sme"]
    loaded = load_policies(policies)
    made, _ = sheets(firms, loaded, score(firms, policies, on="2026-06-01"), on=dt.date(2026, 6, 1))
    asked = made["要问的事实"].table
    told = asked.loc[asked["written"] != "", ["enterprise_id", "policy", "fact", "written"]].to_numpy().tolist()
    assert ["虚构甲公司", "科技型中小企业评价", "上年度销售收入", "约4800万元"] in told
    assert {row[0] for row in told} == {"虚构甲公司"}
    # what the table has is not asked for, though the other policy defines it otherwise
    own = asked[(asked["enterprise_id"] == "虚构乙公司") & (asked["policy"] == "科技型中小企业评价")]
    assert not {"employees_total", "sales_last_year"} & set(own["column"])
    for sheet in made.values():
        assert not [name for name in sheet.table if name.endswith((LOW, "_text", "_state"))]


def test_an_explanation_shows_what_was_written_and_between_what_it_lies() -> None:
    firms = read_firms(SOFT, "tech-sme", on="2026-06-01").rows
    answer = trace(firms, "tech-sme", "虚构甲公司", on="2026-06-01")
    facts = {fact["column"]: fact for rule in answer["rules"] for fact in rule["facts"]}
    assert facts["sales_last_year"] == {
        "column": "sales_last_year", "title": "上年度销售收入", "value": None,
        "low": 43_200_000, "high": 52_800_000, "written": "约4800万元",
    }  # fmt: skip
    assert facts["rd_staff"] == {"column": "rd_staff", "title": "科技人员数", "value": None}
    shown = dict(fact for rule in page_facts(answer)["rules"] for fact in rule["facts"])
    assert (shown["职工总数"], shown["科技人员数"]) == ("60余人", "未知")
    assert "上年度销售收入（表中写“约4800万元”）" in [fact["title"] for fact in page_facts(answer)["ask"]]
    bare = firms.drop(columns=[name for name in firms if name.endswith(TEXT)])
    shown = dict(fact for rule in page_facts(trace(bare, "tech-sme", "虚构甲公司", on="2026-06-01"))["rules"]
                 for fact in rule["facts"])  # fmt: skip
    assert shown["上年度销售收入"] == "43,200,000 至 52,800,000"
