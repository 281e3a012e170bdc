"""Targets: figures known by hand, and every choice tried on small cases."""

from itertools import product

import numpy as np
import openpyxl
import pandas as pd
import pytest
from small import EXAMPLES

from matcher.errors import TableError
from matcher.pool.targets import read_targets, target_progress
from matcher.pool.visits import allocate_visits, assume_help, expected_passes, pass_distribution


def test_progress_by_hand():
    targets = pd.DataFrame(
        {
            "target_id": ["A", "B", "C", "D", "E"],
            "name": ["净增", "总数", "能耗", "平台", "培训"],
            "unit": ["家", "家", "吨", "个", "人"],
            "baseline": [None, 530, 10, 0, 0],
            "goal": [100, 630, 8, 60, 100],
            "actual": [100, 580, 9.5, 30, None],
            "start": ["2020-01-01"] * 4 + [None],
            "due": ["2020-12-31"] * 3 + ["2020-06-30", "2020-12-31"],
        }
    )
    progress = target_progress(targets, on="2020-07-01")
    assert progress["status"].tolist() == ["已完成", "进度正常", "进度落后", "已逾期", "无实际值"]
    assert progress["share"].round(6).tolist()[:4] == [1, 0.5, 0.25, 0.5]
    assert progress["expected"].round(6).tolist()[:2] == [round(182 / 365, 6)] * 2
    assert progress["missing"].tolist()[:4] == [0, 50, -1.5, 30]
    assert progress["a_month"].round(2).tolist()[:2] == [0, round(50 / (183 / 365.25 * 12), 2)]
    assert np.isnan(progress["a_month"][3])


def test_a_target_without_goal_or_day_says_so_and_the_others_stand():
    targets = pd.DataFrame(
        {
            "target_id": ["A", "B", "C", "D"],
            "name": ["甲", "乙", "丙", "丁"],
            "goal": [None, 5, 10, 10],
            "actual": [1, 1, 5, 5],
            "start": [None, None, "2020-01-01", "2020-07-01"],
            "due": ["2020-12-31", None, "2020-12-31", "2020-07-01"],
        }
    )
    progress = target_progress(targets, on="2020-07-01")
    assert progress["status"].tolist() == ["无法计算", "无法计算", "进度正常", "无法计算"]
    assert progress["reason"].tolist() == ["没有目标值", "没有完成日期", "", "起始日期不早于完成日期"]
    assert progress["share"].isna().tolist() == [True, True, False, True]


DAYS = {"起始日期": "2026-01-01", "完成日期": "2026-12-31"}


@pytest.mark.parametrize(
    ("unit", "cell", "actual", "problem"),
    [
        ("%", "2.5%", 2.5, None),
        ("％", 2.5, 2.5, None),
        ("万元", "5000万元", 5000, None),
        ("亿元", "8000万元", 0.8, None),
        ("万元", "0.5亿", 5000, None),
        ("万元", 300, 300, None),
        ("家", "20家", 20, None),
        ("家", "2.5%", None, "写的是“%”，单位一栏写的是“家”"),
        ("", "200万元", None, "写的是“元”，单位一栏没有写"),
        ("", "98%", None, "写的是“%”，单位一栏没有写"),
        ("万元", "100万美元", None, "是外币（美元），不知折合多少人民币"),
        ("万元", "20%", None, "写的是“%”，单位一栏写的是“万元”"),
    ],
)
def test_a_number_is_read_in_the_unit_of_its_row(unit, cell, actual, problem):
    table = pd.DataFrame([{"目标编号": "1", "目标名称": "甲", "单位": unit, "目标值": 10, "实际值": cell, **DAYS}])
    rows, problems = read_targets(table, on="2026-07-01")
    assert rows["actual"].astype(object).where(rows["actual"].notna(), None).tolist() == [actual]
    assert problems[["column", "value", "problem"]].values.tolist() == ([["实际值", cell, problem]] if problem else [])


