"""Where the unit of an amount, a share or a count stands, and where it does not."""

from __future__ import annotations

import random
from collections.abc import Callable

from table_kinds.draft import (
    COUNTS,
    TITLES,
    UNITS,
    Draft,
    Shown,
    draft,
    in_unit,
    money_table,
    needs,
    tech,
    text_of,
)
from table_kinds.expected import Ask, Either

_SHEET_UNITS = ("万元", "万元", "万元", "千元", "亿元", "元")
_TABLE_TITLES = (
    "2026年技术需求征集表",
    "某市规上企业研发情况表",
    "附件1 企业基本情况汇总表",
    "某县科技型企业摸底表（2026年）",
    "企业研发投入调查表",
)


def _unit_sentence(rng: random.Random, unit: str) -> str:
    writings = (
        f"单位：{unit}",
        f"单位:{unit}",
        f"（单位：{unit}）",
        f"(单位:{unit})",
        f"金额单位：{unit}",
        f"金额单位：人民币{unit}",
        f"计量单位：{unit}",
        f"货币单位：{unit}",
        f"单位：人民币{unit}",
        f"单位：{unit}（人民币）",
        f"单 位：{unit}",
        f"单位： {unit}",
        f"单位：{unit}、人",
        f"单位：人、{unit}",
        f"单位：{unit}、%",
        f"金额单位:{unit}   数量单位:件",
        f"【单位：{unit}】",
    )
    return rng.choice(writings)


def _sheet_unit(rng: random.Random, made: Draft) -> str:
    unit = rng.choice(_SHEET_UNITS)
    made.write_money(unit)
    made.xlsx = rng.random() < 0.5
    return unit


def _title_lines(rng: random.Random, made: Draft, least: int = 0) -> None:
    for text in rng.sample(_TABLE_TITLES, rng.randint(least, 2)):
        made.above.append(made.row({0: text}))


def line_above(rng: random.Random) -> Draft:
    made = money_table(rng)
    unit = _sheet_unit(rng, made)
    _title_lines(rng, made)
    place = rng.choice((0, len(made.fields) - 1, rng.randrange(len(made.fields))))
    cells = {place: _unit_sentence(rng, unit)}
    if rng.random() < 0.4:
        cells[(place + 1) % len(made.fields)] = rng.choice(
            ("填报日期：2026年3月5日", "填报单位：某县科技局", "2026年1月")
        )
    made.above.append(made.row(cells))
    if rng.random() < 0.2:
        made.above.append(made.row({}))
    return made


def in_title(rng: random.Random) -> Draft:
    made = money_table(rng)
    unit = _sheet_unit(rng, made)
    title = rng.choice(_TABLE_TITLES)
    writings = (
        f"{title}（单位：{unit}）",
        f"{title}（金额单位：{unit}）",
        f"{title}　　单位：{unit}",
        f"{title}（{unit}）",
        f"{title}【单位:{unit}】",
        f"{title}(金额单位：人民币{unit})",
        f"{title}\n单位：{unit}",
    )
    made.above.append(made.row({0: rng.choice(writings)}))
    if rng.random() < 0.3:
        made.above.append(made.row({0: "填报单位：某县科技局"}))
    return made


def note_below(rng: random.Random) -> Draft:
    made = money_table(rng)
    unit = _sheet_unit(rng, made)
    _title_lines(rng, made)
    writings = (
        f"注：本表金额单位均为{unit}",
        f"注：以上金额单位为{unit}",
        f"说明：金额单位：{unit}",
        f"备注：表中金额以{unit}为单位",
        f"注：1.数据来自年报；2.金额单位：{unit}。",
        f"单位：{unit}",
        f"填表说明：所有金额单位为{unit}，保留两位小数",
        f"注：金额以“{unit}”计",
    )
    made.below.append((made.row({0: rng.choice(writings)}), "other"))
    return made


def row_under_header(rng: random.Random) -> Draft:
    made = money_table(rng)
    unit = _sheet_unit(rng, made)
    _title_lines(rng, made)
    wrap = rng.choice(("{}", "（{}）", "({})", "单位：{}", "[{}]", "{} "))
    counts = {"employees_total": "人", "rd_staff": "人", "class1_ip": "件", "class2_ip": "项"}
    cells = {}
    for place, name in enumerate(made.fields):
        if name in made.money:
            cells[place] = wrap.format(unit)
        elif name in counts:
            cells[place] = wrap.format(counts[name])
        elif rng.random() < 0.3:
            cells[place] = rng.choice(("—", "/", "文字"))
    made.under.append(made.row(cells))
    return made


