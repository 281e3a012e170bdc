"""Sheets out and in: only one's own items, bounds in the cells; missing, late and impossible scores told."""

import json

import openpyxl
import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.review import check_scores, collect_scores, read_scores
from matcher.review.panels.results import Round
from matcher.review.sheets.criteria import Criterion, criteria_of, read_criteria
from matcher.review.sheets.score_sheets import RECORD, score_workbooks

PAIRS = pd.DataFrame(
    {
        "item": ["P1", "P2", "P3", "P1", "P2", "P3", "P1"],
        "reviewer": ["甲", "甲", "甲", "乙", "乙", "乙", "丙"],
        "conflict": [False, True, False, False, False, False, False],
        "alternate": [False, False, False, False, False, True, False],
    }
)
ITEMS = pd.DataFrame({"item": ["P1", "P2", "P3"], "title": ["一", "二", "三"], "persons": ["张三", "李四", "王五"]})
CRITERIA = [Criterion("创新", 0, 40), Criterion("效益", 10, 60, 0.5)]


def hand_out(folder, **options):
    files = score_workbooks(PAIRS, ITEMS, criteria=CRITERIA, due="2026-11-20", **options)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return list(files)


def fill(path, rows, to=None):
    """Rows: item -> (创新, 效益, comment, day)."""
    book = openpyxl.load_workbook(path)
    page = book["评分表"]
    for line in page.iter_rows(min_row=2):
        for cell, value in zip(line[3:7], rows.get(line[0].value, (None,) * 4), strict=True):
            cell.value = value
    book.save(to or path)


def test_a_reviewer_sees_only_their_items_and_no_names(tmp_path):
    names = hand_out(tmp_path)
    assert names == ["评分表-001-丙.xlsx", "评分表-002-乙.xlsx", "评分表-003-甲.xlsx", RECORD]
    book = openpyxl.load_workbook(tmp_path / "评分表-003-甲.xlsx")
    head = ("项目编号", "评委编号", "项目名称", "创新（0至40分）", "效益（10至60分）", "评审意见", "提交日期")
    blank = (None,) * 4
    assert list(book["评分表"].values) == [head, ("P1", "甲", "一", *blank), ("P3", "甲", "三", *blank)]
    bounds = [(str(one.sqref), one.formula1, one.formula2) for one in book["评分表"].data_validations.dataValidation]
    assert bounds == [("D2:D3", "0", "40"), ("E2:E3", "10", "60")]
    shown = str([cell for page in book for row in page.values for cell in row])
    assert not any(word in shown for word in ("张三", "乙", "P2"))
    given = json.loads((tmp_path / RECORD).read_text("utf-8"))["sheets"]
    assert {one["reviewer"]: one["items"] for one in given} == {"丙": ["P1"], "乙": ["P1", "P2"], "甲": ["P1", "P3"]}


def test_what_comes_back(tmp_path):
    hand_out(tmp_path)
    first = tmp_path / "评分表-003-甲.xlsx"
    fill(first, {"P1": (30, 50, "好", "2026-11-20"), "P3": (41, 50, None, "2026-11-20")})
    fill(tmp_path / "评分表-002-乙.xlsx", {"P1": (20, 40, None, "2026-11-21"), "P2": (20, None, None, None)})
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    collected = collect_scores(tmp_path)
    assert collected.scores[["item", "reviewer", "score"]].to_numpy().tolist() == [["P1", "乙", 40], ["P1", "甲", 55]]
    assert collected.parts.to_numpy().tolist() == [["P1", "乙", 20, 40], ["P1", "甲", 30, 50]]
    assert sorted(collected.problems[["value", "problem"]].to_numpy().tolist()) == [
        ["P1、丙", "派出后没有收到分数"],
        ["P1、乙", "迟于 2026-11-20"],
        ["P2、乙", "没有分数：效益"],
        ["P3、甲", "超出范围：创新 41"],
        ["丙", "和发出时一样，没有填写"],
    ]
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert "迟于 2026-11-20" not in collect_scores(tmp_path, due="2026-11-21").problems["problem"].tolist()


def test_copies_conflicts_strangers_and_lost_sheets(tmp_path):
    hand_out(tmp_path)
    first, second = tmp_path / "评分表-003-甲.xlsx", tmp_path / "评分表-002-乙.xlsx"
    fill(first, {"P1": (30, 50, None, "2026-11-20"), "P3": (None, None, "须回避", None)}, to=tmp_path / "交回.xlsx")
    fill(second, {"P1": (20, 40, None, "2026-11-19"), "P2": (20, 30, None, "2026-11-19")})
    fill(second, {"P1": (21, 40, None, "2026-11-19"), "P2": (20, 30, None, "2026-11-19")}, to=tmp_path / "又一份.xlsx")
    (tmp_path / "评分表-001-丙.xlsx").unlink()
    (tmp_path / "坏.xlsx").write_bytes(b"no workbook")
    collected = collect_scores(tmp_path)
    assert collected.scores[["item", "reviewer", "score"]].to_numpy().tolist() == [["P1", "甲", 55], ["P2", "乙", 35]]
    problems = sorted(collected.problems[["value", "problem"]].to_numpy().tolist())
    assert problems[0][1].startswith("读不了：")
    assert problems[1:] == [
        ["P1、丙", "派出后没有收到分数"],
        ["P1、乙", "同一位评委对同一项交了两份不同的分数"],
        ["P3、甲", "评委写明回避"],
        ["丙", "评分表没有交回"],
    ]