def test_a_unit_said_to_be_that_above_is_that_of_the_row():
    table = pd.DataFrame({"目标名称": ["甲", "乙"], "单位": ["亿元", "〃"], "目标值": [10, "8000万元"]})
    assert read_targets(table, on="2026-06-01").rows["goal"].tolist() == [10, 0.8]


def test_units_of_headers_and_of_rows_are_brought_together():
    table = pd.DataFrame(
        {
            "目标编号": ["1", "2", "3"],
            "目标名称": ["甲", "乙", "丙"],
            "单位": ["万元", "/", "亿元"],
            "目标值（亿元）": [2, "6000万元", 3],
            "上半年完成（万元）": [5000, "0.2亿元", "约9000"],
        }
    )
    rows = read_targets(table, on="2026-07-01").rows
    assert rows[["unit", "goal", "actual"]].astype(object).where(rows.notna(), None).values.tolist() == [
        ["万元", 20_000, 5000], ["亿元", 0.6, 0.2], ["亿元", 3, None],
    ]  # fmt: skip
    assert rows[["actual_min", "actual_max"]].iloc[2].tolist() == [0.81, 0.99]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ({"目标值": "1.5亿元", "完成情况": "9000万元"}, ["亿元", 1.5, 0.9]),
        ({"基数": 0, "目标值": "三十亿元"}, ["亿元", 30, None]),
        ({"目标值": "98%", "完成情况": "49%"}, ["%", 98, 49]),
        ({"目标值": "1.5亿元", "完成情况": "60%"}, ["", None, None]),  # of what, nobody knows
        ({"目标值": "120万", "完成情况": 60}, ["", 1_200_000, 60]),
    ],
)
def test_without_a_column_of_units_a_row_is_in_the_unit_that_its_numbers_name(cells, read):
    table = pd.DataFrame([{"目标编号": "1", "目标名称": "甲", **cells, **DAYS}], dtype=object)
    rows = read_targets(table, on="2026-07-01").rows
    assert rows[["unit", "goal", "actual"]].astype(object).where(rows.notna(), None).values.tolist() == [read]


@pytest.mark.parametrize(
    ("line", "unit"),
    [("单位：亿元", "亿元"), ("2026年目标（单位：万元）", "万元"), ("单位：亿元、家", ""), ("2026年", "")],
)
def test_a_unit_above_the_header_is_that_of_the_targets(tmp_path, line, unit):
    path = tmp_path / "目标.csv"
    path.write_text(f"{line},,,\n目标编号,目标名称,目标值,完成日期\n1,成交额,1.5,2026-12-31\n", "utf-8")
    rows = read_targets(path, on="2026-07-01").rows
    assert rows[["unit", "goal"]].values.tolist() == [[unit, 1.5]]


@pytest.mark.parametrize(
    ("unit", "cell", "low", "high"),
    [
        ("人次", "200余人次", 200, 299),
        ("万美元", "500万美元", 500, 500),
        ("亩", "约20亩", 15, 25),
        ("吨", "3.5吨", 3.5, 3.5),
    ],
)
def test_a_unit_of_its_own_stands_in_the_cell_too(unit, cell, low, high):
    table = pd.DataFrame(
        [{"目标编号": "1", "目标名称": "甲", "单位": unit, "目标值": "约1000", "实际值": cell, **DAYS}]
    )
    rows = read_targets(table, on="2026-07-01").rows
    known = rows.iloc[0]
    ends = [known["actual"]] * 2 if "actual_min" not in rows else known[["actual_min", "actual_max"]].tolist()
    assert ends == [low, high]


