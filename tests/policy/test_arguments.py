"""What callers may hand in: policies by name, folder or themselves, days, tables; and what they read when they err."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from matcher.errors import ArgumentError, ArgumentTypeError, MatcherError, PolicyError
from matcher.policy import (
    ask_first,
    cheapest,
    check_policy,
    list_policies,
    load_policy,
    read_firms,
    score,
    what_changes,
)
from matcher.policy.answers.minimal_changes import LEVERS
from matcher.policy.policy import load_policies, shipped
from matcher.policy.programmes.support_programmes import instruments
from matcher.policy.registers.firm_years import add_years
from matcher.tables.arguments import as_day

ON = dt.date(2026, 6, 1)
FIRMS = pd.DataFrame({"enterprise_id": ["a", "b"], "rd_staff": [9, None], "employees_total": [90, 80]})


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("hte", "hte"),
        ("HTE ", "hte"),
        ("高新技术企业", "hte"),
        ("高新技术企业认定", "hte"),
        ("高企", "hte"),
        ("科技型中小企业", "tech-sme"),
        ("专精特新", "srdi"),
        ("“小巨人”", "little-giant"),
        ("小巨人", "little-giant"),
        ("瞪羚", "gazelle-shandong"),
        ("瞪羚企业", "gazelle-shandong"),
        ("单项冠军企业", "single-champion"),
        (Path("unicorn"), "unicorn"),
    ],
)
def test_a_policy_by_its_id_title_or_short_name(name: Any, policy: str) -> None:
    assert load_policy(name).id == policy


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("htee", r"^没有名为“htee”的政策；您是不是指 hte（高新技术企业认定）？可用：academician-"),
        ("tech_sme", "您是不是指 tech-sme（科技型中小企业评价）？"),
        ("高新科技企业", "您是不是指 hte（高新技术企业认定）？"),
        ("培育", "您是不是指 hte-pool（高新技术企业培育库（可配置））、hte-pool-guangdong-2017（"),
        ("zzz", "^没有名为“zzz”的政策；可用："),
        ("", "^没有名为“”的政策；可用："),
    ],
)
def test_a_slip_gets_a_proposal(name: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words.replace("？", "[？]").replace("（", "[（]")):
        load_policy(name)


def test_every_short_name_stands_for_a_shipped_policy() -> None:
    from matcher.policy.language.loader import read_yaml

    short = read_yaml(next(iter(shipped().values())).parents[1] / "short_names.yaml")
    assert {load_policy(name).id for name in short} <= set(shipped())
    assert all(load_policy(name).id == policy for name, policy in short.items())
    assert all(load_policy(load_policy(name).title).id == name for name in shipped())


def test_one_policy_or_many_and_a_name_is_no_sequence_of_letters(tmp_path: Path) -> None:
    hte = load_policy("hte")
    assert [policy.id for policy in load_policies("hte")] == ["hte"]
    assert load_policies((hte, "专精特新", shipped()["unicorn"]))[0] is hte
    assert load_policies([]) == ()
    with pytest.raises(PolicyError, match="同一政策给出了两次"):
        load_policies(["hte", "高企"])
    with pytest.raises(PolicyError, match=r"中没有 policy\.yaml"):
        load_policies(tmp_path)
    for wrong in (3, None, {"hte"}, b"hte"):
        with pytest.raises(ArgumentTypeError, match=r"a name .* a folder, a Policy, or a sequence of these, not"):
            load_policies(wrong)  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match="a folder or a Policy, not int"):
        load_policies([3])  # type: ignore[list-item]


def test_every_function_takes_a_policy_in_each_form() -> None:
    hte = load_policy("hte")
    for policy in ("hte", "高企", shipped()["hte"], str(shipped()["hte"]), hte):
        assert set(score(FIRMS, policy, on=ON).summary["policy"]) == {"hte"}
        assert set(ask_first(FIRMS, policy, on=ON)["policy"]) == {"hte"}
        assert what_changes(FIRMS, policy, before="2015-01-01", after=ON)["policy"].tolist() == ["hte", "hte"]
        assert cheapest(FIRMS, policy, on=ON).empty
        assert read_firms(FIRMS, policy).rows["rd_staff"].tolist()[0] == 9
        assert add_years(
            FIRMS, pd.DataFrame({"企业编号": ["a"], "年度": [2025], "销售收入": [7]}), policy, on=ON
        ).firms["sales_y3"].tolist() == [7, None]
    for policy in (["hte", "专精特新"], [hte, load_policy("srdi")]):
        assert set(score(FIRMS, policy, on=ON).summary["policy"]) == {"hte", "srdi"}
    assert instruments(FIRMS, on=ON, policy="小升高")["instrument"].unique().tolist() == ["hte-newcomer-shandong"]
    assert check_policy("独角兽")["ok"].all()
    with pytest.raises(ArgumentTypeError, match="a Policy has no cases"):
        check_policy(hte)  # type: ignore[arg-type]
    assert len(score(FIRMS, [], on=ON).summary) == 0


def test_a_day_is_a_date_a_datetime_or_iso_text() -> None:
    stamp = pd.Timestamp("2026-06-01 10:00")
    for day in (ON, "2026-06-01", " 2026-06-01 ", dt.datetime(2026, 6, 1, 23), stamp):
        assert as_day(day) == ON
        assert type(as_day(day)) is dt.date
    assert list_policies(on=stamp).equals(list_policies(on="2026-06-01"))
    for wrong in ("1 June 2026", "2026-13-01", "", pd.NaT):
        with pytest.raises(ArgumentError, match="before is a day"):
            what_changes(FIRMS, "hte", before=wrong, after=ON)
    for other in (20260601, None, np.datetime64("2026-06-01")):
        with pytest.raises(ArgumentTypeError, match="on is a date, a datetime or ISO text such as 2026-11-24, not"):
            score(FIRMS, "hte", on=other)  # type: ignore[arg-type]


def test_a_wrong_kind_of_table_says_which_is_taken() -> None:
    for call in (
        lambda firms: score(firms, "hte", on=ON),
        lambda firms: ask_first(firms, "hte", on=ON),
        lambda firms: cheapest(firms, "hte", on=ON),
        lambda firms: what_changes(firms, "hte", before=ON, after=ON),
        lambda firms: instruments(firms, on=ON),
    ):
        with pytest.raises(ArgumentTypeError, match=r"firms is a DataFrame \(such as read_firms.*, not str"):
            call("firms.csv")
        with pytest.raises(ArgumentTypeError, match=r"firms is a DataFrame, not a whole Reading: give its \.rows"):
            call(read_firms(FIRMS, "hte"))
        with pytest.raises(ArgumentError, match="firms has the column 'rd_staff' twice"):
            call(pd.concat([FIRMS, FIRMS[["rd_staff"]]], axis=1))
    with pytest.raises(ArgumentError, match="firms has no column 'enterprise_id'; it has: rd_staff"):
        add_years(FIRMS[["rd_staff"]], pd.DataFrame({"年度": [2025]}), "hte", on=ON)
    with pytest.raises(ArgumentTypeError, match="levers is a sequence of Lever"):
        cheapest(FIRMS, "hte", on=ON, levers=LEVERS)  # type: ignore[arg-type]
    for kind, builtin in ((ArgumentError, ValueError), (ArgumentTypeError, TypeError)):
        assert issubclass(kind, MatcherError)
        assert issubclass(kind, builtin)


def test_both_tables_go_into_a_data_base_and_back() -> None:
    scored = score(FIRMS, ["hte", "srdi", "hte-rd-expense"], on=ON)
    with sqlite3.connect(":memory:") as base:
        for name in ("summary", "verdicts", "problems"):
            table: pd.DataFrame = getattr(scored, name)
            assert table.to_sql(name, base, index=False) == len(table)
            back = pd.read_sql(f"select * from {name}", base)
            assert list(back.columns) == list(table.columns)
            for column in table.columns:
                sent, kept = table[column], back[column]
                if sent.dtype.kind == "M":
                    kept = pd.to_datetime(kept).astype(sent.dtype)
                if sent.dtype.kind == "b":
                    kept = kept.astype(bool)
                pairs = zip(sent.astype(object), kept.astype(object), strict=True)
                assert all(one == two or (pd.isna(one) and pd.isna(two)) for one, two in pairs), (name, column)
        empty = score(FIRMS.head(0), "hte", on=ON)
        assert empty.verdicts.to_sql("nothing", base, index=False) == 0
