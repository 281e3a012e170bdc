"""`matcher contracts` as its user runs it: on a messy table, to a workbook and to CSV."""

from pathlib import Path

import pandas as pd
from python_calamine import CalamineWorkbook

from matcher.pool.book.book import Book
from matcher.pool.book.follow_up import follow

EXAMPLES = Path(__file__).parents[2] / "examples"
MESSY = """\
技术合同登记台账,,,,,,,,,,
,,,,,,,,,单位：万元,
序号,合同编号,项目名称,合同类别,受托方,委托方,签订日期,申请日期,合同成交额,技术交易额,备注
1,H1,泵壳检测研发,技术开发,甲大学,乙泵业,2026年2月1日,2026.2.28,100,80,电话13812345678
2,H2,蜜桃保鲜,技术服务（技术培训）,甲大学,丙合作社,2026-03-05,2026/3/1,20,20,
3,,液压阀块设计,开发,甲大学,丁重工,2026-03-05,2026-03-06,,,
合计,,,,,,,,120,100,
"""


def sheets(path):
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_messy_register_to_csv(run, tmp_path):
    (tmp_path / "台账.csv").write_text(MESSY, "utf-8-sig")
    status, out, err = run("contracts", "台账.csv", "-o", "out.csv")
    assert status == 0, err
    assert "3 份合同：可以登记 1、不予登记 1、待核 1" in out
    assert "“合计”：是合计行" in err
    table = pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    names = ["contract_id", "kind", "amount", "technical_amount", "edition", "accepted"]
    assert table[names].to_numpy().tolist() == [
        ["H1", "技术开发", "1000000", "800000", "2001-253", "yes"],
        ["H2", "技术服务", "200000", "200000", "2026-miit", "no"],
        ["技术合同-00006", "技术开发", "", "", "2026-miit", "unknown"],
    ]
    assert "申请日期2026-03-01早于签订日期2026-03-05" in table.loc[1, "reasons"]
    assert "13812345678" not in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_a_register_without_days_of_application_says_why_all_is_open(run, tmp_path):
    head = "合同编号,项目名称,合同类别,受托方,委托方,签订日期,合同成交额（元）,技术交易额（元）"
    text = f"{head}\nH1,泵壳检测研发,技术开发,甲大学,乙泵业,2026-04-01,9,8\n"
    (tmp_path / "台账.csv").write_text(text, "utf-8-sig")
    _, out, err = run("contracts", "台账.csv", "-o", "out.csv")
    assert "1 份合同：待核 1" in out, err
    assert "表里没有“申请日期”这一列，1 份因此待核；请补上，或用 --column 表头=申请日期 指定" in out
    more = f"{text}H2,泵,技术开发,丙公司,丙公司,2026-04-01,9,8\n".replace(
        "技术交易额（元）", "技术交易额（元）,登记日期"
    )
    (tmp_path / "台账.csv").write_text(
        more.replace("9,8\n", "9,8,\n", 1).replace("9,8\n", "9,8,2026-04-09\n"), "utf-8-sig"
    )
    _, out, _ = run("contracts", "台账.csv", "-o", "out.csv")
    assert "2 份合同：待核 2" in out
    assert "1 份因此待核" in out  # the other was registered, and is open for its parties


def test_a_register_against_targets_to_a_workbook(run, tmp_path):
    words = ("contracts", "check", EXAMPLES / "contracts.csv", "--targets", EXAMPLES / "contract_targets.csv")
    status, out, err = run(*words, "--on", "2026-11-28", "-o", "out.xlsx")
    assert status == 0, err
    assert "14 份合同：可以登记 7、不予登记 4、待核 3" in out
    pages = sheets(tmp_path / "out.xlsx")
    names = [
        "合同",
        "逐条",
        "按类别",
        "按地区",
        "按月份",
        "按类别地区月份",
        "目标",
        "所得税",
        "规则",
        "问题",
        "列的去向",
        "说明",
    ]
    assert list(pages) == names
    head, first = pages["合同"][0], pages["合同"][1]
    cells = dict(zip(head, first, strict=True))
    assert (cells["合同编号"], cells["适用版本"], cells["能否登记"]) == ("JS001", "2001-253", "可以登记")
    assert pages["按类别"][-1] == ["合计", 7, 19_400_000, 15_850_000, 0, 3, 6_500_000, 4, 0, 0, 0]
    progress = {row[1]: row[3] for row in pages["目标"][1:]}
    assert progress == {
        "技术合同成交额": 1940, "技术交易额": 0.1585, "技术合同登记项数": 7, "技术转让合同成交额": 760,
        "兰山区技术合同成交额": 135, "高新技术企业净增": 46,
    }  # fmt: skip
    assert not any("{" in str(cell) for row in pages["规则"] for cell in row)


