"""Which kind of table a folder holds, by its headers."""

import pytest

from matcher.contracts import read_contracts


def folder(tmp_path, *texts):
    (tmp_path / "交来").mkdir()
    for at, text in enumerate(texts):
        (tmp_path / "交来" / f"{at}.csv").write_text(text.replace("|", "\n"), "utf-8-sig")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "管理的项目",
            "项目编号,项目名称,承担单位,负责人,起止时间,立项经费（万元）|A1,甲,乙公司,许某,2026.1-2027.12,50",
        ),
        ("服务记录", "特派员姓名,服务时间,服务村,天数,内容|秦某,2026.3.6,前村,2,连作"),
        ("村", "村名,主导产业,技术需求,联系人|柳河村,桃,流胶病,王某"),
        ("技术合同", "合同名称,甲方,乙方,签订时间,合同金额（万元）|磨齿开发,甲公司,某大学,2026.1.5,50"),
        ("平台", "平台名称,依托单位,批准年度|省重点实验室,甲公司,2021"),
        ("企业", "企业名称,统一社会信用代码,2025年销售收入（万元）,职工总数,研发费用（万元）|甲公司,X,1200,35,66"),
        (
            "企业",
            "企业名称,企业编号,销售收入（万元）,研发费用（万元）,净资产（万元）,职工总数|甲公司,A1,1200,35,800,66",
        ),
        ("需求", "企业名称,需求名称,需求描述,预算（万元）|甲公司,降噪,噪声大,50"),
        ("需求", "企业名称,需求名称,需求描述,研发经费（万元）,年销售收入（万元）|甲公司,降噪,噪声大,50,900"),
        (
            "研发项目",
            "企业名称,项目名称,人员人工费用（万元）,2024年销售收入（万元）,2025年销售收入（万元）|甲公司,降噪,2,3,5",
        ),
        ("成果", "成果名称,成果简介,成熟度,价格|甲,用于某事,中试,面议"),
        ("专家", "姓名,单位,职称,研究方向|甲某,某大学,教授,镁合金"),
        (
            "研发项目",
            "企业名称,项目名称,项目编号,研发费用合计（万元）,开始日期,结束日期|甲公司,降噪,RD1,5,2025-01-01,2025-12-31",
        ),
        ("知识产权", "企业名称,知识产权名称,授权号,授权日期,类别|甲公司,一种轴承,ZL1,2025-01-01,发明专利"),
    ],
)
def test_the_kind_is_seen_from_the_headers(run, tmp_path, kind, text):
    folder(tmp_path, text)
    assert f"1 个文件合成 1 行{kind}" in run("gather", "交来", "-o", "全部.xlsx", "--on", "2026-06-01")[1]


def test_integrity_records_are_not_gathered(run, tmp_path):
    folder(tmp_path, "姓名,单位,处理措施,处理文号,限制期限|甲某,某大学,取消申报资格,示1号,2024-06-18至2027-06-17")
    status, _, said = run("gather", "交来", "-o", "全部.xlsx")
    assert (status, said) == (2, "看表头像是诚信记录表，gather 不合这种表；若是别的表，请用 --kind 说明\n")
    assert run("gather", "交来", "-o", "全部.xlsx", "--kind", "experts")[0] == 0


def test_targets_are_no_needs(run, tmp_path):
    folder(tmp_path, "指标名称,计量单位,年度目标,实际完成|高企数,家,30,8")
    status, _, said = run("gather", "交来", "-o", "全部.xlsx")
    assert (status, said) == (2, "看表头像是目标表，gather 不合这种表；若是别的表，请用 --kind 说明\n")


def test_a_register_of_contracts_gathered_reads_as_its_sheets(run, tmp_path):
    head = "合同编号,项目名称,卖方,买方,签订日期,合同成交额（元）"
    folder(
        tmp_path, f"{head}|H1,磨齿,甲大学,乙公司,2026-01-05,1234.56", f"{head}|H2,刀具,甲大学,丙公司,26年2月3日,50万元"
    )
    run("gather", "交来", "-o", "全部.xlsx", "-q")
    rows = read_contracts("全部.xlsx").rows
    assert rows[["contract_id", "amount", "amount_fen"]].to_numpy().tolist() == [["H1", 1235, -44], ["H2", 500000, 0]]
    assert rows["signed_on"].astype(str).tolist() == ["2026-01-05", "2026-02-03"]


@pytest.mark.parametrize("kind", ["技术合同", "村", "特派员", "服务记录", "管理的项目"])
def test_blank_tables_of_these_kinds(run, tmp_path, kind):
    assert run("template", kind, "-o", "空.xlsx")[0] == 0


def test_an_unknown_kind_is_told_the_kinds(run, tmp_path):
    said = run("template", "评分", "-o", "空.xlsx")[2]
    assert "空白表的种类有：需求、成果" in said
    assert "特派员" in said
