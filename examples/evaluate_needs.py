"""Measure roles and indicators of needs against the annotations of two readers (models/needs-zh).

    python examples/evaluate_needs.py NEEDS.csv [--part held|dev] [--errors] [--pairs tests/needs/met_pairs.csv]
    python examples/evaluate_needs.py NEEDS.csv --further [--part dev|held|late]
    python examples/evaluate_needs.py NEEDS.csv --fresh DATA [--part train|test]
    python examples/evaluate_needs.py NEEDS.csv --latest DATA [--part dev|held]

NEEDS.csv: the technology market's needs (need_id, title, description), unchanged: the annotations hold places in them.
--part: one half of the annotated needs; `dev` was read while the library was mended, `held` was not. --further: the
indicators of 228 further needs, by one reader. --fresh: those of 312 texts, `test` of them unread, needs and outcomes
apart; DATA holds `market`, `need-outcome-levels` and `platform`. --latest: those of 205 texts, `held` of them unread.
--errors: also prints the sentences of `dev` that are read otherwise than by reader a. --pairs: met and not met on
made-up pairs.

A sentence has the role of ours that covers most of it. An indicator of ours counts where the library says it is asked,
and is matched one to one within the reader's sentence: comparator, bounds and unit agree (after conversion), and so do
the quantities: half of the characters of both names are shared, or `matcher.needs.names` says that they mean the same.
Where the reader found no quantity named in the text, any name is right. Each figure is the mean of both readers, with
a 95 % bootstrap interval over needs.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from matcher.needs import compare_indicators, indicators_of, understand
from matcher.needs.asked import asked_indicators
from matcher.needs.indicators import Indicator
from matcher.needs.names import meaning, same_quantity
from matcher.needs.roles import ROLES
from matcher.needs.units import read_unit
from matcher.needs.values import Value, half_width

FOLDER = Path(__file__).parents[1] / "models" / "needs-zh"
COMPARATORS = {
    "≥": ">=",
    ">": ">",
    "≤": "<=",
    "<": "<",
    "约": "~",
    "区间": "range",
    "±": "range",
    "=": "=",
    "": "=",
    "优于": ">",
}
RESAMPLES = 2000
Texts = dict[tuple[str, str], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("needs")
    parser.add_argument("--part", choices=["dev", "held", "late", "train", "test"])
    parser.add_argument("--further", action="store_true")
    parser.add_argument("--fresh", metavar="DATA_FOLDER")
    parser.add_argument("--latest", metavar="DATA_FOLDER")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--pairs")
    given = parser.parse_args()
    texts = need_texts(given.needs)
    if data := given.fresh or given.latest:
        texts |= fresh_texts(Path(data))
    if given.further or data:
        name = "further" if given.further else "fresh" if given.fresh else "latest"
        rows = _read(FOLDER / f"{name}_indicators.csv", given.part)
        asks = np.array([(name, "title") in texts for name in rows["need_id"]])
        for kind, part in (("needs", rows[asks]), ("outcomes", rows[~asks])):
            if len(part):
                print(f"{part['need_id'].nunique()} {kind}, by one reader")
                print_indicators(part.drop_duplicates(["need_id", "field", "start"]), part[part["field"] != ""], texts)
        return
    roles, wanted = (_read(FOLDER / name, given.part) for name in ("roles.csv", "indicators.csv"))
    print(f"{roles['need_id'].nunique()} needs, {len(roles)} sentences; kappa of the readers {_kappa(roles):.3f}")
    print_roles(roles, texts)
    print_indicators(roles, wanted, texts)
    if given.errors:
        print_errors(roles[roles["part"] == "dev"], wanted[wanted["part"] == "dev"], texts)
    if given.pairs:
        print_pairs(_read(Path(given.pairs), given.part), errors=given.errors)


def _read(path: Path, part: str | None) -> pd.DataFrame:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table[table["part"] == part] if part else table


def need_texts(path: Path | str) -> Texts:
    needs = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("need_id")
    return {(name, field): text for field in ("title", "description") for name, text in needs[field].items()}


def fresh_texts(folder: Path) -> Texts:
    """The market's outcomes, and the needs of another market and of a platform (P and the number of the row)."""
    outcomes, pairs, platform = (
        pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        for name in ("market/outcomes.csv", "need-outcome-levels/pairs.csv", "platform/needs.csv")
    )
    needs = pairs.drop_duplicates("need_id").set_index("need_id")
    found = dict(zip(((name, "description") for name in outcomes["outcome_id"]), outcomes["description"], strict=True))
    for field, column in (("title", "need_title"), ("description", "need_text")):
        found |= {(name, field): text for name, text in needs[column].items()}
    for row, (title, told, figures) in enumerate(platform[["需求名称", "需求详情", "技术指标"]].to_numpy()):
        found[f"P{row:02d}", "title"] = title
        found[f"P{row:02d}", "description"] = f"{told}\n技术指标：{figures}" if figures else told
    return found


