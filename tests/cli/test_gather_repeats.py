"""A folder gathered again, files that stand in it twice, and a sheet or a file for each year."""

import openpyxl
import pandas as pd
import pytest

NEEDS = "需求编号,需求名称,需求描述\n1,轴承降噪,噪声降到60分贝\n2,叶片防冰,零下30度不结冰\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "交来").mkdir()
    return tmp_path / "交来"


def gathered(run, *words):
    """The rows, and what was left out."""
    status, out, said = run("gather", "交来", *words, "-o", "全部.xlsx")
    assert status == 0, said
    sheets = pd.read_excel("全部.xlsx", sheet_name=None, engine="calamine")
    left_out = sheets["问题"]["问题"][sheets["问题"]["问题"].str.startswith("没有读入")] if "问题" in sheets else []
    return next(iter(sheets.values())), list(left_out), out


def test_a_result_in_the_folder_is_not_gathered_again(run, folder):
    (folder / "甲.csv").write_text(NEEDS, "utf-8")
    (folder / "乙.csv").write_text(NEEDS.replace("轴承", "齿轮"), "utf-8")
    assert run("gather", "交来", "-o", "交来/汇总.xlsx", "-q")[0] == 0
    rows, left_out, _ = gathered(run)
    assert len(rows) == 4
    assert left_out == ["没有读入：是这里的文件汇总成的表"]


def test_what_no_field_took_is_told_and_can_be_named(run, folder):
    table = "成果编号,成果名,可用在哪里,是否公开\n{},{},粮食加工,否\n"
    (folder / "甲.csv").write_text(table.format("A1", "振动筛"), "utf-8")
    (folder / "乙.csv").write_text(table.format("A2", "烘干塔"), "utf-8")
    said = run("gather", "交来", "-o", "全部.xlsx", "--kind", "outcomes")[2]
    assert "没看懂 1 种列，原样保留，没有采用（见“列的去向”）：可用在哪里（2 个文件）" in said
    assert "甲.csv 是否公开：有 1 行写着不公开或涉密：第 2 行“否”" in said
    rows, _, _ = gathered(run, "--column", "可用在哪里=应用范围")
    assert rows[["成果名称", "应用范围"]].to_numpy().tolist() == [["烘干塔", "粮食加工"], ["振动筛", "粮食加工"]]
    rows, _, _ = gathered(run, "--column", "甲.csv:可用在哪里=应用范围")
    assert rows["应用范围"].fillna("").tolist() == ["", "粮食加工"]
    status, _, said = run("gather", "交来", "-o", "全部.xlsx", "--column", "可用于何处=应用范围")
    assert (status, "没有一张表有列“可用于何处”" in said) == (2, True)


def test_the_result_of_other_files_is_gathered(run, folder):
    (folder / "甲.csv").write_text(NEEDS, "utf-8")
    assert run("gather", "交来", "-o", "甲区.xlsx", "-q")[0] == 0
    (folder / "甲.csv").rename(folder.parent / "甲.csv")
    (folder.parent / "甲区.xlsx").rename(folder / "甲区.xlsx")
    rows, left_out, _ = gathered(run)
    assert (len(rows), left_out) == (2, [])


def test_a_copy_of_a_file_counts_once_and_is_told(run, folder):
    for name in ("甲.csv", "甲 - 副本.csv"):
        (folder / name).write_text(NEEDS, "utf-8")
    (folder / "乙.csv").write_text(NEEDS.replace("60分贝", "55分贝"), "utf-8")
    rows, left_out, _ = gathered(run)
    assert len(rows) == 4
    assert left_out == ["没有读入：和“甲 - 副本.csv，”的内容完全相同"]


def test_blank_tables_are_not_copies(run, folder):
    for name in ("甲.csv", "乙.csv"):
        (folder / name).write_text("需求编号,需求名称,需求描述\n", "utf-8")
    (folder / "丙.csv").write_text(NEEDS, "utf-8")
    rows, left_out, _ = gathered(run)
    assert (len(rows), left_out) == (2, [])


def test_a_sheet_on_how_to_fill_in_the_others_is_left_out(run, folder):
    book = openpyxl.Workbook()
    for line in NEEDS.splitlines():
        book.active.append(line.split(","))
    notes = book.create_sheet("填报说明")
    notes.append(["需求名称", "需求描述"])
    notes.append(["一句话", "不少于100字"])
    book.save(folder / "甲.xlsx")
    rows, left_out, _ = gathered(run)
    assert list(rows["需求名称"]) == ["轴承降噪", "叶片防冰"]
    assert left_out == ["没有读入：是填报说明或示例"]


