"""Which firm of the book a row of a list is, whatever the list calls it: by id, by code, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from matcher.policy.firms.linkage import full_names, is_like_name, plain_name, right_codes, without_remarks


def recognised(rows: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.Series[Any], list[dict[str, Any]]]:
    """The enterprise_id under which the book has each row's firm, else the row's own; and lines about it.

    Parameters
    ----------
    rows
        Firms as `matcher.policy.firms.table.read_firms` gives them.
    known
        The firms of the book (`Book.firms`).

    Notes
    -----
    An id of the book is that firm. Any other is the firm that has the row's 统一社会信用代码, else the one firm of that
    name (but for writing and legal form), unless the two have different codes, or the list has an id of its own.
    """
    ids, names = rows["enterprise_id"].astype(str), _texts(rows, "name")
    codes, own = _codes(rows), _codes(known)
    firms = known["enterprise_id"].astype(str)
    book_names, formers = dict(zip(firms, _texts(known, "name"), strict=True)), _texts(known, "former_names")
    former = dict(zip(firms, formers, strict=True))
    code_of = dict(zip(firms, own, strict=True))
    by_code, by_name = _unique(own, firms), _unique(_texts(known, "name").map(plain_name), firms)
    out, lines = ids.tolist(), list[dict[str, Any]]()
    for at, (firm, name, code) in enumerate(zip(out, names, codes, strict=True)):
        if firm not in book_names:
            same = by_code.get(code) if code else None
            namesake = by_name.get(plain_name(name)) if same is None and name else None
            if namesake is not None and (firm in (code, "") or plain_name(firm) == plain_name(name)):
                same = namesake if not (code and code_of[namesake]) else None
            if same is None:
                if namesake is not None:
                    problem = f"库中已有同名企业“{namesake}”，编号或信用代码不同，作为另一家企业导入"
                    lines.append(_line(firm, problem, "若是同一家，请改用库中的编号"))
                continue
            out[at] = same
            lines.append(
                _line(firm, f"就是库中的“{same}”（{'信用代码' if code in by_code else '名称'}相同）", "请核对")
            )
        before = book_names[out[at]]
        if name and before and name != before and is_like_name(name, before, former[out[at]]):
            lines.append(_line(out[at], f"库中名称是“{before}”，表中写作“{name}”", "按同一家企业处理；请核对"))
    return pd.Series(out, index=rows.index, dtype=object), lines


def likely_twins(rows: pd.DataFrame, known: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Lines about firms that may be one, of which one at least is new: the name of one (鲁南重工) is short for that of
    one other alone, in the list or in the book, or is its name with a remark in brackets. They stay two firms.
    """
    names, codes = dict[str, str](), dict[str, str]()
    for table in (known, rows):
        if table is not None:
            ids = table["enterprise_id"].astype(str)
            names |= dict(zip(ids, _texts(table, "name"), strict=True))
            codes |= dict(zip(ids, _codes(table), strict=True))
    old = set() if known is None else set(known["enterprise_id"].astype(str))
    firm_of = {name: firm for firm, name in names.items()}
    said = {}
    for short, full in full_names(list(firm_of), list(firm_of)).items():
        firms = firm_of[short], firm_of[full]
        said[firms] = f"“{short}”可能是“{full}”（{firms[1]}）的简称，没有当作同一家"
    for name, other in _remarked(names, old):
        said[name, other] = f"“{names[name]}”去掉括号里的说明，和“{names[other]}”（{other}）同名，没有当作同一家"
    return [
        _line(firms[0], problem, "若是同一家，请改用全称或同一个编号")
        for firms, problem in said.items()
        if not old.issuperset(firms) and (not all(map(codes.get, firms)) or len({codes[firm] for firm in firms}) == 1)
    ]


def _remarked(names: Mapping[str, str], old: set[str]) -> Iterator[tuple[str, str]]:
    """Pairs of firms of one name but for a remark in brackets, the one that the book has last."""
    alike: dict[str, list[str]] = {}
    for firm, name in names.items():
        if name:
            alike.setdefault(plain_name(without_remarks(name)), []).append(firm)
    for firms in alike.values():
        first = min(firms, key=lambda firm: (firm not in old, without_remarks(names[firm]) != names[firm]))
        for firm in firms:
            if firm != first and plain_name(names[firm]) != plain_name(names[first]):
                yield firm, first


def _texts(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in table:
        return pd.Series("", index=table.index, dtype=object)
    return table[name].fillna("").astype(str)


def _codes(table: pd.DataFrame) -> pd.Series[Any]:
    """The right code of every firm, also where it stands as its id."""
    codes = right_codes(_texts(table, "uscc"))
    return codes.where(codes != "", right_codes(_texts(table, "enterprise_id")))


def _unique(keys: pd.Series[Any], firms: pd.Series[Any]) -> dict[str, str]:
    """Key -> the one firm that has it."""
    alone = ~keys.duplicated(keep=False) & (keys != "")
    return dict(zip(keys[alone], firms[alone], strict=True))


def _line(firm: str, problem: str, action: str) -> dict[str, Any]:
    return {"row": None, "column": "企业编号", "value": firm, "problem": problem, "action": action, "kept": True}
