"""Ids: real ones beside serial numbers, lost ones, and those that are none."""

from __future__ import annotations

import random
from collections.abc import Callable

from table_kinds.draft import Draft, Shown, credit_code, draft, tech
from table_kinds.expected import EMPTY, AnythingBut, Ask, Either

_IDS = {"needs": "need_id", "outcomes": "outcome_id", "experts": "expert_id", "firms": "enterprise_id"}
_WIDE = {code - 0xFEE0: code for code in range(0xFF01, 0xFF5F)}


def _table(rng: random.Random, *, least: int = 4) -> tuple[Draft, str]:
    contract = rng.choice(tuple(_IDS))
    if contract == "firms":
        made = tech(rng, "enterprise_id", least=least)
        made.head_units()
    else:
        fields = {
            "needs": ["title", "description", "need_id", "enterprise"],
            "outcomes": ["title", "description", "outcome_id", "institution"],
            "experts": ["name", "institution", "expert_id", "title"],
        }[contract]
        made = draft(rng, contract, fields, least=least)
    made.xlsx = rng.random() < 0.5
    name = _IDS[contract]
    prefix = rng.choice(("XQ-", "CG", "2026", "QY", "A"))
    for place, row in enumerate(made.truth):
        row[name] = made.written[place][name] = f"{prefix}{101 + place * 7}"
    return made, name


def serial_and_id(rng: random.Random) -> Draft:
    made, name = _table(rng)
    header = rng.choice(("序号", "编号", "No", "行号", "序", "#"))
    start = rng.randint(2, len(made.truth) - 1)
    numbers = [place + 1 if place < start else place - start + 1 for place in range(len(made.truth))]
    if rng.random() < 0.3:
        numbers = ["A"] * len(numbers)
    made.insert_column(rng.choice((0, made.fields.index(name) + 1)), "_serial", header, numbers)
    return made


def serial_only(rng: random.Random) -> Draft:
    """Two pages or two counties, both numbered from 1: nothing is dropped."""
    made, name = _table(rng)
    made.fields.remove(name)
    start = rng.randint(2, len(made.truth) - 1)
    numbers = [place + 1 if place < start else place - start + 1 for place in range(len(made.truth))]
    for row in made.truth:
        row.pop(name)
    made.insert_column(0, "_serial", rng.choice(("序号", "编号", "序号", "No.")), numbers)
    return made


def duplicate_ids(rng: random.Random) -> Draft:
    """Two records with one id: at least the second is told."""
    made, name = _table(rng)
    first, second = sorted(rng.sample(range(len(made.truth)), 2))
    same = made.written[first][name]
    for other in [one for one in made.truth[second] if one not in (name, made.key)]:
        made.truth[second][other] = Ask((made.truth[second][other],))
    made.set(second, name, same, Ask())
    return made


def float_ids(rng: random.Random) -> Draft:
    """Ids that passed through a float."""
    made, name = _table(rng)
    for place, row in enumerate(made.truth):
        number = 1001 + place
        row[name] = str(number)
        made.written[place][name] = rng.choice((float(number), number, f"{number}")) if made.xlsx else f"{number}.0"
    if not made.xlsx:
        for row in made.truth:
            row[name] = Either((row[name], row[name] + ".0"))
    return made


def leading_zeros(rng: random.Random) -> Draft:
    made, name = _table(rng)
    for place, row in enumerate(made.truth):
        row[name] = f"{place + 1:04d}"
        made.written[place][name] = row[name]
    return made


def leading_zeros_shown(rng: random.Random) -> Draft:
    """0001 by a number format: a person sees 0001."""
    made, name = _table(rng)
    made.xlsx = True
    for place, row in enumerate(made.truth):
        row[name] = Either((f"{place + 1:04d}", str(place + 1)))
        made.written[place][name] = Shown(place + 1, "0000")
    return made


