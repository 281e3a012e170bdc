"""The tiers written out by hand for firms with every fact known: it knows nothing of the rule files."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

Firm = dict[str, Any]


def over(top: Any, bottom: Any) -> Fraction | None:
    return Fraction(str(top)) / Fraction(str(bottom)) if bottom > 0 else None


def at_least(rate: Fraction | None, per_cent: Any) -> bool:
    return rate is not None and rate * 100 >= Fraction(str(per_cent))


def at_most(rate: Fraction | None, per_cent: Any) -> bool:
    return rate is not None and rate * 100 <= per_cent


def step(rate: Fraction | None, bands: list[tuple[Any, int]]) -> int:
    return next((points for limit, points in bands if at_least(rate, limit)), 0)


def mean_growth(y1: Any, y2: Any, y3: Any) -> Fraction | None:
    return (Fraction(y2) / Fraction(y1) + Fraction(y3) / Fraction(y2)) / 2 - 1 if y1 > 0 and y2 > 0 else None


def gate(f: Firm) -> bool:
    good = f["legal_person"] and f["sme_size"]
    return bool(
        good and not (f["listed_abnormal_or_dishonest"] or f["prohibited"] or f["major_incident_or_tax_evasion_3y"])
    )


def leads(f: Firm) -> bool:
    leading = over(f["leading_product_revenue_y3"], f["revenue_y3"])
    return leading is not None and leading > Fraction(1, 2)


def innovative(f: Firm) -> tuple[bool, int]:
    rank = [("class1_high_value", 20), ("class1_own_rd", 15), ("class1_ip", 10), ("class2_ip", 5)]
    ip = next((points for name, points in rank if f[name] >= 1), 0)
    rd = step(over(f["rd_expense_last_year"], f["revenue_last_year"]), [(5, 20), (3, 15), (2, 10), (1, 5)])
    ratio = over(f["main_revenue_last_year"], f["main_revenue_prev_year"])
    growth = step(ratio, [(115, 20), (110, 15), (105, 10), (100, 5)])
    owed = over(f["liabilities"], f["assets_total"])
    debt = 10 if at_most(owed, 55) else 5 if at_most(owed, 75) else 0
    field = 10 if f["in_strategic_industry"] else 5
    share = step(over(f["main_revenue_last_year"], f["revenue_last_year"]), [(70, 20), (60, 15), (55, 10), (50, 5)])
    total = ip + rd + growth + debt + field + share
    direct = f["science_award_provincial_up_3y"] or f["valid_honour"] or f["provincial_rd_institution"]
    direct = direct or f["new_equity_3y"] >= 5_000_000
    scored = total >= 60 and ip + rd >= 20 and growth + debt >= 15 and field + share >= 15
    return bool(gate(f) and (direct or scored)), total


def srdi_2026(f: Firm) -> bool:
    rd = all(
        f[f"rd_expense_{y}"] >= 1_000_000 and at_least(over(f[f"rd_expense_{y}"], f[f"revenue_{y}"]), 3)
        for y in ("y2", "y3")
    )
    leading = over(f["leading_product_revenue_y3"], f["revenue_y3"])
    score = f["evaluation_score"] >= 50 or (f["purpose"] == "review" and f["evaluation_score_prev"] >= 50)
    return bool(
        gate(f)
        and (f["tech_sme_valid"] or f["innovative_sme_valid"])
        and f["niche_years"] >= 3
        and (f["revenue_y3"] >= 15_000_000 or f["new_equity_2y"] >= 20_000_000)
        and at_least(over(f["main_revenue_y3"], f["revenue_y3"]), 80)
        and at_most(over(f["liabilities"], f["assets_total"]), 80)
        and rd
        and (f["class1_ip_leading"] >= 1 or f["provincial_award_top3_3y"] or f["provincial_rd_institution"])
        and f["market_share_high"]
        and score
        and leading is not None
        and leading > Fraction(1, 2)
    )


def srdi_2022(f: Firm) -> tuple[bool, float]:
    rd, revenue = f["rd_expense_y3"], f["revenue_y3"]
    share = over(rd, revenue)
    growth = mean_growth(f["main_revenue_y1"], f["main_revenue_y2"], f["main_revenue_y3"])
    owed = over(f["liabilities"], f["assets_total"])
    rank = [("class1_high_value", 10), ("class1_own_rd", 8), ("class1_ip_leading", 6), ("class2_ip_leading", 2)]
    parts = [
        step(over(f["main_revenue_y3"], revenue), [(80, 5), (70, 3), (60, 1)]),
        step(growth, [(10, 10), (8, 8), (6, 6), (4, 4), (0, 2)]),
        min(5, int(f["niche_years"] // 2)),
        {"key": 5, "listed": 3, "none": 0}[f["leading_field"]],
        5 if f["digital_level"] >= 3 else 3 if f["digital_level"] >= 2 else 0,
        min(5, 3 * f["quality_count"]),
        step(over(f["net_profit_y3"], revenue), [(10, 10), (8, 8), (6, 6), (4, 4), (2, 2)]),
        5 if at_most(owed, 50) else 3 if at_most(owed, 60) else 1 if at_most(owed, 70) else 0,
        f["provincial_score"],
        next((points for name, points in rank if f[name] >= 1), 0),
        next(
            (
                points
                for amount, per_cent, points in ((5, 10, 10), (4, 8, 8), (3, 6, 6), (2, 4, 4), (1, 3, 2))
                if rd >= amount * 1_000_000 or at_least(share, per_cent)
            ),
            0,
        ),
        step(over(f["rd_staff"], f["employees_total"]), [(20, 5), (10, 3), (5, 1)]),
        {"national": 10, "provincial": 8, "city": 4, "below_city": 2, "none": 0}[f["institution_level"]],
    ]
    total = sum(parts)
    other = f["provincial_award_top3_3y"] or f["national_award_top5_3y"] or f["maker_china_top500_3y"]
    other = other or f["rd_expense_y2"] + rd >= 20_000_000 or f["new_equity_2y"] >= 60_000_000
    scale = revenue >= 10_000_000 or f["new_equity_2y"] >= 20_000_000
    base = gate(f) and f["niche_years"] >= 2 and rd >= 1_000_000 and at_least(share, 3) and scale
    return bool(base and (other or total >= 60)), round(total, 6)


def giant_2026(f: Firm) -> bool:
    shares = [at_least(over(f[f"rd_expense_{y}"], f[f"revenue_{y}"]), 3) for y in ("y2", "y3")]
    score = f["evaluation_score"] >= 60 or (f["purpose"] == "review" and f["evaluation_score_prev"] >= 60)
    growth = f["revenue_y1"] > 0 and 400 * f["revenue_y3"] >= 441 * f["revenue_y1"]
    barred = f["single_champion_holder"] or f["controlled_by_giant"] or f["sister_firm_similar_product"]
    return bool(
        gate(f)
        and f["srdi_valid"]
        and f["niche_years"] >= 3
        and f["revenue_y3"] >= 50_000_000
        and at_least(over(f["main_revenue_y3"], f["revenue_y3"]), 90)
        and at_most(over(f["liabilities"], f["assets_total"]), 75)
        and f["rd_expense_y2"] + f["rd_expense_y3"] >= 12_000_000
        and all(shares)
        and (f["class1_ip_leading"] >= 4 or f["national_award_top3_3y"])
        and (f["market_share"] >= 0.1 or f["market_rank_national"] <= 3)
        and f["well_known"]
        and leads(f)
        and f["key_link_of_chain"]
        and score
        and (f["purpose"] == "review" or (growth and not barred))
    )


def giant_2022(f: Firm) -> bool | None:
    """None where the 30 million of R&D may mean one year or two, and where the product is of no key field: the text
    asks for one in principle.
    """
    shares = [over(f[f"rd_expense_{y}"], f[f"revenue_{y}"]) for y in ("y2", "y3")]
    unsure = False
    if f["revenue_y3"] >= 100_000_000:
        rd = all(at_least(share, 3) for share in shares)
    elif f["revenue_y3"] >= 50_000_000:
        rd = all(at_least(share, 6) for share in shares)
    else:
        two = f["rd_expense_y2"] + f["rd_expense_y3"] >= 30_000_000
        rd = two and f["new_equity_2y"] >= 80_000_000 and at_least(over(f["rd_staff"], f["employees_total"]), 50)
        unsure = rd and f["rd_expense_y3"] < 30_000_000
    base = f["own_rd_institution"] and f["class1_ip_leading"] >= 2
    rest = (
        gate(f)
        and f["niche_years"] >= 3
        and at_least(over(f["main_revenue_y3"], f["revenue_y3"]), 70)
        and at_least(mean_growth(f["main_revenue_y1"], f["main_revenue_y2"], f["main_revenue_y3"]), 5)
        and f["core_business_on_it"]
        and f["management_or_product_certification"]
        and at_most(over(f["liabilities"], f["assets_total"]), 70)
        and f["market_share"] >= 0.1
        and f["well_known"]
        and f["own_brand"]
        and f["key_link_of_chain"]
        and f["sound_governance"]
        and leads(f)
    )
    innovates = f["national_award_top3_3y"] or (rd and base)
    if not (rest and innovates):
        return False
    if (unsure and not f["national_award_top3_3y"]) or not f["leading_product_in_key_field"]:
        return None
    return True


def gazelle(f: Firm) -> bool | None:
    """None where only the compound rate of two years is reached, not each year's, and where revenue lies on an edge
    and only the lower of the two limits is reached.
    """
    revenue = f["revenue_y3"]
    limits = [n for low, high, n in ((10e6, 20e6, 25), (20e6, 1e8, 20), (1e8, 4e8, 15)) if low <= revenue <= high]
    limits += [10] if revenue >= 4e8 else []

    def compound(what: str, need: int) -> bool:
        first, last = f[f"{what}_y1"], f[f"{what}_y3"]
        return bool(first > 0 and 10_000 * last >= (100 + need) ** 2 * first)

    def yearly(what: str, need: int) -> bool:
        y1, y2, y3 = (f[f"{what}_{y}"] for y in ("y1", "y2", "y3"))
        return bool(y1 > 0 and y2 > 0 and 100 * y2 >= (100 + need) * y1 and 100 * y3 >= (100 + need) * y2)

    figures = ("revenue", "net_profit")
    grows = bool(limits) and any(compound(what, min(limits)) for what in figures)
    unsure = grows and not any(yearly(what, max(limits)) for what in figures)
    share = Fraction(5, 2) if revenue >= 100e6 else 5
    rd = all(at_least(over(f[f"rd_expense_{y}"], f[f"revenue_{y}"]), share) for y in ("y2", "y3"))
    owed = over(f["liabilities"], f["assets_total"])
    rest = (
        f["legal_entity_in_shandong"]
        and f["field_ok"]
        and f["full_accounting_years"] >= 3
        and owed is not None
        and owed < Fraction(7, 10)
        and not f["listed"]
        and not f["controlled_by_listed"]
        and rd
        and (f["invention_patents"] >= 2 or f["utility_models_and_software"] >= 8 or f["standards_led"] >= 1)
        and f["credit_score"] >= 75
    )
    if rest and unsure:
        return None
    return bool(rest and grows)


def hidden_champion(f: Firm, year: int) -> bool | None:
    """None above 2,000 million of revenue: the text says "in general not above"."""
    revenue = [f[f"revenue_{y}"] for y in ("y1", "y2", "y3")]
    profits = [f[f"net_profit_{y}"] for y in ("y1", "y2", "y3")]
    rd = all(at_least(over(f[f"rd_expense_{y}"], f[f"revenue_{y}"]), 4) for y in ("y2", "y3"))
    if year == 2025:
        own = f["industry_encouraged"] and (f["invention_patents"] >= 3 or f["other_ip"] >= 5)
        own = own and (not f["manufacturer"] or f["invention_patents"] >= 1)
    else:
        own = f["invention_patents"] >= 4 and f["patents_in_use"]
        own = own and not (f["single_champion_holder"] or f["little_giant_valid"])
    rest = (
        f["registered_in_zhejiang"]
        and f["operating_years"] >= 10
        and f["field_years"] >= 10
        and revenue[2] >= 50_000_000
        and 0 < revenue[0] < revenue[1] < revenue[2]
        and at_least(mean_growth(*profits), 10)
        and at_most(over(f["liabilities"], f["assets_total"]), 70 if year == 2025 else 75)
        and (f["bank_grade_a"] or f["credit_report_clean"])
        and f["leading_products"] <= 3
        and at_least(over(f["main_revenue_y3"], revenue[2]), 70)
        and (f["market_rank_global"] <= 10 or f["market_rank_national"] <= 3)
        and rd
        and f["own_rd_institution"]
        and f["core_business_on_it"]
        and f["standards"] >= 1
        and f["own_brand"]
        and f["international_certifications"] >= 1
        and not f["incident_or_dishonesty_3y"]
        and own
    )
    if rest and revenue[2] > 2_000_000_000:
        return None
    return bool(rest)


def single_champion(f: Firm) -> bool:
    good = (
        "legal_person",
        "technology_leading",
        "energy_advanced",
        "rd_institution_and_core_ip",
        "management_and_brand",
    )
    bad = ("listed_abnormal_or_dishonest", "prohibited", "serious_dishonesty_or_accident")
    return bool(
        all(f[name] for name in good)
        and not any(f[name] for name in bad)
        and (f["field_years"] >= 10 or (f["new_product"] and f["field_years"] >= 5))
        and sum(f[f"main_revenue_{y}"] for y in ("y1", "y2", "y3")) >= 1_200_000_000
        and f["market_rank_global"] <= 3
    )
