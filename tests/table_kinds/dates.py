"""How people write a day, a month, a year, a span or a state."""

from __future__ import annotations

import calendar
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from table_kinds.draft import DATES, Draft, Shown, a_day, draft, hte, needs
from table_kinds.expected import EMPTY, Ask, Either, Interval, State

_HAN = str.maketrans("0123456789", "〇一二三四五六七八九")
_WIDE = str.maketrans("0123456789-/.", "０１２３４５６７８９－／．")


def _table(rng: random.Random) -> tuple[Draft, str]:
    """A table with a date, and the field of the date."""
    match rng.randrange(4):
        case 0:
            made, name = needs(rng, "posted_on"), "posted_on"
        case 1:
            made, name = needs(rng, "valid_until", "posted_on"), "valid_until"
        case 2:
            made, name = hte(rng), "registered_on"
        case _:
            made = draft(rng, "works", ["title", "work_id", "expert_id", "description", "date"])
            name = "date"
    if made.money:
        made.head_units()
    made.xlsx = rng.random() < 0.4
    return made, name


def _written(
    rng: random.Random, write: Callable[[random.Random], tuple[object, object]], *, xlsx: bool | None = None
) -> Draft:
    made, name = _table(rng)
    if xlsx is not None:
        made.xlsx = xlsx
    for record in made.some(2):
        made.set(record, name, *write(rng))
    return made


