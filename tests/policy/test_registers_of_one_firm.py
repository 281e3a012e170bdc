"""A register that names its one firm above the header."""

import pandas as pd
import pytest

from matcher.policy.registers.joining import add_registers

CODE = "91341102MA2001003N"
FIRMS = pd.DataFrame({"enterprise_id": [CODE], "name": ["虚构甲科技有限公司"], "uscc": [CODE], "rd_staff": [21.0]})
ROWS = "姓名,用工形式,全年实际工作天数\n甲一,在职,250\n甲二,在职,240"


def joined(tmp_path, above, rows=ROWS, name="科技人员名册.csv"):
    (tmp_path / name).write_text(f"{above}\n{rows}", "utf-8")
    return add_registers(FIRMS, {"staff": [tmp_path / name]}, ["hte"], on="2026-11-24")


def test_the_firm_above_the_header_is_that_of_every_row(tmp_path):
    done = joined(tmp_path, f"企业名称：虚构甲科技有限公司　　统一社会信用代码：{CODE},,")
    assert done.links["enterprise_id"].tolist() == [CODE, CODE]
    # a list named after research staff is no proof against the 21 of the table, and none that there are 21
    assert done.firms.loc[0, ["rd_staff_min", "rd_staff_max"]].tolist() == [0, 21]


@pytest.mark.parametrize(
    ("above", "rows"),
    [
        ("申报单位：虚构市科学技术局,,", ROWS),  # who gathers a table owns none of its rows
        ("企业名称：虚构甲科技有限公司,,\n企业名称：虚构乙有限公司,,", ROWS),  # two firms: nobody knows whose
        ("2025年度科技人员名册,,", ROWS),
    ],
)
def test_what_names_no_one_firm_fills_no_row(tmp_path, above, rows):
    assert joined(tmp_path, above, rows).links["enterprise_id"].tolist() == ["", ""]


def test_a_column_of_firms_goes_before_the_line_above(tmp_path):
    rows = "企业名称,姓名,用工形式,全年实际工作天数\n虚构丙有限公司,甲一,在职,250\n,甲二,在职,240"
    done = joined(tmp_path, "企业名称：虚构甲科技有限公司,,,", rows)
    assert done.links["written"].tolist()[0] == "虚构丙有限公司"
    assert done.links["enterprise_id"].tolist() == ["", ""]


@pytest.mark.parametrize("above", ["申报单位：虚构孵化器有限公司", "企业名称：虚构甲科技有限公司", "单位：件"])
def test_rights_are_their_owners_whoever_stands_above(tmp_path, above):
    firms = pd.DataFrame({"enterprise_id": ["A", "B"], "name": ["虚构甲科技有限公司", "虚构乙科技有限公司"]})
    head = "知识产权名称,类别,授权号,授权日期,获得方式"
    rows = [f"夹具{name},实用新型,ZL20222234567{n}.1,2023-03-14,自主研发" for n, name in enumerate("甲乙")]
    (tmp_path / "a.csv").write_text(
        "\n".join([f"{above},,,,,", f"{head},专利权人", *(f"{row},虚构{row[2]}科技有限公司" for row in rows)]), "utf-8"
    )
    assert add_registers(firms, {"rights": [tmp_path / "a.csv"]}, ["hte"], on="2026-11-24").links[
        "enterprise_id"
    ].tolist() == ["A", "B"]
    (tmp_path / "b.csv").write_text("\n".join(["企业名称：虚构甲科技有限公司,,,,", head, *rows]), "utf-8")
    assert add_registers(firms, {"rights": [tmp_path / "b.csv"]}, ["hte"], on="2026-11-24").links[
        "enterprise_id"
    ].tolist() == ["A", "A"]
