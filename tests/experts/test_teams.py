"""Points of a need, and the teams that cover them: whole answers, and the order against every possible team."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.experts.teams import find_teams, fits_from, point_needs, points_of


@pytest.mark.parametrize(
    ("text", "points"),
    [
        (
            "需解决：1.轴承寿命提高20%；2. 噪声低于1.5分贝；3、降低成本。",
            ["轴承寿命提高20%", "噪声低于1.5分贝", "降低成本。"],
        ),
        ("（1）耐高温涂层\n（2）在线检测\n（10）不按顺序", ["耐高温涂层", "在线检测\n（10）不按顺序"]),
        ("一、材料：1.铝 2.钛\n二、工艺", ["材料：1.铝 2.钛", "工艺"]),
        ("①节能②减排", ["节能", "减排"]),
        ("第一，提纯。第二，干燥。", ["提纯。", "干燥。"]),
        ("十年经验。1.只有一条", ["十年经验。", "只有一条"]),
        ("去除重金属。回收率高。", ["去除重金属。", "回收率高。"]),
        ("产量2.5万吨，1.2米宽", ["产量2.5万吨，1.2米宽"]),
        ("", []),
        ("。。", []),
    ],
)
def test_points(text, points):
    assert points_of(text) == points


NEEDS = pd.DataFrame(
    {
        "need_id": ["N1", "N2", "N3"],
        "title": ["轴承", "除尘", ""],
        "description": ["1.材料 2.润滑 3.检测", "", ""],
        "region": ["兰山区", "罗庄区", "河东区"],
    }
)


def test_a_need_becomes_one_row_a_point():
    expected = pd.DataFrame(
        [
            ("N1#1", "N1", 1, "轴承", "材料", "兰山区"),
            ("N1#2", "N1", 2, "轴承", "润滑", "兰山区"),
            ("N1#3", "N1", 3, "轴承", "检测", "兰山区"),
            ("N2#1", "N2", 1, "", "除尘", "罗庄区"),
        ],
        columns=["need_id", "of_need_id", "point", "title", "description", "region"],
    )
    points = point_needs(NEEDS)
    pd.testing.assert_frame_equal(points, expected, check_dtype=False)
    assert point_needs(points) is points


def test_a_ranking_of_points_becomes_fits():
    ranked = pd.DataFrame(
        {
            "need_id": ["N1#1", "N1#2", "A#3#12"],
            "expert_id": ["E1", "", "E2"],
            "probability": [0.5, np.nan, 0.25],
            "good_match": [True, False, False],
        }
    )
    expected = pd.DataFrame(
        {"need_id": ["N1", "A#3"], "point": [1, 12], "expert_id": ["E1", "E2"], "score": [0.5, 0.25],
         "good_match": [True, False]}
    )  # fmt: skip
    pd.testing.assert_frame_equal(fits_from(ranked, score="probability"), expected, check_dtype=False)
    with pytest.raises(TableError, match="需求编号“N1”没有要点序号"):
        fits_from(ranked.assign(need_id="N1", score=1.0))
    with pytest.raises(TableError, match=r"^匹配结果缺少这些列：who_id、score$"):
        fits_from(ranked, who="who_id")


def fits_of(*rows):
    return pd.DataFrame(rows, columns=["need_id", "point", "expert_id", "score"])


FITS = fits_of(
    ("N1", 1, "E1", 0.9),
    ("N1", 2, "E1", 0.6),
    ("N1", 2, "E2", 0.8),
    ("N1", 3, "E2", 0.7),
    ("N1", 3, "E3", 0.95),
    ("N1", 1, "E4", 0.4),
    ("N2", 1, "E4", 0.3),
)


def test_teams_with_reasons():
    result = find_teams(NEEDS, FITS, at_least=0.5, k=2, names={"E1": "王工"})
    columns = ["need_id", "team", "expert_id", "points", "leads", "score", "missing", "why"]
    expected = pd.DataFrame(
        [
            ("N1", 1, "E1", "1,2", "1,2", 0.816667, "", "王工承担第 1 条“材料”（0.90）、第 2 条“润滑”（0.60）"),
            ("N1", 1, "E3", "3", "3", 0.816667, "", "E3承担第 3 条“检测”（0.95）"),
            ("N1", 2, "E1", "1,2", "1", 0.8, "", "王工承担第 1 条“材料”（0.90），也能支持第 2 条（0.60）"),
            ("N1", 2, "E2", "2,3", "2,3", 0.8, "", "E2承担第 2 条“润滑”（0.80）、第 3 条“检测”（0.70）"),
            ("N2", 0, "", "", "", np.nan, "1", "库中无人：第 1 条“除尘”"),
            ("N3", 0, "", "", "", np.nan, "", "需求没有可以匹配的文字"),
        ],
        columns=columns,
    )
    pd.testing.assert_frame_equal(result, expected, check_dtype=False)


def test_forbidden_pairs_and_what_nobody_covers():
    result = find_teams(NEEDS.iloc[:1], FITS.iloc[2:5], at_least=0.5, k=1, forbid=[("E3", "E1")])
    assert result[["expert_id", "leads", "missing", "why"]].to_numpy().tolist() == [
        ["E2", "2,3", "1", "E2承担第 2 条“润滑”（0.80）、第 3 条“检测”（0.70）；库中无人：第 1 条“材料”"]
    ]
    result = find_teams(NEEDS, FITS, at_least=0.5, k=2, forbid=[("E3", "E1"), ("E1", "E2")])
    assert result[["team", "expert_id", "missing"]].to_numpy().tolist()[:2] == [[1, "E1", "3"], [2, "E2", "1"]]
    one = find_teams(NEEDS, FITS, at_least=0.5, most=1, k=1)
    assert one["why"].tolist()[:1] == [
        "E1承担第 1 条“材料”（0.90）、第 2 条“润滑”（0.60）；本组无人（受人数或回避限制，或为次选）：第 3 条“检测”"
    ]


def test_one_person_who_covers_all_is_enough():
    fits = fits_of(("N1", 1, "B", 0.6), ("N1", 2, "B", 0.6), ("N1", 3, "B", 0.6), ("N1", 1, "A", 1), ("N1", 2, "C", 1))
    result = find_teams(NEEDS.iloc[:1], fits, at_least=0.5)
    assert result.groupby("team")["expert_id"].agg(list).to_dict() == {1: ["B"], 2: ["A", "C"], 3: ["A"]}
    assert result.iloc[0]["why"].endswith("；一人即可回应全部要点")


def test_good_match_decides_where_no_score_is_given():
    fits = FITS.assign(good_match=FITS["score"] > 0.85)
    result = find_teams(NEEDS, fits, k=1).query("team > 0")
    assert result[["expert_id", "points", "missing"]].to_numpy().tolist() == [["E1", "1", "2"], ["E3", "3", "2"]]
    with pytest.raises(ValueError, match="at_least"):
        find_teams(NEEDS, FITS)


def test_every_fault_is_listed():
    bad = fits_of(("N9", 1, "E1", 0.5), ("N1", 4, "E1", 0.5), ("N1", 1, "E1", 1.5), ("N1", 1, "E1", 0.5))
    with pytest.raises(TableError) as caught:
        find_teams(NEEDS, bad, at_least=0.5)
    assert str(caught.value) == (
        "要点匹配表：4 处问题\n  第 3 条的分数不是 0 到 1 的数\n  第 1 条的需求“N9”不在需求表中\n"
        "  第 2 条：需求“N1”只有 3 条要点，没有第 4 条\n  第 4 条：同一需求、要点和人员出现了两次"
    )
    with pytest.raises(TableError, match=r"^1 个编号重复：N1$"):
        find_teams(pd.concat([NEEDS, NEEDS.iloc[:1]]), FITS, at_least=0.5)


def every_team(fit, most, barred, k):
    """All teams in their order, without those that hold a better one."""
    people = len(fit)
    keys = []
    for size in range(1, most + 1):
        for team in combinations(range(people), size):
            if any(a in team and b in team for a, b in barred):
                continue
            best = fit[list(team)].max(axis=0)
            keys.append((-int((best > 0).sum()), size, -int(best.sum()), team))
    result = []
    for covered, _, _, team in sorted(keys):
        if covered and not any(set(better) <= set(team) for better in result):
            result.append(team)
    return result[:k]


def test_the_order_is_that_of_exhaustive_search():
    rng = np.random.default_rng(7)
    for case in range(200):
        people, points = int(rng.integers(1, 8)), int(rng.integers(1, 6))
        most, k = int(rng.integers(1, 4)), int(rng.integers(1, 5))
        step = rng.choice([3, 100])  # few values give many ties
        fit = np.where(rng.random((people, points)) < 0.45, rng.integers(1, step + 1, (people, points)), 0)
        barred = [tuple(rng.choice(people, 2, replace=False)) for _ in range(rng.integers(0, 4)) if people > 1]
        needs = pd.DataFrame({"need_id": "N", "of_need_id": "N", "point": range(1, points + 1), "description": "要点"})
        fits = fits_of(*(("N", p + 1, f"E{e}", fit[e, p] / step) for e, p in zip(*np.nonzero(fit), strict=True)))
        result = find_teams(
            needs, fits, at_least=1 / step, most=most, k=k, forbid=[(f"E{a}", f"E{b}") for a, b in barred]
        )
        got = [tuple(group["expert_id"]) for team, group in result.groupby("team") if team]
        exact = np.where(fit > 0, np.round(fit / step * 10_000), 0).astype(int)
        wanted = [tuple(f"E{e}" for e in team) for team in every_team(exact, most, barred, k)]
        assert got == wanted, case