def writings(rng: random.Random) -> Draft:
    def write(rng: random.Random) -> tuple[object, object]:
        day = a_day(rng)
        y, m, d = day.year, day.month, day.day
        months = [*"一二三四五六七八九十", "十一", "十二"]
        tens = ("", "十", "二十", "三十")
        han_day = (tens[d // 10] if d >= 10 else "") + ("" if d % 10 == 0 else "〇一二三四五六七八九"[d % 10])
        return rng.choice(
            (
                f"{y}-{m:02d}-{d:02d}", f"{y}-{m}-{d}", f"{y}/{m}/{d}", f"{y}/{m:02d}/{d:02d}", f"{y}.{m}.{d}",
                f"{y}.{m:02d}.{d:02d}",
                f"{y}年{m}月{d}日", f"{y}年{m:02d}月{d:02d}日", f"{y} 年 {m} 月 {d} 日", f"{y}年{m}月{d}号",
                f"{y}-{m:02d}-{d:02d} 00:00:00",
                f"{y}/{m}/{d} 0:00", f"{y}/{m}/{d} 9:30:15", f"{y}-{m:02d}-{d:02d}T08:00:00", f"{y}. {m}. {d}",
                f"{y}-{m}-{d}".translate(_WIDE),
                f"{y}年{m}月{d}日".translate(_WIDE), f"{y}".translate(_HAN) + f"年{months[m - 1]}月{han_day}日",
                f"{y}—{m}—{d}", f"{y}、{m}、{d}",
                f" {y}-{m:02d}-{d:02d} ", f"{y}-{m:02d}-{d:02d}\t", f"{y}.{m}.{d}.", f"{y}\\{m}\\{d}",
                f"{y}年{m}月{d}日（星期{'一二三四五六日'[day.weekday()]}）",
            )
        ), day  # fmt: skip

    return _written(rng, write)


def excel_dates(rng: random.Random) -> Draft:
    def write(rng: random.Random) -> tuple[object, object]:
        day = a_day(rng)
        shown = rng.choice(
            (
                "yyyy-mm-dd",
                "yyyy/m/d",
                'yyyy"年"m"月"d"日"',
                "m/d/yy",
                "[$-804]yyyy年m月d日",
                "yyyy-mm-dd hh:mm",
                "d-mmm-yy",
                "mm-dd-yy",
            )
        )
        return Shown(datetime(day.year, day.month, day.day, *((9, 30) if "hh" in shown else ())), shown), day

    return _written(rng, write, xlsx=True)


def year_only(rng: random.Random) -> Draft:
    def write(rng: random.Random) -> tuple[object, object]:
        year = rng.randint(1998, 2024)
        cell = rng.choice((str(year), f"{year}年", year, f"{year} 年", f"{year}年度", str(year).translate(_WIDE)))
        return cell, Interval(date(year, 1, 1), date(year, 12, 31))

    return _written(rng, write)


def month_only(rng: random.Random) -> Draft:
    def write(rng: random.Random) -> tuple[object, object]:
        y, m = rng.randint(1998, 2024), rng.randint(1, 12)
        cell = rng.choice(
            (
                f"{y}年{m}月",
                f"{y}-{m}",
                f"{y}-{m:02d}",
                f"{y}.{m:02d}",
                f"{y}/{m:02d}",
                f"{y}年{m:02d}月",
                f"{y}{m:02d}",
                f"{y}年{m}月份",
                f"{y} 年 {m} 月",
                f"{y}/{m}",
            )
        )
        return cell, Interval(date(y, m, 1), date(y, m, calendar.monthrange(y, m)[1]))

    return _written(rng, write)


def month_as_number(rng: random.Random) -> Draft:
    """2012.5 typed into a sheet is a number; 2012.1 may be January or October."""

    def write(rng: random.Random) -> tuple[object, object]:
        y, m = rng.randint(1998, 2024), rng.choice((1, 2, 3, 5, 6, 8, 9, 11, 12))
        number = float(f"{y}.{m}")
        if m == 1:
            return number, Ask(
                (
                    Interval(date(y, 1, 1), date(y, 1, 31)),
                    Interval(date(y, 1, 1), date(y, 10, 31)),
                    Interval(date(y, 10, 1), date(y, 10, 31)),
                )
            )
        return number, Interval(date(y, m, 1), date(y, m, calendar.monthrange(y, m)[1]))

    return _written(rng, write)


def eight_digits(rng: random.Random) -> Draft:
    def write(rng: random.Random) -> tuple[object, object]:
        day = a_day(rng)
        number = int(day.strftime("%Y%m%d"))
        return rng.choice((number, str(number), f"{number}.0", f" {number}", float(number), f"'{number}")), day

    return _written(rng, write)


def serials(rng: random.Random) -> Draft:
    """Days that lost their date format; some as text of a number."""

    def write(rng: random.Random) -> tuple[object, object]:
        day = a_day(rng)
        number = (day - date(1899, 12, 30)).days
        return rng.choice((number, number, str(number), float(number), f"{number}.0")), day

    return _written(rng, write)


def book_1904(rng: random.Random) -> Draft:
    """A workbook that counts days from 1904."""
    made, name = _table(rng)
    made.xlsx = made.date_1904 = True
    for record, told in enumerate(made.truth):
        day = told[name]
        for other in DATES & set(told):
            made.written[record][other] = datetime(told[other].year, told[other].month, told[other].day)
        if rng.random() < 0.25:
            serial = (day - date(1904, 1, 1)).days
            made.set(record, name, serial, Ask((day,)))
        else:
            made.set(
                record,
                name,
                Shown(
                    datetime(day.year, day.month, day.day), rng.choice(("yyyy-mm-dd", "yyyy/m/d", 'yyyy"年"m"月"d"日"'))
                ),
                day,
            )
    return made


def spans(rng: random.Random) -> Draft:
    """A span in a column of ends: its end, or told."""
    made = needs(rng, "valid_until")
    made.head_units()
    for record in made.some(2):
        first = a_day(rng, date(2024, 1, 1), date(2025, 6, 1))
        last = first + timedelta(days=rng.randint(60, 700))
        form = rng.choice(
            ("{a}-{b}", "{a}至{b}", "{a}—{b}", "{a}～{b}", "{a} 至 {b}", "{a}到{b}", "自{a}至{b}", "{a}-{b}止")
        )
        dots = rng.choice(("%Y.%m.%d", "%Y年%m月%d日", "%Y/%m/%d"))
        made.set(
            record,
            "valid_until",
            form.format(a=first.strftime(dots), b=last.strftime(dots)),
            Either((last, Interval(first, last))),
        )
    return made


def until(rng: random.Random) -> Draft:
    """An end with words around it."""
    made = needs(rng, "valid_until")
    made.head_units()
    for record in made.some(2):
        day = a_day(rng, date(2025, 1, 1), date(2027, 12, 31))
        form = rng.choice(
            ("截至{}", "截止{}", "至{}", "{}前", "{}截止", "{}止", "有效期至{}", "{}之前", "到{}", "截止日期：{}")
        )
        text = form.format(day.strftime(rng.choice(("%Y-%m-%d", "%Y年%m月%d日", "%Y/%m/%d"))))
        near = {day, day - timedelta(days=1)} if "前" in form else {day}
        made.set(record, "valid_until", text, Ask((*near, Interval(None, day))))
    return made


def states(rng: random.Random) -> Draft:
    made = needs(rng, "valid_until", least=4)
    made.head_units()
    made.xlsx = rng.random() < 0.4
    for record in made.some(2):
        word, ended = rng.choice(
            (
                ("已过期", True), ("截止中", None), ("剩余196天", None), ("长期", False), ("长期有效", False),
                ("进行中", False),
                ("已截止", True),
                ("永久", False), ("已结束", True), ("剩余12天", None), ("征集中", False), ("已到期", True),
                ("已关闭", True),
                ("无限期", False),
                ("已失效", True), ("还剩3天", None),
            )
        )  # fmt: skip
        made.set(record, "valid_until", word, State(ended))
    return made


def impossible(rng: random.Random) -> Draft:
    def write(rng: random.Random) -> tuple[object, object]:
        y = rng.randint(2001, 2024)
        cell = rng.choice(
            (
                f"{y}-02-30",
                f"{y}-13-01",
                f"{y}/4/31",
                f"{y}年6月31日",
                "0000-00-00",
                "1900-01-00",
                f"{y}-00-10",
                f"{y}0230",
                f"{y}.9.31",
                f"{y}1301",
                "2023-02-29",
                "9999-99-99",
            )
        )
        return cell, Ask()

    return _written(rng, write)


def unlikely(rng: random.Random) -> Draft:
    """Days that exist and cannot be meant: a firm registered in 2099 or in 1899."""

    def write(rng: random.Random) -> tuple[object, object]:
        return rng.choice(
            (
                "2105-03-12",
                "1015-03-12",
                "1900-01-01",
                "3025年1月1日",
                "201-03-12",
                "20155-3-12",
                "1899-12-30",
                "0215-03-12",
            )
        ), Ask()

    made, _ = _table(rng)
    name = next(one for one in made.fields if one in DATES)
    if name == "valid_until" or "posted_on" in made.fields:
        name = "posted_on"
    for record in made.some():
        made.set(record, name, *write(rng))
    return made


def two_digit_years(rng: random.Random) -> Draft:
    def write(rng: random.Random) -> tuple[object, object]:
        day = a_day(rng, date(2010, 1, 1))
        y, m, d = day.year % 100, day.month, day.day
        text = rng.choice((f"{y}.{m}.{d}", f"{y}-{m:02d}-{d:02d}", f"{y}/{m}/{d}", f"{y}年{m}月{d}日", f"'{y}-{m}-{d}"))
        return text, Ask((day,))

    return _written(rng, write)


def other_orders(rng: random.Random) -> Draft:
    """Day and month first, as a foreign system writes them; certain only where a number is above 12."""

    def write(rng: random.Random) -> tuple[object, object]:
        day = a_day(rng, date(2010, 1, 1))
        y, m, d = day.year, day.month, day.day
        text = rng.choice(
            (
                f"{m:02d}/{d:02d}/{y}",
                f"{d:02d}/{m:02d}/{y}",
                f"{d}.{m}.{y}",
                f"{m}-{d}-{y}",
                day.strftime("%d-%b-%Y"),
                day.strftime("%b %d, %Y"),
            )
        )
        return text, Ask((day,))

    return _written(rng, write)


def words(rng: random.Random) -> Draft:
    """Words that are no day."""

    def write(rng: random.Random) -> tuple[object, object]:
        return rng.choice(
            (
                "去年",
                "3月12日",
                "上半年",
                "2024年上半年",
                "2024年底",
                "近期",
                "2024年第三季度",
                "约2015年",
                "五年前",
                "见附件",
                "2024年3月中旬",
                "周一",
                "2023-2024",
            )
        ), Ask()

    made = _written(rng, write)
    for row, cells in zip(made.truth, made.written, strict=True):
        for name in DATES & row.keys():
            known = {
                "2024年上半年": Interval(date(2024, 1, 1), date(2024, 6, 30)),
                "2024年第三季度": Interval(date(2024, 7, 1), date(2024, 9, 30)),
                "2024年3月中旬": Interval(date(2024, 3, 11), date(2024, 3, 20)),
                "2024年底": Interval(date(2024, 12, 31), date(2024, 12, 31), 1.0),
                "约2015年": Interval(date(2015, 1, 1), date(2015, 12, 31)),
                "2023-2024": Interval(date(2023, 1, 1), date(2024, 12, 31)),
            }.get(str(cells[name]))
            if known:
                row[name] = Ask((known,))
    return made


def placeholders(rng: random.Random) -> Draft:
    def write(rng: random.Random) -> tuple[object, object]:
        return rng.choice(("/", "-", "—", "无", "暂无", "未说明", "待定", "", "不详", "N/A", "--", "未注明")), EMPTY

    return _written(rng, write)


def founded_as_interval(rng: random.Random) -> Draft:
    """The column of founding dates in every precision at once."""
    made = hte(rng, least=5)
    made.head_units("万元")
    for record in range(len(made.truth)):
        day = a_day(rng)
        y, m = day.year, day.month
        month = Interval(date(y, m, 1), date(y, m, calendar.monthrange(y, m)[1]))
        cell, expected = rng.choice(
            (
                (str(y), Interval(date(y, 1, 1), date(y, 12, 31))),
                (f"{y}年{m}月", month),
                (f"{y}-{m}", month),
                (day.isoformat(), day),
                (f"{y}.{m:02d}.{day.day:02d}", day),
            )
        )
        made.set(record, "registered_on", cell, expected)
    return made


KINDS: dict[str, Callable[[random.Random], Draft]] = {
    "date_writings": writings,
    "date_excel_formats": excel_dates,
    "date_year_only": year_only,
    "date_month_only": month_only,
    "date_month_as_number": month_as_number,
    "date_eight_digits": eight_digits,
    "date_serials": serials,
    "date_book_1904": book_1904,
    "date_spans": spans,
    "date_until": until,
    "date_states": states,
    "date_impossible": impossible,
    "date_unlikely": unlikely,
    "date_two_digit_years": two_digit_years,
    "date_other_orders": other_orders,
    "date_words": words,
    "date_placeholders": placeholders,
    "date_mixed_precision": founded_as_interval,
}
