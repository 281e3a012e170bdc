"""What to ask first, the cheapest way to pass, and what a new edition changes."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from matcher.errors import ArgumentError
from matcher.export.pages import page_bytes
from matcher.policy.answers.advice import ask_first, open_readings
from matcher.policy.answers.edition_changes import what_changes
from matcher.policy.answers.explanation import page_facts, trace
from matcher.policy.answers.minimal_changes import LEVERS, Lever, cheapest
from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import load_policy, shipped
from matcher.policy.scoring import score

ON = dt.date(2026, 6, 1)


def base(policy: str, **changes: Any) -> dict[str, Any]:
    facts = read_yaml(shipped()[policy] / "cases.yaml")["bases"]["good"]
    return {"enterprise_id": "a", **facts, **changes}


def test_only_facts_that_are_missing_and_matter_are_asked_and_the_most_telling_comes_first() -> None:
    firms = pd.DataFrame(
        [
            base("hte", enterprise_id="decided"),
            base("hte", enterprise_id="one", resident=None, standards_participation=None),
            base("hte", enterprise_id="two", resident=None, in_field=None),
            base("hte", enterprise_id="fails", resident="no", in_field=None),
        ]
    )
    asked = ask_first(firms, "hte", on=ON)
    assert ask_first(firms.head(0), "hte", on=ON).dtypes.equals(asked.dtypes)
    asked_for = [(row.enterprise_id, row.rank, row.column, row.settles) for row in asked.itertuples()]
    assert asked_for == [
        ("one", 1, "resident", 1.0),
        ("two", 1, "resident", 0.5),
        ("two", 2, "in_field", 0.5),
    ]


def test_a_day_is_asked_for_only_where_it_is_known_that_there_is_one() -> None:
    none = base("hte-may-apply", hte_cancelled=None, hte_applied="yes")
    asked = ask_first(pd.DataFrame([none]), "hte-may-apply", on=ON)
    assert sorted(asked["column"]) == ["hte_applied_on", "hte_cancelled"]


def case(policy: str, base: str, **changes: Any) -> pd.DataFrame:
    facts = read_yaml(shipped()[policy] / "cases.yaml")["bases"][base]
    return pd.DataFrame([{"enterprise_id": "a", **facts, **changes}])


def test_a_university_is_asked_nothing_of_firms_and_the_reading_is_named() -> None:
    qingdao = case("key-laboratory-qingdao", "school", equipment=9_999_999)
    assert ask_first(qingdao, "key-laboratory-qingdao", on="2026-11-24").empty
    readings = open_readings(qingdao, "key-laboratory-qingdao", on="2026-11-24")
    title = "先选定读法：“原则上”的一项（设备原值1000万元）达不到时（可选 in_principle=strict 按不符合）"
    assert readings.values.tolist() == [["a", "key-laboratory-qingdao", "in_principle", title]]
    assert trace(qingdao, "key-laboratory-qingdao", "a", on="2026-11-24")["ask"] == [
        {"column": "in_principle", "title": title}
    ]
    linyi = case("key-laboratory-linyi", "school", lab_area=None)
    assert ask_first(linyi, "key-laboratory-linyi", on="2026-11-24")["column"].tolist() == ["lab_area"]
    unsaid = case("key-laboratory-qingdao", "school", host_type=None)
    asked = ask_first(unsaid, "key-laboratory-qingdao", on="2026-11-24")["column"].tolist()
    assert asked == ["host_type", "rd_expense_3y", "main_revenue_3y"]


def test_a_nomination_is_asked_nothing_of_other_prizes() -> None:
    person = case("award-shandong", "good", award="youth", applied_since=None, units=None, first_unit_share=None)
    asked = ask_first(person, "award-shandong", on="2025-03-31")
    assert asked["column"].tolist() == ["birth_on", "sex"]
    assert open_readings(person, "award-shandong", on="2025-03-31").empty  # facts come first
    woman = person.assign(birth_on="1980-01-01", sex="female")
    assert ask_first(woman, "award-shandong", on="2025-03-31").empty
    assert open_readings(woman, "award-shandong", on="2025-03-31")["title"].tolist() == [
        "“青年奖男性候选人未满40周岁（女性的界限未见）”条文没有写清，请向主管部门核实"
    ]


@pytest.mark.parametrize("policy", ["award-shandong", "key-laboratory-linyi", "conversion-loan-shandong", "srdi"])
def test_no_fact_that_can_settle_an_answer_is_left_out(policy: str) -> None:
    rng = np.random.default_rng(3)
    bases = list(read_yaml(shipped()[policy] / "cases.yaml")["bases"].values())
    rows = []
    for number in range(40):
        facts = {**bases[number % len(bases)]}
        for name in rng.choice(sorted(facts), size=len(facts) // 2, replace=False):
            facts[str(name)] = None
        rows.append({"enterprise_id": str(number), **facts})
    firms = pd.DataFrame(rows)
    asked = ask_first(firms, policy, on=ON)
    asked_of = asked.groupby("enterprise_id")["column"].agg(set).to_dict()
    open_ = score(firms, policy, on=ON).summary.set_index("enterprise_id")["decision"] == "unknown"
    assert set(asked_of) <= set(open_.index[open_])
    assert len(asked_of) > 5
    yes_no = [name for name, column in load_policy(policy).columns.items() if column.kind == "yesno"]
    tried = 0
    for firm in firms[firms["enterprise_id"].map(open_)].to_dict("records"):
        for name in yes_no:
            if pd.isna(firm.get(name)) and name not in asked_of.get(firm["enterprise_id"], set()):
                answers = score(pd.DataFrame([{**firm, name: cell} for cell in ("yes", "no")]), policy, on=ON)
                assert set(answers.summary["decision"]) == {"unknown"}, (firm, name)
                tried += 1
    assert tried > 5


def test_a_firm_with_everything_known_is_asked_nothing() -> None:
    assert ask_first(pd.DataFrame([base("tech-sme")]), "tech-sme", on=ON).empty


def test_the_cheapest_way_moves_staff_before_it_hires() -> None:
    firms = pd.DataFrame([base("tech-sme", rd_staff=9, class1_ip=1)])
    plan = cheapest(firms, "tech-sme", on=ON, proposals=2)
    assert [(row.lever, row.before, row.after, row.total_cost) for row in plan.itertuples()] == [
        ("move_staff", 9.0, 10.0, 20_000.0),
        ("hire_staff", 9.0, 11.0, 300_000.0),
        ("hire_staff", 100.0, 102.0, 300_000.0),
    ]


def test_the_ways_of_a_policy_serve_what_extends_it() -> None:
    firms = pd.DataFrame([base("hte-zhejiang", rd_staff=9)])
    plan = cheapest(firms, "浙江高企", on="2026-08-01", proposals=1)
    assert [(row.lever, row.before, row.after) for row in plan.itertuples()] == [("move_staff", 9.0, 10.0)]


def test_what_takes_too_long_is_left_out_and_limits_hold() -> None:
    firms = pd.DataFrame([base("tech-sme", class2_ip=0, rd_expense_last_year=4_000_000)])
    slow = cheapest(firms, "tech-sme", on=ON)
    assert slow["lever"].tolist()[0] == "class2"
    soon = cheapest(firms, "tech-sme", on=ON, within_days=59)
    assert soon.empty
    levers = [Lever("class2", "Ⅱ类", {"class2_ip": 1}, 10, most=1), Lever("rd", "研发", {"rd_expense_last_year": 1}, 1)]
    plan = cheapest(firms, "tech-sme", on=ON, levers=levers)
    assert plan[plan["proposal"] == 1][["lever", "after"]].values.tolist() == [["rd", 5_000_000.0]]


def test_a_firm_that_passes_or_that_nothing_helps_has_no_proposal() -> None:
    firms = pd.DataFrame([base("tech-sme"), base("tech-sme", enterprise_id="b", resident="no")])
    assert cheapest(firms, "tech-sme", on=ON).empty


def test_a_lever_on_an_unknown_column_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        cheapest(pd.DataFrame([base("hte")]), "hte", on=ON, levers=[Lever("x", "x", {"nonsense": 1}, 1)])


def test_a_policy_without_default_levers_asks_for_them() -> None:
    with pytest.raises(ValueError, match="no default levers for unicorn"):
        cheapest(pd.DataFrame([base("unicorn")]), "unicorn", on=ON)


def _random_firm(rng: np.random.Generator, number: int) -> dict[str, Any]:
    return base(
        "tech-sme",
        enterprise_id=str(number),
        employees_total=float(rng.integers(20, 60)),
        rd_staff=float(rng.integers(0, 12)),
        class1_ip=0,
        class2_ip=int(rng.integers(0, 3)),
        sales_last_year=100,
        cost_expense=1000,
        rd_expense_last_year=int(rng.integers(0, 6)),
    )


def test_no_exhaustive_search_is_cheaper_and_every_proposal_passes() -> None:
    rng = np.random.default_rng(5)
    firms = pd.DataFrame([_random_firm(rng, n) for n in range(200)])
    levers = [
        Lever("rd", "研发", {"rd_expense_last_year": 1}, 7.0, most=5),
        Lever("move", "转岗", {"rd_staff": 1}, 3.0, most=6),
        Lever("hire", "新聘", {"rd_staff": 1, "employees_total": 1}, 4.0, most=4),
        Lever("class2", "Ⅱ类", {"class2_ip": 1}, 5.0, most=3),
    ]
    plans = cheapest(firms, "tech-sme", on=ON, levers=levers, most_changes=4, proposals=2)
    best = plans[plans["proposal"] == 1].groupby("enterprise_id")["total_cost"].first().to_dict()
    units = list(itertools.product(*(range(int(lever.most) + 1) for lever in levers)))
    costs = np.array([sum(n * lever.cost for n, lever in zip(row, levers, strict=True)) for row in units])
    compared = 0
    for firm in firms.to_dict("records"):
        tried = pd.DataFrame([firm] * len(units))
        tried["enterprise_id"] = [str(n) for n in range(len(units))]
        for place, lever in enumerate(levers):
            for name in lever.change:
                tried[name] = tried[name].astype(float) + np.array([row[place] for row in units], dtype=float)
        passes = (score(tried, "tech-sme", on=ON).summary["decision"] == "passes").to_numpy()
        if passes[0]:
            assert firm["enterprise_id"] not in best
            continue
        if not passes.any():
            assert firm["enterprise_id"] not in best
            continue
        compared += 1
        assert best[firm["enterprise_id"]] == costs[passes].min(), firm
    assert compared > 100
    _apply_and_check(firms, plans, "tech-sme", "passes")


def _apply_and_check(firms: pd.DataFrame, plans: pd.DataFrame, policy: str, wanted: str) -> None:
    changed = []
    for (firm, _), part in plans.groupby(["enterprise_id", "proposal"]):
        row = firms[firms["enterprise_id"] == firm].iloc[0].to_dict()
        for change in part.to_dict("records"):
            row[change["column"]] = float(row[change["column"]]) + change["after"] - change["before"]
            if policy == "hte" and change["lever"] in ("class1", "class2"):
                row["ip_own_rd"], row["ip_only_acquired"] = "yes", "no"
        changed.append(row)
    again = score(pd.DataFrame(changed), policy, on=ON)
    assert (again.summary["decision"] == wanted).all()


def test_hte_proposals_pass_when_applied() -> None:
    rng = np.random.default_rng(2)
    firms = pd.DataFrame(
        [
            base(
                "hte",
                enterprise_id=str(n),
                rd_staff=float(rng.integers(1, 14)),
                class1_ip=int(rng.integers(0, 2)),
                class2_ip=int(rng.integers(0, 4)),
                rd_expense_y3=int(rng.integers(0, 3_000_000)),
                rd_domestic_3y=6_000_000,
                conversions_3y=int(rng.integers(3, 16)),
                hightech_income_last_year=int(rng.integers(20_000_000, 50_000_000)),
            )
            for n in range(20)
        ]
    )
    plans = cheapest(firms, "hte", on=ON)
    assert plans["enterprise_id"].nunique() > 10
    _apply_and_check(firms, plans, "hte", "passes")
    assert (plans["decision"] == "passes").all()


def test_default_levers_change_columns_that_their_policy_reads() -> None:
    for name, levers in LEVERS.items():
        columns = load_policy(name).columns
        assert all(set(lever.change) | set(lever.sets) <= set(columns) for lever in levers)


def test_a_new_edition_is_reported_firm_by_firm() -> None:
    firms = pd.DataFrame([base("srdi"), base("srdi", enterprise_id="b", niche_years=2.5)])
    changed = what_changes(firms, ["srdi"], before="2026-03-31", after="2026-04-01")
    assert changed[
        ["enterprise_id", "edition_before", "edition_after", "decision_before", "decision_after"]
    ].values.tolist() == [
        ["a", "2022-63", "2026-2", "passes", "passes"],
        ["b", "2022-63", "2026-2", "passes", "fails"],
    ]
    assert changed["rules"][1].startswith("niche_years: pass -> fail; ")
    assert what_changes(firms, ["srdi"], before="2026-04-01", after="2026-05-01").empty


def test_a_trace_shows_facts_sources_and_escapes_names() -> None:
    firms = pd.DataFrame([base("hte", name="<b>甲&乙</b>", rd_staff=9, resident=None)])
    answer = trace(firms, "hte", "a", on="2026-06-01")
    staff = next(rule for rule in answer["rules"] if rule["rule"] == "staff")
    assert (staff["passed"], staff["value"], staff["limit"], round(staff["gap"], 9)) == ("fail", 0.09, 0.1, 1.0)
    assert staff["facts"] == [
        {"column": "rd_staff", "title": "科技人员数", "value": 9.0},
        {"column": "employees_total", "title": "职工总数", "value": 100.0},
    ]
    assert "第十一条（四）" in staff["source"]
    page = page_bytes("trace", page_facts(answer)).decode()
    assert "&lt;b&gt;甲&amp;乙&lt;/b&gt;" in page
    assert "<b>甲" not in page
    with pytest.raises(ArgumentError, match="表中没有企业编号“nobody”"):
        trace(firms, "hte", "nobody", on=ON)


def test_a_scoring_takes_the_place_of_the_table_and_the_day() -> None:
    firms = pd.DataFrame(
        [
            {**base("hte", resident=None, rd_staff=9), **base("tech-sme", rd_expense_last_year=4_000_000)},
            {**base("hte", enterprise_id="b", in_field=None), **base("tech-sme", enterprise_id="b", resident=None)},
        ]
    )
    firms["apply_on"] = ["2026-05-01", None]
    scored = score(firms, ["hte", "tech-sme"], on=ON)
    for name in ("hte", "tech-sme"):
        pd.testing.assert_frame_equal(ask_first(scored, name), ask_first(firms, name, on=ON))
        pd.testing.assert_frame_equal(cheapest(scored, name), cheapest(firms, name, on=ON))
    assert len(ask_first(scored, "高企")) == 2
    with pytest.raises(ArgumentError, match="leave `on` out"):
        ask_first(scored, "hte", on=ON)
    with pytest.raises(ArgumentError, match="on is needed"):
        ask_first(firms, "hte")
    with pytest.raises(ArgumentError, match="the scoring is of hte, tech-sme, not of"):
        cheapest(scored, "srdi")
    other = load_policy("hte", readings={"growth_at_five_percent": "annex4"})
    with pytest.raises(ArgumentError, match="the scoring is of hte, tech-sme"):
        ask_first(scored, other)
    assert ask_first(score(firms, other, on=ON), "hte")["column"].tolist() == ["resident", "in_field"]
