"""Discovery: what is decided stays decided, what is known tells of what is not, equal inputs give equal lists."""

import numpy as np
import pandas as pd
import pytest
from evaluate_thin_lists import made_up
from made_up_city import ON, city
from other_cities import APART, MAKES, other_city
from scipy.special import ndtr, ndtri

from matcher import score
from matcher.errors import ArgumentError, TableError
from matcher.policy.firms.table import read_firms
from matcher.pool.book.tables import REGISTRY
from matcher.pool.discovery.chances import Tally, chances_of, together
from matcher.pool.discovery.estimation import LISTED, discover
from matcher.pool.discovery.imputation import Groups, Held, Latent, Margin
from matcher.pool.discovery.technology import Industries, industry_code, technology_scores


@pytest.fixture(scope="module")
def made():
    return city(600, seed=7)


def free(size):
    """Nothing is held."""
    return Held(np.zeros(0, int), np.zeros(size), np.zeros(0), np.zeros(0))


@pytest.fixture(scope="module")
def thin():
    """Name, scope, capital and date of 400 firms, as read."""
    return read_firms(made_up(400), "hte", on=ON, extra=REGISTRY).rows


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
    latent = Latent.settled(table, [np.zeros(0), np.zeros(0)], Groups(), rng, free(4000))
    slopes, spreads = [], []
    for _ in range(20):
        latent.sweep()
        drawn = next(latent.draw([]))[::2, 1]
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
    latent = Latent.settled(table, [np.zeros(0)] * 6, Groups(), rng, free(3000))
    together = []
    for _ in range(15):
        latent.sweep()
        drawn = np.stack([m.draw(x) for m, x in zip(latent.margins, next(latent.draw([])).T, strict=True)], axis=1)
        assert (drawn == table)[~np.isnan(table)].all()  # what is seen stays
        together.append(drawn.all(axis=1).mean())
    assert 0.7 < np.mean(together) / exact < 1.1


@pytest.mark.parametrize(("pull", "low", "high"), [(0.7, 0.35, 0.6), (0.0, -0.1, 0.15)])
def test_facts_hardly_seen_together_hang_together_as_others_do(pull, low, high):
    """Twelve facts follow one cause alike; eight are seen of a fifth of 1,000 firms, the others of 50.

    The true correlations are 0.49, or none. With loadings that are drawn around nothing the four keep 0.25 of 0.49.
    """
    found = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        facts = pull * rng.standard_normal((1000, 1)) + np.sqrt(1 - pull**2) * rng.standard_normal((1000, 12))
        table = np.where(rng.random(facts.shape) < np.repeat([0.2, 0.05], [8, 4]), facts, np.nan)
        latent = Latent.settled(table, [np.zeros(0)] * 12, Groups(range(12)), rng, free(1000))
        for _ in range(15):
            latent.sweep()
            rare = next(latent.draw([]))[:, 8:]
            found.append(np.corrcoef(rare.T)[np.triu_indices(4, 1)].mean())
    assert low < np.mean(found) < high


def test_a_known_part_of_an_unknown_whole_tells_the_share():
    """The whole varies little (log deviation 0.2), the share much (1.0), nothing else tells of it."""
    rng = np.random.default_rng(3)
    share, whole = np.exp(rng.standard_normal(3000)), np.exp(3 + 0.2 * rng.standard_normal(3000))
    hidden = np.arange(3000) % 2 == 0
    table = np.stack([np.where(hidden, np.nan, whole), np.where(hidden, np.nan, share)], axis=1)
    latent = Latent.settled(table, [np.zeros(0), np.zeros(0)], Groups(), rng, free(3000))
    drawn = latent.margins[1].draw(next(latent.draw([(1, 0, np.where(hidden, share * whole, np.nan))]))[:, 1])
    assert np.corrcoef(np.log(drawn[hidden]), np.log(share[hidden]))[0, 1] > 0.65


def test_what_nobody_shows_comes_back_as_it_is_assumed():
    """Accidents of 3 % stay at 3 %; a fact that goes with a lead has its assumed share over all firms, and a slope."""
    rng = np.random.default_rng(4)
    size = 4000
    lead = rng.standard_normal(size)
    seen = rng.standard_normal(size)
    table = np.stack([seen, np.full(size, np.nan), np.full(size, np.nan)], axis=1)
    held = Held(np.array([1, 2]), lead - lead.mean(), np.array([0.0, 0.8]), np.array([0.0, 0.3]))
    stand = [np.zeros(0), np.repeat([1.0, 0.0], [30, 970]), np.repeat([1.0, 0.0], [300, 700])]
    latent = Latent.settled(table, stand, Groups(), rng, held)
    drawn = []
    for _ in range(10):
        latent.sweep()
        drawn += [np.stack([m.draw(x) for m, x in zip(latent.margins, y.T, strict=True)]) for y in latent.draw([], 4)]
    shares = np.mean([d[1:].mean(axis=1) for d in drawn], axis=0)
    assert abs(shares[0] - 0.03) < 0.003
    assert abs(shares[1] - 0.3) < 0.01
    of_field = np.mean([d[2] for d in drawn], axis=0)
    assert of_field[lead > 1].mean() > 0.55
    assert of_field[lead < -1].mean() < 0.08


