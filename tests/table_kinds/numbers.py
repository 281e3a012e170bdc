"""How people write a number."""

from __future__ import annotations

import random
from collections.abc import Callable

from table_kinds.draft import COUNTS, Draft, Shown, hte, in_unit, money_table, needs, tech, text_of
from table_kinds.expected import EMPTY, Ask, Either, Interval

_WIDE = str.maketrans("0123456789.,%", "０１２３４５６７８９．，％")
_DIGITS = "零一二三四五六七八九"
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"


def _numbers(rng: random.Random, write: Callable[[random.Random, int | float], object], *, xlsx: float = 0.4) -> Draft:
    """A tidy table in which some numbers are written by `write`."""
    made = money_table(rng)
    made.xlsx = rng.random() < xlsx
    made.head_units(rng.choice(("万元", "万元", "元", "千元")))
    for record in made.some(2):
        for name in [*made.money, *(COUNTS & set(made.fields))]:
            if rng.random() < 0.7:
                made.written[record][name] = write(rng, made.written[record][name])
    return made


def thousands(rng: random.Random) -> Draft:
    def write(rng: random.Random, number: float) -> str:
        text = f"{number:,}"
        tail = "" if "." in text else rng.choice(("", ".00", ".0"))
        return (text + tail).replace(",", rng.choice((",", ",", "，")))

    return _numbers(rng, write)


def full_width(rng: random.Random) -> Draft:
    return _numbers(rng, lambda rng, number: text_of(number).translate(_WIDE))


def blanks_around(rng: random.Random) -> Draft:
    def write(rng: random.Random, number: float) -> str:
        blank = rng.choice((" ", "\u3000", "\xa0", "  ", "\u200b", "\t"))
        return rng.choice((blank + text_of(number), text_of(number) + blank, blank + text_of(number) + blank))

    return _numbers(rng, write)


def text_numbers(rng: random.Random) -> Draft:
    """Numbers stored as text: by Excel's apostrophe, or by a platform for Excel's sake."""
    made = money_table(rng)
    made.xlsx = rng.random() < 0.5
    made.head_units(rng.choice(("万元", "元")))
    style = rng.choice(("{}", "'{}", "{}\t", "’{}")) if made.xlsx else rng.choice(("'{}", "{}\t", '="{}"', "\t{}"))
    for record in made.some(2):
        for name in [*made.money, *(COUNTS & set(made.fields))]:
            made.written[record][name] = style.format(text_of(made.written[record][name]))
    return made


