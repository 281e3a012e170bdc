"""Number formats: what a reader of the sheet sees, and what is handed on."""

import datetime

import pytest

from matcher.tables.files.number_formats import number_format, shown


def cell(value: float, code: str) -> object:
    style = number_format(code)
    assert style is not None
    seen = shown(float(value), style)
    assert seen.doubt == ""
    return seen.cell


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "G/通用格式",
        "@",
        "0",
        "0.00",
        "#,##0.00;[Red]-#,##0.00",
        "# ##0",
        "[红色]0.0",
        "0.00E+00",
        "# ?/?",
        '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ',
        "[$￥-804]#,##0.00",
        '#,##0;-#,##0;"-"',
        "0.00_);(0.00)",
        ";;;",
    ],
)
def test_plain_formats_change_nothing(code: str):
    assert number_format(code) is None


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.12, "0%", "12%"),
        (0.305, "0%", "30.5%"),
        (12, '0"%"', "12%"),
        (480, '0"万元"', "480万元"),
        (480.5, '#,##0.00"万元"', "480.5万元"),
        (4.8, r"0.00\万", "4.8万"),
        (-3.5, '0.0"万元";[Red]-0.0"万元"', "-3.5万元"),
        (60, '0"人"', "60人"),
        (5, 'G/通用格式"亿"', "5亿"),
        (480_000_000, '0!.00,,"亿"', "4.8亿"),
        (12_345, '0!.0,"万"', "1.2345万"),
        (12_345, '0"."0,"万元"', "1.2345万元"),
        (4_800_000, '#,##0,"千元"', "4800千元"),
        (250_000_000, '[>=100000000]0!.00,,"亿";[>=10000]0!.0,"万";0', "2.5亿"),
        (25_000, '[>=100000000]0!.00,,"亿";[>=10000]0!.0,"万";0', "2.5万"),
        (5, '[>=100000000]0!.00,,"亿";[>=10000]0!.0,"万";0', 5.0),
        (1, '[=1]"是";[=0]"否"', "是"),
        (480, "[$$-409]#,##0", "$480"),
        (480, "[$¥-411]#,##0", "日元480"),
        (123, "000000", "000123"),
        (1, '"XQ"0000', "XQ0001"),
        (20_250_312, "0000-00-00", "2025-03-12"),
        (13_800_000_000, "000-0000-0000", "138-0000-0000"),
        (150_000, '0"万"0000', 150_000.0),
        (45_728, 'yyyy"年"m"月"', datetime.date(2025, 3, 12)),
        (45_728, "[DBNum1][$-804]yyyy年m月d日;@", datetime.date(2025, 3, 12)),
        (45_728, "aaaa", datetime.date(2025, 3, 12)),
        (45_728, 'e"年"', datetime.date(2025, 3, 12)),
        (45_728.5, "yyyy/m/d h:mm", datetime.datetime(2025, 3, 12, 12)),
        (0.5, "h:mm", datetime.time(12)),
        (1.5, "[h]:mm", datetime.timedelta(days=1.5)),
    ],
)
def test_cells_are_what_their_reader_sees(value: float, code: str, expected: object):
    assert cell(value, code) == expected


@pytest.mark.parametrize(
    ("value", "code", "expected", "doubt"),
    [
        (480_000_000, '0.0,,"亿"', "480000000元", "显示成约“480亿”，单位和位数对不上，按存的数读"),
        (4_800_000, "#,##0,", "4800", "缩小 1,000 倍显示，按看到的“4800”读"),
    ],
)
def test_scaled_formats_that_leave_a_doubt(value: float, code: str, expected: str, doubt: str):
    style = number_format(code)
    assert style is not None
    seen = shown(float(value), style)
    assert seen.cell == expected
    assert seen.doubt == f"格式“{code}”把存的数 {value} {doubt}"