def test_a_thin_list_is_ordered_by_scope_and_two_seeds_agree(thin):
    one, other = (discover(thin, "hte", on=ON, rng=seed) for seed in (0, 1))
    chance = [each.listed.set_index("enterprise_id")["chance"] for each in (one, other)]
    assert chance[0].rank().corr(chance[1].rank()) > 0.9
    assert len(set(one.listed["enterprise_id"][:40]) & set(other.listed["enterprise_id"][:40])) >= 32
    assert one.listed["rank"].tolist() == list(range(1, 401))
    assert one.by_text
    near = pd.Series(technology_scores(thin, Industries.load()), index=thin["enterprise_id"])
    old = thin.loc[pd.to_datetime(thin["registered_on"]).dt.year < ON.year - 3, "enterprise_id"]
    assert near[old].rank().corr(chance[0][old].rank()) > 0.9
    assert not one.listed["reasons"].str.contains("最可能不足").any()  # nothing is known that could be lacking


def test_without_founding_dates_an_age_is_drawn(thin):
    bare = thin.drop(columns=["registered_on"])
    discovery = discover(bare, "hte", on=ON)
    assert (discovery.listed["chance"] > 0).all()
    row = discovery.assumed.set_index("column").loc["registered_on"]
    assert row.tolist() == ["注册成立日期（距今年数）", 0.0, 6.0, 25.0]


def test_a_year_alone_is_a_date_within_it():
    """Founded in 2026: on no day a year old; in 2025: perhaps; in 2020: surely."""
    rows = made_up(60)
    rows["成立日期"] = ["2026", "2025", "2020年"] * 20
    firms = read_firms(rows, "hte", on=ON, extra=REGISTRY).rows
    chance = discover(firms, "hte", on=ON).listed.set_index("enterprise_id")["chance"].sort_index().to_numpy()
    assert (chance[::3] == 0).all()
    assert (chance[1::3] > 0).all()
    assert (chance[2::3] > 0).all()


def test_where_another_seed_gives_another_order_no_rank_is_shown(pool):
    table = made_up(60)[["企业编号", "成立日期"]].assign(成立日期="2015-03-01")
    table.to_csv("名录.csv", index=False)
    status, out = pool("discover", "名录.csv", "--policy", "hte", "--on", "2026-11-24", "-o", "名单.csv")
    assert status == 0, out
    assert "因此不给名次" in out
    assert pd.read_csv("名单.csv")["rank"].isna().all()


def test_chances_lose_what_draws_leave_to_luck():
    """True chances follow one feature; 20 states of 4,000 firms: near the truth, far nearer than the draws."""
    rng = np.random.default_rng(5)
    feature = rng.standard_normal(4000)
    truth = 0.01 * np.exp(feature)
    halves = []
    for _ in range(2):
        half = Tally.none(["a"], (4000, 1))
        passed = rng.binomial(10, np.minimum(truth, 1)).astype(float)
        half.states += 10
        half.passes += passed
        half.joint += passed
        half.expected += 10 * feature[:, None]
        halves.append(half)
    chance, agreement = chances_of((halves[0], halves[1]), np.zeros((4000, 0)), np.arange(4000))
    assert np.abs(np.log(chance / truth)).mean() < 0.2
    assert agreement > 0.95
    assert abs(chance.sum() / truth.sum() - 1) < 0.1


def test_conditions_joined_as_the_policy_says():
    holds = {"a": np.array([0.5]), "b": np.array([0.2]), "c": np.array([0.1])}
    assert together({"all": ["a", {"any": ["b", "c"]}]}, holds) == pytest.approx(0.5 * (1 - 0.8 * 0.9))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(
            ("C3973", "3973"),
            ("3973", "3973"),
            ("397", "397"),
            ("制造业", "C"),
            ("软件和信息技术服务业", "65"),
            ("", ""),
        ),
        *(("信息传输,软件和信息技术服务业", "I"), ("餐饮", "62"), ("C39 计算机制造", "39"), ("不知道", "")),
    ],
)
def test_an_industry_is_found_by_code_or_name(text, code):
    assert industry_code(text) == code