FIGURES = {"2023年": (120, 3800), "2024年度": (130, 4300), "2025年": (140, 4800)}


def test_a_sheet_for_each_year_gives_figures_of_that_year(run, folder):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, figures in FIGURES.items():
        sheet = book.create_sheet(name)
        sheet.append(["企业名称", "职工总数", "销售收入（万元）"])
        sheet.append(["甲机械厂", *figures])
    book.save(folder / "甲.xlsx")
    rows, _, out = gathered(run, "--kind", "firms", "-p", "hte", "--on", "2026-06-01")
    names = ["职工总数", "销售收入（前三年）", "销售收入（前二年）", "销售收入（上一年）"]
    assert rows[names].to_numpy().tolist() == [[140, 38_000_000, 43_000_000, 48_000_000]]
    assert "采用先读到的" not in out
    problems = pd.read_excel("全部.xlsx", sheet_name="问题", engine="calamine")["问题"]
    assert problems.str.contains(
        "表头没有写年份，按表名算作 2024 年的（2024年职工总数、2024年销售收入", regex=False
    ).any()


def test_a_file_for_each_year_gives_figures_of_that_year(run, folder):
    for name, (staff, sales) in FIGURES.items():
        (folder / f"{name}.csv").write_text(f"企业名称,职工总数,销售收入（万元）\n甲机械厂,{staff},{sales}\n", "utf-8")
    rows, *_ = gathered(run, "--kind", "firms", "-p", "hte", "--on", "2026-06-01")
    assert rows[["职工总数", "销售收入（上一年）"]].to_numpy().tolist() == [[140, 48_000_000]]


STATED = "园区企业情况,,,\n{},,,\n单位名称,营业收入,利润总额,从业人员,研发投入占营业收入\n甲机械厂,26000,1200,31,3.2\n"


def test_a_stated_unit_stays_with_money_that_no_field_takes(run, folder):
    (folder / "甲.csv").write_text(STATED.format("单位：万元"), "utf-8")
    (folder / "乙.csv").write_text(STATED.format("单位：元").replace("甲机械厂", "乙机械厂"), "utf-8")
    words = ("--kind", "firms", "-p", "hte", "--on", "2026-06-01")
    rows, *_ = gathered(run, *words)
    named = rows.set_index("企业名称")
    assert named.loc["甲机械厂", ["营业收入（万元）", "利润总额（万元）"]].tolist() == [26000, 1200]
    assert named["研发投入占营业收入"].tolist() == [3.2, 3.2]  # a share
    assert named.loc["乙机械厂", ["营业收入（元）", "利润总额（元）"]].tolist() == [26000, 1200]
    problems = pd.read_excel("全部.xlsx", sheet_name="问题", engine="calamine")["问题"]
    assert "表头没有写单位，照表里写的单位写作“营业收入（万元）、利润总额（万元）”" in problems.tolist()
    rows, *_ = gathered(run, *words, "--column", "营业收入（万元）=销售收入（上一年）")
    assert rows["销售收入（上一年）"].dropna().tolist() == [260_000_000]


@pytest.mark.parametrize("said", ["", "单位：万元、亿元", "单位：美元"])
def test_no_unit_is_put_where_the_sheet_states_not_one(run, folder, said):
    (folder / "甲.csv").write_text(STATED.format(said), "utf-8")
    rows, *_ = gathered(run, "--kind", "firms", "-p", "hte", "--on", "2026-06-01")
    assert rows[["营业收入", "利润总额", "职工总数"]].to_numpy().tolist() == [[26000, 1200, 31]]


def test_one_year_alone_may_be_that_of_the_call_and_dates_nothing(run, folder):
    (folder / "2026年.csv").write_text("企业名称,职工总数\n甲机械厂,140\n", "utf-8")
    rows, *_ = gathered(run, "--kind", "firms", "-p", "hte", "--on", "2026-06-01")
    assert rows["职工总数"].tolist() == [140]