def test_a_score_beside_the_title_of_another_item_does_not_count(tmp_path):
    hand_out(tmp_path)
    path = tmp_path / "评分表-003-甲.xlsx"
    fill(path, {"P1": (30, 50, None, "2026-11-20"), "P3": (20, 50, None, "2026-11-20")})
    book = openpyxl.load_workbook(path)
    book["评分表"]["A2"], book["评分表"]["A3"] = "P3", "P1"
    book.save(path)
    fill(tmp_path / "评分表-002-乙.xlsx", {"P1": (20, 40, None, "2026-11-20"), "P2": (20, 30, None, "2026-11-20")})
    collected = collect_scores(tmp_path)
    assert collected.scores[["item", "reviewer", "score"]].to_numpy().tolist() == [["P1", "乙", 40], ["P2", "乙", 35]]
    told = collected.problems[collected.problems["column"] == "项目编号"]
    assert told[["value", "problem", "kept"]].to_numpy().tolist() == [
        ["P3、甲", "编号与名称对不上：发出时是“三”，交回时是“一”", False],
        ["P1、甲", "编号与名称对不上：发出时是“一”，交回时是“三”", False],
    ]


def test_a_sheet_with_the_rows_of_another_reviewer_is_told(tmp_path):
    hand_out(tmp_path)
    second = tmp_path / "评分表-002-乙.xlsx"
    fill(second, {"P1": (20, 40, None, "2026-11-20"), "P2": (20, 30, None, "2026-11-20")})
    (tmp_path / "评分表-003-甲.xlsx").write_bytes(second.read_bytes())
    problems = collect_scores(tmp_path).problems[["file", "value", "problem"]].to_numpy().tolist()
    assert ["评分表-003-甲.xlsx", "甲", "这份表里是 乙 的，没有 甲 的"] in problems


def test_faults_of_folders_and_tables(tmp_path):
    with pytest.raises(TableError, match="没有“派发记录"):
        collect_scores(tmp_path)
    hand_out(tmp_path)
    with pytest.raises(TableError, match="没有收到一个完整的评分：和发出时一样"):
        collect_scores(tmp_path)
    with pytest.raises(TableError, match="项目表里没有 2 个要评的项目：P2、P3"):
        score_workbooks(PAIRS, ITEMS[:1])
    with pytest.raises(TableError, match="都须回避或是候补"):
        score_workbooks(PAIRS.assign(conflict=True))
    table = pd.DataFrame({"指标": ["创新", "效益"], "满分": [40, None]})
    with pytest.raises(TableError, match="评审指标“效益”须有名称，最高分须大于最低分"):
        criteria_of(read_criteria(table).rows)
    assert criteria_of(read_criteria(table[:1]).rows) == [Criterion("创新", 0, 40, 1, "")]


TWO_LEVELS = [
    ("创新：原始", 25, "独有"),
    ("创新：集成", 15, "组合"),
    ("应用：推广", 30, "面积"),
    ("应用：效益", 30, "新增"),
]


