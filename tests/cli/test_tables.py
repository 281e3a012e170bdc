"""Blank tables, many tables to one, one to many."""

import openpyxl
import pandas as pd
import pytest
import xlwt

from matcher import load_policy, read_firms, read_needs, read_outcomes
from matcher.tables.gathering import _county

NEEDS = "编号,需求名称,需求描述,预算（万元）,联系电话\n1,磨齿烧伤检测,齿轮表面烧伤难以检测,80,13800001234\n"


def rows_of(path, sheet):
    first, *rest = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [dict(zip(first, row, strict=True)) for row in rest]


@pytest.mark.parametrize(
    "kind",
    ["needs", "需求", "outcomes", "experts", "works", "projects", "rights", "成果转化", "staff", "incidents", "平台"],
)
def test_a_blank_table_is_read_as_one_of_its_kind(run, tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    assert run("template", kind, "-o", "空.xlsx")[0] == 0
    book = openpyxl.load_workbook("空.xlsx")
    assert "填写说明" in book.sheetnames
    assert all(cell.comment for cell in book.worksheets[0][1])


def test_the_example_of_a_blank_table_can_be_read(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("template", "needs", "-o", "空.xlsx")
    rows, problems = read_needs("空.xlsx", sheet="示例（虚构）")
    assert rows["budget"].tolist() == [800_000]
    assert problems.empty


@pytest.mark.parametrize(("kind", "read"), [("needs", read_needs), ("outcomes", read_outcomes)])
def test_the_english_form_is_read_whole(run, tmp_path, monkeypatch, kind, read):
    monkeypatch.chdir(tmp_path)
    assert run("template", kind, "--english", "-o", "blank.xlsx")[0] == 0
    reading = read("blank.xlsx", sheet="example (invented)")
    assert reading.problems.empty
    assert set(reading.columns["use"]) == {"已采用"}
    assert reading.rows["title"].str.contains("grinding burn|Barkhausen").all()


def test_firms_have_no_english_form(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, said = run("template", "hte", "--english", "-o", "blank.xlsx")
    assert status == 2
    assert "没有 hte" in said


def test_a_folder_becomes_one_table_that_says_where_each_row_is_from(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for county, budget in (("兰山区", "预算（万元）"), ("费县", "预算（元）")):
        (tmp_path / "交来" / county).mkdir(parents=True)
        text = NEEDS.replace("预算（万元）", budget)
        (tmp_path / "交来" / county / "需求.csv").write_text(text, "utf-8-sig")
    (tmp_path / "交来" / "坏.csv").write_text("没有\n表头\n", "utf-8")
    (tmp_path / "交来" / "费县" / "~$需求.xlsx").write_bytes(b"lock")
    status, out, said = run("gather", "交来", "-o", "全部.xlsx")
    assert (status, out) == (0, "3 个文件合成 2 行需求，1 个文件有没读入的表（见“问题”）\n")
    assert "坏.csv 没有读入" in said
    rows = rows_of("全部.xlsx", "需求")
    assert [row["来源文件"] for row in rows] == ["兰山区/需求.csv", "费县/需求.csv"]
    assert [row["来源县区"] for row in rows] == ["兰山区", "费县"]
    assert [row["需求编号"] for row in rows] == ["1", "费县-1"]
    assert "13800001234" not in str(rows)
    again = read_needs("全部.xlsx").rows
    assert sorted(again["budget"]) == [80, 800_000]


def test_needs_that_two_files_have_alike_are_told_and_stay(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "交来").mkdir()
    head, need = "编号,企业,需求名称,需求描述\n", "轴承外观在线检测,需要检测轴承端面划伤"
    for name, row in (("费县", need), ("莒南县", need.replace("端面", "瑞面")), ("沂水县", need.replace(",", "。,"))):
        (tmp_path / "交来" / f"{name}.csv").write_text(f"{head}1,甲公司,{row}\n", "utf-8-sig")
    assert run("gather", "交来", "-o", "汇总.xlsx", "-q")[0] == 0
    assert len(rows_of("汇总.xlsx", "需求")) == 3
    assert {row["文件"]: row["问题"] for row in rows_of("汇总.xlsx", "问题")} == {
        "费县.csv": "和“沂水县.csv”的 1 几乎相同，疑为重复发布",
        "莒南县.csv": "和“沂水县.csv”的 1 只差一个字，没有当作同一条",
    }


def test_firms_of_several_sheets_are_joined_by_their_code(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "91350100M000100Y43"
    first = pd.DataFrame({"企业名称": ["虚构甲"], "统一社会信用代码": [code], "职工总数": [120]})
    second = pd.DataFrame(
        {"企业名称": ["虚构甲"], "统一社会信用代码": [code], "职工总数": [110], "资产总额（万元）": [500]}
    )
    with pd.ExcelWriter("各表.xlsx") as writer:
        first.to_excel(writer, sheet_name="费县", index=False)
        second.to_excel(writer, sheet_name="兰山区", index=False)
    assert run("gather", "各表.xlsx", "-o", "企业.xlsx", "--kind", "firms")[0] == 0
    (firm,) = read_firms("企业.xlsx", [load_policy("hte"), load_policy("tech-sme")]).rows.to_dict("records")
    assert (firm["employees_total"], firm["assets_total"]) == (120, 5_000_000)
    assert any("在两张表中不同" in str(row["问题"]) for row in rows_of("企业.xlsx", "问题"))


def test_a_word_form_is_a_record_and_a_word_list_is_a_table(run, tmp_path, monkeypatch):
    docx = pytest.importorskip("docx")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "表").mkdir()
    form = docx.Document()
    form.add_paragraph("企业名称：虚构甲公司")
    table = form.add_table(rows=4, cols=4)
    for at, cells in enumerate(
        (("需求名称", "桃子保鲜", "所属行业", "农业"), ("预算（万元）", "80", "合作方式", "委托开发"))
    ):
        for place, text in enumerate(cells):
            table.cell(at, place).text = text
    for at, text in ((2, "需求描述"), (3, "桃子褐变，要求 0 度贮藏 30 天。")):
        table.cell(at, 0).merge(table.cell(at, 3)).text = text
    form.save("表/甲.docx")
    listed = docx.Document()
    table = listed.add_table(rows=3, cols=2)
    for at, cells in enumerate((("需求名称", "需求描述"), ("面粉筛分", "含麸星"), ("齿轮检测", "烧伤"))):
        for place, text in enumerate(cells):
            table.cell(at, place).text = text
    listed.save("表/乙.docx")
    assert run("gather", "表", "-o", "全部.csv")[0] == 0
    rows = read_needs("全部.csv").rows.set_index("title")
    assert sorted(rows.index) == ["桃子保鲜", "面粉筛分", "齿轮检测"]
    peach = rows.loc["桃子保鲜"]
    assert (peach["enterprise"], peach["industry"], peach["budget"]) == ("虚构甲公司", "农业", 800_000)
    assert peach["description"] == "桃子褐变，要求 0 度贮藏 30 天。"


def test_a_table_is_split_by_a_column(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "全部.csv").write_text("名称,地区\n甲,费县\n乙,兰山区\n丙,费县\n丁,\n", "utf-8-sig")
    assert run("split", "全部.csv", "--by", "地区", "-o", "拆") == (
        0, "拆成 3 个文件：费县 2 行、兰山区 1 行、未填 1 行\n", "",
    )  # fmt: skip
    assert [row["名称"] for row in rows_of("拆/费县.xlsx", "表")] == ["甲", "丙"]
    assert run("split", "全部.csv", "--by", "县", "-o", "拆2")[::2] == (
        2, "全部.csv：没有“县”这一列；请照表头的写法指定\n",
    )  # fmt: skip
    (tmp_path / "上.csv").write_text("单位：万元,\n名称,地区\n甲,费县\n", "utf-8-sig")
    assert "先用 matcher gather" in run("split", "上.csv", "--by", "地区", "-o", "拆3")[2]


def test_soft_values_are_the_same_after_gathering_and_ended_ones_are_told(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "需求.csv").write_text(
        "需求编号,需求名称,需求描述,预算（万元）,有效期\n"
        "X1,齿轮检测,齿轮表面烧伤检测,约50,已过期\nX2,线束装配,汽车线束自动装配,30～50,剩余196天\n",
        "utf-8",
    )
    (tmp_path / "成果.csv").write_text(
        "成果编号,成果名称,成果描述,有效期\nY1,齿轮烧伤检测,齿轮表面烧伤的检测,已截止\nY2,线束装配机,线束自动装配,长期\n",
        "utf-8",
    )
    assert run("gather", "需求.csv", "-o", "全部.xlsx")[0] == 0
    whole = rows_of("全部.xlsx", "需求")
    assert [(row["预算"], row["有效期至"]) for row in whole] == [("约50万元", "已过期"), ("30～50万元", "剩余196天")]
    before, after = (read_needs(name).rows for name in ("需求.csv", "全部.xlsx"))
    for end in ("budget_min", "budget_max", "valid_until_state"):
        assert before[end].tolist() == after[end].tolist()
    assert before["budget_min"].tolist() == [450_000, 300_000]
    assert run("match", "全部.xlsx", "成果.csv", "-o", "结果.xlsx")[0] == 0
    notes = {row["项目"]: row["内容"] for row in rows_of("结果.xlsx", "说明")}
    assert notes["写着已结束的"] == "需求 1 条（照样给出匹配），成果 1 条（不推荐）"
    assert {row["成果编号"] for row in rows_of("结果.xlsx", "匹配结果")} == {"Y2"}
    assert [row["预算"] for row in rows_of("结果.xlsx", "需求")] == ["约50万元", "30～50万元"]
    assert run("experts", "points", "需求.csv", "-o", "要点.csv")[0] == 0
    points = read_needs("要点.csv").rows
    assert points["budget_min"].tolist() == [450_000, 300_000]
    assert not [name for name in pd.read_csv("要点.csv").columns if name.endswith(("_min", "_max", "_text", "_state"))]


def test_a_soft_sum_keeps_its_unit_in_the_joined_table(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "表").mkdir()
    texts = ("30-50", "约30", "50以内", "不低于80", "30万元以上")
    lines = [f"{at},磨齿检测{at},表面烧伤,{text}" for at, text in enumerate(texts)]
    (tmp_path / "表" / "甲.csv").write_text("\n".join(["编号,需求名称,需求描述,预算（万元）", *lines]), "utf-8-sig")
    before = read_needs("表/甲.csv").rows
    assert run("gather", "表", "-o", "全部.xlsx", "-q")[0] == 0
    after = read_needs("全部.xlsx").rows
    for name in ("budget_min", "budget_max"):
        assert after[name].tolist() == before[name].tolist()


def test_files_that_gather_does_not_read_are_listed(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "表").mkdir()
    (tmp_path / "表" / "甲.csv").write_text(NEEDS, "utf-8-sig")
    for name in ("扫描.pdf", "旧.doc", "Thumbs.db", ".DS_Store"):
        (tmp_path / "表" / name).write_bytes(b"x")
    assert run("gather", "表", "-o", "全部.xlsx", "-q")[0] == 0
    listed = [row["文件"] for row in rows_of("全部.xlsx", "问题") if "没有读入" in row["问题"]]
    assert listed == ["扫描.pdf", "旧.doc"]


def test_a_table_of_wps_that_is_a_workbook_is_gathered(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "表").mkdir()
    book = xlwt.Workbook()
    sheet = book.add_sheet("需求")
    for at, row in enumerate([["需求编号", "需求名称"], ["X1", "桃子保鲜"]]):
        for place, cell in enumerate(row):
            sheet.write(at, place, cell)
    book.save(str(tmp_path / "表" / "甲.et"))
    (tmp_path / "表" / "乙.et").write_bytes("需求名称\n大蒜烘干\n".encode())  # no workbook
    assert run("gather", "表", "-o", "全部.xlsx", "-q", "--kind", "needs")[0] == 0
    assert [row["需求名称"] for row in rows_of("全部.xlsx", "需求")] == ["桃子保鲜"]
    (told,) = (row for row in rows_of("全部.xlsx", "问题") if row["文件"] == "乙.et")
    assert "文件读不出来" in told["问题"]


def test_contacts_of_two_people_in_a_word_form_stay_in_one_record(run, tmp_path, monkeypatch):
    docx = pytest.importorskip("docx")
    monkeypatch.chdir(tmp_path)
    form = docx.Document()
    lines = (
        ("企业名称", "虚构甲公司", "联系人", "甲某"),
        ("需求名称", "桃子保鲜", "联系电话", "0539-1234567"),
        ("技术负责人", "乙某", "联系电话", "0539-7654321"),
        ("企业规模", "小型", "是否外贸", "否"),
    )
    table = form.add_table(rows=len(lines), cols=4)
    for at, cells in enumerate(lines):
        for place, text in enumerate(cells):
            table.cell(at, place).text = text
    form.save("表.docx")
    assert run("gather", "表.docx", "-o", "全部.xlsx", "-q", "--show-contacts", "--kind", "needs")[0] == 0
    (row,) = rows_of("全部.xlsx", "需求")
    assert (row["需求名称"], row["联系电话"], row["联系电话2"]) == ("桃子保鲜", "0539-1234567", "0539-7654321")
    assert (row["企业规模"], row["是否外贸"]) == ("小型", "否")


def test_gather_tells_of_all_that_it_leaves_out(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "交来").mkdir()
    (tmp_path / "交来/甲.csv").write_text("需求名称,需求描述\n桃子保鲜,褐变\n", "utf-8-sig")
    for name in ("乙.pdf", "丙.doc", "扫描.jpg", "~$甲.xlsx", "Thumbs.db"):
        (tmp_path / "交来" / name).write_bytes(b"x")
    book = openpyxl.Workbook()
    book.active.append(["需求名称", "需求描述"])
    book.active.append(["面粉筛分", "含麸星"])
    old = book.create_sheet("旧")
    old.append(["需求名称", "需求描述"])
    old.append(["去年的需求", "已办完"])
    old.sheet_state = "hidden"
    book.save("交来/丁.xlsx")
    status, out, said = run("gather", "交来", "-o", "全部.xlsx")
    assert (status, out) == (0, "2 个文件合成 2 行需求，4 个文件有没读入的表（见“问题”）\n")
    assert all(f"{name} 没有读入" in said for name in ("乙.pdf", "丙.doc", "扫描.jpg"))
    left_out = {(row["文件"], row["工作表"] or "") for row in rows_of("全部.xlsx", "问题") if row["保留该行"] == "否"}
    assert left_out == {("乙.pdf", ""), ("丙.doc", ""), ("扫描.jpg", ""), ("丁.xlsx", "旧")}


def test_a_form_keeps_what_the_contract_does_not_know(run, tmp_path, monkeypatch):
    docx = pytest.importorskip("docx")
    monkeypatch.chdir(tmp_path)
    form = docx.Document()
    lines = (
        ("基本情况", "企业名称", "虚构甲公司", "成立时间", "2015年3月"),
        ("基本情况", "统一社会信用代码", "91350100M000100Y43", "职工人数", "120"),
        ("技术需求", "需求名称", "桃子保鲜", "紧急程度", "急"),
    )
    table = form.add_table(rows=3, cols=5)
    for at, cells in enumerate(lines):
        for place, text in enumerate(cells):
            table.cell(at, place).text = text
    form.save("甲.docx")
    assert run("gather", "甲.docx", "-o", "全部.xlsx", "--kind", "needs")[0] == 0
    (row,) = rows_of("全部.xlsx", "需求")
    assert (row["企业名称"], row["统一社会信用代码"], row["紧急程度"]) == ("虚构甲公司", "91350100M000100Y43", "急")
    assert (row["成立时间"], row["职工人数"]) == ("2015年3月", "120")


@pytest.mark.parametrize(
    ("names", "county"),
    [
        (["", "2026年兰山区需求"], "兰山区"),
        (["交来的费县表", "某某"], "费县"),
        (["汇总", "市区需求", "临沂市"], "临沂市"),
        (["需求", "各县区"], ""),
    ],
)
def test_the_county_of_a_file_is_one_of_the_national_list(names, county):
    assert _county(names) == county


def word(path, *parts):
    """A Word file of lines of text and tables (lists of rows) in their order."""
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        table = document.add_table(rows=len(part), cols=len(part[0]))
        for at, cells in enumerate(part):
            for place, text in enumerate(cells):
                table.cell(at, place).text = text
    document.save(path)


def test_a_value_that_ends_with_a_colon_is_kept_and_what_is_neither_is_told(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    form = [
        ("需求名称", "涂料防潮"),
        ("技术指标", "①吸水率≤1%；②附着力≥5MPa；其他："),
        ("合作方式", "☑委托开发  □其他："),
        ("填表人：", "日期："),
        ("", "还请注意保密"),
    ]
    word("表.docx", form)
    assert run("gather", "表.docx", "-o", "全部.xlsx", "--kind", "needs")[0] == 0
    (row,) = rows_of("全部.xlsx", "需求")
    assert row["技术指标"] == "①吸水率≤1%；②附着力≥5MPa；其他："
    assert row["合作方式"] == "委托开发"
    told = [line["原值"] for line in rows_of("全部.xlsx", "问题") if "没看懂" in line["问题"]]
    assert told == ["还请注意保密"]


def test_text_above_a_word_list_states_its_unit_and_a_list_goes_on(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    head = ("需求名称", "需求描述", "预算")
    first, second, third = ([head, (f"虚构{sign}", "吸水率≤1%", "50")] for sign in "甲乙丙")
    word("表.docx", "附件：需求汇总（单位：万元）", first, "续表", second, "三、其他（单位：元）", third)
    assert run("gather", "表.docx", "-o", "全部.xlsx") == (0, "1 个文件合成 3 行需求\n", "")
    budgets = read_needs("全部.xlsx").rows["budget"].tolist()
    assert budgets == [500_000, 500_000, 50]


def test_gathered_firms_are_placed_by_the_day_that_is_given(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "表").mkdir()
    (tmp_path / "表" / "甲县.csv").write_text("企业编号,企业名称,2024年销售收入（元）\nA,虚构甲公司,7\n", "utf-8")
    words = ("gather", "表", "--kind", "firms", "-p", "tech-sme", "-o", "全部.csv")
    assert run(*words, "--on", "2025-06-10")[0] == 0
    assert pd.read_csv("全部.csv")["上年度销售收入"].tolist() == [7]
