"""The one writer of pages: a template and its facts in, self-contained HTML out, every text escaped and masked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from matcher.export.sheets import Sheet, cells_of
from matcher.tables.privacy import mask_nested


def page_bytes(template: str, context: dict[str, Any], *, mask: bool = True) -> bytes:
    """`templates/<template>.html.j2` with the facts of `context`; mask: hide contacts in all its texts."""
    page: str = _templates().get_template(f"{template}.html.j2").render(mask_nested(context) if mask else context)
    return page.encode()


@lru_cache(1)
def _templates() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("matcher.export"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def notice_bytes(heading: str, sheets: Mapping[str, Sheet], lines: Mapping[str, str]) -> bytes:
    """Tables with a heading and lines above them, to be published: the sheets of a workbook as one page."""
    tables = [
        {
            "title": title if len(sheets) > 1 else "",
            "heads": [sheet.header(str(name)) for name in sheet.table],
            "rows": list(zip(*(_texts(sheet, str(name)) for name in sheet.table), strict=True)),
        }
        for title, sheet in sheets.items()
    ]
    return page_bytes("notice", {"heading": heading, "lines": dict(lines), "tables": tables}, mask=True)


def _texts(sheet: Sheet, name: str) -> list[str]:
    """The cells of a column as a workbook shows them."""
    look = sheet.formats.get(name, "")
    decimals = len(look.rstrip("%").partition(".")[2])
    out = []
    for cell in cells_of(sheet.table[name]):
        if isinstance(cell, int | float) and look.endswith("%"):
            out.append(f"{cell:.{decimals}%}")
        elif isinstance(cell, float):
            out.append(f"{cell:.{decimals}f}" if look else f"{cell:g}")
        else:
            out.append("" if cell is None else str(cell))
    return out