@pytest.mark.parametrize(
    ("rows", "merged", "wanted"),
    [
        (
            [["一级指标", "分值", "二级指标", "分值", "评分标准"], ["创新", 40, "原始", 25, "独有"],
             [None, None, "集成", 15, "组合"], ["应用", 60, "推广", 30, "面积"], [None, None, "效益", 30, "新增"]],
            ("A2:A3", "B2:B3", "A4:A5", "B4:B5"),
            TWO_LEVELS,
        ),
        (
            [["一级指标（分值）", "二级指标", "分值", "标准"], ["创新（40分）", "原始", 25, "独有"],
             [None, "集成", 15, "组合"], ["应用（60分）", "推广", 30, "面积"], [None, "效益", 30, "新增"]],
            (),
            TWO_LEVELS,
        ),
        (
            [["一级指标", "二级指标", "分值"], ["创新", "原始", 40], [None, "集成", None], ["应用", "推广", 60]],
            ("A2:A3", "C2:C3"),
            [("创新", 40, "原始；集成"), ("应用：推广", 60, "")],
        ),
        (
            [["一级指标", "二级指标", "分值"], ["创新", "原始", 40], [None, "集成", None]],
            (),
            [("创新", 40, "原始；集成")],
        ),
        ([["一级指标", "分值"], ["创新", 40], ["应用", 60]], (), [("创新", 40, ""), ("应用", 60, "")]),
    ],
)  # fmt: skip
def test_criteria_of_two_levels_are_those_that_have_points(tmp_path, rows, merged, wanted):
    found = criteria_of(read_criteria(sheet_of(tmp_path / "指标.xlsx", rows, merged)).rows)
    assert found == [Criterion(name, 0, highest, 1, standard) for name, highest, standard in wanted]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"一级指标": ["创新（40分）", None], "二级指标": ["原始", "集成"], "分值": [25, 10]},
         "一级指标“创新”是 40 分，其下的二级指标合计 35 分"),
        ({"一级指标": ["创新", None], "权重": [2, None], "二级指标": ["原始", "集成"], "分值": [25, 10]},
         "一级权重合计应为 100%"),
        ({"指标": ["甲", "乙"], "满分": [10, 100], "权重": [2, 3]},
         "甲 0 至 10 分、乙 0 至 100 分），权重合计 5，看不出"),
        ({"指标": ["甲", "乙"], "满分": [10, 100], "权重": [1, None]}, "没有大于 0 的权重：乙；请都写权重，或都不写"),
    ],
)  # fmt: skip
def test_criteria_whose_total_is_not_clear_are_refused(table, said):
    with pytest.raises(TableError, match=said):
        criteria_of(read_criteria(pd.DataFrame(table)).rows)


@pytest.mark.parametrize(
    ("highest", "weights", "counts"),
    [
        ([10, 100, 5], [0.3, 0.5, 0.2], [3, 0.5, 4]),
        ([30, 50, 20], ["30%", "50%", "20%"], [1, 1, 1]),
        ([100, 100, 100], [30, 50, 20], [0.3, 0.5, 0.2]),
        ([40, 30, 30], [1, 1, 1], [1, 1, 1]),
        ([10, 10, 10], [2, 1, 1], [2, 1, 1]),
    ],
)
def test_weights_are_shares_of_the_total_whatever_the_bounds(highest, weights, counts):
    table = pd.DataFrame({"指标": ["甲", "乙", "丙"], "满分": highest, "权重": weights})
    found = criteria_of(read_criteria(table).rows)
    assert [one.weight for one in found] == pytest.approx(counts)


def test_pairs_of_an_assignment_keep_their_sides():
    pairs = read_scores(pd.DataFrame({"left_id": ["专1"], "right_id": ["项1"], "alternate": [0]})).rows
    assert pairs[["item", "reviewer"]].to_numpy().tolist() == [["项1", "专1"]]


def test_a_workbook_of_an_assignment_is_read_by_its_pairs(run, tmp_path):
    rows = [f"{who},{what},0.{n}" for n, (who, what) in enumerate((w, p) for p in ("项1", "项2") for w in "甲乙丙")]
    (tmp_path / "对.csv").write_text("left_id,right_id,score\n" + "\n".join(rows) + "\n", "utf-8-sig")
    settings = "nouns: {left: 专家, right: 项目}\nleft: {default: {max: 2}}\nright: {default: {min: 2, max: 2}}\n"
    (tmp_path / "设置.yaml").write_text(settings + "alternates: 1\n", "utf-8")
    assert run("assign", "对.csv", "--config", "设置.yaml", "-o", "分组.xlsx")[0] == 0
    assert run("review", "sheets", "分组.xlsx", "-o", "评分表")[:2] == (
        0,
        "2 位评委的评分表已写入 评分表；请保留其中的派发记录，收回时要用\n",
    )


def test_a_column_a_reviewer_is_read_as_one():
    table = pd.DataFrame(
        {"项目编号": ["P1", "P2"], "专家1": [80, "70"], "专家二（外地）": ["", "７５分"], "总分": [80, 145]}
    )
    reading = read_scores(table.assign(专家3得分=["优", 60]))
    assert reading.rows[["item", "reviewer", "score"]].astype(object).where(
        lambda c: c.notna(), None
    ).values.tolist() == [
        ["P1", "专家1", 80],
        ["P1", "专家3得分", None],
        ["P2", "专家1", 70],
        ["P2", "专家二（外地）", 75],
        ["P2", "专家3得分", 60],
    ]
    assert reading.problems["problem"].tolist() == [
        "不是数字",
        "一列一位评委，已按列读成 3 位评委的分数，空格是没有评",
        "是合计或平均，没有采用",
    ]


