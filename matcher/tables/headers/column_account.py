"""What became of each column of a file: the field that it fills and in which unit, or the nearest that it could be."""

from __future__ import annotations

import pandas as pd

from matcher.tables.headers.finding import Header
from matcher.tables.schemas.main import Contract

COLUMN_ACCOUNT = ["file", "sheet", "header", "field", "title", "use", "nearest", "hint", "unit"]
USED, CARRIED, UNKNOWN = "已采用", "原样保留", "没看懂"  # what becomes of a column
OPPOSITE = "（反过来读）"  # behind the title of a field of yes and no whose column says the opposite


def column_account(file: str, sheet: str, header: Header, contract: Contract) -> pd.DataFrame:
    """What became of each column that has a header, in the file's order; columns COLUMN_ACCOUNT."""
    lines = []
    fed = header.fields.by_place()
    for place, text in enumerate(header.texts):
        if not text:
            continue
        names = fed.get(place)
        if names:
            inverse = header.fields.inverse
            titles = "、".join(contract[name].title + OPPOSITE * (name in inverse) for name in names)
            lines.append((file, sheet, text, "、".join(names), titles, USED, "", "", _unit(header, contract, names)))
            continue
        near = header.fields.nearest.get(place)
        nearest, hint = (near.title, header.fields.hint(header.texts, place)) if near else ("", "")
        use = CARRIED if place in header.fields.known else UNKNOWN
        lines.append((file, sheet, text, "", "", use, nearest, hint, ""))
    return pd.DataFrame(lines, columns=COLUMN_ACCOUNT, dtype=str)


def _unit(header: Header, contract: Contract, names: list[str]) -> str:
    """The unit in which plain numbers of a money column were read, wherever it was stated; "" for other columns."""
    units = []
    for name in names:
        if contract[name].kind == "yuan":
            beside = header.unit_places.get(name)
            unit = header.units[name].removesuffix("元") + "元"
            units.append(unit if beside is None else f"见“{header.texts[beside]}”")
    return "、".join(dict.fromkeys(units))