@pytest.mark.parametrize(
    ("cells", "status", "reason"),
    [
        ({"实际值": "约120"}, "进度正常", "实际值“约120”不是确切的值，完成 54.0% 至 66.0%，还差 68 至 92"),
        ({"实际值": "约100"}, "未定（实际值不确切）", "实际值“约100”不是确切的值，完成 25.0% 至 75.0%，还差 50 至 150"),
        ({"实际值": "150以上"}, "未定（实际值不确切）", "实际值“150以上”不是确切的值，完成 不低于 75.0%，还差 0 至 50"),
        ({"实际值": "不到10"}, "进度落后", "实际值“不到10”不是确切的值，完成 不超过 5.0%，还差 不低于 190"),
        ({"实际值": "200以上"}, "已完成", "实际值“200以上”不是确切的值，完成 不低于 100.0%，还差 0"),
        ({"实际值": "见附件"}, "无实际值", "实际值“见附件”内容写在附件或别处，这里没有读到"),
        ({"实际值": 150, "目标值": "200家以上"}, "进度正常", ""),
        ({"实际值": 150, "目标值": "约200"}, "无法计算", "目标值“约200”不是确切的值"),
        ({"实际值": 150, "基数": "约50"}, "无法计算", "基数“约50”不是确切的值"),
        ({"实际值": 9, "基数": 10, "目标值": "不超过8"}, "进度正常", ""),
        ({"实际值": 3, "目标值": "不超过5"}, "无法计算", "目标值“不超过5”不是确切的值"),
        ({"实际值": 150, "完成日期": "2026-02-30"}, "无法计算", "完成日期“2026-02-30”日历上没有这一天"),
        ({"实际值": 150, "起始日期": "2026-13-01"}, "未定（没有起始日期）", "起始日期“2026-13-01”日历上没有这一天"),
    ],
)
def test_about_so_much_is_a_range_and_what_nobody_can_read_is_told(cells, status, reason):
    table = pd.DataFrame(
        [{"目标编号": "1", "目标名称": "甲", "单位": "家", "目标值": 200, **DAYS, **cells}], dtype=object
    )
    progress = target_progress(read_targets(table, on="2026-07-01").rows, on="2026-07-01")
    assert progress[["status", "reason"]].values.tolist() == [[status, reason]]


@pytest.mark.parametrize(("header", "goal"), [("2026年目标", 100), ("2026年度目标任务", 100), ("年度任务", 100)])
def test_a_goal_of_the_year_and_a_month_as_its_end(header, goal):
    table = pd.DataFrame({"指标名称": ["高企总数"], "2025年目标": [80], header: [100], "完成时限": ["2026年12月"]})
    rows = read_targets(table.assign(实际完成数=40), on="2026-07-01").rows
    assert rows["goal"].tolist() == [goal]
    progress = target_progress(rows, on="2026-07-01")
    assert progress[["due", "actual", "missing"]].to_numpy().tolist() == [[pd.Timestamp("2026-12-31"), 40, 60]]


def test_the_number_of_passes_by_hand():
    assert pass_distribution(np.array([0.5, 0.5, 1.0])).round(9).tolist() == [0, 0.25, 0.5, 0.25]
    assert pass_distribution(np.array([])).tolist() == [1.0]
    figures = expected_passes(np.array([0.5, 0.5, 1.0]), target=2)
    assert figures == pytest.approx({"expected": 2, "low": 1, "high": 3, "reached": 0.75})
    with pytest.raises(TableError, match="0 到 1"):
        pass_distribution(np.array([1.2]))


