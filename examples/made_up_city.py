"""A made-up city: firms with all their facts, which of them pass `hte`, and the table that a registry would have.

    python examples/made_up_city.py OUT.csv [FIRMS] [FAMILY] [SEED]

Everything is invented. Nothing of this is known to the library; only the examples and the tests use it.

How a city is drawn (`FAMILIES`: how firms hang together; `HIDING`: what a registry does not have):
* `classes`: five kinds of firms (technology, maker, trader, service, shell) with their own levels of everything;
* `ladder`: one continuous innovativeness, its effects bend (little below a level, much above);
* `trades`: the trade decides most, firms within a trade differ little, and a few outliers carry heavy tails;
* `pairs`: two independent strengths (technical, commercial), and only both together make conversions.
* `columns`: each fact is hidden by itself; `sources`: a firm is in an office's file or not, all of that office's facts
  with it; `size`: larger firms are better known; `active`: firms that do more research are better known.
The share that passes is drawn from 1 to 3.5 % a city and met by moving the experts' points and the conversions.
A firm's score is its facts' ranges of points with one place in each range; experts' points are whole numbers.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

ON = date(2026, 11, 24)
FAMILIES = ("classes", "ladder", "trades", "pairs")
HIDING = ("columns", "sources", "size", "active")
EXPERTS = {
    "expert_ip_advancement": 8,
    "expert_ip_core_support": 8,
    "expert_org_system": 6,
    "expert_org_institution": 6,
    "expert_org_transfer": 4,
    "expert_org_talent": 4,
}
TECH = {
    "装备": "数控机床 液压件 工程机械部件 智能装备 减速机 伺服控制",
    "电子": "传感器 嵌入式软件 电子元器件 物联网终端 集成电路封装",
    "医药": "生物制剂 医疗器械 原料药 诊断试剂 中药提取物",
    "材料": "高性能纤维 稀土功能材料 特种合金 高分子材料 纳米涂层",
}
PLAIN = {
    "木业": "胶合板 木制品 家具 建筑模板 木材",
    "商贸": "百货 建材 五金交电 日用品 服装鞋帽",
    "物流": "道路货物运输 仓储服务 装卸搬运 货运代理",
    "农业": "蔬菜种植 农副产品收购 畜禽养殖 苗木",
    "服务": "广告设计 会议服务 物业管理 家政服务 餐饮",
}
COMMON = [
    "货物进出口",
    "技术服务",
    "技术开发",
    "技术咨询",
    "销售",
    "一般项目",
    "依法须经批准的项目除外",
    "租赁",
    "安装",
    "维修",
]
HIDDEN = {
    "registered_on": 0.02,
    "employees_total": 0.6,
    "rd_staff": 0.85,
    "sales_y1": 0.85,
    "sales_y2": 0.8,
    "sales_y3": 0.7,
    "total_income_last_year": 0.8,
    "hightech_income_last_year": 0.9,
    "net_assets_y1": 0.88,
    "net_assets_y2": 0.85,
    "net_assets_y3": 0.78,
    "rd_expense_y1": 0.9,
    "rd_expense_y2": 0.88,
    "rd_expense_y3": 0.82,
    "rd_domestic_3y": 0.92,
    "class1_ip": 0.75,
    "class2_ip": 0.75,
    "ip_own_rd": 0.9,
    "ip_only_acquired": 1.0,
    "conversions_3y": 0.92,
    "in_field": 0.8,
    "major_safety_accident_365d": 0.8,
    "major_quality_accident_365d": 0.8,
    "serious_env_violation_365d": 0.8,
    "standards_participation": 0.9,
    "resident": 0.5,
    **dict.fromkeys(EXPERTS, 0.97),
    "patents_granted_3y": 0.6,
    "capital": 0.05,
}
OFFICES = {
    "统计": ("employees_total", "rd_staff", "sales_y3", "sales_y2", "rd_expense_y3", "rd_expense_y2"),
    "税务": (
        "sales_y1",
        "sales_y2",
        "sales_y3",
        "total_income_last_year",
        "net_assets_y1",
        "net_assets_y2",
        "net_assets_y3",
    ),
    "知识产权": ("class1_ip", "class2_ip", "ip_own_rd", "patents_granted_3y"),
    "科技": ("rd_expense_y1", "rd_domestic_3y", "conversions_3y", "hightech_income_last_year", "in_field", *EXPERTS),
}


class City(NamedTuple):
    """`seen`: what the registry has; `full`: every fact; `passes`: whether the firm would pass, in the same order."""

    seen: pd.DataFrame
    full: pd.DataFrame
    passes: np.ndarray


def city(size: int, *, family: str = "classes", hiding: str = "columns", seed: int = 0) -> City:
    rng = np.random.default_rng(seed)
    tech, trade, scope = _trades(size, rng)
    skill, size_of, comm = _strength(size, family, trade, tech, rng)
    full, places = _facts(size, skill, size_of, comm, tech, rng)
    target = rng.uniform(0.01, 0.035)
    low, high = -4.0, 4.0
    for _ in range(22):  # the lift at which the wanted share passes
        lift = (low + high) / 2
        lifted = _lifted(full, places, skill, lift)
        if passes_plainly(lifted, places).mean() > target:
            high = lift
        else:
            low = lift
    full = _lifted(full, places, skill, lift)
    passes = passes_plainly(full, places)
    full.insert(0, "enterprise_id", [f"QY{n:06d}" for n in range(1, size + 1)])
    full.insert(1, "name", [f"虚构{n:06d}号有限公司" for n in range(1, size + 1)])
    full.insert(2, "scope", scope)
    return City(_hidden(full, skill, size_of, hiding, rng), full, passes)


def _trades(size, rng):
    names = [*TECH, *PLAIN]
    shares = rng.dirichlet(np.r_[np.full(len(TECH), 3.0), np.full(len(PLAIN), 5.0)])
    trade = rng.choice(len(names), size, p=shares)
    tech = trade < len(TECH)
    words = [text.split() for text in (*TECH.values(), *PLAIN.values())]
    scope = []
    for row in range(size):
        own = words[trade[row]] if rng.random() < 0.9 else words[rng.integers(len(words))]
        parts = [
            *rng.choice(own, rng.integers(1, min(4, len(own)) + 1), replace=False),
            *rng.choice(COMMON, rng.integers(1, 5), replace=False),
        ]
        scope.append("、".join(parts))
    return tech, trade, scope


def _strength(size, family, trade, tech, rng):
    big = rng.normal(size=size)
    if family == "classes":
        kind = rng.choice(5, size, p=rng.dirichlet([2, 5, 6, 4, 3]))
        kind = np.where(tech & (rng.random(size) < 0.3), 0, kind)
        skill = np.array([1.6, 0.4, -0.6, -0.3, -1.4])[kind] + 0.6 * rng.normal(size=size)
        big = np.array([0.1, 0.7, -0.2, -0.4, -1.0])[kind] + 0.8 * big
        comm = 0.4 * skill + 0.8 * rng.normal(size=size)
    elif family == "ladder":
        base = rng.gamma(2.0, 0.7, size) - 1.4 + 0.7 * tech
        skill = np.where(base > 0.5, 0.5 + 1.6 * (base - 0.5), base)
        comm = 0.3 * base + 0.9 * rng.normal(size=size)
        big = 0.3 * base + big
    elif family == "trades":
        skill = rng.normal(0, 0.9, 9)[trade] + 0.8 * tech + 0.45 * rng.standard_t(3, size)
        comm = rng.normal(0, 0.5, 9)[trade] + 0.7 * rng.normal(size=size)
        big = rng.normal(0, 0.5, 9)[trade] + 0.9 * big
    else:
        skill = 0.6 * tech + rng.normal(size=size)
        comm = rng.normal(size=size)
        skill = np.where((skill > 0.6) & (comm > 0.6), skill + 0.8, skill)
    return np.clip(skill, -3, 5), big, np.clip(comm, -3, 3)


def _facts(size, skill, big, comm, tech, rng):
    normal, s = rng.normal, lambda x: 1 / (1 + np.exp(-x))
    age = np.clip(rng.gamma(2.0, 4.0, size) * 365, 30, 12000).astype(int)
    sales3 = np.exp(15.6 + 1.25 * big + 0.3 * normal(size=size))

    def growth():
        return np.exp(0.06 + 0.09 * comm + 0.05 * skill + 0.22 * rng.standard_t(4, size)).clip(0.25, 5)

    sales2 = sales3 / growth()
    sales1 = sales2 / growth()
    people = np.maximum(1, np.exp(np.log(sales3) - 13.1 + 0.5 * normal(size=size)).round())
    staff = np.minimum(people, (people * s(-2.4 + 0.9 * skill + 0.6 * normal(size=size))).round(1))
    does = rng.random(size) < s(-0.7 + 1.5 * skill)
    rate = np.exp(-3.4 + 0.35 * skill + 0.6 * normal(size=size)) * does
    rd = [(sales * rate * np.exp(0.2 * normal(size=size))).round() for sales in (sales1, sales2, sales3)]
    abroad = np.where(rng.random(size) < 0.08, rng.uniform(0.1, 0.7, size), 0)
    income = sales3 * (1 + rng.exponential(0.02, size))
    part = np.where(rng.random(size) < s(-0.4 + 1.2 * skill), rng.beta(5, 1.2, size), rng.beta(1, 4, size))
    assets3 = np.exp(np.log(sales3) - 0.4 + 0.7 * normal(size=size)) - 0.15 * sales3
    assets2 = assets3 / growth()
    assets1 = assets2 / growth()
    one = rng.poisson(rng.gamma(1.2, 1 / 1.2, size) * np.exp(-1.6 + 0.9 * skill + 0.25 * big))
    two = rng.poisson(rng.gamma(0.9, 1 / 0.9, size) * np.exp(-0.1 + 0.75 * skill + 0.3 * big))
    full = pd.DataFrame(
        {
            "registered_on": [ON - timedelta(days=int(days)) for days in age],
            "capital": (np.exp(14.8 + 0.6 * big + 0.7 * normal(size=size)) / 1e4).round() * 1e4,
            "patents_granted_3y": rng.binomial(one + two, 0.7),
            "resident": rng.random(size) < 0.995,
            "employees_total": people,
            "rd_staff": staff,
            "sales_y1": sales1.round(),
            "sales_y2": sales2.round(),
            "sales_y3": sales3.round(),
            "total_income_last_year": income.round(),
            "hightech_income_last_year": (income * part).round(),
            "net_assets_y1": assets1.round(),
            "net_assets_y2": assets2.round(),
            "net_assets_y3": assets3.round(),
            "rd_expense_y1": rd[0],
            "rd_expense_y2": rd[1],
            "rd_expense_y3": rd[2],
            "class1_ip": one,
            "class2_ip": two,
            "ip_own_rd": (one + two > 0) & (rng.random(size) < s(1.2 + 0.7 * skill)),
            "in_field": rng.random(size) < s(-1.6 + 2.2 * tech + 0.9 * skill),
            "major_safety_accident_365d": rng.random(size) < 0.006,
            "major_quality_accident_365d": rng.random(size) < 0.004,
            "serious_env_violation_365d": rng.random(size) < 0.015,
            "standards_participation": rng.random(size) < s(-3.5 + 0.8 * skill),
        }
    )
    years = np.clip(ON.year - pd.to_datetime(full["registered_on"]).dt.year.to_numpy(), 0, 3)
    for n, year in ((3, "_y1"), (2, "_y2"), (1, "_y3")):
        for name in ("sales", "net_assets", "rd_expense"):
            full[name + year] = full[name + year].where(years >= n, 0)
    full["rd_domestic_3y"] = (
        full[["rd_expense_y1", "rd_expense_y2", "rd_expense_y3"]].sum(axis=1) * (1 - abroad)
    ).round()
    full["ip_only_acquired"] = ~full["ip_own_rd"]
    hand = normal(size=size)
    places = {
        "years": years,
        "hand": hand,
        "conversions": rng.gamma(1.5, 1 / 1.5, size),
        "skill_comm": comm,
        "u": s(0.8 * hand[:, None] + normal(size=(size, 6))),
        "expert": s(0.5 * skill + 0.7 * hand + 0.4 * normal(size=size)),
        "expert_noise": rng.random((size, 6)),
        "poisson": rng.random(size),
    }
    return full, places


def _lifted(full, places, skill, lift):
    from scipy.stats import poisson

    out = full.copy()
    mean = np.exp(0.9 + 0.55 * skill + 0.3 * places["skill_comm"] + 0.5 * lift) * places["conversions"]
    out["conversions_3y"] = np.where(places["years"] > 0, poisson.ppf(places["poisson"], mean), 0)
    level = 1 / (1 + np.exp(-(np.log(places["expert"] / (1 - places["expert"])) + lift)))
    for k, (name, most) in enumerate(EXPERTS.items()):
        out[name] = np.floor(np.clip(level * most + (places["expert_noise"][:, k] - 0.5) * 0.4 * most, 0, most) + 0.5)
    return out


def _growth_points(one, two, three, years, place):
    with np.errstate(all="ignore"):
        rate = np.where(
            years >= 3, np.where(one == 0, three / two - 1, (two / one + three / two) / 2 - 1), three / two - 1
        )
    rate = np.where((years < 2) | (two == 0), -1.0, rate)
    low = np.select([rate >= 0.35, rate >= 0.25, rate >= 0.15, rate >= 0.05, rate > 0], [9, 7, 5, 3, 1], 0)
    points = np.where(low > 0, low + place, 0)
    odd = ((two < 0) & (years >= 2)) | ((one < 0) & (years >= 3))
    return np.where(odd, 10 * place, points)


def passes_plainly(full, places):
    """The rules once more, in plain numpy (a test holds them against the library's)."""
    f, u = {name: full[name].to_numpy() for name in full}, places["u"]
    one, two, years = f["class1_ip"], f["class2_ip"], places["years"]
    rights = one + two > 0
    count = np.select([one >= 1, two >= 5, two >= 3, two >= 1], [7, 5, 3, 1], 0)
    count = np.where(rights, count + u[:, 0], 0)
    mode = np.where(rights, np.where(f["ip_own_rd"], 1 + 5 * u[:, 1], 1 + 2 * u[:, 1]), 0)
    standard = np.where(f["standards_participation"], 1 + u[:, 2], 0)
    block = np.minimum(30, f["expert_ip_advancement"] + f["expert_ip_core_support"] + count + mode + standard)
    n = f["conversions_3y"] / 3
    base = np.select([n >= 5, n >= 4, n >= 3, n >= 2, n >= 1], [25, 19, 13, 7, 1], 0)
    moved = np.where(n >= 1, base + 5 * u[:, 3], np.where(n > 0, 6 * u[:, 3], 0))
    grown = _growth_points(f["net_assets_y1"], f["net_assets_y2"], f["net_assets_y3"], years, u[:, 4])
    grown = grown + _growth_points(f["sales_y1"], f["sales_y2"], f["sales_y3"], years, u[:, 5])
    total = block + moved + sum(f[name] for name in list(EXPERTS)[2:]) + grown
    rd = f["rd_expense_y1"] + f["rd_expense_y2"] + f["rd_expense_y3"]
    sales = f["sales_y1"] + f["sales_y2"] + f["sales_y3"]
    limit = np.where(f["sales_y3"] <= 5e7, 0.05, np.where(f["sales_y3"] <= 2e8, 0.04, 0.03))
    age = np.array([(ON - day).days for day in full["registered_on"]])
    good = f["resident"] & (age >= 365) & rights & f["in_field"] & (f["rd_staff"] >= 0.1 * f["employees_total"])
    good &= (rd >= limit * sales) & (rd > 0) & (f["rd_domestic_3y"] >= 0.6 * rd)
    good &= f["hightech_income_last_year"] >= 0.6 * f["total_income_last_year"]
    good &= ~(f["major_safety_accident_365d"] | f["major_quality_accident_365d"] | f["serious_env_violation_365d"])
    return good & (total > 70)


def _hidden(full, skill, big, hiding, rng):
    seen = full.copy()
    size = len(full)
    strictness = rng.uniform(0.9, 1.05)  # of this city's registry
    tilt = {"size": 0.9 * big, "active": 0.7 * skill}.get(hiding, np.zeros(size))
    in_office = {name: rng.random(size) for name in OFFICES}
    for name, share in HIDDEN.items():
        hide = min(share * strictness, 1.0)
        chance = np.clip(1 / (1 + np.exp(-(np.log(max(1 - hide, 1e-6) / max(hide, 1e-6)) + tilt - tilt.mean()))), 0, 1)
        draw = rng.random(size)
        if hiding == "sources":
            for office, columns in OFFICES.items():
                if name in columns:
                    draw = np.where(rng.random(size) < 0.15, draw, in_office[office])
        kept = draw < chance if hide < 1 else np.zeros(size, dtype=bool)
        seen[name] = seen[name].astype(object).where(kept, None)
    years = pd.to_datetime(full["registered_on"]).dt.year.to_numpy()
    for n, year in ((3, "_y1"), (2, "_y2"), (1, "_y3")):
        for name in ("sales", "net_assets", "rd_expense"):
            seen[name + year] = seen[name + year].where(ON.year - years >= n, None)
    return seen


if __name__ == "__main__":
    args = [*sys.argv[1:], *["city.csv", "3000", "classes", "0"][len(sys.argv) - 1 :]]
    made = city(int(args[1]), family=args[2], hiding="sources", seed=int(args[3]))
    words = made.seen.copy()
    for name in made.full.columns[[kind.kind == "b" for kind in made.full.dtypes]]:
        words[name] = words[name].map({True: "是", False: "否"})
    words.to_csv(args[0], index=False, encoding="utf-8-sig")
    print(f"{len(made.seen)} firms, {int(made.passes.sum())} of them would pass")