def scientific(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.head_units("元")
    for record in made.some(2):
        for name in made.money:
            yuan = made.truth[record][name]
            mantissa, _, power = f"{yuan:.12e}".partition("e")
            mantissa = mantissa.rstrip("0").rstrip(".")
            made.written[record][name] = rng.choice(
                (f"{mantissa}E+{int(power):02d}", f"{mantissa}e{int(power)}", f"{mantissa}E{int(power)}")
            )
    return made


def inner_blanks(rng: random.Random) -> Draft:
    """100 200 may be two numbers or one."""
    made = money_table(rng)
    made.head_units()
    for record in made.some():
        a, b = rng.randint(1, 9) * 100, rng.randint(101, 999)
        text = rng.choice((f"{a} {b}", f"{a}\u3000{b}", f"{a}\n{b}", f"{a};{b}", f"{a}、{b}", f"{a}/{b}"))
        made.set(record, rng.choice(made.money), text, Ask())
    return made


def footnote_marks(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.head_units("万元")
    for record in made.some():
        name = rng.choice([*made.money, *sorted(COUNTS & set(made.fields))])
        number = text_of(made.written[record][name])
        mark = rng.choice(("①", "¹", "*", "（注1）", "[1]", "②", "³", "※", "（1）", "#", "^1"))
        made.set(record, name, number + mark, Ask((made.truth[record][name],)))
    return made


def _chinese(number: int, digits: str = _DIGITS, tens: str = "十百千", wan: str = "万") -> str:
    if number >= 10_000:
        head, rest = divmod(number, 10_000)
        tail = "" if rest == 0 else (digits[0] if rest < 1000 else "") + _chinese(rest, digits, tens, wan)
        return _chinese(head, digits, tens, wan) + wan + tail
    text, zero = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += (digits[0] if zero and text else "") + digits[digit] + (tens[power - 1] if power else "")
            zero = False
        else:
            zero = True
    return text.removeprefix("一") if text.startswith("一十") and digits is _DIGITS else text


def chinese_numerals(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.head_units("万元")
    for record in made.some(2):
        for name in made.money:
            wan = rng.choice((rng.randint(2, 99) * 100, rng.randint(11, 999), rng.choice((300, 500, 1200))))
            yuan = wan * 10_000
            plain, capital = _chinese(wan), _chinese(wan, _CAPITALS, "拾佰仟")
            text = rng.choice(
                (
                    f"{plain}万元",
                    f"人民币{plain}万元",
                    f"{capital}万元整",
                    f"人民币{capital}万元整",
                    plain,
                    f"{plain}万",
                )
            )
            made.set(record, name, text, yuan)
        for name in COUNTS & set(made.fields):
            number = rng.randint(2, 240)
            made.set(
                record,
                name,
                _chinese(number) + rng.choice(("", "人" if name in ("employees_total", "rd_staff") else "件")),
                number,
            )
    return made


def _soft(
    rng: random.Random, write: Callable[[random.Random, int], tuple[str, float | None, float | None, float]]
) -> Draft:
    """Budgets in 万元 of which some are soft; the interval is the truth."""
    made = rng.choice((needs, tech))(rng)
    made.xlsx = rng.random() < 0.4
    made.head_units("万元")
    for record in made.some(2):
        name = rng.choice(made.money)
        text, low, high, slack = write(rng, rng.randint(3, 90) * 10)
        if rng.random() < 0.4:
            text += "万元" if text[-1].isdigit() else ""
        low, high = (None if end is None else end * 10_000 for end in (low, high))
        expected = Interval(low, high, slack)
        made.set(
            record, name, text, Either((expected, Interval(None, high, slack))) if text[0] == "不" and low else expected
        )
    return made


def ranges(rng: random.Random) -> Draft:
    def write(rng: random.Random, low: int) -> tuple[str, float, float, float]:
        high = low + rng.randint(1, 40) * 10
        form = rng.choice(
            (
                "{}-{}",
                "{}～{}",
                "{}~{}",
                "{}—{}",
                "{}至{}",
                "{}到{}",
                "{}－{}",
                "{}–{}",
                "{} - {}",
                "{}万-{}万",
                "{}--{}",
                "{}万元～{}万元",
                "{}-{}万",
            )
        )
        return form.format(low, high), low, high, 0.0

    return _soft(rng, write)


def about(rng: random.Random) -> Draft:
    def write(rng: random.Random, number: int) -> tuple[str, float, float, float]:
        form = rng.choice(
            (
                "约{}",
                "约{}万元",
                "{}左右",
                "大约{}",
                "{}万元左右",
                "{}上下",
                "大概{}万",
                "约 {} 万元",
                "{}万左右",
                "~{}",
                "≈{}",
            )
        )
        return form.format(number), number, number, 0.5

    return _soft(rng, write)


def nearly(rng: random.Random) -> Draft:
    def write(rng: random.Random, number: int) -> tuple[str, float, float, float]:
        return (
            rng.choice(("近{}", "近{}万元", "将近{}万", "接近{}", "不到{}", "不足{}万元")).format(number),
            number * 0.95,
            number * 0.999,
            1.0,
        )

    return _soft(rng, write)


def at_least(rng: random.Random) -> Draft:
    def write(rng: random.Random, number: int) -> tuple[str, float, None, float]:
        form = rng.choice(
            (
                "{}以上",
                "{}万元以上",
                "不低于{}",
                "不少于{}万元",
                "≥{}",
                ">={}",
                "{}万以上",
                "{}万元及以上",
                "至少{}万",
                "大于等于{}",
                "{}万元起",
            )
        )
        return form.format(number), number, None, 0.0

    return _soft(rng, write)


def at_most(rng: random.Random) -> Draft:
    def write(rng: random.Random, number: int) -> tuple[str, None, float, float]:
        form = rng.choice(
            (
                "{}以下",
                "{}万元以下",
                "不超过{}",
                "不高于{}万元",
                "≤{}",
                "<={}",
                "{}万以内",
                "{}万元以内",
                "最多{}万",
                "{}万元及以下",
                "{}封顶",
            )
        )
        return form.format(number), None, number, 0.0

    return _soft(rng, write)


def and_more(rng: random.Random) -> Draft:
    """60余人: more than 60, less than the next round number."""
    made = tech(rng)
    made.head_units("万元")
    made.xlsx = rng.random() < 0.4
    for record in made.some(2):
        counts = sorted(COUNTS & set(made.fields))
        if rng.random() < 0.6:
            name = rng.choice(counts)
            number = rng.choice((20, 30, 60, 110, 200, 300))
            unit = "人" if name in ("employees_total", "rd_staff") else "件"
            text = rng.choice(("{}余{}", "{}多{}", "{}余", "{}多")).format(number, unit)
            made.set(record, name, text, _more(number * 1.01, number + 1, number))
        else:
            number = rng.choice((200, 500, 800, 3000))
            text = rng.choice(("{}余万元", "{}多万元", "{}余万", "{}多万")).format(number)
            made.set(record, rng.choice(made.money), text, _more(number * 1.001e4, number * 1.001e4, number * 10_000))
    return made


def _more(low: float, high: float, stated: float) -> Either:
    """A little above what is stated; an open end above it holds the truth too."""
    return Either((Interval(low, high, 1.0), Interval(stated, None)))


def soft_counts(rng: random.Random) -> Draft:
    made = tech(rng)
    made.head_units()
    made.xlsx = rng.random() < 0.4
    for record in made.some(2):
        name = rng.choice(sorted(COUNTS & set(made.fields)))
        low = rng.randint(10, 90)
        high = low + rng.randint(2, 30)
        text, expected = rng.choice(
            [
                (f"{low}-{high}", Interval(low, high)),
                (f"{low}～{high}人", Interval(low, high)),
                (f"约{low}", Interval(low, low, 0.5)),
                (f"{low}以上", Interval(low, None)),
                (f"{low}人左右", Interval(low, low, 0.5)),
                (f"不超过{high}", Interval(None, high)),
            ]
        )
        made.set(record, name, text, expected)
    return made


def negatives(rng: random.Random) -> Draft:
    made = hte(rng, "net_assets_y1")
    made.head_units("万元")
    made.xlsx = rng.random() < 0.5
    for record in made.some():
        name = rng.choice(("net_assets_y3", "net_assets_y1"))
        number = rng.randint(20, 4000)
        text = rng.choice(
            (
                f"-{number}",
                f"({number})",
                f"（{number}）",
                f"−{number}",
                f"－{number}",
                f"负{number}",
                f"-{number:,}.00",
                f"({number:,})",
            )
        )
        cell: object = text
        if made.xlsx and rng.random() < 0.4:
            cell = Shown(-number, rng.choice(("#,##0_);(#,##0)", "0;[Red]-0", "#,##0.00_);[Red](#,##0.00)")))
        made.set(record, name, cell, -number * 10_000)
    return made


def impossible_negatives(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.head_units("万元")
    for record in made.some():
        made.set(record, rng.choice(made.money), rng.choice(("-300", "(300)", "-0.5", "△300")), Ask())
    return made


def wrong_suffix(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.xlsx = rng.random() < 0.4
    made.head_units()
    suffixes = (
        "2026年",
        "90分",
        "50%",
        "50％",
        "3个月",
        "12台",
        "15人",
        "3件",
        "2026年3月",
        "20吨",
        "30kg",
        "第3名",
        "3.5倍",
        "12:30",
        "2026-03-12",
    )
    for record in made.some():
        made.set(record, rng.choice(made.money), rng.choice(suffixes), Ask())
    return made


def error_cells(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.xlsx = rng.random() < 0.6
    made.head_units()
    errors = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!") + (() if made.xlsx else ("#####", "########"))
    for record in made.some():
        name = rng.choice([*made.money, *sorted(COUNTS & set(made.fields))])
        made.set(record, name, rng.choice(errors), Ask())
    return made


def rounding(rng: random.Random) -> Draft:
    """Values finer than a yuan, and halves of a patent: kept or told, never rounded in silence."""
    made = tech(rng)
    made.head_units("万元")
    for record in made.some():
        name = rng.choice(made.money)
        wan = f"{rng.randint(100, 4000)}.{rng.randint(0, 9999):04d}{rng.randint(1, 9)}"
        made.set(record, name, wan, Ask((float(wan) * 10_000,)))
        for count in {"class1_ip", "class2_ip"} & set(made.fields):
            half = rng.choice((2.5, 1.2, 0.5, 3.75))
            made.set(record, count, half, Ask((half,)))
    return made


def odd_marks(rng: random.Random) -> Draft:
    """Numbers that cannot be one number."""
    made = money_table(rng)
    made.head_units()
    odd = (
        "4.850.000",
        "1,2,3",
        "48O0",
        "4850?",
        "4850（预计）",
        "100+200",
        "100/200",
        "1000*2",
        "12..5",
        "见附件",
        "同去年",
        "核实中",
        "一般",
        "3-",
        "-",
        "O",
    )
    for record in made.some():
        text = rng.choice(odd)
        expected = EMPTY if text == "-" else Ask((48_500_000,) if text == "4850（预计）" else ())
        made.set(record, rng.choice(made.money), text, expected)
    return made


def placeholders(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.xlsx = rng.random() < 0.4
    made.head_units()
    words = (
        "/",
        "-",
        "—",
        "——",
        "--",
        "暂无",
        "面议",
        "待定",
        "未统计",
        "N/A",
        "未说明",
        "未注明",
        "不限",
        "\\",
        "／",
        " ",
        "未填",
        "不详",
        "无数据",
        "NULL",
        "保密",
    )
    for record in made.some(2):
        made.set(record, rng.choice(made.money), rng.choice(words), EMPTY)
    return made


def negotiable_money(rng: random.Random) -> Draft:
    """Words and a number in one budget."""
    made = needs(rng)
    made.head_units("万元")
    for record in made.some():
        low = rng.randint(3, 40) * 10
        high = low * 2
        text, expected = rng.choice(
            [
                (f"面议（{low}-{high}）", Ask((Interval(low * 1e4, high * 1e4),))),
                (f"首期{low}，总额{high}", Ask()),
                (f"{low}（不含设备）", Ask((low * 10_000,))),
                (f"{low}万元/年", Ask((low * 10_000,))),
                (f"每年{low}万元", Ask((low * 10_000,))),
                (f"已投入{low}万元，拟投入{high}万元", Ask()),
                (f"{low}万+{high}万", Ask()),
                (f"预计{low}万元", Ask((low * 10_000, Interval(low * 1e4, low * 1e4, 0.5)))),
            ]
        )
        made.set(record, "budget", text, expected)
    return made


def zeros(rng: random.Random) -> Draft:
    """Nought is nought and an empty cell is unknown."""
    made = money_table(rng)
    made.xlsx = rng.random() < 0.5
    made.head_units()
    for record in made.some(2):
        name = rng.choice([*made.money, *sorted(COUNTS & set(made.fields))])
        cell, expected = rng.choice([(0, 0), ("0", 0), ("0.00", 0), ("", EMPTY), (None, EMPTY), (0.0, 0)])
        made.set(record, name, cell, expected)
    return made


def mixed_magnitudes(rng: random.Random) -> Draft:
    """In a column of 万元 one firm wrote its yuan: 48,500,000 among 3,000 and 5,000."""
    made = tech(rng, least=6, most=10)
    made.write_money("万元")
    made.head_units("万元")
    record, name = rng.randrange(len(made.truth)), "sales_last_year"
    yuan = made.truth[record][name]
    made.set(record, name, yuan * rng.choice((1, 3)), Ask((yuan,)))
    for other, row in enumerate(made.truth):
        if other != record:
            row[name] = rng.randint(800, 9_000) * 10_000
            made.written[other][name] = in_unit(row[name], "万元")
    return made


KINDS: dict[str, Callable[[random.Random], Draft]] = {
    "number_thousands": thousands,
    "number_full_width": full_width,
    "number_blanks_around": blanks_around,
    "number_as_text": text_numbers,
    "number_scientific": scientific,
    "number_inner_blanks": inner_blanks,
    "number_footnote_marks": footnote_marks,
    "number_chinese": chinese_numerals,
    "number_ranges": ranges,
    "number_about": about,
    "number_nearly": nearly,
    "number_at_least": at_least,
    "number_at_most": at_most,
    "number_and_more": and_more,
    "number_soft_counts": soft_counts,
    "number_negative": negatives,
    "number_negative_impossible": impossible_negatives,
    "number_wrong_suffix": wrong_suffix,
    "number_errors": error_cells,
    "number_rounding": rounding,
    "number_odd_marks": odd_marks,
    "number_placeholders": placeholders,
    "number_with_words": negotiable_money,
    "number_zero_or_empty": zeros,
    "number_yuan_among_wan": mixed_magnitudes,
}
