"""What the blank table says of each column that is to be filled in."""

from __future__ import annotations

from matcher.policy.firms.blank_form import blank_sheets
from matcher.policy.policy import load_policies


def hints(*policies: str) -> dict[str, str]:
    table = blank_sheets(load_policies(list(policies)))["填写说明"].table
    return dict(zip(table["英文列名"], table["填法"], strict=True))


def test_every_expert_score_says_its_range() -> None:
    said = [hint for name, hint in hints("hte").items() if name.startswith("expert_")]
    assert said == [f"填 0 至 {most} 的数字；空白表示尚未评定" for most in (8, 8, 6, 6, 4, 4)]


def test_accounting_years_are_explained() -> None:
    for policy in ("gazelle-shandong", "hidden-champion-zhejiang"):
        said = hints(policy)
        assert [said[f"revenue_y{year}"].split("；")[-1] for year in (1, 2, 3)] == [
            "申请前第三个会计年度，三年中最早的一年",
            "申请前第二个会计年度",
            "申请前一个会计年度",
        ]
    assert hints("single-champion")["main_revenue_y3"].endswith("；申请前一个会计年度")
    assert hints("hte")["sales_y1"].count("会计年度") == 1


def test_a_column_of_one_edition_says_which() -> None:
    said = hints("incubator-standard")
    assert said["mentors"] == "填整数；只有“国家级（2018年）”这一版问（2018-12-14 起至 2025-06-12）"
    assert said["tenants_growing"] == "填整数；只有“标准级（2025年）”这一版问（2025-06-13 起）"
    assert said["tenants"] == "填整数"
    assert "只有" in said["operating_since"]
    assert "只有" not in hints("incubator-standard", "maker-space")["operating_since"]
    assert hints("key-laboratory-qingdao")["host_type"] == "填 高校院所、企业、新型研发机构 之一"
