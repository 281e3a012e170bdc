"""Rows that are no records, and records that lean on the row above."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from table_kinds.draft import COUNTS, Draft, Line, Shown, draft, in_unit, needs, tech
from table_kinds.expected import Ask


def _firms(rng: random.Random, least: int = 4) -> Draft:
    made = tech(rng, *rng.sample(["region"], rng.randint(0, 1)), least=least, most=9)
    made.head_units(rng.choice(("万元", "万元", "元")))
    made.xlsx = rng.random() < 0.5
    if rng.random() < 0.5:
        made.insert_column(0, "_serial", "序号", range(1, len(made.truth) + 1))
    return made


def _sums(made: Draft, label: str, records: list[int], place: int | None = None) -> list[Any]:
    """A row of sums with its label in the first column, the name's column or another."""
    cells: dict[int, Any] = {}
    for column, name in enumerate(made.fields):
        if name in COUNTS or name in made.money:
            numbers = [made.written[record][name] for record in records]
            cells[column] = round(sum(numbers), 4)
    if place is None:
        place = made.rng.choice((0, made.fields.index(made.key)))
    cells[place] = label
    return made.row(cells)


def totals(rng: random.Random) -> Draft:
    made = _firms(rng)
    everyone = list(range(len(made.truth)))
    count = len(everyone)
    label = rng.choice(
        (
            "合计", "总计", "合 计", "共计", "累计", f"合计（{count}家）", f"总计：{count}家", "全市合计", "合计：",
            "Total", "总  计", "合计数",
            "平均", "平均值",
            f"共{count}家", "汇总", "全县合计", f"合计{count}户", "TOTAL",
        )
    )  # fmt: skip
    line = (_sums(made, label, everyone), "other")
    if rng.random() < 0.25:
        made.before[0] = [line]
    else:
        made.below.append(line)
        if rng.random() < 0.3:
            made.below.insert(0, (made.row({}), "blank"))
    return made


def subtotals(rng: random.Random) -> Draft:
    made = _firms(rng, 5)
    cut = sorted(rng.sample(range(1, len(made.truth)), 2))
    places = rng.sample(["兰山区", "平邑县", "罗庄区", "莒南县"], 3)
    form = rng.choice(("{}小计", "小计", "{}合计", "小  计", "{} 小计", "小计（{}）", "其中：{}小计"))
    ends = [*cut, len(made.truth)]
    for start, end, place in zip([0, *cut], ends, places, strict=True):
        line = (_sums(made, form.format(place), list(range(start, end))), "other")
        if end < len(made.truth):
            made.before[end] = [line]
        else:
            made.below.append(line)
    made.below.append((_sums(made, "总计", list(range(len(made.truth)))), "other"))
    return made


def pages(rng: random.Random) -> Draft:
    """本页小计, then the header again on the next page."""
    made = _firms(rng, 5)
    cut = rng.randint(2, len(made.truth) - 1)
    label = rng.choice(("本页小计", "本页合计", "本页总计", "小计（本页）", "过次页"))
    made.before[cut] = [(_sums(made, label, list(range(cut))), "other"), (made.header_row(), "other")]
    if rng.random() < 0.4:
        made.before[cut].insert(1, (made.row({0: rng.choice(("第 1 页", "第1页 共2页", "—1—"))}), "other"))
    made.below.append((_sums(made, label, list(range(cut, len(made.truth)))), "other"))
    return made


def notes(rng: random.Random) -> Draft:
    made = rng.choice((_firms, _needs))(rng)
    pool = (
        "注：数据来自年报", "注：以上为初步统计", "说明：本表由企业自行填报", "备注：空白表示未填",
        "注：1.本表一式两份；2.不得涂改。", "数据来源：某市统计局", "资料来源：企业年报",
        "*带星号的为必填项", "填表说明：按营业执照填写", "注:以上企业均为虚构", "说  明：以上不含分公司",
        "※本表数据未经审计", "（以下空白）", "以下无正文", "1.本表数据截至2025年底。",
        "注：其中科技人员含兼职人员", "来源：省科技厅网站",
    )  # fmt: skip
    for text in rng.sample(pool, rng.randint(1, 3)):
        made.below.append((made.row({rng.choice((0, 0, made.fields.index(made.key))): text}), "other"))
    if rng.random() < 0.4:
        made.below.insert(0, (made.row({}), "blank"))
    return made


def _needs(rng: random.Random, least: int = 4) -> Draft:
    made = needs(rng, least=least)
    made.head_units()
    made.xlsx = rng.random() < 0.5
    if rng.random() < 0.5:
        made.insert_column(0, "_serial", "序号", range(1, len(made.truth) + 1))
    return made