def unit_column(rng: random.Random) -> Draft:
    made = needs(rng, least=4)
    made.xlsx = rng.random() < 0.5
    units = [rng.choice(("万元", "万元", "元", "亿元")) if rng.random() < 0.7 else "万元" for _ in made.truth]
    if rng.random() < 0.5:
        units = [units[0]] * len(units)
    for row, told, unit in zip(made.written, made.truth, units, strict=True):
        row["budget"] = in_unit(told["budget"], unit)
    header = rng.choice(("计量单位", "单位", "金额单位", "货币单位", "预算单位", "单位（元/万元）"))
    place = made.fields.index("budget") + rng.choice((0, 1))
    made.insert_column(place, "_unit", header, units)
    made.also["budget"] = [header]
    return made


def _in_header(rng: random.Random, writings: tuple[str, ...], names: Callable[[str], str] = str) -> Draft:
    made = money_table(rng)
    made.xlsx = rng.random() < 0.5
    for name in made.money:
        unit = rng.choice(("万元", "万元", "千元", "亿元", "元", "百万元", "十万元"))
        writing = rng.choice(writings)
        short = unit.removesuffix("元") or unit
        made.headers[name] = writing.format(names(made.headers[name]), u=unit, s=short)
        made.write_money(unit, [name])
    return made


def header_brackets(rng: random.Random) -> Draft:
    writings = (
        "{}（{u}）", "{}({u})", "{}（RMB{u}）", "{}（RMB {u}）", "{}（人民币：{u}）", "{}（人民币{u}）",
        "{}（{u}人民币）",
        "{}（金额单位：{u}）", "{}（单位：{u}）", "{}（必填，{u}）", "{}（{u}，必填）", "{}（{u}，含税）",
        "{}（含税）（{u}）",
        "{}【{u}】", "{}[{u}]", "{}（￥{u}）", "{}（{u}，保留两位小数）", "{}（CNY {u}）", "{}（ {u} ）", "{}〔{u}〕",
    )  # fmt: skip
    return _in_header(rng, writings)


def header_short_units(rng: random.Random) -> Draft:
    return _in_header(rng, ("{}（{s}）", "{}({s})", "{}（单位：{s}）", "{}（人民币，{s}）", "{}【{s}】"))


def header_bare(rng: random.Random) -> Draft:
    return _in_header(
        rng, ("{}/{u}", "{}：{u}", "{}:{u}", "{}-{u}", "{}_{u}", "{} {u}", "{}\n{u}", "{}\n（{u}）", "{}{u}", "{}，{u}")
    )


def different_units(rng: random.Random) -> Draft:
    made = tech(rng)
    made.xlsx = rng.random() < 0.5
    units = rng.sample(["万元", "亿元", "千元", "元", "百万元"], len(made.money))
    for name, unit in zip(made.money, units, strict=True):
        made.headers[name] += f"（{unit}）"
        made.write_money(unit, [name])
    return made


def line_against_header(rng: random.Random) -> Draft:
    """The sheet states one unit; a header with its own unit wins for its column."""
    made = tech(rng)
    unit = _sheet_unit(rng, made)
    _title_lines(rng, made)
    made.above.append(made.row({len(made.fields) - 1: _unit_sentence(rng, unit)}))
    name = rng.choice(made.money)
    own = rng.choice([one for one in ("元", "亿元", "千元") if one != unit])
    made.headers[name] += f"（{own}）"
    made.write_money(own, [name])
    return made