def test_what_the_latest_sheet_counts_as_of_now_is_kept_and_its_yearly_figures_are_of_its_year(run, folder):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in ("2025年", "2026年"):
        sheet = book.create_sheet(name)
        sheet.append(["企业名称", "职工总数", "科技人员数", "销售收入（万元）"])
        sheet.append([f"甲{name}机械厂", 30, 6, 5000])
    book.save(folder / "甲.xlsx")
    rows, *_ = gathered(run, "--kind", "firms", "-p", "hte", "--on", "2026-11-01")
    assert rows["职工总数"].tolist() == [30, 30]
    assert rows["科技人员数"].tolist() == [6, 6]
    assert rows["销售收入（上一年）"].fillna(0).tolist() == [50_000_000, 0]


@pytest.mark.parametrize(
    ("sheets", "titles"),
    [
        ({"样表": NEEDS, "字典": "字典\n机械\n"}, ["轴承降噪", "叶片防冰"]),
        ({"填报说明": "说明\n逐行填写\n", "示例": NEEDS}, ["轴承降噪", "叶片防冰"]),
        ({"样表": NEEDS, "今年": NEEDS.replace("轴承", "齿轮")}, ["齿轮降噪", "叶片防冰"]),
    ],
)
def test_a_sheet_called_an_example_is_left_out_only_beside_another_of_the_kind(run, folder, sheets, titles):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.save(folder / "甲.xlsx")
    rows, *_ = gathered(run)
    assert list(rows["需求名称"]) == titles


def test_figures_of_one_firm_that_differ_are_told_on_the_screen(run, folder):
    for name, staff in (("甲", 120), ("乙", 130)):
        (folder / f"{name}.csv").write_text(f"企业名称,职工总数,科技人员数\n甲机械厂,{staff},18\n", "utf-8")
    rows, _, out = gathered(run, "--kind", "firms", "-p", "hte", "--on", "2026-06-01")
    assert rows["职工总数"].tolist() == [130]  # of 乙, which comes first
    assert out == "2 个文件合成 1 行企业；1 处同一企业在两张表中不同，采用先读到的（见“问题”）\n"


def test_a_wide_sign_in_a_choice_is_taken(run, folder):
    for name, line in (
        ("需", "需求编号,需求名称\n1,轴承降噪\n"),
        ("成", "成果编号,成果名称,地区\n1,消声器,甲市\n2,涂层,乙市\n"),
    ):
        (folder / f"{name}.csv").write_text(line, "utf-8")
    words = ("match", "交来/需.csv", "交来/成.csv", "--where", "地区＝乙市", "-o", "配.csv", "-q")
    assert run(*words)[0] == 0
    assert pd.read_csv("配.csv")["outcome_id"].tolist() == [2]


TITLED = "企业名称,统一社会信用代码,认定时间,有效期\n虚构甲公司,91341102MA2001003N,2024-07-16,3年\n"


@pytest.mark.parametrize(
    ("table", "words", "told"),
    [
        (TITLED, ("-p", "srdi"), "企业"),
        # neighbours: without a policy, needs with a policy, and platforms that are asked for
        (TITLED, (), "平台"),
        (NEEDS, ("-p", "hte"), "需求"),
        ("平台名称,依托单位,认定时间\n虚构中心,虚构甲公司,2024-07-16\n", ("-p", "hte", "--kind", "platforms"), "平台"),
    ],
)
def test_a_policy_gathers_firms_and_no_platforms(run, folder, table, words, told):
    (folder / "甲.csv").write_text(table, "utf-8")
    status, out, said = run("gather", "交来", "-o", "全部.xlsx", "--on", "2026-11-24", *words)
    assert (status, f"行{told}" in out) == (0, True), said


@pytest.mark.parametrize(
    "sources", [("甲县", "乙县"), ("甲县/表.csv", "乙县/表.csv"), ("甲县", "乙县/表.csv", "甲县/表.csv")]
)
def test_several_folders_and_files_are_one_table(run, folder, sources):
    for county, title in (("甲县", "轴承"), ("乙县", "齿轮")):
        (folder.parent / county).mkdir()
        (folder.parent / county / "表.csv").write_text(NEEDS.replace("轴承", title), "utf-8")
    status, out, said = run("gather", *sources, "-o", "全部.csv")
    assert status == 0, said
    assert "2 个文件合成 4 行需求" in out
    assert pd.read_csv("全部.csv")["来源文件"].drop_duplicates().tolist() == ["甲县/表.csv", "乙县/表.csv"]


def test_a_source_that_is_missing_is_named(run, folder):
    (folder / "甲.csv").write_text(NEEDS, "utf-8")
    assert "没有：找不到这个文件或文件夹" in run("gather", "交来", "没有", "-o", "全部.csv")[2]