def signatures(rng: random.Random) -> Draft:
    made = rng.choice((_firms, _needs))(rng)
    pool = (
        "填表人：张三 联系电话：13800001234", "审核人：李四", "填报人：王某某", "单位负责人（签字）：",
        "填报单位（盖章）：某县科技局", "制表：赵某  审核：钱某  日期：2026年3月5日",
        "填表日期：2026年3月5日", "联系人：孙某　电话：0539-0000000",
        "单位负责人：周某　　统计负责人：吴某　　填表人：郑某", "经办人：", "（公章）", "报出日期：2026年1月10日",
        "负责人签字：", "制表人:某某",
    )  # fmt: skip
    for text in rng.sample(pool, rng.randint(1, 2)):
        if rng.random() < 0.3 and "　" in text:
            parts = text.replace("　　", "　").split("　")
            made.below.append((made.row(dict(enumerate(parts))), "other"))
        else:
            made.below.append((made.row({rng.choice((0, 0, 1)): text}), "other"))
    return made


def repeated_headers(rng: random.Random) -> Draft:
    made = rng.choice((_firms, _needs))(rng)
    for cut in rng.sample(range(1, len(made.truth)), rng.randint(1, 2)):
        made.before[cut] = [(made.header_row(), "other")]
        if rng.random() < 0.3:
            made.before[cut].insert(0, (made.row({}), "blank"))
    return made


def blank_rows(rng: random.Random) -> Draft:
    made = rng.choice((_firms, _needs))(rng)
    for cut in rng.sample(range(len(made.truth)), rng.randint(1, 3)):
        blank = made.row({place: rng.choice((None, "", " ", "　")) for place in range(len(made.fields))})
        made.before[cut] = [(blank, "blank")] * rng.randint(1, 3)
    return made


def serials_without_rows(rng: random.Random) -> Draft:
    """A form with its numbers printed and its last lines not filled in."""
    made = rng.choice((_firms, _needs))(rng)
    if made.fields[0] != "_serial":
        made.insert_column(0, "_serial", "序号", range(1, len(made.truth) + 1))
    for number in range(len(made.truth) + 1, len(made.truth) + rng.randint(2, 5)):
        made.below.append((made.row({0: number}), "other"))
    if rng.random() < 0.4:
        made.below.append((made.row({0: rng.choice(("……", "...", "…"))}), "other"))
    return made


def merged_down(rng: random.Random) -> Draft:
    """One firm, region or field over several rows, as a merged cell."""
    made = draft(rng, "needs", ["title", "description", "enterprise", "region", "budget"], least=4)
    made.head_units()
    made.xlsx = True
    if rng.random() < 0.5:
        made.insert_column(0, "_serial", "序号", range(1, len(made.truth) + 1))
    names = rng.sample(["enterprise", "region"], rng.randint(1, 2))
    start = 0
    while start < len(made.truth):
        end = min(start + rng.randint(1, 3), len(made.truth)) - 1
        for name in names:
            for record in range(start, end + 1):
                made.truth[record][name] = made.truth[start][name]
                made.written[record][name] = made.truth[start][name] if record == start else None
            column = made.fields.index(name)
            if end > start:
                made.merges.append((start, column, end, column))
        start = end + 1
    return made


def merged_numbers(rng: random.Random) -> Draft:
    """An amount over two rows is one amount of both: told, or left to the first row, never given twice in silence."""
    made = needs(rng, least=4)
    made.head_units()
    made.xlsx = True
    record = rng.randrange(len(made.truth) - 1)
    value = made.truth[record]["budget"]
    made.set(record, "budget", made.written[record]["budget"], Ask((value,)))
    made.set(record + 1, "budget", None, Ask())
    column = made.fields.index("budget")
    made.merges.append((record, column, record + 1, column))
    return made


def same_as_above(rng: random.Random) -> Draft:
    made = _needs(rng, 5)
    made.fields += [name for name in ("enterprise", "region") if name not in made.fields]
    for name in ("enterprise", "region"):
        made.headers.setdefault(name, {"enterprise": "企业名称", "region": "所在地区"}[name])
        for record, row in enumerate(made.truth):
            row.setdefault(
                name, f"虚构{'甲乙丙丁戊己庚辛壬'[record]}有限公司" if name == "enterprise" else "临沂市兰山区"
            )
            made.written[record].setdefault(name, row[name])
    word = rng.choice(("同上", "〃", "同 上", "”", "同上。", "″", "（同上）"))
    for record in range(1, len(made.truth)):
        name = rng.choice(("enterprise", "region"))
        if rng.random() < 0.6:
            made.set(record, name, word, made.truth[record - 1][name])
    return made


