"""hte and tech-sme written out by hand as a loop over dicts: what one would write without the library.

It knows nothing of the rule files or of the engine, so it also serves as a second opinion: a test holds every row
of the library against it. Unknown facts are None; answers are pass, fail or unknown, points (low, high).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

Firm = dict[str, Any]
Row = tuple[str, str, str, str, Any, Any, Any]
INF = float("inf")


def yes(value: Any, wanted: bool = True) -> str:
    return "unknown" if value is None else ("pass" if bool(value) == wanted else "fail")


def every(answers: list[str]) -> str:
    return "fail" if "fail" in answers else ("unknown" if "unknown" in answers else "pass")


def some(answers: list[str]) -> str:
    return "pass" if "pass" in answers else ("unknown" if "unknown" in answers else "fail")


def ends(values: list[Any]) -> tuple[float, float]:
    known = sum(Fraction(str(value)) for value in values if value is not None)
    return known, (INF if None in values else known)


def at_least(top: list[Any], bottom: list[Any], limit: Fraction) -> str:
    """top / bottom >= limit, both sums of figures that are not negative; a ratio to zero does not hold."""
    (low, high), (least, most) = ends(top), ends(bottom)
    sure = least > 0 and most != INF and low >= limit * most
    possible = most > 0 and (high == INF or (high >= limit * least if least > 0 else high > 0))
    return "pass" if sure else ("unknown" if possible else "fail")


def limit_of(value: Any, least: Fraction | int) -> str:
    return "unknown" if value is None else ("pass" if Fraction(str(value)) >= least else "fail")


def most_of(value: Any, most: int) -> str:
    return "unknown" if value is None else ("pass" if value <= most else "fail")


def first(bands: list[tuple[str, Any, Any]], otherwise: tuple[Any, Any] = (0, 0)) -> tuple[Any, Any]:
    """Points over every band that may be the first to hold."""
    reached = []
    for answer, low, high in bands:
        if answer != "fail":
            reached.append((low, high))
        if answer == "pass":
            break
    else:
        reached.append(otherwise)
    return min(low for low, _ in reached), max(high for _, high in reached)


def growth(y1: Any, y2: Any, y3: Any, years: int, negative: bool) -> tuple[int, int]:
    """195号 growth points; `negative`: the figure may be below zero (net assets)."""
    if years <= 1:
        return 0, 0
    series = [y2, y3] if years == 2 else [y1, y2, y3]
    if None not in series:
        return known_growth([Fraction(value) for value in series])
    if y2 == 0:
        return 0, 0
    if y2 is not None and y2 < 0:
        return 0, 10
    if years == 3 and y1 is not None and y1 < 0:
        return 0, 10
    if y2 is None:
        top = y3 if years == 2 or y1 == 0 else None
        if top is None or negative:
            return 0, 10
        return 0, known_growth([Fraction(1), Fraction(top)])[1]
    if y3 is None:
        if negative or years == 2 or y1 is None or y1 == 0:
            return 0, 10
        return band(Fraction(y2) / y1 / 2 - 1)[0], 10
    if negative:
        return 0, 10
    half = Fraction(y3) / y2 / 2 - 1  # y1 unknown: the rate comes down to this and never reaches it
    low = band(half)[0] if half > 0 else (1 if half == 0 else 0)
    return low, max(band((Fraction(y2) + Fraction(y3) / y2) / 2 - 1)[1], band(Fraction(y3) / y2 - 1)[1])


def known_growth(series: list[Fraction]) -> tuple[int, int]:
    *_, y2, y3 = series
    if y2 == 0:
        return 0, 0
    if y2 < 0 or series[0] < 0:
        return 0, 10
    if len(series) == 2 or series[0] == 0:
        return band(y3 / y2 - 1)
    return band((y2 / series[0] + y3 / y2) / 2 - 1)


def band(rate: Fraction) -> tuple[int, int]:
    for limit, low in ((35, 9), (25, 7), (15, 5), (5, 3)):
        if rate >= Fraction(limit, 100):
            return low, low + 1
    return (1, 2) if rate > 0 else (0, 0)


def years_of(firm: Firm, on: date) -> list[int]:
    if firm.get("accounting_years") is not None:
        return [int(firm["accounting_years"])]
    if firm.get("registered_on") is None:
        return [3, 2, 1, 0]
    return [max(0, min(3, on.year - firm["registered_on"].year))]


def hte_once(firm: Firm, on: date, years: int) -> tuple[dict[str, str], dict[str, tuple[Any, Any]]]:
    get = firm.get
    names = ("y1", "y2", "y3")[3 - years :]
    rd, sales = ([get(f"{what}_{year}") for year in names] for what in ("rd_expense", "sales"))
    rights = [get("class1_ip"), get("class2_ip")]
    low, high = ends(rights)
    has_right = "pass" if low >= 1 else ("unknown" if high >= 1 else "fail")
    brackets = []
    latest = get("sales_y3") if years else 0
    for above, upto, share in ((0, 50_000_000, 5), (50_000_001, 200_000_000, 4), (200_000_001, INF, 3)):
        if latest is not None:
            if above <= latest <= upto:
                brackets.append(at_least(rd, sales, Fraction(share, 100)))
            continue
        rest = ends([*sales[:-1]])
        limit, (rd_low, rd_high) = Fraction(share, 100), ends(rd)
        least = rest[0] + above
        sure = upto != INF and rest[1] != INF and least > 0 and rd_low >= limit * (rest[1] + Fraction(upto))
        possible = rd_high == INF or (rd_high >= limit * least if least > 0 else rd_high > 0)
        brackets.append("pass" if sure else ("unknown" if possible else "fail"))
    rd_ratio = brackets[0] if len(set(brackets)) == 1 else "unknown"
    own, only = get("ip_own_rd"), get("ip_only_acquired")
    own = own if own is not None else (None if only is None else not only)
    items: dict[str, tuple[Any, Any]] = {}

    def expert(name: str, most: int) -> tuple[Any, Any]:
        value = get(f"expert_{name}")
        return (0, most) if value is None else (value, value)

    for name in ("ip_advancement", "ip_core_support"):
        items[name] = expert(name, 8)
    class2 = get("class2_ip")
    items["ip_count"] = first(
        [(limit_of(get("class1_ip"), 1), 7, 8)] + [(limit_of(class2, n), p, p + 1) for n, p in ((5, 5), (3, 3), (1, 1))]
    )
    items["ip_mode"] = first([(every([yes(own), has_right]), 1, 6), (has_right, 1, 3)])
    items["ip_standards"] = first([(yes(get("standards_participation")), 1, 2)])
    done = get("conversions_3y")
    items["conversion"] = first(
        [(limit_of(done, n * 3), p, p + 5) for n, p in ((5, 25), (4, 19), (3, 13), (2, 7), (1, 1))]
        + [(limit_of(done, 1), 0, 6)]
    )
    for name, most in (("org_system", 6), ("org_institution", 6), ("org_transfer", 4), ("org_talent", 4)):
        items[name] = expert(name, most)
    for name, what in (("growth_net_assets", "net_assets"), ("growth_sales", "sales")):
        items[name] = growth(*(get(f"{what}_{year}") for year in ("y1", "y2", "y3")), years, what == "net_assets")
    ip = [items[name] for name in ("ip_advancement", "ip_core_support", "ip_count", "ip_mode", "ip_standards")]
    rest_items = [part for name, part in items.items() if not name.startswith("ip_")]
    low = min(30, sum(part[0] for part in ip)) + sum(part[0] for part in rest_items)
    high = min(30, sum(part[1] for part in ip)) + sum(part[1] for part in rest_items)
    items["total"] = round(low, 6), round(high, 6)
    start = get("registered_on")
    rules = {
        "resident": yes(get("resident")),
        "age": "unknown" if start is None else ("pass" if (on - start).days >= 365 else "fail"),
        "ip": has_right,
        "field": yes(get("in_field")),
        "staff": at_least([get("rd_staff")], [get("employees_total")], Fraction(1, 10)),
        "rd_ratio": rd_ratio,
        "rd_domestic": at_least([get("rd_domestic_3y")], rd, Fraction(3, 5)),
        "hightech_income": at_least(
            [get("hightech_income_last_year")], [get("total_income_last_year")], Fraction(3, 5)
        ),
        "incident": every(
            [
                yes(get(f"{what}_365d"), False)
                for what in ("major_safety_accident", "major_quality_accident", "serious_env_violation")
            ]
        ),
        "score": "pass" if items["total"][0] > 70 else ("fail" if items["total"][1] <= 70 else "unknown"),
    }
    return rules, items


def hte(firm: Firm, on: date) -> tuple[dict[str, str], dict[str, tuple[Any, Any]]]:
    tried = [hte_once(firm, on, years) for years in years_of(firm, on)]
    rules = {}
    for name in tried[0][0]:
        answers = {part[0][name] for part in tried}
        rules[name] = answers.pop() if len(answers) == 1 else "unknown"
    items = {
        name: (min(part[1][name][0] for part in tried), max(part[1][name][1] for part in tried)) for name in tried[0][1]
    }
    return rules, items


def tech_sme(firm: Firm) -> tuple[dict[str, str], dict[str, tuple[Any, Any]], str]:
    def get(name: str) -> Any:
        return firm.get(f"tech-sme.{name}") if f"tech-sme.{name}" in firm else firm.get(name)

    def bands(top: Any, bottom: Any, limits: list[int], points: list[int]) -> tuple[Any, Any]:
        return first([(at_least([top], [bottom], Fraction(n, 100)), p, p) for n, p in zip(limits, points, strict=True)])

    rd = get("rd_expense_last_year")
    items = {
        "staff": bands(get("rd_staff"), get("employees_total"), [30, 25, 20, 15, 10], [20, 16, 12, 8, 4]),
        "rd_by_sales": bands(rd, get("sales_last_year"), [6, 5, 4, 3, 2], [50, 40, 30, 20, 10]),
        "rd_by_cost": bands(rd, get("cost_expense"), [30, 25, 20, 15, 10], [50, 40, 30, 20, 10]),
    }
    items["rd"] = tuple(max(items["rd_by_sales"][i], items["rd_by_cost"][i]) for i in (0, 1))  # type: ignore[assignment]
    class2 = get("class2_ip")
    items["ip"] = first(
        [(limit_of(get("class1_ip"), 1), 30, 30)] + [(limit_of(class2, n), 6 * n, 6 * n) for n in (4, 3, 2, 1)]
    )
    items["total"] = tuple(sum(items[name][i] for name in ("staff", "rd", "ip")) for i in (0, 1))  # type: ignore[assignment]
    low, high = items["total"]
    staff = items["staff"]
    incidents = (
        "major_safety_accident",
        "major_quality_accident",
        "serious_env_violation",
        "serious_research_dishonesty",
    )
    rules = {
        "resident": yes(get("resident")),
        "employees": most_of(get("employees_total"), 500),
        "sales": most_of(get("sales_last_year"), 200_000_000),
        "assets": most_of(get("assets_total"), 200_000_000),
        "not_prohibited": yes(get("prohibited"), False),
        "no_incident": every([yes(get(f"{what}_2y"), False) for what in incidents]),
        "not_listed": every([yes(get("listed_abnormal"), False), yes(get("listed_dishonest"), False)]),
        "direct": some(
            [
                yes(get("hte_certificate_valid")),
                every([yes(get("national_award_5y")), most_of(get("national_award_rank"), 3)]),
                yes(get("provincial_rd_institution")),
                every([yes(get("standard_5y")), most_of(get("standard_rank"), 5)]),
            ]
        ),
        "score": "pass" if low >= 60 else ("fail" if high < 60 else "unknown"),
        "staff_item": "pass" if staff[0] > 0 else ("fail" if staff[1] == 0 else "unknown"),
    }
    gate = [rules[name] for name in rules if name not in ("direct", "score", "staff_item")]
    return rules, items, every([*gate, some([rules["direct"], every([rules["score"], rules["staff_item"]])])])


def rows_of(firm: Firm, on: date) -> Iterator[Row]:
    """Every row of both policies for one firm: id, policy, kind, rule, passed, points low, points high."""
    own = firm["enterprise_id"]
    rules, items = hte(firm, on)
    for name, answer in rules.items():
        yield own, "hte", "condition", name, answer, None, None
    for name, (low, high) in items.items():
        yield own, "hte", "points", name, None, low, high
    rules, items, _ = tech_sme(firm)
    for name, answer in rules.items():
        yield own, "tech-sme", "condition", name, answer, None, None
    for name, (low, high) in items.items():
        yield own, "tech-sme", "points", name, None, low, high