def long_digits(rng: random.Random) -> Draft:
    """18 digits that Excel turned into a number: the last are gone."""
    made = tech(rng, "uscc", least=4)
    made.head_units()
    made.xlsx = rng.random() < 0.6
    made.headers["uscc"] = rng.choice(("统一社会信用代码", "社会信用代码", "信用代码", "统一社会信用代码（18位）"))
    for record in made.some():
        number = int("913713" + "".join(rng.choice("0123456789") for _ in range(12)))
        lost = float(number)
        text = rng.choice((f"{lost:.5E}", f"{lost:.4E}", f"{int(lost / 1000) * 1000}"))
        made.set(record, "uscc", int(lost / 1000) * 1000 if made.xlsx else text, Ask())
    return made


def placeholder_codes(rng: random.Random) -> Draft:
    made = tech(rng, "uscc", least=4)
    made.head_units()
    made.xlsx = rng.random() < 0.4
    for record in made.some():
        word = rng.choice(("-", "/", "无", "000000000000000000", "—", "暂无", "办理中", "111111111111111111", "*"))
        made.set(record, "uscc", word, Ask((EMPTY,)))
    return made


def placeholder_ids(rng: random.Random) -> Draft:
    made, name = _table(rng)
    for record in made.some():
        word = rng.choice(("-", "/", "无", "—", "暂无", "待编", "0", "000000"))
        made.set(record, name, word, Ask((AnythingBut((word, "")),)))
    return made


def code_writings(rng: random.Random) -> Draft:
    """One code in full width, small letters, with blanks or dashes is one code."""
    made = tech(rng, "uscc", least=4)
    made.head_units()
    made.xlsx = rng.random() < 0.5
    for record in made.some(2):
        code = credit_code(rng)
        writing = rng.choice(
            (
                code.translate(_WIDE), code.lower(), f"{code[:8]} {code[8:]}", f" {code}", f"{code}\t",
                f"{code[:2]}-{code[2:8]}-{code[8:]}", f"'{code}",
                f"\u200b{code}", f"{code[:6]} {code[6:12]} {code[12:]}", f"{code}\xa0",
            )
        )  # fmt: skip
        made.set(record, "uscc", writing, code)
    return made


def wrong_codes(rng: random.Random) -> Draft:
    """Codes that cannot be: a digit short, a wrong check digit, an O for a 0."""
    made = tech(rng, "uscc", least=4)
    made.head_units()
    for record in made.some():
        code = made.truth[record]["uscc"]
        other = next(one for one in "0123456789" if one != code[-1])
        made.set(
            record,
            "uscc",
            rng.choice((code[:-1], code[:-1] + other, code + "0", code[:8] + "O" + code[9:], code[1:])),
            Ask((code,)),
        )
    return made


def empty_ids(rng: random.Random) -> Draft:
    """Some records without an id: they are kept."""
    made, name = _table(rng)
    for record in made.some():
        made.set(record, name, None, AnythingBut(("None", "nan")))
    return made


def firm_by_code(rng: random.Random) -> Draft:
    """Firms with a code and a serial number, no id of their own: the code is theirs, the number is nobody's."""
    made = tech(rng, "uscc", least=4)
    made.head_units()
    made.xlsx = rng.random() < 0.5
    made.insert_column(0, "_serial", "序号", range(1, len(made.truth) + 1))
    for place, row in enumerate(made.truth):
        row["enterprise_id"] = AnythingBut((str(place + 1),))
    return made


KINDS: dict[str, Callable[[random.Random], Draft]] = {
    "id_beside_serial": serial_and_id,
    "id_serial_only": serial_only,
    "id_duplicates": duplicate_ids,
    "id_floats": float_ids,
    "id_leading_zeros": leading_zeros,
    "id_leading_zeros_shown": leading_zeros_shown,
    "id_empty": empty_ids,
    "id_placeholders": placeholder_ids,
    "code_long_digits": long_digits,
    "code_placeholders": placeholder_codes,
    "code_writings": code_writings,
    "code_wrong": wrong_codes,
    "code_beside_serial": firm_by_code,
}