def number_formats(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.xlsx = True
    formats = (
        ("万元", '0"万元"'), ("万元", '#,##0.00"万元"'), ("万元", '0.00"万"'), ("亿元", '0.0000"亿元"'),
        ("亿元", '0.000"亿"'),
        ("元", '#,##0"元"'), ("元", '"¥"#,##0.00'), ("元", '0.0,,"百万元"'), ("元", '0,"千元"'),
        ("元", '0!.0000"万元"'),
        ("元", '0!.00,,"亿"'), ("千元", '0"千元"'), ("万元", '0.00"万元";-0.00"万元"'), ("万元", '[=0]"-";0"万元"'),
        ("万元", '_ * #,##0.00"万元"_ '),
    )  # fmt: skip
    for name in made.money:
        unit, shown = rng.choice(formats)
        mixed = rng.random() < 0.3
        for row, told in zip(made.written, made.truth, strict=True):
            if mixed:
                unit, shown = rng.choice(formats)
            row[name] = Shown(in_unit(told[name], unit), shown)
    return made


def format_repeats_header(rng: random.Random) -> Draft:
    """The header says 万元 and the cell's format shows it again: one unit, not two."""
    made = money_table(rng)
    made.xlsx = True
    unit = rng.choice(("万元", "亿元", "千元"))
    made.head_units(unit)
    shown = rng.choice((f'0.00"{unit}"', f'#,##0"{unit}"', f'0.0"{unit.removesuffix("元")}"'))
    for record in made.some():
        for name in made.money:
            made.written[record][name] = Shown(made.written[record][name], shown)
    return made


def _amount(rng: random.Random, yuan: int) -> str:
    unit = rng.choice(("万元", "万元", "亿元", "元", "千元", "百万元"))
    number = text_of(in_unit(yuan, unit))
    short = unit.removesuffix("元")
    return rng.choice(
        [f"{number}{unit}", f"{number} {unit}", f"人民币{number}{unit}", f"￥{number}{unit}", f"¥{number}{unit}"]
        + [f"RMB {number}{unit}", f"{number}{unit}人民币", f"{number}{unit}整"]
        + ([f"{number}{short}"] if short else [f"{yuan:,}元", f"￥{yuan:,}.00", f"{yuan:,}.00元"])
    )


def in_cells(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.xlsx = rng.random() < 0.5
    for row, told in zip(made.written, made.truth, strict=True):
        for name in made.money:
            row[name] = _amount(rng, told[name])
    return made


def in_cells_and_header(rng: random.Random) -> Draft:
    """A cell that states its own unit is not read in the header's."""
    made = money_table(rng, least=4)
    made.xlsx = rng.random() < 0.5
    unit = rng.choice(("万元", "千元", "亿元"))
    made.head_units(unit)
    for record in made.some():
        for name in made.money:
            if rng.random() < 0.6:
                made.written[record][name] = _amount(rng, made.truth[record][name])
    return made


def foreign_money(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.xlsx = rng.random() < 0.5
    made.head_units("万元")
    name = made.money[0]
    currency, sign = rng.choice(
        (("美元", "$"), ("美金", "US$"), ("港元", "HK$"), ("欧元", "€"), ("日元", "JPY"), ("英镑", "£"))
    )
    if rng.random() < 0.5:
        head = TITLES[made.contract][name]
        made.headers[name] = f"{head}{rng.choice(('（万{}）', '（单位：万{}）', '({})')).format(currency)}"
        made.ask_column(name)
    else:
        for record in made.some():
            number = rng.randint(20, 900)
            cell = rng.choice(
                (f"{number}万{currency}", f"{sign}{number}万", f"{sign} {number},000", f"{number} {currency}")
            )
            made.set(record, name, cell, Ask())
    return made


def no_unit_small(rng: random.Random) -> Draft:
    """No unit anywhere, and numbers that may be 万元, 千元 or 元."""
    made = money_table(rng)
    made.xlsx = rng.random() < 0.5
    made.write_money("万元")
    if rng.random() < 0.4:
        for row in made.written:
            row.update({name: rng.randint(5, 800) for name in made.money})
    for name in made.money:
        made.ask_column(name)
    return made


def no_unit_large(rng: random.Random) -> Draft:
    """No unit anywhere, and numbers that can only be yuan; told does as well."""
    made = money_table(rng)
    made.xlsx = rng.random() < 0.5
    for row, told in zip(made.written, made.truth, strict=True):
        for name in made.money:
            yuan = told[name] + rng.randint(1, 9_999)
            told[name], row[name] = Ask((yuan,)), yuan
    return made


_COUNT_UNITS = {
    "employees_total": ("人", "名"),
    "rd_staff": ("人", "名"),
    "class1_ip": ("件", "项", "个"),
    "class2_ip": ("件", "项", "个", "个数"),
}


def count_units_header(rng: random.Random) -> Draft:
    made = tech(rng)
    made.head_units()
    made.xlsx = rng.random() < 0.5
    for name in COUNTS & set(made.fields):
        unit = rng.choice(_COUNT_UNITS[name])
        wrap = rng.choice(
            ("{}（{}）", "{}({})", "{}/{}", "{}:{}", "{}【{}】", "{}（单位：{}）", "{}\n（{}）", "{}[{}]", "{} （{}）")
        )
        made.headers[name] = wrap.format(made.headers[name], unit)
    return made


def count_units_cells(rng: random.Random) -> Draft:
    made = tech(rng)
    made.head_units()
    made.xlsx = rng.random() < 0.5
    for name in COUNTS & set(made.fields):
        for record in made.some():
            number, unit = made.truth[record][name], rng.choice(_COUNT_UNITS[name][:2])
            if made.xlsx and rng.random() < 0.3:
                made.written[record][name] = Shown(number, f'0"{unit}"')
            else:
                made.written[record][name] = rng.choice(("{}{}", "{} {}", "共{}{}")).format(number, unit)
    return made


def _shares(rng: random.Random, percents: list[float]) -> Draft:
    made = draft(rng, "firms", ["name", "market_share", "employees_total"], policies=("little-giant",), least=4)
    for row in made.truth:
        percent = rng.choice(percents)
        row["market_share"] = percent / 100
    return made


_PERCENTS = [0.5, 1, 1.5, 5, 8.25, 12, 30.5, 45, 60, 88]


def share_percent_numbers(rng: random.Random) -> Draft:
    """60 for 60 %, with the sign in the header."""
    made = _shares(rng, _PERCENTS)
    made.headers["market_share"] += rng.choice(("（%）", "(%)", "%", "（％）", "（百分比）", "/%", "（单位：%）"))
    for row, told in zip(made.written, made.truth, strict=True):
        row["market_share"] = in_percent(told["market_share"])
    made.xlsx = rng.random() < 0.5
    return made


def share_percent_without_sign(rng: random.Random) -> Draft:
    """60, 5, 1 and 0.5 in one column without a sign: all per cent, or all told."""
    made = _shares(rng, _PERCENTS)
    made.truth[0]["market_share"], made.truth[1]["market_share"] = 0.6, 0.005
    for row, told in zip(made.written, made.truth, strict=True):
        row["market_share"] = in_percent(told["market_share"])
    rng.shuffle(order := list(range(len(made.truth))))
    made.truth, made.written = [made.truth[i] for i in order], [made.written[i] for i in order]
    made.xlsx = rng.random() < 0.5
    return made


def share_fractions(rng: random.Random) -> Draft:
    made = _shares(rng, [2.5, 5, 8.25, 12, 30.5, 45, 60, 88])
    made.headers["market_share"] += rng.choice(("", "", "（小数）"))
    for row, told in zip(made.written, made.truth, strict=True):
        row["market_share"] = round(told["market_share"], 6)
    made.xlsx = rng.random() < 0.5
    return made


def share_percent_text(rng: random.Random) -> Draft:
    made = _shares(rng, _PERCENTS)
    made.headers["market_share"] += rng.choice(("", "（%）", "（％）"))
    for row, told in zip(made.written, made.truth, strict=True):
        number = text_of(in_percent(told["market_share"]))
        row["market_share"] = rng.choice(
            (
                "{}%",
                "{} %",
                "{}％",
                "百分之{}" if float(number).is_integer() else "{}%",
                "{}.0%" if "." not in number else "{}%",
            )
        ).format(number)
    made.xlsx = rng.random() < 0.5
    return made


def share_percent_format(rng: random.Random) -> Draft:
    """Cells that Excel shows as 12%, under a header with % or without, beside plain 12 under %."""
    made = _shares(rng, _PERCENTS)
    made.xlsx = True
    sign = rng.choice(("", "（%）", "%", "（％）", "(%)"))
    made.headers["market_share"] += sign
    for row, told in zip(made.written, made.truth, strict=True):
        share = told["market_share"]
        plain = sign and rng.random() < 0.3
        row["market_share"] = in_percent(share) if plain else Shown(share, rng.choice(("0%", "0.00%", "0.0%")))
    return made


def share_mixed(rng: random.Random) -> Draft:
    """12% and 0.3 and 12 in one column: what states its sign is known, a bare 0.3 is not."""
    made = _shares(rng, [5, 12, 30.5, 45, 60])
    for place, (row, told) in enumerate(zip(made.written, made.truth, strict=True)):
        share = told["market_share"]
        if place % 3 == 0:
            row["market_share"] = f"{text_of(in_percent(share))}%"
        elif place % 3 == 1:
            row["market_share"], told["market_share"] = round(share, 4), Ask()
        else:
            row["market_share"], told["market_share"] = in_percent(share), Ask((share,))
    made.xlsx = rng.random() < 0.5
    return made


def share_over_hundred(rng: random.Random) -> Draft:
    """Shares that cannot be: above 100 % or below none."""
    made = _shares(rng, _PERCENTS)
    made.headers["market_share"] += "（%）"
    for row, told in zip(made.written, made.truth, strict=True):
        row["market_share"] = in_percent(told["market_share"])
    for record in made.some():
        made.set(record, "market_share", rng.choice((120, 350, -5, "120%", 1000)), Ask())
    return made


def share_words(rng: random.Random) -> Draft:
    """Shares in words that are no share."""
    made = _shares(rng, _PERCENTS)
    for row, told in zip(made.written, made.truth, strict=True):
        row["market_share"] = f"{text_of(in_percent(told['market_share']))}%"
    for record in made.some():
        made.set(
            record, "market_share", rng.choice(("第一", "国内领先", "前三名", "12万元", "三分之一左右", "12人")), Ask()
        )
    return made


def amount_per_head(rng: random.Random) -> Draft:
    """A unit that is no unit of money in a money header."""
    made = money_table(rng)
    made.head_units()
    name = made.money[0]
    made.headers[name] = TITLES[made.contract][name] + rng.choice(
        ("（人）", "（台）", "（%）", "（吨）", "（万美元）", "（万股）")
    )
    made.ask_column(name)
    return made


def in_percent(share: float) -> int | float:
    number = round(share * 100, 6)
    return int(number) if number == int(number) else number


def unit_line_odd(rng: random.Random) -> Draft:
    """A line 单位： that names an office, not a unit, beside headers with their own units."""
    made = money_table(rng)
    made.head_units()
    _title_lines(rng, made, 1)
    made.above.append(
        made.row(
            {
                0: rng.choice(
                    (
                        "填报单位：某县科学技术局",
                        "单位：某县科技局",
                        "单位名称：虚构集团有限公司",
                        "填报单位（盖章）：",
                        "主管单位：某市科技局万元桥分局",
                    )
                )
            }
        )
    )
    return made


def cells_state_ambiguous(rng: random.Random) -> Draft:
    """A number with 万 under （万元）: 4850万 stands for itself, 0.5万 may too; never 4850 万万元."""
    made = money_table(rng)
    made.head_units("万元")
    for record in made.some():
        name = rng.choice(made.money)
        yuan = made.truth[record][name]
        made.set(record, name, f"{text_of(in_unit(yuan, '万元'))}万", Either((yuan,)))
    return made


assert set(_SHEET_UNITS) <= UNITS.keys()

KINDS: dict[str, Callable[[random.Random], Draft]] = {
    "unit_line_above": line_above,
    "unit_in_title": in_title,
    "unit_note_below": note_below,
    "unit_row_under_header": row_under_header,
    "unit_column": unit_column,
    "unit_header_brackets": header_brackets,
    "unit_header_short": header_short_units,
    "unit_header_bare": header_bare,
    "unit_differs_by_column": different_units,
    "unit_line_against_header": line_against_header,
    "unit_line_of_an_office": unit_line_odd,
    "unit_number_formats": number_formats,
    "unit_format_repeats_header": format_repeats_header,
    "unit_in_cells": in_cells,
    "unit_in_cells_and_header": in_cells_and_header,
    "unit_wan_under_wanyuan": cells_state_ambiguous,
    "unit_foreign_money": foreign_money,
    "unit_none_small": no_unit_small,
    "unit_none_large": no_unit_large,
    "unit_not_of_money": amount_per_head,
    "count_units_header": count_units_header,
    "count_units_cells": count_units_cells,
    "share_percent_numbers": share_percent_numbers,
    "share_percent_without_sign": share_percent_without_sign,
    "share_fractions": share_fractions,
    "share_percent_text": share_percent_text,
    "share_percent_format": share_percent_format,
    "share_mixed": share_mixed,
    "share_impossible": share_over_hundred,
    "share_words": share_words,
}