def test_a_register_that_a_bureau_exports_has_chinese_headers_only(run, tmp_path):
    table = (
        "单位：万元,,,,,,\n合同登记编号,项目名称,合同类别,让与方,受让方,签订日期,认定登记日期,合同成交额,技术交易额\n"
    )
    rows = "25371300000002,蜜桃保鲜,技术转让,丙农学院,丁果业,2026-02-05,2026-03-03,50-70,60\n"
    (tmp_path / "台账.csv").write_text(table + rows, "utf-8-sig")
    status, out, err = run("contracts", "台账.csv", "-o", "out.xlsx")
    assert (status, "1 份合同：待核 1" in out) == (0, True), err
    head, row = sheets(tmp_path / "out.xlsx")["合同"]
    assert not any(str(cell).isascii() for cell in head)
    cells = dict(zip(head, row, strict=True))
    assert (cells["合同成交额（至少）"], cells["合同成交额（至多）"]) == (500_000, 700_000)
    assert "没有申请日期，只有登记日期，不能确定适用哪一版规则" in cells["理由"]
    assert "前两位 25 不是登记年份 2026" in cells["提示"]


def test_targets_need_a_day(run):
    words = ("contracts", EXAMPLES / "contracts.csv", "--targets", EXAMPLES / "contract_targets.csv", "-o", "out.xlsx")
    status, _, err = run(*words)
    assert (status, "--targets 须与 --on 一起给出" in err) == (2, True)


def test_a_table_of_something_else_is_refused(run):
    status, _, err = run("contracts", EXAMPLES / "chances.csv", "-o", "out.csv")
    assert status == 2
    assert "chances.csv" in err


def test_conversions_and_rules(run, tmp_path):
    status, out, _ = run("contracts", "conversions", EXAMPLES / "contracts.csv", "-o", "out.csv")
    assert (status, "4 家卖方的 5 项成果转化" in out) == (0, True)
    table = pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig")
    assert list(table) == ["firm_id", "outcome", "kind", "converted_on", "evidence", "likely_repeat_id"]
    status, out, _ = run("contracts", "conversions", EXAMPLES / "contracts.csv", "--of", "买方", "-o", "out.xlsx")
    assert (status, "5 家买方的 5 项成果转化" in out) == (0, True)
    assert sheets(tmp_path / "out.xlsx")["按年度"][0] == ["企业", "年度", "转化项数", "其中疑似重复项数"]
    status, out, _ = run("contracts", "rules", "-o", "rules.csv")
    assert (status, "已核实" in out) == (0, True)


def test_signed_pairs_are_proposed(run, tmp_path):
    with Book.create(tmp_path / "p.db", on="2026-01-05", person="王岚", goal="hte") as book:
        item = {"enterprise_id": "E1", "need_id": "N1", "outcome_id": "CG1", "status": "signed", "day": "2026-05-06"}
        follow(book.log, pd.DataFrame([item | {"person": "王岚", "contract": "技术开发", "amount": 500_000}]))
    (tmp_path / "成果.csv").write_text("成果编号,成果名称,完成单位\nCG1,泵壳检测,甲大学\n", "utf-8-sig")
    register = "合同编号,项目名称,合同类别,卖方,买方,成果编号\nR9,某合同,技术开发,甲大学,E1,CG1\n"
    (tmp_path / "登记.csv").write_text(register, "utf-8-sig")
    words = ("contracts", "propose", "p.db", "--on", "2026-06-30", "--outcomes", "成果.csv")
    status, out, err = run(*words, "--register", "登记.csv", "-o", "拟登记.xlsx")
    assert status == 0, err
    assert "1 份拟登记合同，1 份已在登记表中" in out
    head, row = sheets(tmp_path / "拟登记.xlsx")["拟登记合同"]
    cells = dict(zip(head, row, strict=True))
    assert (cells["项目名称"], cells["卖方"], cells["已在登记表中"]) == ("泵壳检测", "甲大学", "R9")
    # what was proposed is read as a register again
    status, out, err = run("contracts", "拟登记.xlsx", "--on", "2026-06-30", "-o", "核对.csv")
    assert (status, "1 份合同：待核 1" in out) == (0, True), err