def second_block(rng: random.Random) -> Draft:
    """A second table below the first, with its own title, header, order of columns, or unit."""
    made = tech(rng, least=4)
    made.xlsx = rng.random() < 0.5
    unit = rng.choice(("万元", "元", "千元"))
    made.head_units(unit)
    header = made.header_row()
    cut = rng.randint(2, len(made.truth) - 1)
    lines = [Line(header, "header")] + [Line(made.record_row(record), "record", record) for record in range(cut)]
    if rng.random() < 0.6:
        lines.append(Line(made.row({}), "blank"))
    if rng.random() < 0.6:
        lines.append(
            Line(made.row({0: rng.choice(("二、平邑县", "表2 规上企业", "第二批企业名单", "附表二"))}), "other")
        )
    order = list(range(len(made.fields)))
    style = rng.choice(("same", "order", "unit"))
    second = list(header)
    if style == "order":
        rng.shuffle(order)
    if style == "unit":
        other = rng.choice([one for one in ("万元", "元", "亿元") if one != unit])
        for record in range(cut, len(made.truth)):
            for name in made.money:
                made.written[record][name] = in_unit(made.truth[record][name], other)
        second = [str(text).replace(f"（{unit}）", f"（{other}）") for text in header]
        for name, text in zip(made.fields, second, strict=True):
            made.also[name] = [text]
    lines.append(Line([second[place] for place in order], "other"))
    for record in range(cut, len(made.truth)):
        row = made.record_row(record)
        lines.append(Line([row[place] for place in order], "record", record))
    made.lines = lines
    return made


def sections(rng: random.Random) -> Draft:
    """Rows that only name a group."""
    made = rng.choice((_firms, _needs))(rng)
    words = rng.choice(
        (
            ("一、兰山区", "二、平邑县"),
            ("兰山区", "平邑县"),
            ("（一）装备制造", "（二）新材料"),
            ("【第一批】", "【第二批】"),
            ("规上企业", "规下企业"),
            ("一、高新技术企业（3家）", "二、其他企业"),
        )
    )
    cut = rng.randint(1, len(made.truth) - 1)
    place = rng.choice((0, 0, made.fields.index(made.key)))
    made.before[0] = [(made.row({place: words[0]}), "other")]
    made.before[cut] = [(made.row({place: words[1]}), "other")]
    return made


def numbered_columns(rng: random.Random) -> Draft:
    """The row of column numbers that official forms print under the header."""
    made = _firms(rng)
    style = rng.choice(("{}", "（{}）", "甲", "({})", "letters", "[{}]"))
    cells: dict[int, Any] = {}
    for place in range(len(made.fields)):
        if style == "甲":
            cells[place] = "甲乙丙丁"[place] if place < 2 else place - 1
        elif style == "letters":
            cells[place] = "ABCDEFGHIJKLM"[place]
        else:
            cells[place] = place + 1 if style == "{}" else style.format(place + 1)
    made.under.append(made.row(cells))
    return made


def example_row(rng: random.Random) -> Draft:
    """A printed example above the first record."""
    made = rng.choice((_firms, _needs))(rng)
    word = rng.choice(("示例", "例", "填写示例", "样例", "例：", "（示例）"))
    cells: dict[int, Any] = {place: made.written[0][name] for place, name in enumerate(made.fields)}
    subject = "某某机械有限公司" if made.contract == "firms" else "某某技术需求"
    cells[made.fields.index(made.key)] = f"{word}{'' if word[-1] in '：）' else '：'}{subject}"
    if made.fields[0] == "_serial":
        cells[0] = word
    made.before[0] = [(made.row(cells), "other")]
    return made


def trailing_cells(rng: random.Random) -> Draft:
    """Jottings beside the table, beyond its last column, and formatted cells without content."""
    made = _firms(rng)
    made.xlsx = True
    lines = [Line(made.header_row(), "header")]
    for record in range(len(made.truth)):
        beyond = [None, None, rng.choice((None, "已核实", "？", "张三看过"))] if rng.random() < 0.5 else []
        lines.append(Line([*made.record_row(record), *beyond], "record", record))
    lines += [Line([Shown("", "@")] * len(made.fields), "blank")] * 3
    made.lines = lines
    return made


def left_margin(rng: random.Random) -> Draft:
    """The table does not start in A1."""
    made = _firms(rng)
    made.xlsx = rng.random() < 0.7
    margin = rng.randint(1, 3)
    top = [Line([], "blank")] * rng.randint(0, 3)
    made.lines = top + [Line([None] * margin + list(line.cells), line.role, line.record) for line in made.layout()]
    return made


KINDS: dict[str, Callable[[random.Random], Draft]] = {
    "rows_totals": totals,
    "rows_subtotals": subtotals,
    "rows_pages": pages,
    "rows_notes": notes,
    "rows_signatures": signatures,
    "rows_repeated_headers": repeated_headers,
    "rows_blank": blank_rows,
    "rows_serials_not_filled": serials_without_rows,
    "rows_merged_down": merged_down,
    "rows_merged_amount": merged_numbers,
    "rows_same_as_above": same_as_above,
    "rows_second_block": second_block,
    "rows_sections": sections,
    "rows_numbered_columns": numbered_columns,
    "rows_example": example_row,
    "rows_jottings": trailing_cells,
    "rows_left_margin": left_margin,
}