@pytest.mark.parametrize("seed", range(200))
def test_the_choice_equals_the_best_of_all_choices(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    chance = rng.random(n) * 0.8
    helped = chance + (1 - chance) * rng.random(n) * (rng.random(n) < 0.9)
    cost = rng.integers(1, 4, n) if seed % 2 else np.ones(n, int)
    visits, target = int(rng.integers(0, n + 2)), int(rng.integers(0, n + 2))
    best = max(
        pass_distribution(np.where(taken, helped, chance))[target:].sum()
        for taken in product([False, True], repeat=n)
        if cost @ np.array(taken) <= visits
    )
    firms = pd.DataFrame({"enterprise_id": [f"E{i}" for i in range(n)], "chance": chance, "chance_if_helped": helped})
    choice = allocate_visits(firms.assign(visits=cost), visits=visits, target=target)
    assert choice.probability == pytest.approx(best, abs=1e-12)
    assert choice.optimal
    assert choice.chosen["visits"].sum() <= visits
    assert choice.marginal["visits"].tolist() == list(range(len(choice.marginal)))
    assert (choice.marginal["adds"] >= -1e-9).all()


def test_no_visit_changes_nothing_and_bad_figures_are_refused():
    firms = pd.DataFrame({"enterprise_id": ["A", "B"], "chance": [0.5, 0.1], "chance_if_helped": [0.9, 0.2]})
    choice = allocate_visits(firms, visits=0, target=1)
    assert (len(choice.chosen), round(choice.probability, 9)) == (0, 0.55)
    with pytest.raises(TableError, match="企业编号重复：A"):
        allocate_visits(pd.concat([firms, firms[:1]]), visits=1, target=1)
    with pytest.raises(TableError, match="走访次数"):
        allocate_visits(firms.assign(visits=0.5), visits=1, target=1)


def test_an_assumed_help_multiplies_the_odds_and_leaves_what_is_known():
    firms = pd.DataFrame(
        {"enterprise_id": list("ABCD"), "chance": [0.5, 0.0, 1.0, 0.2], "chance_if_helped": [None] * 3 + [0.3]}
    )
    assert assume_help(firms, odds=3.0)["chance_if_helped"].tolist() == [0.75, 0.0, 1.0, 0.3]
    assert assume_help(firms.drop(columns="chance_if_helped"), odds=4.0)["chance_if_helped"].tolist() == [
        0.8,
        0.0,
        1.0,
        0.5,
    ]


def test_a_visiting_list_is_taken_with_an_assumption(run):
    pd.DataFrame({"enterprise_id": ["A", "B"], "rank": [1, 2], "chance": [0.5, 0.1], "ask": ""}).to_csv(
        "d.csv", index=False
    )
    words = ("pool", "help-whom", "d.csv", "--visits", "1", "--target", "1", "-o", "h.csv")
    status, _, err = run(*words)
    assert (status, err.splitlines()[-1]) == (2, "2 家企业没有帮扶后通过概率；可以用 --odds 给出对帮扶作用的假设")
    status, out, _ = run(*words, "--odds", "3")
    assert (status, out) == (0, "帮扶 1 家，达到 1 家通过的概率 77.5%（已证明最优）；结果已写入 h.csv\n")
    assert pd.read_csv("h.csv")["enterprise_id"].tolist() == ["A"]


def test_commands(run):
    status, out, _ = run("pool", "targets", str(EXAMPLES / "targets.csv"), "--on", "2020年7月1日", "-o", "目标.csv")
    assert (status, out) == (0, "9 项目标：进度落后 4、进度正常 3、已完成 1、无实际值 1；结果已写入 目标.csv\n")
    assert pd.read_csv("目标.csv")["target_id"].tolist() == [f"M0{i}" for i in range(1, 10)]
    status, out, _ = run(
        "pool", "allocate-visits", str(EXAMPLES / "chances.csv"), "--visits", "3", "--target", "4", "-o", "帮扶.xlsx"
    )
    assert (status, out) == (
        0,
        "帮扶 2 家，达到 4 家通过的概率 48.6%（已证明最优）；结果已写入 帮扶.xlsx\n",
    )
    sheets = pd.read_excel("帮扶.xlsx", sheet_name=None, engine="openpyxl")
    assert list(sheets) == ["帮扶名单", "每次走访的作用", "问题", "列的去向"]
    assert sheets["帮扶名单"]["企业编号"].tolist() == ["S04", "S07"]


def progress_of(columns, on="2026-09-30"):
    reading = read_targets(pd.DataFrame(columns), on=on)
    return target_progress(reading.rows, on=on), reading.problems


@pytest.mark.parametrize(
    ("base", "more"),
    [
        ("2026年目标（基本目标）", "2026年目标（奋斗目标）"),
        ("基本目标", "奋斗目标"),
        ("2026年度基本目标", "2026年度力争目标"),
    ],
)
def test_of_a_base_target_and_one_to_strive_for_the_base_counts_and_is_told(base, more):
    table = {"指标名称": ["高新技术企业总数"], base: [52], more: [55], "1-10月完成": [47], "完成日期": ["2026-12-31"]}
    reading = read_targets(pd.DataFrame(table), on="2026-11-01")
    assert reading.rows[["goal", "actual"]].to_numpy().tolist() == [[52, 47]]
    assert f"目标值取“{base}”，“{more}”没有采用" in reading.problems["problem"].tolist()
    named = read_targets(pd.DataFrame(table), on="2026-11-01", columns={more: "目标值"})
    assert named.rows["goal"].tolist() == [55]
    assert not named.problems["problem"].str.contains("目标值取").any()


def test_a_base_target_of_another_year_is_no_target_of_this_one():
    table = {"指标名称": ["高新技术企业总数"], "2025年基本目标": [40], "2026年目标": [52], "完成日期": ["2026-12-31"]}
    assert read_targets(pd.DataFrame(table), on="2026-11-01").rows["goal"].tolist() == [52]


def test_the_usual_yearly_table():
    table = {"序号": [1, 2, 3], "指标名称": ["高企净增", "研发投入占比", "科小入库"], "2025年基数": [0, 2.35, 1105],
             "2026年目标": [120, 2.6, 1300], "1-9月完成": [78, None, 1268]}  # fmt: skip
    progress, problems = progress_of(table)
    assert progress["status"].tolist() == ["进度落后", "无实际值", "进度正常"]
    assert progress["due"].dt.strftime("%F").unique().tolist() == ["2026-12-31"]
    assert progress["expected"].round(2).unique().tolist() == [0.75]
    assert problems["problem"].tolist() == [
        "没有“完成日期”一列，“2026年目标”按 2026 年全年（2026-01-01 至 2026-12-31）计算进度"
    ]
    named = {
        "序号": [1],
        "指标名称": ["高企净增"],
        "目标值": [120],
        "截至9月底累计完成": [78],
        "完成时限": ["年底"],
        "开始时间": ["2026-01-01"],
    }
    progress, problems = progress_of(named)
    assert (progress["status"].tolist(), len(problems)) == (["进度落后"], 0)
    assert progress_of({"指标名称": ["高企净增"], "目标值": [120], "实际值": [78]})[0]["reason"].tolist() == [
        "没有完成日期"
    ]


@pytest.mark.parametrize(
    ("name", "unit", "base", "actual", "status"),
    [
        ("亏损企业数", "家", None, 14, "无法计算"),
        ("亏损企业数", "家", None, 9, "已完成"),
        ("亏损企业数", "家", 20, 14, "进度落后"),
        ("单位GDP能耗", "吨标煤", None, 12, "无法计算"),
        ("单位GDP能耗下降", "吨标煤", None, 9, "无法计算"),
        ("单位GDP能耗下降", "%", None, 9, "进度正常"),
        ("能耗下降率", "", None, 9, "进度正常"),
        ("亩均税收（降低能耗）", "万元", None, 14, "已完成"),
        ("事故应急平台", "个", None, 14, "已完成"),
        ("投诉件数", "件", None, 14, "无法计算"),
        ("逾期项目数", "项", None, 14, "无法计算"),
        ("产品不良率", "%", None, 14, "无法计算"),
        ("综合排名", "位", None, 14, "无法计算"),
        ("投诉办结件数", "件", None, 14, "已完成"),
        ("化解逾期项目数", "项", None, 14, "已完成"),
        ("不良品率", "%", None, 9, "已完成"),
    ],
)
def test_what_is_better_the_fewer_there_are(name, unit, base, actual, status):
    table = {"指标名称": [name], "单位": [unit], "基数": [base], "目标值": [10], "实际值": [actual],
             "起始日期": ["2026-01-01"], "完成日期": ["2026-12-31"]}  # fmt: skip
    assert progress_of(table)[0]["status"].tolist() == [status]


def test_an_actual_value_below_the_baseline_counts_from_the_beginning_of_the_year():
    table = {"指标名称": ["成交额", "成交额", "存量"], "基数": [35, 35, 35], "目标值": [42, 42, 30],
             "实际值": [25, 34, 32], "起始日期": ["2026-01-01"] * 3, "完成日期": ["2026-12-31"] * 3}  # fmt: skip
    progress = progress_of(table)[0]
    assert progress["status"].tolist() == ["进度落后", "未定（实际值小于基数）", "进度落后"]
    assert progress["share"].round(3).tolist() == [0.595, 0.81, 0.6]
    assert progress["reason"].tolist()[::2] == ["实际值小于基数 35，按当年累计从 0 算起；若是存量，则比基数还少", ""]


def test_a_matrix_of_counties_and_indicators_is_refused():
    table = pd.DataFrame({"县区": ["甲区", "乙区"], "目标名称": [60, 40], "完成": [55, 41]})
    with pytest.raises(TableError, match="60、40：目标名称都是数"):
        read_targets(table, on="2026-10-08")


@pytest.mark.parametrize(
    ("title", "due", "start"),
    [
        ("2026年技术合同目标任务", "2026-12-31", "2026-01-01"),
        ("2026年技术合同目标任务", "2026年底", "2026-01-01"),
        ("2026年下半年目标任务", "2026-12-31", None),
        ("2024—2026年目标任务", "2026-12-31", None),
        ("2025年目标任务", "2026-12-31", None),
        ("目标任务", "2026-12-31", None),
    ],
)
def test_targets_begin_with_the_year_of_their_title(tmp_path, title, due, start):
    path = tmp_path / "t.csv"
    path.write_text(f"{title},,\n指标,目标值,截止时间\n技术合同登记数,15,{due}\n", "utf-8")
    reading = read_targets(path, on="2026-07-01")
    assert [None if pd.isna(one) else f"{one:%Y-%m-%d}" for one in reading.rows["start"]] == [start]
    told = [one for one in reading.problems["problem"] if "照标题的 2026 年" in one]
    assert len(told) == (start is not None)


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        # 目标 beside 指标 holds the goals, and the months alone what was done
        ("指标,目标,1-9月\n高企净增,60,52", [["高企净增", 60, 52, None, None]]),
        # a goal of a year with days: the first of the year begins it, months and blank cells end within it
        (
            "指标名称,2026年目标,实际完成,完成时限\n高企净增,60,52,12月底\n小巨人净增,8,3,\n瞪羚净增,5,1,全年",
            [
                ["高企净增", 60, 52, "2026-01-01", "2026-12-31"],
                ["小巨人净增", 8, 3, "2026-01-01", "2026-12-31"],
                ["瞪羚净增", 5, 1, "2026-01-01", "2026-12-31"],
            ],
        ),
        # neighbours: 目标 alone names the targets; 目标值 goes before 目标; a day of another year, a level, no goal
        ("目标,目标值,实际值\n高企净增,60,52", [["高企净增", 60, 52, None, None]]),
        ("指标,目标,目标值,实际值\n高企,翻一番,60,52", [["高企", 60, 52, None, None]]),
        ("指标名称,2026年目标,完成时限\n高企净增,60,2027-06-30", [["高企净增", 60, None, None, "2027-06-30"]]),
        ("指标名称,2026年目标,完成时限\n高企总数,60,12月底", [["高企总数", 60, None, None, "2026-12-31"]]),
        ("指标名称,2026年目标,完成时限\n高企净增,,\n小巨人净增,5,12月底",
         [["高企净增", None, None, None, None], ["小巨人净增", 5, None, "2026-01-01", "2026-12-31"]]),
    ],
)  # fmt: skip
def test_goals_months_and_days_that_headers_leave_out(tmp_path, lines, rows):
    (tmp_path / "t.csv").write_text(lines, "utf-8")
    table = read_targets(tmp_path / "t.csv", on="2026-11-24").rows
    read = table.reindex(columns=["name", "goal", "actual", "start", "due"]).astype(object)
    shown = [[None if pd.isna(one) else str(one)[:10] if hasattr(one, "year") else one for one in row]
             for row in read.to_numpy().tolist()]  # fmt: skip
    assert shown == rows