def _kappa(roles: pd.DataFrame) -> float:
    agreed = (roles["role_a"] == roles["role_b"]).mean()
    shares = [roles[column].value_counts(normalize=True) for column in ("role_a", "role_b")]
    chance = (shares[0] * shares[1]).sum()
    return float((agreed - chance) / (1 - chance))


def _f1(counts: np.ndarray) -> float:
    """From (right, ours, theirs), of each reader: the mean of both readers' F1."""
    return float(np.mean([2 * right / max(ours + theirs, 1) for right, ours, theirs in counts]))


def _printed(name: str, per_need: np.ndarray) -> None:
    """F1 from counts (needs, readers, 3), with its interval over needs."""
    rng = np.random.default_rng(0)
    drawn = [_f1(per_need[rng.integers(len(per_need), size=len(per_need))].sum(0)) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    total = per_need.sum(0)
    print(f"{name:34} {_f1(total):.3f} [{low:.3f}, {high:.3f}]   right, ours, theirs: {total.tolist()}")


def our_roles(roles: pd.DataFrame, texts: Texts) -> list[str]:
    """Our role of each of the readers' sentences."""
    found = []
    for row in roles.to_dict("records"):
        read = understand(*(texts[row["need_id"], field] for field in ("title", "description"))).sentences
        start, end = int(row["start"]), int(row["end"])
        covered: Counter[str] = Counter()
        for one in read:
            if one.field == row["field"]:
                covered[one.role] += max(0, min(end, one.end) - max(start, one.start))
        found.append(max(ROLES, key=lambda role: covered[role]))
    return found


def print_roles(roles: pd.DataFrame, texts: Texts) -> None:
    ours = our_roles(roles, texts)
    numbers = {need_id: at for at, need_id in enumerate(dict.fromkeys(roles["need_id"]))}
    for names in (ROLES, *((role,) for role in ROLES)):
        counts = np.zeros((len(numbers), 2, 3), int)
        for need_id, our, *theirs in zip(roles["need_id"], ours, roles["role_a"], roles["role_b"], strict=True):
            for reader, role in enumerate(theirs):
                counts[numbers[need_id], reader] += (our == role and our in names, our in names, role in names)
        _printed("roles, F1 over sentences" if names == ROLES else f"  {names[0]}", counts)


def agree(ours: Indicator, theirs: dict[str, str], text: str, *, named: bool = True) -> bool:
    """Whether our indicator is that of a reader."""
    return agree_on_value(ours, ours.text, theirs) and (not named or _is_same_name(ours, theirs, text))


def agree_on_value(ours: Indicator | Value, written: str, theirs: dict[str, str]) -> bool:
    """Whether comparator, bounds and unit are a reader's; written: ours as the text has it."""
    if COMPARATORS[ours.comparator] != theirs["comparator"]:
        return False
    unit, bounds = read_unit(theirs["unit"]), [float(theirs[end]) if theirs[end] else None for end in ("low", "high")]
    if unit is not None and unit.dimension == ours.unit.dimension and theirs["unit"]:
        bounds = [None if end is None else unit.convert(end, ours.unit) for end in bounds]
    elif theirs["unit"] not in written or (not theirs["unit"] and ours.unit.symbol):
        return False
    for our, their in zip((ours.low, ours.high), bounds, strict=True):
        if (our is None) != (their is None) or (our is not None and not math.isclose(our, their, rel_tol=1e-6)):
            return False
    return True


def _is_same_name(ours: Indicator, theirs: dict[str, str], text: str) -> bool:
    if not theirs["quantity_start"]:
        return True
    name = half_width(text[int(theirs["quantity_start"]) : int(theirs["quantity_end"])])
    our = ours.quantity.removesuffix("提高").removesuffix("降低") or ours.quantity
    shared = (Counter(name) & Counter(our)).total()
    sense = meaning(name, ours.unit.symbol, ours.unit.dimension)
    return 4 * shared >= len(name) + len(our) or same_quantity(sense, ours.meaning)


def matched(ours: Sequence[Indicator], theirs: Sequence[dict[str, str]], text: str, *, named: bool = True) -> int:
    """How many can be paired, each once: the largest matching, by augmenting paths."""
    taken: dict[int, int] = {}

    def placed(at: int, seen: set[int]) -> bool:
        for other, one in enumerate(ours):
            if other not in seen and agree(one, theirs[at], text, named=named):
                seen.add(other)
                if other not in taken or placed(taken[other], seen):
                    taken[other] = at
                    return True
        return False

    return sum(placed(at, set()) for at in range(len(theirs)))


def _by_sentence(roles: pd.DataFrame, texts: Texts) -> dict[tuple[str, str, str], list[Indicator]]:
    """Our asked indicators by the readers' sentences; those outside of all sentences by the start "-1"."""
    found: dict[tuple[str, str, str], list[Indicator]] = {}
    for need_id, of_need in roles.groupby("need_id", sort=False):
        if (need_id, "title") in texts:
            asked = asked_indicators(texts[need_id, "title"], texts[need_id, "description"])
        else:  # an outcome asks nothing: all that it tells
            asked = [("description", one) for one in indicators_of(texts[need_id, "description"], offered=True)]
        for field, one in asked:
            inside = [
                row.start
                for row in of_need.itertuples()
                if row.field == field and int(row.start) <= one.end - 1 < int(row.end)
            ]
            found.setdefault((need_id, field, inside[0] if inside else "-1"), []).append(one)
    return found


def count_indicators(rows: pd.DataFrame, texts: Texts) -> tuple[int, int, int]:
    """Right, ours and theirs of one text by one reader; a text without a figure has a row with an empty field."""
    ours = _by_sentence(rows.drop_duplicates(["need_id", "field", "start"]), texts)
    listed = rows[rows["field"] != ""]
    right = sum(
        matched(ours.get(key, []), theirs.to_dict("records"), texts[key[:2]])
        for key, theirs in listed.groupby(["need_id", "field", "start"])
    )
    return right, sum(map(len, ours.values())), len(listed)


def print_indicators(roles: pd.DataFrame, wanted: pd.DataFrame, texts: Texts) -> None:
    ours = _by_sentence(roles, texts)
    numbers = {need_id: at for at, need_id in enumerate(dict.fromkeys(roles["need_id"]))}
    groups = {key: part.to_dict("records") for key, part in wanted.groupby(["reader", "need_id", "field", "start"])}
    readers = sorted(set(wanted["reader"]))
    for named, title in ((True, "indicators, whole"), (False, "  without the quantity")):
        counts = np.zeros((len(numbers), len(readers), 3), int)
        for (need_id, _, _), found in ours.items():
            counts[numbers[need_id], :, 1] += len(found)
        for (reader, need_id, field, start), theirs in groups.items():
            right = matched(ours.get((need_id, field, start), []), theirs, texts[need_id, field], named=named)
            counts[numbers[need_id], readers.index(reader)] += (right, 0, len(theirs))
        _printed(title, counts)


def print_errors(roles: pd.DataFrame, wanted: pd.DataFrame, texts: Texts) -> None:
    for row, our in zip(roles.to_dict("records"), our_roles(roles, texts), strict=True):
        if our != row["role_a"]:
            text = texts[row["need_id"], row["field"]][int(row["start"]) : int(row["end"])]
            print(f"{row['need_id']} {row['field']} theirs {row['role_a']}, ours {our}: {text}")
    ours = _by_sentence(roles, texts)
    theirs = {
        key: part.to_dict("records")
        for key, part in wanted[wanted["reader"] == "a"].groupby(["need_id", "field", "start"])
    }
    for key in dict.fromkeys([*theirs, *ours]):
        text, rows, found = texts[key[:2]], theirs.get(key, []), ours.get(key, [])
        for row in rows:
            if not any(agree(one, row, text) for one in found):
                name = text[int(row["quantity_start"] or 0) : int(row["quantity_end"] or 0)]
                print(key, "not found:", name, row["comparator"], row["low"], row["high"], row["unit"])
        for one in found:
            if not any(agree(one, row, text) for row in rows):
                around = text[max(0, one.start - 30) : one.end + 10]
                print(key, "too many:", one.quantity, one.comparator, one.low, one.high, one.unit.symbol, "|", around)


def answer(asked: str, offered: str) -> str:
    """met, not met or not said: all that is asked against all that is offered; what is near is not met."""
    states = {one.state for one in compare_indicators(indicators_of(asked), indicators_of(offered, offered=True))}
    return "not met" if states & {"not_met", "near"} else "met" if "met" in states else "not said"


def print_pairs(pairs: pd.DataFrame, *, errors: bool) -> None:
    ours = [answer(*texts) for texts in zip(pairs["asked"], pairs["offered"], strict=True)]
    right = np.array([our == their for our, their in zip(ours, pairs["answer"], strict=True)])
    print(f"made-up pairs, met / not met / not said right: {right.sum()} of {len(right)} = {right.mean():.3f}")
    print(pd.crosstab(pairs["answer"].to_numpy(), np.array(ours), rownames=["written"], colnames=["ours"]))
    if errors:
        for row, our in zip(pairs.to_dict("records"), ours, strict=True):
            if our != row["answer"] and row["part"] == "dev":
                print(f"{row['pair_id']} {row['answer']}, ours {our}: {row['asked']} | {row['offered']}")


if __name__ == "__main__":
    main()
