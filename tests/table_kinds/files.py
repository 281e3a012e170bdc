"""What Excel, WPS, platforms and joins do to a file."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from table_kinds.draft import Draft, Formula, Line, money_table, needs, replace_in_zip, tech
from table_kinds.expected import Ask, Either


def _tidy(rng: random.Random, least: int = 3, *, xlsx: bool = False) -> Draft:
    made = money_table(rng, least=least)
    made.head_units()
    made.xlsx = xlsx
    return made


def tidy(rng: random.Random) -> Draft:
    """Nothing odd at all."""
    return _tidy(rng, xlsx=rng.random() < 0.5)


def hidden_sheet(rng: random.Random) -> Draft:
    """Old versions, lists of choices and notes beside the sheet of records."""
    made = _tidy(rng, xlsx=True)

    def book(book: Any) -> None:
        book.active.title = rng.choice(("2026年", "Sheet1", "汇总表", "企业情况"))
        style = rng.choice(("old", "lists", "notes_first", "empty", "very"))
        place = rng.choice((0, 1))
        if style == "empty":
            book.create_sheet("Sheet2")
            book.create_sheet("Sheet3")
            return
        title = {"old": "旧版", "lists": "字典", "notes_first": "填表说明", "very": "_缓存"}[style]
        sheet = book.create_sheet(title, place)
        if style == "notes_first":
            for text in ("填表说明", "一、本表由企业填写。", "二、预算以万元计。"):
                sheet.append([text])
            sheet.sheet_state = rng.choice(("visible", "hidden"))
        elif style == "lists":
            for pair in (("小试", "临沂市"), ("中试", "青岛市"), ("量产", "济南市")):
                sheet.append(pair)
            sheet.sheet_state = "hidden"
        else:
            sheet.append(made.header_row())
            old = made.record_row(0)
            old[made.fields.index(made.key)] = "作废的旧记录"
            sheet.append([getattr(cell, "value", cell) for cell in old])
            sheet.sheet_state = "veryHidden" if style == "very" else "hidden"
        book.active = next(place for place, one in enumerate(book.worksheets) if one.sheet_state == "visible")

    made.book = book
    return made


def gbk(rng: random.Random) -> Draft:
    made = _tidy(rng)
    made.encoding = rng.choice(("gbk", "gb18030"))
    return made


def gbk_odd_bytes(rng: random.Random) -> Draft:
    """A GBK file with the 0xA0 and 0x80 that Chinese Excel writes."""
    made = needs(rng, least=4)
    made.head_units()
    made.encoding = "gbk"
    odd = rng.choice((b"\xa0", b"\x80", b"\xff"))
    mark = {b"\xa0": "\xa0", b"\x80": "€", b"\xff": ""}[odd]
    for record in made.some():
        text = made.truth[record]["description"]
        cut = rng.randint(1, len(text) - 1)
        written = f"{text[:cut]}@@{text[cut:]}"
        truth = f"{text[:cut]}{mark}{text[cut:]}"
        made.set(record, "description", written, Ask((truth, text)) if odd == b"\xff" else truth)

    def finish(path: Path) -> None:
        path.write_bytes(path.read_bytes().replace(b"@@", odd))

    made.finish = finish
    return made


def joined_files(rng: random.Random) -> Draft:
    """Two CSV files put together: a second byte order mark and a second header."""
    made = _tidy(rng, 4)
    cut = rng.randint(1, len(made.truth) - 1)
    header: list[Any] = made.header_row()
    made.encoding = "utf-8"
    first = ["\ufeff" + str(header[0]), *header[1:]]
    lines = [Line(first, "header")] + [Line(made.record_row(record), "record", record) for record in range(cut)]
    if rng.random() < 0.7:
        lines.append(Line(first, "other"))
        lines += [Line(made.record_row(record), "record", record) for record in range(cut, len(made.truth))]
    else:
        for record in range(cut, len(made.truth)):
            row = made.record_row(record)
            lines.append(Line(["\ufeff" + str(row[0]), *row[1:]] if record == cut else row, "record", record))
    made.lines = lines
    return made


def stray_quotes(rng: random.Random) -> Draft:
    """Opening quotes that nobody closes: rows are split again, or told to be lost in one cell."""
    made = needs(rng, least=4)
    made.head_units()
    style = rng.choice(("open", "open", "inner", "inches"))
    records = made.some()
    for record in records:
        name = rng.choice(("title", "description"))
        text = made.truth[record][name]
        if style == "open":
            made.written[record][name] = f'"{text}'
            made.truth[record][name] = Either((text, f'"{text}'))
        elif style == "inner":
            made.written[record]["description"] = (
                f'"{text[:2]}"{text[2:]}' if name == "description" else made.written[record]["description"]
            )
            if name == "description":
                made.truth[record]["description"] = Ask((f'"{text[:2]}"{text[2:]}', text))
        else:
            inches = made.truth[record]["description"] + '3"管'
            made.set(record, "description", inches, inches)
    made.quote = str
    return made


def separator_line(rng: random.Random) -> Draft:
    """sep=; as the first line, for Excel's sake; it counts as the file's first row."""
    made = _tidy(rng)
    made.delimiter = rng.choice((",", ";", "\t", "|"))
    made.encoding = "utf-8"
    made.lines = [Line(["sep@"], "above"), *made.layout()]
    mark, bom = f"sep={made.delimiter}", rng.choice((b"", b"\xef\xbb\xbf"))

    def finish(path: Path) -> None:
        path.write_bytes(bom + mark.encode() + b"\n" + path.read_bytes().partition(b"\n")[2])

    made.finish = finish
    return made


def tabs(rng: random.Random) -> Draft:
    made = _tidy(rng)
    made.delimiter = "\t"
    made.file_name = rng.choice(("表.csv", "表.tsv", "表.txt"))
    made.encoding = rng.choice(("utf-8", "utf-8-sig", "gbk", "utf-16"))
    return made


def semicolons(rng: random.Random) -> Draft:
    made = _tidy(rng)
    made.delimiter = rng.choice((";", "|", ";"))
    made.encoding = rng.choice(("utf-8", "gbk"))
    return made


def utf16(rng: random.Random) -> Draft:
    made = _tidy(rng)
    made.encoding = "utf-16"
    made.delimiter = rng.choice((",", "\t"))
    return made


def line_ends(rng: random.Random) -> Draft:
    made = _tidy(rng)
    made.newline = rng.choice(("\r\n", "\r", "\r\n"))
    made.encoding = rng.choice(("utf-8", "gbk"))
    return made


def trailing_commas(rng: random.Random) -> Draft:
    """Empty columns and rows behind the table, as Excel saves a formatted sheet."""
    made = _tidy(rng)
    more = rng.randint(1, 8)
    made.lines = [Line([*line.cells, *[None] * more], line.role, line.record) for line in made.layout()]
    made.lines += [Line([None] * 3, "blank")] * rng.randint(1, 5)
    return made


def two_rows_of_one_number(rng: random.Random) -> Draft:
    """Two <row r="2"> in the sheet's XML, as a faulty export writes them."""
    made = _tidy(rng, 3, xlsx=True)
    record = rng.randrange(len(made.truth) - 1)

    def change(text: str) -> str:
        first, second = record + 2, record + 3
        text = text.replace(f'<row r="{second}"', f'<row r="{first}"')
        return re.sub(rf'r="([A-Z]+){second}"', rf'r="\g<1>{first}"', text)

    made.finish = lambda path: replace_in_zip(path, "xl/worksheets/sheet1.xml", change)
    return made


