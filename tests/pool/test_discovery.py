"""Discovery: what is decided stays decided, what is known tells of what is not, equal inputs give equal lists."""

import numpy as np
import pandas as pd
import pytest
from made_up_city import ON, city
from other_cities import APART, MAKES, other_city
from scipy.special import ndtr, ndtri

from matcher import score
from matcher.pool.discovery.estimation import LISTED, discover
from matcher.pool.discovery.imputation import Latent, Margin


@pytest.fixture(scope="module")
def made():
    return city(600, seed=7)


def test_decided_firms_keep_their_decision(made):
    discovery = discover(made.seen, "hte", on=ON)
    decided = score(made.seen, "hte", on=ON).summary.set_index("enterprise_id")["decision"]
    listed = discovery.listed.set_index("enterprise_id")
    assert list(discovery.listed.columns) == list(LISTED)
    assert sorted(listed.index) == sorted(made.seen["enterprise_id"])
    assert discovery.listed["rank"].tolist() == list(range(1, 601))
    assert discovery.listed["chance"].is_monotonic_decreasing
    fails = decided[decided == "fails"].index
    assert (listed.loc[fails, "chance"] == 0).all()
    assert listed.loc[fails, "reasons"].str.startswith("不可能通过：").all()
    open_ = listed.loc[decided[decided == "unknown"].index]
    assert ((open_["chance"] > 0) & (open_["chance"] < 1)).any()
    assert discover(made.seen, "hte", on=ON).listed.equals(discovery.listed)


def test_full_facts_leave_the_judgement_alone(made):
    """Every fact and every expert's points known: 0 or 1 wherever the ranges of points decide."""
    listed = discover(made.full, "hte", on=ON).listed.set_index("enterprise_id")
    decided = score(made.full, "hte", on=ON).summary.set_index("enterprise_id")["decision"].astype(str)
    assert set(listed.loc[decided[decided == "passes"].index, "chance"]) <= {1.0}
    assert set(listed.loc[decided[decided == "fails"].index, "chance"]) == {0.0}


def test_no_firms_give_empty_tables(made):
    discovery = discover(made.seen.head(0), "hte", on=ON)
    assert len(discovery.listed) == 0
    assert discovery.expected.loc[0, ["firms", "expected", "low", "high"]].tolist() == [0, 0.0, 0.0, 0.0]


def test_a_margin_gives_back_its_shares():
    margin = Margin.of(np.array([0.0, 0, 0, 1]), np.zeros(0))
    drawn = margin.draw(np.random.default_rng(0).standard_normal(20000))
    assert abs(drawn.mean() - 0.25) < 0.01


def test_draws_follow_a_known_correlation():
    """Two normal quantities, correlation 0.8, half of the second hidden: its draws have mean 0.8 x, variance 0.36."""
    rng = np.random.default_rng(1)
    one = rng.standard_normal(4000)
    two = 0.8 * one + 0.6 * rng.standard_normal(4000)
    table = np.stack([one, np.where(np.arange(4000) % 2, two, np.nan)], axis=1)
    latent = Latent.settled(table, [np.zeros(0), np.zeros(0)], [], rng)
    slopes, spreads = [], []
    for _ in range(20):
        latent.sweep()
        drawn = latent.draw([])[::2, 1]
        slopes.append(np.polyfit(one[::2], drawn, 1)[0])
        spreads.append(np.var(drawn - slopes[-1] * one[::2]))
    assert abs(np.mean(slopes) - 0.8) < 0.04
    assert abs(np.mean(spreads) - 0.36) < 0.04


def test_conditions_that_go_together_are_met_together():
    """Six yes/no facts, a fifth yes, each of correlation 0.9 with one cause, two thirds hidden.

    All six hold for 6.9 %, and would for 0.006 % by chance; nine causes where there is one bring it down to 5.6 %.
    """
    rng = np.random.default_rng(2)
    cause = rng.standard_normal((3000, 1))
    facts = (0.9 * cause + np.sqrt(0.19) * rng.standard_normal((3000, 6)) > ndtri(0.8)).astype(float)
    grid = np.linspace(-8, 8, 4001)
    exact = np.average(ndtr((0.9 * grid - ndtri(0.8)) / np.sqrt(0.19)) ** 6, weights=np.exp(-(grid**2) / 2))
    table = np.where(rng.random(facts.shape) < 1 / 3, facts, np.nan)
    latent = Latent.settled(table, [np.zeros(0)] * 6, [], rng)
    together = []
    for _ in range(15):
        latent.sweep()
        drawn = np.stack([m.draw(x) for m, x in zip(latent.margins, latent.draw([]).T, strict=True)], axis=1)
        assert (drawn == table)[~np.isnan(table)].all()  # what is seen stays
        together.append(drawn.all(axis=1).mean())
    assert 0.7 < np.mean(together) / exact < 1.1


