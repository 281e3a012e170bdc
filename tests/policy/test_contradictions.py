"""Facts of one row that cannot be together, or seldom are, are told."""

from __future__ import annotations

import pandas as pd
import pytest

from matcher.policy.scoring import score


@pytest.mark.parametrize(
    ("policy", "facts", "told", "on"),
    [
        (
            "innovative-sme",
            {"class1_high_value": 3, "class1_own_rd": 2, "class1_ip": 0},
            ["Ⅰ类高价值知识产权多于Ⅰ类知识产权", "自主研发的Ⅰ类知识产权多于Ⅰ类知识产权"],
            "2026-11-24",
        ),
        ("innovative-sme", {"class1_high_value": 3, "class1_own_rd": 2, "class1_ip": 3}, [], "2026-11-24"),
        (
            "hte-pool-guangdong-2017",
            {"total_income_last_year": 10, "hightech_income_last_year": 12, "rd_in_place_2y": 5, "rd_expense_y2": 2,
             "rd_expense_y3": 2},
            ["高新技术产品（服务）收入多于总收入", "在广东省内发生的研究开发费用多于研究开发费用总额"],
            "2017-06-01",
        ),
        (
            "srdi",
            {"leading_product_revenue_y3": 90, "main_revenue_y3": 80, "revenue_y3": 100},
            ["主导产品收入多于主营业务收入，少见，请核对"],
            "2026-05-10",
        ),
        (
            "hte-may-apply",
            {"hte_certificate_valid": True, "hte_certificate_on": "2022-11-30", "hte_applied": True},
            ["发证已满三年，“证书有效”却没有写否"],
            "2026-07-10",
        ),
        (
            "hte-guangdong",
            {"hte_certificate_valid": True, "hte_applied": False},
            ["写着有证书，又写着没有提交过认定申请"],
            "2026-07-10",
        ),
        ("key-laboratory-shandong", {"lower_lab_since": "2027-01-01"}, ["晚于判断日期，请核对"], "2026-11-24"),
        ("key-laboratory-shandong", {"lower_lab_since": "2026-11-24"}, [], "2026-11-24"),
        ("hte-may-apply", {"registered_on": "2027-01-01"}, ["注册成立日期晚于申请日期"], "2026-07-10"),
        (
            "conversion-loan-shandong",
            {"region": "徐州市", "in_shandong": True},
            ["“地区”写的和这一列不符，仍照这一列判断，请核对"],
            "2026-11-24",
        ),
        ("conversion-loan-shandong", {"region": "临沂市", "in_shandong": True, "in_qingdao": False}, [], "2026-11-24"),
        ("conversion-loan-shandong", {"region": "", "in_shandong": False, "in_qingdao": False}, [], "2026-11-24"),
    ],
)  # fmt: skip
def test_contradictions_are_told(policy: str, facts: dict[str, object], told: list[str], on: str) -> None:
    problems = score(pd.DataFrame([{"enterprise_id": "a", **facts}]), policy, on=on).problems
    assert problems.loc[problems["level"] != "manual", "problem"].tolist() == told