def rows_without_numbers(rng: random.Random) -> Draft:
    """Rows and cells without their addresses, as some platforms write them; the standard allows it."""
    made = _tidy(rng, xlsx=True)
    for row, told in zip(made.written, made.truth, strict=True):
        for name in made.fields:
            if row[name] is None:
                row[name] = told[name]
    made.finish = lambda path: replace_in_zip(
        path, "xl/worksheets/sheet1.xml", lambda text: re.sub(r' r="[A-Z]*\d+"', "", text)
    )
    return made


def formulas(rng: random.Random) -> Draft:
    """Formulas of which the file holds no value."""
    made = tech(rng)
    made.head_units("万元")
    made.xlsx = True
    for record in made.some():
        name = rng.choice(made.money)
        made.set(
            record,
            name,
            Formula(rng.choice(("=SUM(1000,3850)", "=100*20", "=B2*0.06", '=IF(A2="",0,5)', "=ROUND(1/3,2)"))),
            Ask(),
        )
    return made


def formula_names(rng: random.Random) -> Draft:
    """A looked-up name of which the file holds no value: the row is told."""
    made = needs(rng)
    made.head_units()
    made.xlsx = True
    for record in made.some():
        made.set(
            record,
            "description",
            Formula(rng.choice(("=VLOOKUP(A2,B:C,2,0)", '=A2&"检测"', "=CONCATENATE(A2,B2)"))),
            Ask(),
        )
    return made


def inline_strings(rng: random.Random) -> Draft:
    """Texts inside the cells, rich text with runs and phonetic marks."""
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    made = needs(rng)
    made.head_units()
    made.xlsx = True
    for record in made.some():
        text = made.truth[record]["description"]
        cut = rng.randint(1, len(text) - 1)
        made.written[record]["description"] = CellRichText(text[:cut], TextBlock(InlineFont(b=True), text[cut:]))
    return made


def filtered_rows(rng: random.Random) -> Draft:
    """Rows that a filter hides and columns that are folded away are still records."""
    made = _tidy(rng, xlsx=True)
    hidden = made.some()

    def book(book: Any) -> None:
        sheet = book.active
        sheet.auto_filter.ref = sheet.dimensions
        for record in hidden:
            sheet.row_dimensions[record + 2].hidden = True
        if rng.random() < 0.5:
            sheet.column_dimensions["B"].hidden = True

    made.book = book
    return made


KINDS: dict[str, Callable[[random.Random], Draft]] = {
    "tidy": tidy,
    "file_hidden_sheet": hidden_sheet,
    "file_hidden_rows": filtered_rows,
    "file_gbk": gbk,
    "file_gbk_odd_bytes": gbk_odd_bytes,
    "file_joined": joined_files,
    "file_stray_quotes": stray_quotes,
    "file_sep_line": separator_line,
    "file_tabs": tabs,
    "file_semicolons": semicolons,
    "file_utf16": utf16,
    "file_line_ends": line_ends,
    "file_trailing_commas": trailing_commas,
    "file_two_rows_of_one_number": two_rows_of_one_number,
    "file_rows_without_numbers": rows_without_numbers,
    "file_formulas_without_value": formulas,
    "file_formulas_of_text": formula_names,
    "file_rich_text": inline_strings,
}