def test_a_known_part_of_an_unknown_whole_tells_the_share():
    """The whole varies little (log deviation 0.2), the share much (1.0), nothing else tells of it."""
    rng = np.random.default_rng(3)
    share, whole = np.exp(rng.standard_normal(3000)), np.exp(3 + 0.2 * rng.standard_normal(3000))
    hidden = np.arange(3000) % 2 == 0
    table = np.stack([np.where(hidden, np.nan, whole), np.where(hidden, np.nan, share)], axis=1)
    latent = Latent.settled(table, [np.zeros(0), np.zeros(0)], [], rng)
    drawn = latent.margins[1].draw(latent.draw([(1, 0, np.where(hidden, share * whole, np.nan))])[:, 1])
    assert np.corrcoef(np.log(drawn[hidden]), np.log(share[hidden]))[0, 1] > 0.65


@pytest.mark.parametrize("make", [*MAKES, APART])
def test_the_other_cities_obey_the_librarys_rules(make):
    made = other_city(400, make=make, veil="columns", seed=3)
    decided = score(made.full, "hte", on=ON).summary["decision"].astype(str).to_numpy()
    assert not made.passes[decided == "fails"].any()
    assert made.passes[decided == "passes"].all()
    assert 0.005 < made.passes.mean() < 0.05


def test_the_plain_rules_of_the_made_up_city_are_the_librarys(made):
    decided = score(made.full, "hte", on=ON).summary["decision"].astype(str).to_numpy()
    assert not made.passes[decided == "fails"].any()
    assert made.passes[decided == "passes"].all()


def test_the_command_writes_the_list(pool, made):
    made.seen.head(300).to_csv("城市.csv", index=False)
    words = ("discover", "城市.csv", "--policy", "高企", "--on", "2026.11.24", "-o")
    status, out = pool(*words, "名单.csv")
    assert status == 0, out
    assert out.startswith("300 家企业；预计通过")
    listed = pd.read_csv("名单.csv")
    assert list(listed.columns) == list(LISTED)
    assert len(listed) == 300
    assert pool(*words, "城市.csv") == (2, "“城市.csv”就是输入文件“城市.csv”，写入会毁掉原始数据；请换一个输出文件名")
    assert pool(*words[:3], "高企啊", *words[4:], "名单.csv")[0] == 2


def test_a_list_for_people_has_names_and_assumptions(pool, made):
    made.seen.head(300).assign(name=[f"甲{n}" for n in range(300)]).to_csv("城市.csv", index=False)
    (pd.DataFrame({"字段": ["rd_staff"], "最低": [0], "最可能": [0.1], "最高": [0.5]})).to_csv("假设.csv", index=False)
    words = ("discover", "城市.csv", "--policy", "hte", "--on", "2026-11-24", "-o", "名单.xlsx", "--assume")
    assert pool(*words, "假设.csv")[0] == 0
    sheets = pd.read_excel("名单.xlsx", sheet_name=None, engine="openpyxl")
    assert list(sheets) == ["走访名单", "预计通过", "假设", "问题", "列的去向", "说明"]
    assert list(sheets["走访名单"].columns[:6]) == ["名次", "企业编号", "企业名称", "通过的可能", "理由", "先问什么"]
    (pd.DataFrame({"字段": ["rd_staff"], "最低": [0.4], "最可能": [0.1], "最高": [0.5]})).to_csv(
        "假设.csv", index=False
    )
    assert pool(*words, "假设.csv") == (2, "假设的取值须为 最低 ≤ 最可能 ≤ 最高：rd_staff")
    (pd.DataFrame({"字段": ["rd_staff"], "最低": [0.4]})).to_csv("假设.csv", index=False)
    assert pool(*words, "假设.csv") == (2, "假设.csv：每一行都须填写 最可能、最高")
