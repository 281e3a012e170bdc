"""The year or period that a header names, and how far back it lies. Text in, meaning out."""

from __future__ import annotations

import re

_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "1": 1, "2": 2, "3": 3}
_TIME = (
    r"(?P<whole>(?:(?:19|20)\d{2}|(?<!\d)\d{2})年度?0?1月?份?[-~—至到]12月份?)"
    r"|(?P<part>(?:19|20)\d{2}年?度?[-~至到/](?:19|20)?\d{2}年?度?|(?:(?:(?:19|20)\d{2}|(?<!\d)\d{2})[年.])?(?:\d{1,2}[-~至到])?\d{1,2}月份?末?"
    r"|(?:(?:19|20)\d{2}年)?(?:上半年|下半年|前?[一二三四]季度))"
    r"|(?P<year>(?:19|20)\d{2})(?!\d)(?:会计|纳税)?(?:年度|年)?(?:末|底|期末|年末|全年)?"
    r"|(?<!\d)(?P<short>\d{2})年度?[末底]?"
    r"|(?P<last>(?:上一?个?|最?近一个?)(?:会计|纳税)?年度?末?|去年度?末?|前[一1]年度?末?)"
    r"|(?P<before>前[二2]年度?末?|前年度?末?|上上一?年度?末?)"
    r"|(?P<third>前[三3]年度?末?|大前年度?末?)"
    r"|(?P<either>前两年度?末?)"
    r"|第(?P<nth>[一二三123])年度?"
    r"|(?P<this>(?:本年度?|今年|当年|本期)(?:金额|发生额|数)?)"
    r"|(?P<closing>(?:本?年|本?期)末(?:余额|数)?)"
    r"|(?P<former>(?:上期|上年|去年)(?:金额|发生额|数)|上期|[上去]年同期|(?:年初|期初)(?:余额|数)?)"
    r"|(?P<none>(?:最?近|前|连续)[一二两三四五\d](?:个会计)?年度?(?:内|累计|合计)?)"
)  # of a part of a year, of several, or of one that nobody asks for: none
PERIODS = {"this": 0, "closing": 0, "last": 1, "former": 1, "before": 2, "third": 3}  # years before that of the table
TIME_FIRST = re.compile(rf"\(?(?:{_TIME})\)?[\s:_/|-]*(?P<word>.+)")
TIME_LAST = re.compile(rf"(?P<word>.+?)[\s:_/|-]*\(?(?:{_TIME})\)?")


def years_back(time: re.Match[str], year: int | None) -> int | None:
    """How many years before the decision's a header's year lies: 0 for none that counts, None where nobody can say."""
    of_none = ((name, 0) for name in ("part", "this", "closing", "former", "none"))
    for name, back in (*of_none, ("last", 1), ("before", 2), ("either", 2), ("third", 3)):
        if time[name]:
            return back
    if time["nth"]:
        return 4 - _NUMERALS[time["nth"]]
    if year is None:
        return None
    written = next(filter(None, (time["year"], time["short"], time["whole"]))).partition("年")[0]
    back = year - (int(written) if len(written) == 4 else 2000 + int(written))
    return back if 0 < back <= 3 else 0
