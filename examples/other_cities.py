"""Further made-up cities of wholly different make, for the same question: who would pass `hte`?

    from other_cities import other_city, MAKES, VEILS, APART

Everything is invented. `made_up_city.py` lets one skill of a firm move everything; here each fact has a hidden figure
of its own, and the figures hang together by
* `profiles`: six kinds of firms, each with its own middle of every figure (no common skill at all);
* `heavy`: one cause with heavy tails (Student, 3 degrees), that each figure follows to its own degree;
* `industry`: twenty industries; within an industry the figures are nearly independent;
* `steps` (kept apart, APART): research leads to rights, rights to conversions, conversions to sales: each figure
  follows from the one before it and noise.
What the registry has (`VEILS`): `columns`: each column is hidden by itself at a rate of its own, `flat`: 80 % of each
column at random, `kinds`: rates differ by the kind of firm, `offices`: whole blocks of columns together. Experts'
points are seen of a few firms in half of the cities and of none in the others; places in ranges are uniform in half of
the cities and the middle in the others. 1 to 3.5 % pass, met by moving all figures together.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
from made_up_city import COMMON, EXPERTS, OFFICES, ON, PLAIN, TECH, City, passes_plainly
from scipy.special import ndtr
from scipy.stats import nbinom

MAKES = ("profiles", "heavy", "industry")
APART = "steps"
VEILS = ("columns", "flat", "kinds", "offices")
FIGURES = (
    *("size", "staff", "rd", "hightech", "class1", "class2", "own", "field", "conversions", "growth", "assets"),
    *("standard", "age", "experts"),
)
ALWAYS = ("registered_on", "capital")


def other_city(size: int, *, make: str, veil: str, seed: int = 0) -> City:
    """`make`: one of MAKES or APART; `veil`: one of VEILS."""
    rng = np.random.default_rng(seed)
    figures, kind = _figures(size, make, rng)
    noise = {
        name: rng.random(size) for name in ("one", "two", "conv", "own", "field", "standard", "quiet", "home", "zero")
    }
    noise |= {"expert": rng.normal(size=(size, 7)), "year": rng.normal(size=(size, 8)), "acc": rng.random((size, 4))}
    places = rng.random((size, 6)) if rng.random() < 0.5 else np.full((size, 6), 0.5)
    hidden_experts = rng.random() < 0.5
    target, low, high = rng.uniform(0.01, 0.035), -3.0, 3.0
    for _ in range(18):
        lift = (low + high) / 2
        full, years = _facts(figures, lift, noise)
        passes = passes_plainly(full, {"u": places, "years": years})
        low, high = (low, lift) if passes.mean() > target else (lift, high)
    scope = _scopes(figures[:, FIGURES.index("field")], kind, rng)
    for place, (name, column) in enumerate(
        {
            "enterprise_id": [f"QT{n:06d}" for n in range(1, size + 1)],
            "name": [f"另造{n:06d}号有限公司" for n in range(1, size + 1)],
            "scope": scope,
        }.items()
    ):
        full.insert(place, name, column)
    return City(_veiled(full, kind, veil, hidden_experts, rng), full, passes)


def _figures(size, make, rng):
    wide = len(FIGURES)
    if make == "profiles":
        kind = rng.choice(6, size, p=rng.dirichlet(np.full(6, 3.0)))
        return rng.normal(0, 0.9, (6, wide))[kind] + 0.75 * rng.normal(size=(size, wide)), kind
    if make == "heavy":
        pull = rng.uniform(0.2, 0.85, wide)
        cause = rng.standard_t(3, size).clip(-6, 6)
        return cause[:, None] * pull + np.sqrt(1 - pull**2) * rng.normal(size=(size, wide)), (cause > 0.7).astype(int)
    if make == "industry":
        kind = rng.choice(20, size, p=rng.dirichlet(np.full(20, 2.0)))
        level = 0.8 * rng.normal(size=20)
        middle = 0.6 * level[:, None] + 0.55 * rng.normal(size=(20, wide))
        return middle[kind] + 0.8 * rng.normal(size=(size, wide)), kind
    out = rng.normal(size=(size, wide))
    f = {name: k for k, name in enumerate(FIGURES)}
    kind = (rng.random(size) < 0.35).astype(int)
    out[:, f["field"]] += 0.9 * kind - 0.3
    for cause, effect, pull in (
        *(("field", "staff", 0.5), ("staff", "rd", 0.6), ("rd", "class1", 0.5), ("rd", "class2", 0.55)),
        *(("class2", "own", 0.4), ("class2", "conversions", 0.55), ("conversions", "hightech", 0.5)),
        *(("conversions", "growth", 0.3), ("hightech", "experts", 0.4), ("class1", "experts", 0.4)),
        *(
            ("size", "class1", 0.3),
            ("growth", "assets", 0.6),
            ("class1", "standard", 0.4),
            ("size", "conversions", 0.3),
        ),
    ):
        out[:, f[effect]] = pull * out[:, f[cause]] + np.sqrt(1 - pull**2) * out[:, f[effect]]
    return out, kind


def _facts(figures, lift, noise):
    g = {name: figures[:, k] for k, name in enumerate(FIGURES)}
    year = noise["year"]
    age = np.clip(np.exp(7.6 + 0.8 * g["age"]), 20, 14000).astype(int)
    registered = [ON - timedelta(days=int(days)) for days in age]
    years = np.clip(ON.year - pd.to_datetime(pd.Series(registered)).dt.year.to_numpy(), 0, 3)
    sales3 = np.exp(16.2 + 1.5 * g["size"])
    step = [np.exp(0.04 + 0.12 * (g["growth"] + lift / 2) + 0.15 * year[:, k]) for k in (0, 1)]
    wealth = [np.exp(0.05 + 0.1 * (g["growth"] + lift / 2) + 0.2 * year[:, k]) for k in (2, 3)]
    assets3 = sales3 * np.exp(-0.6 + 0.8 * g["assets"]) - 0.05 * sales3
    people = np.maximum(1, np.round(sales3 / 6e5 * np.exp(0.7 * year[:, 4])))
    share = ndtr(-1.9 + 0.9 * (g["staff"] + lift) + 0.3 * year[:, 5])
    does = ndtr(0.1 + g["rd"] + lift) > noise["zero"]
    rate = np.exp(-3.5 + 0.8 * (g["rd"] + lift)).clip(0, 0.8) * does
    sales = [sales3 / step[0] / step[1], sales3 / step[0], sales3]
    rd = [(s * rate * np.exp(0.15 * year[:, k])).round() for k, s in zip((6, 7, 5), sales, strict=True)]
    income = sales3 * (1 + 0.05 * noise["quiet"])
    one = nbinom.ppf(noise["one"], 1.0, 1 / (1 + np.exp(-1.5 + 0.9 * (g["class1"] + lift))))
    two = nbinom.ppf(noise["two"], 1.2, 1 / (1 + np.exp(0.2 + 0.9 * (g["class2"] + lift))))
    full = pd.DataFrame(
        {
            "registered_on": registered,
            "capital": (np.exp(15 + 0.8 * g["size"] + 0.6 * year[:, 4]) / 1e4).round() * 1e4,
            "patents_granted_3y": np.floor(0.6 * (one + two) + noise["quiet"]),
            "resident": noise["acc"][:, 0] < 0.99,
            "employees_total": people,
            "rd_staff": np.minimum(people, (people * share).round()),
            **{f"sales_y{k + 1}": sales[k].round() for k in range(3)},
            "total_income_last_year": income.round(),
            "hightech_income_last_year": (income * ndtr(-0.4 + g["hightech"] + lift)).round(),
            "net_assets_y1": (assets3 / wealth[0] / wealth[1]).round(),
            "net_assets_y2": (assets3 / wealth[0]).round(),
            "net_assets_y3": assets3.round(),
            **{f"rd_expense_y{k + 1}": rd[k] for k in range(3)},
            "class1_ip": one,
            "class2_ip": two,
            "ip_own_rd": (one + two > 0) & (ndtr(0.8 + g["own"]) > noise["own"]),
            "in_field": ndtr((-0.6 + g["field"] + lift) * 1.5) > noise["field"],
            "major_safety_accident_365d": noise["acc"][:, 1] < 0.01,
            "major_quality_accident_365d": noise["acc"][:, 2] < 0.005,
            "serious_env_violation_365d": noise["acc"][:, 3] < 0.01,
            "standards_participation": ndtr(-1.9 + g["standard"]) > noise["standard"],
            "conversions_3y": nbinom.ppf(noise["conv"], 1.5, 1 / (1 + np.exp(1.2 + 0.8 * (g["conversions"] + lift)))),
        }
    )
    for n, name in ((3, "_y1"), (2, "_y2"), (1, "_y3")):
        for stem in ("sales", "net_assets", "rd_expense"):
            full[stem + name] = full[stem + name].where(years >= n, 0)
    full["conversions_3y"] = full["conversions_3y"].where(years > 0, 0)
    total = full[["rd_expense_y1", "rd_expense_y2", "rd_expense_y3"]].sum(axis=1)
    full["rd_domestic_3y"] = (total * np.where(noise["home"] < 0.05, 0.5, 1)).round()
    full["ip_only_acquired"] = ~full["ip_own_rd"]
    for k, (name, most) in enumerate(EXPERTS.items()):
        place = ndtr(0.1 + 0.7 * (g["experts"] + lift) + 0.4 * noise["expert"][:, 6] + 0.4 * noise["expert"][:, k])
        full[name] = np.round(place * most)
    return full, years


def _scopes(field, kind, rng):
    tech, plain = [t.split() for t in TECH.values()], [t.split() for t in PLAIN.values()]
    out = []
    for strength, k in zip(field + rng.normal(0, 0.8, len(field)), kind, strict=True):
        own = tech[k % len(tech)] if strength > 0.6 else plain[k % len(plain)]
        words = [
            *rng.choice(own, rng.integers(1, 4), replace=False),
            *rng.choice(COMMON, rng.integers(1, 5), replace=False),
        ]
        out.append("；".join(words))
    return out


def _veiled(full, kind, veil, hidden_experts, rng):
    seen, size = full.copy(), len(full)
    names = [n for n in full.columns[3:] if n not in ALWAYS and n not in EXPERTS]
    rates = dict(zip(names, rng.uniform(0.6, 0.97, len(names)), strict=True))
    kinds = int(kind.max()) + 1
    in_office = {name: rng.random(size) < rng.uniform(0.1, 0.4) for name in OFFICES}
    for name in names:
        if veil == "flat":
            kept = rng.random(size) < 0.2
        elif veil == "columns":
            kept = rng.random(size) < 1 - rates[name]
        elif veil == "kinds":
            kept = rng.random(size) < np.clip((1 - rates[name]) * rng.uniform(0.3, 1.8, kinds), 0, 1)[kind]
        else:
            offices = [o for o, columns in OFFICES.items() if name in columns]
            kept = np.logical_or.reduce([in_office[o] for o in offices]) if offices else rng.random(size) < 0.2
            kept = kept & (rng.random(size) < 0.95)
        seen[name] = seen[name].astype(object).where(kept, None)
    experts = rng.random(size) < (0.0 if hidden_experts else 0.08)
    for name in EXPERTS:
        seen[name] = seen[name].astype(object).where(experts & (rng.random(size) < 0.9), None)
    years = pd.to_datetime(full["registered_on"]).dt.year.to_numpy()
    for n, year in ((3, "_y1"), (2, "_y2"), (1, "_y3")):
        for name in ("sales", "net_assets", "rd_expense"):
            seen[name + year] = seen[name + year].where(ON.year - years >= n, None)
    return seen