def sheet_of(path, rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    book.save(path)
    return path


PANEL = [
    ["某年度评审汇总", None, None, None, None, None],
    ["项目编号", "项目名称", "评委打分", None, None, "平均分"],
    [None, None, "专家1", "张三", "小计", None],
    ["P1", "甲", 86, "约80", 166, 83],
    ["P2", "乙", 77, 81, 158, 79],
]


@pytest.mark.parametrize("merged", [("A1:F1", "A2:A3", "B2:B3", "C2:E2", "F2:F3"), ()])
def test_reviewers_under_a_common_header_are_read_and_a_bad_cell_is_named(tmp_path, merged):
    reading = read_scores(sheet_of(tmp_path / "宽.xlsx", PANEL, merged))
    assert reading.rows[["item", "reviewer", "score"]].astype(object).where(
        lambda c: c.notna(), None
    ).values.tolist() == [["P1", "专家1", 86], ["P1", "张三", None], ["P2", "专家1", 77], ["P2", "张三", 81]]
    told = reading.problems[["row", "column", "value", "problem"]].values.tolist()
    assert told[0] == [4, "评委打分张三", "约80", "不是确切的分数"]


@pytest.mark.parametrize(
    "name",
    ["最终得分", "综合得分", "最后得分", "实得分", "网评分", "初评得分", "答辩得分", "技术分数", "得分", "平均分"],
)
def test_a_score_of_no_person_below_the_common_header_is_told_and_left_out(tmp_path, name):
    rows = [["项目编号", "评委打分", None, None], [None, "李和平", "王建国得分", name], ["P1", 86, 80, 93]]
    reading = read_scores(sheet_of(tmp_path / "宽.xlsx", rows, ("A1:A2", "B1:D1")))
    assert reading.rows[["reviewer", "score"]].values.tolist() == [["李和平", 86], ["王建国得分", 80]]
    told = reading.problems[["value", "problem"]].values.tolist()
    assert [problem for value, problem in told if value.endswith(name) and problem.endswith("没有采用")]


@pytest.mark.parametrize(
    ("last", "how"),
    [
        ([160, 150, 170], "合计"),
        ([80, 75, 85], "平均"),
        ([80, 75, 85.5], None),  # not in every row
    ],
)
def test_a_column_that_totals_the_others_in_every_row_is_no_reviewer(last, how):
    table = pd.DataFrame({"项目编号": ["P1", "P2", "P3"], "专家1": [70, 80, 80], "专家2": [90, 70, 90], "专家3": last})
    reading = read_scores(table)
    assert reading.rows["reviewer"].nunique() == (2 if how else 3)
    told = reading.problems.loc[reading.problems["value"] == "专家3", "problem"].tolist()
    assert told == ([f"每一行都是其余各列的{how}，没有采用"] if how else [])


def test_who_must_recuse_by_a_remark_gets_no_sheet_and_is_told(run, tmp_path):
    table = pd.DataFrame(
        {
            "项目编号": ["P1", "P2", "P3", "P1"],
            "评委编号": ["E1", "E1", "E1", "E2"],
            "备注": ["回避：同单位", "", "无需回避", "候补"],
        }
    )
    files = score_workbooks(read_scores(table).rows)
    assert [(one["reviewer"], one["items"]) for one in json.loads(files[RECORD])["sheets"]] == [("E1", ["P2", "P3"])]
    table.to_csv(tmp_path / "p.csv", index=False)
    status, _, said = run("review", "sheets", "p.csv", "-o", "out")
    assert status == 0
    assert "P1、E1：备注写的是“回避：同单位”，没有发评分表\nP1、E2：备注写的是“候补”，没有发评分表\n" in said


def test_who_recuses_in_a_wide_table_is_one_reviewer_and_not_the_item():
    cells = {"专家1": [90, 80, 70], "专家2": [85, "回避", 75], "专家3": ["弃权", 70, 88], "回避": ["专家1", "1", "否"]}
    reading = read_scores(pd.DataFrame({"项目编号": ["P1", "P2", "P3"], **cells}))
    checked = check_scores(reading.rows)
    assert checked.scores.to_numpy().tolist() == [
        ["P1", "专家2", 85], ["P2", "专家1", 80], ["P2", "专家3", 70],
        ["P3", "专家1", 70], ["P3", "专家2", 75], ["P3", "专家3", 88],
    ]  # fmt: skip
    assert checked.problems[["value", "problem"]].to_numpy().tolist() == [["P1、专家1", "须回避的评委"]]
    told = reading.problems[["value", "problem"]].to_numpy().tolist()
    assert told[:2] == [["弃权", "评委写明没有评"], ["回避", "评委写明没有评"]]
    assert ["P2：1", "看不出是哪一位评委回避，没有采用"] in told


def test_a_reviewer_who_scores_as_the_mean_of_the_others_is_no_total():
    table = pd.DataFrame(
        {"项目编号": ["P1", "P2", "P3"], "专家1": [90, 80, 84], "专家2": [91, 81, 90], "专家3": [92, 82, 96]}
    )
    assert read_scores(table).rows["reviewer"].nunique() == 3
    last = table[["项目编号", "专家1", "专家3", "专家2"]]
    assert read_scores(last).rows["reviewer"].unique().tolist() == ["专家1", "专家3"]
    assert read_scores(last.assign(合计=[273, 243, 270])).rows["reviewer"].nunique() == 3
    assert read_scores(last.assign(合计=[182, 162, 180])).rows["reviewer"].nunique() == 2


def test_what_the_table_states_of_its_result_is_held_against_the_scores():
    table = pd.DataFrame(
        {"项目编号": ["P1", "P2", "P3"], "专家1": [90, 60, 80], "专家2": [80, 71, 80], "专家3": [71, 80, 80],
         "总分": [241, 311, 240], "平均分": [80.3, 70.33, "79"], "去掉最高最低平均分": [80, 71, 80],
         "名次": [2, "第3名", 1], "最终得分": [1, 2, 3]}
    )  # fmt: skip
    result = Round.build(read_scores(table))
    told = result.problems[result.problems["problem"].str.startswith("表中写的")]
    assert told[["column", "value", "problem"]].to_numpy().tolist() == [
        ["总分", "P2", "表中写的“总分”是 311，各位评委分数的合计是 211"],
        ["平均分", "P3", "表中写的“平均分”是 79，各位评委分数的平均分是 80"],
        ["名次", "P1", "表中写的“名次”是 2，按平均分是第 1 名"],
        ["名次", "P3", "表中写的“名次”是 1，按平均分是第 2 名"],
    ]
    assert "表中自己的合计、平均或名次有 4 处和分数算出的不同，见“问题”" in result.warnings
    means = Round.build(read_scores(table.assign(总分=[80.3, 70.3, 81])))
    assert means.problems["problem"].str.contains("“总分”是 81，各位评委分数的平均分是 80").sum() == 1


def test_totals_of_trimmed_scores_and_of_reviewers_of_one_mind():
    table = pd.DataFrame({"项目编号": ["P1", "P2", "P3"], "专家1": [70, 80, 80], "专家2": [90, 70, 90]})
    trimmed = table.assign(专家3=[81, 75, 70], 专家4=[80, 71, 85], 专家5=[80.5, 73, 82.5])
    assert read_scores(trimmed).rows["reviewer"].unique().tolist() == ["专家1", "专家2", "专家3", "专家4"]
    alike = table.assign(专家2=table["专家1"], 专家3=table["专家1"])
    assert read_scores(alike).rows["reviewer"].nunique() == 3


def test_footers_of_a_count_and_telephones_behind_names(tmp_path):
    rows = [
        ["序号", "项目编号", "专家评审打分", None, "平均分"],
        [None, None, "张三", "赵六13800000000", None],
        [1, "P1", 86, 80, 83],
        [2, "P2", 77, 81, 79],
        ["统分人：甲某　监督人：乙某", None, None, None, None],
    ]
    path = sheet_of(tmp_path / "宽.xlsx", rows, ("A1:A2", "B1:B2", "C1:D1", "E1:E2"))
    reading = read_scores(path)
    assert reading.rows[["item", "reviewer", "score"]].values.tolist() == [
        ["P1", "张三", 86],
        ["P1", "赵六13800000000", 80],
        ["P2", "张三", 77],
        ["P2", "赵六13800000000", 81],
    ]
    with pytest.raises(TableError, match="评分表没有读入：有的行没有项目编号"):
        read_scores(sheet_of(path, [["项目编号", "专家1", "专家2"], ["P1", 1, 2], [None, 3, 4]]))


@pytest.mark.parametrize("other", ["李 敏", "李敏教授", "李敏（教授）"])
def test_one_reviewer_in_two_writings_is_refused_and_namesakes_of_two_units_are_not(tmp_path, other):
    def panel(*names):
        rows = [["项目编号", "评委打分", None], [None, *names], ["P1", 86, 80]]
        return sheet_of(tmp_path / "宽.xlsx", rows, ("A1:A2", "B1:C1"))

    with pytest.raises(TableError, match="评委“李敏”有几列分数"):
        read_scores(panel("李敏", other))
    read = read_scores(panel("李敏（甲大学）", "李敏（乙大学）"))
    assert read.rows["score"].tolist() == [86, 80]


def test_a_reviewer_with_two_columns_is_refused(tmp_path):
    rows = [["项目编号", "初评", None, "复评", None], [None, "专家1", "专家2", "专家1", "专家2"], ["P1", 1, 2, 3, 4]]
    path = sheet_of(tmp_path / "宽.xlsx", rows, ("A1:A2", "B1:C1", "D1:E1"))
    with pytest.raises(TableError, match="评委“专家1”有几列分数：“初评-专家1”“复评-专家1”"):
        read_scores(path)
    with pytest.raises(TableError, match="评委“专家1”有几列分数：“专家1”“专家1”"):
        read_scores(sheet_of(path, [["项目编号", "专家1", "专家1", "专家2"], ["P1", 1, 2, 3]]))


def test_a_row_without_an_item_is_named_as_in_the_sheet(tmp_path):
    rows = [["评审汇总"], ["项目编号", "项目名称", "专家1", "专家2"], ["P1", "甲", 86, 90], [None, "乙", 77, 81]]
    with pytest.raises(TableError, match="第 4 行，“乙”：项目编号都是空的"):
        read_scores(sheet_of(tmp_path / "宽.xlsx", rows, ("A1:D1",)))
    table = pd.DataFrame({"item": ["P1", "P2"], "reviewer": ["甲", ""], "score": [1, 2]})
    with pytest.raises(TableError, match="评分表有 1 行没有评委编号，首先是项目编号“P2”的"):
        check_scores(table)


def test_a_table_of_unnamed_columns_gets_advice_that_helps(run, tmp_path):
    (tmp_path / "宽.csv").write_text("项目编号,张三,李四\nP1,80,90\n", "utf-8-sig")
    status, _, said = run("review", "aggregate", "宽.csv", "-o", "汇总.xlsx")
    assert status == 2
    assert "若一列是一位评委，请把这些列的表头写成“专家1”“专家2”" in said


def test_the_commands(run, tmp_path):
    (tmp_path / "分组.csv").write_text("left_id,right_id,alternate\n甲,P1,0\n甲,P2,0\n乙,P1,1\n", "utf-8-sig")
    status, out, _ = run("review", "sheets", "分组.csv", "-o", "评分表", "--due", "2026-11-20")
    assert (status, out) == (0, "1 位评委的评分表已写入 评分表；请保留其中的派发记录，收回时要用\n")
    assert run("review", "sheets", "分组.csv", "-o", "评分表")[0] == 2
    path = tmp_path / "评分表" / "评分表-001-甲.xlsx"
    book = openpyxl.load_workbook(path)
    for row, score in ((2, 80), (3, 120)):
        book["评分表"].cell(row, 3).value = score
    book.save(path)
    assert run("review", "collect", "评分表", "-o", "评分表/分数.xlsx")[0] == 2
    status, out, said = run("review", "collect", "评分表", "-o", "分数.xlsx")
    assert (status, out) == (0, "派出 2 份评审，收到完整分数 1 份；结果已写入 分数.xlsx\n")
    assert "超出范围：总体评分 120" in said
    assert run("review", "aggregate", "分数.xlsx", "-o", "汇总.csv")[0] == 0


def test_a_cell_with_scores_of_several_items_is_shared_out_and_others_are_told(tmp_path):
    pairs = pd.DataFrame(
        [(item, who) for who in ("E1", "E2", "张三") for item in ("P1", "P2")], columns=["item", "reviewer"]
    )
    titles = pd.DataFrame({"item": ["P1", "P2"], "title": ["甲", "乙"]})
    for name, content in score_workbooks(pairs, titles).items():
        (tmp_path / name).write_bytes(content)
    cells = {"E1": ["P1:85; P2：90分", None], "E2": ["85/90", "李四88"], "张三": ["张三85", "甲：80、乙：70"]}
    for path in tmp_path.glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        page = book["评分表"]
        for row, value in zip((2, 3), cells[page["B2"].value], strict=True):
            page[f"D{row}"], page[f"F{row}"] = value, "2026-11-18"
        book.save(path)
    found = collect_scores(tmp_path)
    assert found.scores[["item", "reviewer", "score"]].to_numpy().tolist() == [
        ["P1", "E1", 85],
        ["P1", "张三", 85],
        ["P2", "E1", 90],
    ]
    told = found.problems[["file", "row", "value", "problem"]].astype(object)
    assert told.where(told.notna(), None).to_numpy().tolist() == [
        ["评分表-001-E1.xlsx", 2, "P1:85; P2：90分", "一格里写了P1、P2的分数，已归到各项"],
        ["评分表-002-E2.xlsx", 2, "85/90", "一格里有 2 个数，不知取哪一个"],
        ["评分表-002-E2.xlsx", 3, "李四88", "数字前后还有别的字，不知是不是这一行的分数"],
        ["评分表-003-张三.xlsx", 2, "张三85", "一格里写了P1的分数，已归到各项"],
        ["评分表-003-张三.xlsx", 3, "甲：80、乙：70", "一格里是几项或几位的分数，看不出各是哪一行的"],
        ["评分表-002-E2.xlsx", None, "P1、E2", "分数看不懂：总体评分“85/90”"],
        ["评分表-002-E2.xlsx", None, "P2、E2", "分数看不懂：总体评分“李四88”"],
        ["评分表-003-张三.xlsx", None, "P2、张三", "分数看不懂：总体评分“甲：80、乙：70”"],
    ]


def test_a_cell_with_several_numbers_in_a_table_of_scores_is_told_in_words_of_scores():
    table = pd.DataFrame({"项目编号": ["P1", "P1", "P1"], "专家编号": ["A", "B", "C"], "得分": ["85/90", "张三85", 88]})
    reading = read_scores(table)
    assert reading.rows["score"].isna().tolist() == [True, True, False]
    assert reading.problems[["row", "problem", "action"]].to_numpy().tolist() == [
        [2, "一格里有 2 个数，不知取哪一个", "请向评委核实；这一格不计"],
        [3, "数字前后还有别的字，不知是不是这一行的分数", "请向评委核实；这一格不计"],
    ]


TWO = ("A2:A3", "B2:B3", "A4:A5", "B4:B5")


@pytest.mark.parametrize(
    ("heads", "high", "low", "highest", "wanted"),
    [
        (("一级权重", "二级权重"), ("60%", "40%"), ("40%", "20%", "25%", "15%"), 100, [0.4, 0.2, 0.25, 0.15]),
        (("一级权重", "二级权重"), (60, 40), (40, 20, 25, 15), 100, [0.4, 0.2, 0.25, 0.15]),
        (("权重", "权重"), (0.6, 0.4), (0.5, 0.5, 0.7, 0.3), 100, [0.3, 0.3, 0.28, 0.12]),
        (("权重", "权重"), ("60%", "40%"), ("40%", "20%", "25%", "15%"), 100, [0.4, 0.2, 0.25, 0.15]),
        (("一级权重", "二级权重"), ("60%", "40%"), (50, 50, 70, 30), 100, [0.3, 0.3, 0.28, 0.12]),
        (("一级权重", "二级权重"), ("60%", "40%"), (None,) * 4, (40, 20, 25, 15), [1, 1, 1, 1]),
        (("一级权重", "二级权重"), ("60%", "40%"), (None,) * 4, (60, 40, 50, 50), [0.6, 0.6, 0.4, 0.4]),
    ],
)
def test_weights_of_two_levels_in_both_ways_of_writing(tmp_path, heads, high, low, highest, wanted):
    most = highest if isinstance(highest, tuple) else (highest,) * 4
    rows = [["一级指标", heads[0], "二级指标", heads[1], "满分"]]
    rows += [["创新", high[0], "原始", low[0], most[0]], [None, None, "集成", low[1], most[1]]]
    rows += [["应用", high[1], "效益", low[2], most[2]], [None, None, "推广", low[3], most[3]]]
    reading = read_criteria(sheet_of(tmp_path / "指标.xlsx", rows, TWO))
    found = criteria_of(reading.rows)
    assert [one.name for one in found] == ["创新：原始", "创新：集成", "应用：效益", "应用：推广"]
    assert [one.weight for one in found] == pytest.approx(wanted)
    assert reading.problems.empty


@pytest.mark.parametrize(
    ("high", "low", "said"),
    [
        (("60%", "40%"), ("40%", "30%", "25%", "15%"), "创新 0.6（其下合计 0.7）、应用 0.4（其下合计 0.4）"),
        (("60%", "50%"), ("40%", "20%", "25%", "15%"), "一级权重合计应为 100%"),
        (("60%", "40%"), ("45%", "45%", "45%", "45%"), "一级权重和二级权重对不上"),
        (("60%", "40%"), ("40%", None, "25%", "15%"), "其下合计 未写全"),
        (("60%", None), ("40%", "20%", "25%", "15%"), "有的一级指标没有权重，或有几个不同的"),
    ],
)
def test_weights_of_two_levels_that_do_not_agree_are_told(high, low, said):
    table = {"一级指标": ["创新", "创新", "应用", "应用"], "二级指标": list("甲乙丙丁"), "满分": 100}
    table |= {"一级权重": [high[0], high[0], high[1], high[1]], "二级权重": low}
    with pytest.raises(TableError, match=said):
        read_criteria(pd.DataFrame(table))


def test_a_table_of_titles_without_ids_is_read_by_its_titles_and_a_signature_is_no_item(tmp_path):
    rows = [
        ["评分汇总表", None, None, None],
        ["序号", "项目名称", "专家1", "专家2"],
        [1, "甲", 80, 90],
        [2, "乙", 70, "回避"],
    ]
    rows += [["组长签字：", None, None, None]]
    reading = read_scores(sheet_of(tmp_path / "分.xlsx", rows, ("A1:D1",)))
    assert reading.rows.loc[reading.rows["score"].notna(), ["item", "reviewer", "score"]].to_numpy().tolist() == [
        ["甲", "专家1", 80],
        ["甲", "专家2", 90],
        ["乙", "专家1", 70],
    ]
    assert "没有“项目编号”这一列，以项目名称为编号" in reading.problems["problem"].tolist()
    lost = pd.DataFrame({"项目编号": ["P1", None], "专家": ["A", "B"], "得分": [80, 90]})
    with pytest.raises(TableError, match="有的行没有项目编号"):
        read_scores(lost)


def panel(*rows, columns=("项目编号", "专家", "备注")):
    return read_scores(pd.DataFrame(rows, columns=columns))


def test_each_reviewer_of_a_cell_gets_a_sheet_and_a_remark_recuses_whom_it_names():
    reading = panel(("P1", "张某、李某（组长）", ""), ("P2", "张某，李某；王某", "李某回避"), ("P3", "E1、E2", ""))
    given = json.loads(score_workbooks(reading.rows)[RECORD])["sheets"]
    sent = {one["reviewer"]: one["items"] for one in given}
    assert sent == {"E1": ["P3"], "E2": ["P3"], "张某": ["P1", "P2"], "李某": ["P1"], "王某": ["P2"]}
    assert reading.problems["problem"].tolist() == [
        "一格里有 2 位评委，已拆开", "一格里有 3 位评委，已拆开", "一格里有 2 位评委，已拆开",
    ]  # fmt: skip
    all_out = panel(("P1", "张某、李某", "与申报单位有合作，回避"), ("P2", "王某", ""))
    assert [one["reviewer"] for one in json.loads(score_workbooks(all_out.rows)[RECORD])["sheets"]] == ["王某"]


@pytest.mark.parametrize("cell", ["张某（甲大学、乙所）", "张某，教授", "张某教授", "专家1"])
def test_one_reviewer_stays_one(cell):
    reading = panel(("P1", cell, "张某回避一次会议后返回，无需回避"))
    assert reading.rows["reviewer"].tolist() == [cell]
    assert reading.problems.empty


def test_reviewers_who_are_not_all_named_are_refused_and_leaders_and_joint_scores_told():
    with pytest.raises(TableError, match="“张某、李某等5人”没有写全"):
        panel(("P1", "张某、李某等5人", ""))
    reading = panel(
        ("P1", "王某", "张某"), ("P1", "张某", "张某"), ("P2", "王某", "张某"), columns=("编号", "专家", "组长")
    )
    assert reading.problems[["value", "problem"]].to_numpy().tolist() == [
        ["张某", "“组长”一列不是评委一列，没有当作P2的评委"]
    ]
    joint = panel(("P1", "张某、李某", 80), columns=("编号", "专家", "得分"))
    assert joint.rows["reviewer"].tolist() == ["张某、李某"]
    assert joint.problems["problem"].tolist() == ["一格里似有几位评委，当作一位"]


def test_who_got_no_sheet_for_a_remark_is_not_asked_for_scores():
    pairs = panel(
        ("P1", "张某", ""), ("P1", "李某", "回避：同单位"), ("P1", "王某", "候补"), ("P1", "孙某", "无需回避")
    )
    checked = check_scores(pd.DataFrame({"item": ["P1"], "reviewer": ["张某"], "score": [80.0]}), expected=pairs.rows)
    assert checked.problems[["value", "problem"]].to_numpy().tolist() == [["P1、孙某", "派出后没有收到分数"]]
    scored = pd.DataFrame({"item": "P1", "reviewer": ["张某", "李某", "王某"], "score": [80.0, 60.0, 70.0]})
    checked = check_scores(scored, expected=pairs.rows)
    assert checked.scores["reviewer"].tolist() == ["张某", "王某"]  # the alternate was called up


@pytest.mark.parametrize(
    ("header", "cell", "sent"),
    [
        ("summary", "无人车障碍物回避算法", True),
        ("项目简介", "研究家畜的回避和候补机制", True),
        ("unit", "某回避技术公司", True),
        ("grade", "候补", True),
        ("备注", "风险回避策略新颖", True),
        ("备注", "无需回避", True),
        ("备注", "同单位，回避", False),
        ("comment", "与申报人系师生，申请回避", False),
        ("专家类型", "候补专家", False),
        ("派发状态", "回避", False),
    ],
)
def test_only_remarks_and_states_say_that_a_reviewer_recuses(header, cell, sent):
    pairs = pd.DataFrame({"item": ["P1", "P2"], "reviewer": "E1", header: [cell, None]})
    given = json.loads(score_workbooks(pairs)[RECORD])["sheets"]
    assert [one["items"] for one in given] == [["P1", "P2"] if sent else ["P2"]]
    if sent:
        scores = pd.DataFrame({"item": ["P1", "P2"], "reviewer": "E1", "score": 80.0})
        assert check_scores(scores, expected=pairs).scores["item"].tolist() == ["P1", "P2"]


@pytest.mark.parametrize(("comment", "told"), [("与申报人系师生，申请回避", 1), ("无需回避，创新性强", 0), ("同意", 0)])
def test_a_score_beside_a_remark_to_recuse_is_told(tmp_path, comment, told):
    hand_out(tmp_path)
    fill(tmp_path / "评分表-003-甲.xlsx", {"P1": (30, 50, comment, "2026-11-20")})
    collected = collect_scores(tmp_path)
    assert collected.scores["item"].tolist() == ["P1"]
    assert collected.problems["problem"].str.contains("评审意见里又写").sum() == told