@pytest.mark.parametrize(
    ("title", "due"),
    [("2025年目标任务表", "2025-12-31"), ("目标任务表", "2026-12-31"), ("2026年目标任务表", "2026-12-31")],
)
def test_months_and_yearly_goals_are_of_the_year_of_the_title(tmp_path, title, due):
    lines = f"{title},,,\n指标名称,年度目标,实际完成,完成时限\n高企净增,60,52,12月底\n小巨人净增,8,3,\n"
    (tmp_path / "t.csv").write_text(lines, "utf-8")
    table = read_targets(tmp_path / "t.csv", on="2026-01-15").rows
    assert table["due"].astype(str).str[:10].tolist() == [due, due]


def _cross(path, rows):
    """A workbook of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_goals_handed_down_by_county_are_one_target_an_indicator_and_county(tmp_path):
    rows = [
        ["2026年科技指标分解表（截至6月底）"],
        ["序号", "县区", "技术合同成交额（亿元）", "新认定高企（家）", "完成率"],
        [1, "兰山区", 12.5, 40, "30%"],
        [2, "罗庄区", 8, "25家", "40%"],
        ["合计", None, 20.5, 65, "35%"],
    ]
    reading = read_targets(_cross(tmp_path / "t.xlsx", rows), on="2026-07-01")
    shown = reading.rows.set_index("name")[["unit", "goal"]].to_dict("index")
    assert shown == {
        "兰山区技术合同成交额": {"unit": "亿元", "goal": 12.5},
        "罗庄区技术合同成交额": {"unit": "亿元", "goal": 8.0},
        "技术合同成交额": {"unit": "亿元", "goal": 20.5},
        "兰山区新认定高企": {"unit": "家", "goal": 40.0},
        "罗庄区新认定高企": {"unit": "家", "goal": 25.0},
        "新认定高企": {"unit": "家", "goal": 65.0},
    }
    assert reading.rows["due"].eq(pd.Timestamp("2026-12-31")).all()
    assert "3 个地区、2 项指标读成 6 项目标" in reading.problems["problem"].iloc[0]
    assert reading.columns.set_index("header")["use"]["完成率"] != "已采用"


def test_goals_and_figures_by_county_under_one_heading_are_kept_apart(tmp_path):
    rows = [
        ["2026年目标完成情况"],
        ["县区", "高企（家）", None, "平台（个）", None],
        [None, "目标", "完成", "目标", "完成"],
        ["兰山区", 40, 12, 6, 2],
        ["沂水县", 30, 11, 3, 1],
    ]
    path = _cross(tmp_path / "t.xlsx", rows)
    book = openpyxl.load_workbook(path)
    for cells in ("A2:A3", "B2:C2", "D2:E2"):
        book.active.merge_cells(cells)
    book.save(path)
    read = read_targets(path, on="2026-07-01").rows.set_index("name")
    assert read.loc["沂水县高企", ["goal", "actual"]].tolist() == [30, 11]
    assert read.loc["兰山区平台", ["goal", "actual"]].tolist() == [6, 2]


@pytest.mark.parametrize("done", ["技术合同成交额完成（万元）", "已完成（万元）"])
def test_figures_by_county_in_another_unit_than_their_goals_are_in_that_of_the_goals(done):
    table = pd.DataFrame({"县区": ["兰山区", "河东区"], "技术合同成交额目标（亿元）": [8, 5], done: [35_000, 21_000]})
    read = read_targets(table, on="2026-07-01").rows
    assert read[["unit", "goal", "actual"]].values.tolist() == [["亿元", 8, 3.5], ["亿元", 5, 2.1]]


def test_figures_by_county_with_their_own_unit_and_those_of_no_one_goal():
    table = pd.DataFrame(
        {"县区": ["兰山区", "河东区"], "成交额目标（亿元）": [8, 5], "完成（万元）": [35_000, "3亿元"]}
    )
    assert read_targets(table, on="2026-07-01").rows["actual"].tolist() == [3.5, 3]
    two = table.assign(**{"高企目标（家）": [9, 9], "完成（家）": [4, 3]})
    with pytest.raises(TableError):
        read_targets(two.iloc[:, [0, 1, 3, 2, 4]], on="2026-07-01")


def test_a_county_a_column_is_read_the_same():
    goals = {"全市": [20.5, 9], "兰山区": [12.5, 6], "河东区": [8, 3]}
    table = pd.DataFrame({"指标名称": ["技术合同成交额", "市级平台"], "单位": ["亿元", "个"], **goals})
    read = read_targets(table, on="2026-07-01").rows.set_index("name")["goal"].to_dict()
    assert read == {
        "技术合同成交额": 20.5,
        "市级平台": 9,
        "兰山区技术合同成交额": 12.5,
        "兰山区市级平台": 6,
        "河东区技术合同成交额": 8,
        "河东区市级平台": 3,
    }


@pytest.mark.parametrize(
    ("owner", "named"),
    [
        ("兰山区", "兰山区技术合同成交额"),
        ("市科技局", "技术合同成交额"),
        ("各县区", "技术合同成交额"),
        ("全市", "技术合同成交额"),
        ("兰山区、河东区", "技术合同成交额"),
    ],
)
def test_a_target_whose_county_stands_in_a_column_is_of_that_county(owner, named):
    table = pd.DataFrame({"责任单位": [owner], "指标名称": ["技术合同成交额"], "单位": ["万元"], "目标值": [100]})
    reading = read_targets(table, on="2026-07-01")
    assert reading.rows["name"].tolist() == [named]
    assert reading.problems["problem"].str.contains("已把地区写进目标名称").any() == (named != "技术合同成交额")


def test_a_target_named_by_its_county_is_not_named_twice():
    table = pd.DataFrame({"县区": ["兰山区"], "指标名称": ["兰山区高企数"], "目标值": [100]})
    assert read_targets(table, on="2026-07-01").rows["name"].tolist() == ["兰山区高企数"]


@pytest.mark.parametrize(
    "table",
    [
        {"科室": ["高新科", "农村科"], "高企（家）": [40, 30], "平台（个）": [3, 4]},  # no places
        {"县区": ["兰山区", "兰山区"], "高企（家）": [40, 30], "平台（个）": [3, 4]},  # one place twice
        {"县区": ["兰山区", "河东区"], "2025年完成": [10, 5], "2026年目标": [20, 8]},  # of what?
        {"县区": ["兰山区", "河东区"], "联系人": ["张三", "李四"], "联系电话": ["1", "2"]},  # no figures
    ],
)
def test_other_tables_without_names_of_targets_are_refused_as_before(table):
    with pytest.raises(TableError):
        read_targets(pd.DataFrame(table), on="2026-07-01")


def test_a_state_of_counties_whose_figures_may_be_no_goals_is_refused(tmp_path):
    rows = [["2026年主要指标完成情况"], ["县区", "高企（家）", "平台（个）"], ["兰山区", 40, 12], ["沂水县", 30, 11]]
    with pytest.raises(TableError):
        read_targets(_cross(tmp_path / "t.xlsx", rows), on="2026-07-01")


def test_columns_of_quarters_are_no_figure_of_the_year():
    table = pd.DataFrame({"指标": ["高企申报数"], "全年目标": [120], "一季度完成": [10], "二季度完成": [60]})
    reading = read_targets(table, on="2026-06-30")
    assert reading.rows[["goal", "actual"]].isna().values.tolist() == [[False, True]]
    problem = "“一季度完成”“二季度完成”各是一个季度的，还是累计的，看不出来，没有采用"
    assert problem in reading.problems["problem"].tolist()
    whole = read_targets(table.assign(累计完成=[70]), on="2026-06-30")
    assert whole.rows["actual"].tolist() == [70]
    assert read_targets(table.drop(columns="二季度完成"), on="2026-03-31").rows["actual"].tolist() == [10]