def test_an_industry_table_replaces_the_assumption(tmp_path):
    firms = pd.DataFrame({"enterprise_id": ["a", "b"], "industry": ["餐饮业", "C39"]})
    shipped = technology_scores(firms, Industries.load())
    assert shipped[0] < shipped[1]
    own = Industries.load(pd.DataFrame({"行业代码": ["H", "39"], "占比": ["80%", "5%"]}))
    given = technology_scores(firms, own)
    assert given == pytest.approx([ndtri(0.8), ndtri(0.05)])
    with pytest.raises(TableError, match="不是 GB/T 4754-2017 的行业代码或名称：木星"):
        Industries.load(pd.DataFrame({"行业": ["木星"], "占比": [0.1]}))
    with pytest.raises(TableError, match="每一行都须填写占比"):
        Industries.load(pd.DataFrame({"行业": ["H"], "占比": [None]}))


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


def test_registers_of_rights_and_contracts_are_read(pool):
    """Rights are registered whole: the firm without any cannot pass; a licence is a conversion, a service none."""
    made_up(30).to_csv("名录.csv", index=False)
    ids = made_up(30)["企业编号"].tolist()
    right = {"类别": "发明专利", "获得方式": "自主研发", "授权公告日": "2024-05-17"}
    rows = [{"企业编号": one, "专利号": f"ZL20211012345{k}.2", **right} for k, one in enumerate(ids[:2])]
    pd.DataFrame(rows).to_csv("专利.csv", index=False)
    deal = {"签订日期": "2025-01-12", "申请日期": "2025-01-19", "登记日期": "2025-02-05", "买方": "虚构大学"}
    deals = [
        {"合同编号": "H1", "项目名称": "床身减振", "合同类别": "技术许可", "卖方": ids[0], **deal},
        {"合同编号": "H2", "项目名称": "巡检", "合同类别": "技术服务", "卖方": ids[1], **deal},
    ]
    pd.DataFrame(deals).assign(**{"合同成交额（万元）": 50, "技术交易额（万元）": 40}).to_csv("合同.csv", index=False)
    words = (
        "discover",
        "名录.csv",
        "-p",
        "hte",
        "--on",
        "2026-11-24",
        "-o",
        "名单.xlsx",
        "--register",
        "contracts=合同.csv",
    )
    status, out = pool(*words, "--register", "知识产权=专利.csv", "--complete", "rights")
    assert status == 0, out
    sheets = pd.read_excel("名单.xlsx", sheet_name=None, engine="openpyxl")
    assert list(sheets)[3:6] == ["登记表警示", "登记表归集", "登记表归户"]
    why = sheets["走访名单"].set_index("企业编号")["理由"]
    lacking = why.str.startswith("不可能通过：") & why.str.contains("知识产权")
    assert lacking[ids[2:]].all()
    assert not lacking[ids[:2]].any()
    facts = sheets["登记表归集"].set_index(["企业编号", "列名"])["采用"].astype(str)
    assert facts[(ids[0], "class1_ip")] == "1"
    assert facts[(ids[2], "class1_ip")] == "0"
    assert facts[(ids[0], "conversions_3y")] == "1"
    assert (ids[1], "conversions_3y") not in facts.index
    assert pool(*words[:-1], "deals=合同.csv")[0] == 2
    assert pool(*words, "--complete", "conversions")[0] == 2


def test_assumptions_of_no_fact_and_ids_missing_or_twice_are_refused():
    firms = pd.DataFrame({"enterprise_id": ["A", "B"], "resident": ["是"] * 2})
    with pytest.raises(ArgumentError, match=r"^假设中有“.+”没有的字段：“rd_staf”（最接近的是“rd_staff”）$"):
        discover(firms, "hte", on="2026-11-24", assume={"rd_staf": (0, 50, 90), "share": (0, 0.5, 1)})
    with pytest.raises(ArgumentError, match="rng must be at least 0, not -1"):
        discover(firms, "hte", on="2026-11-24", rng=-1)
    for ids in (["A", "A"], ["A", None]):
        with pytest.raises(TableError, match="编号"):
            discover(firms.assign(enterprise_id=ids), "hte", on="2026-11-24")


def test_the_order_of_the_table_does_not_matter(made):
    firms = made.seen.head(120)
    one, other = (discover(table, "hte", on=ON) for table in (firms, firms.sample(frac=1, random_state=0)))
    pd.testing.assert_frame_equal(one.listed, other.listed)
    pd.testing.assert_frame_equal(one.expected, other.expected)


def test_a_list_for_people_has_names_and_assumptions(pool, made):
    named = made.seen.head(300).assign(name=[f"甲{n}" for n in range(300)])
    staff = np.ceil(named["rd_staff"].astype(float))  # below one person no number of them is sure
    named.assign(rd_staff=staff).to_csv("城市.csv", index=False)
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
