"""Ids with their names, for people: `007 张三`. The names come from the pair table, or are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

NOUNS = {"left": "左方", "right": "右方"}
SIDES = ("left", "right")
Names = Mapping[str, Mapping[str, str]]  # "left" and "right" -> id -> name

_PERSONS = ("人", "员", "专家", "师", "评委", "教授", "院士")  # nouns that end so have 姓名, others 名称


def names_of(pairs: pd.DataFrame, given: Names | None = None) -> dict[str, dict[str, str]]:
    """The names of both sides: those of the columns left_name and right_name, where there are such, then those given.

    >>> names_of(pd.DataFrame({"left_id": ["1"], "left_name": ["张三"]}), {"right": {"P1": "机床"}})
    {'left': {'1': '张三'}, 'right': {'P1': '机床'}}
    """
    names: dict[str, dict[str, str]] = {side: {} for side in SIDES}
    for side in SIDES:
        if f"{side}_name" in pairs and f"{side}_id" in pairs:
            texts = pairs[f"{side}_name"].astype(object).where(pairs[f"{side}_name"].notna(), "").astype(str)
            listed = zip(pairs[f"{side}_id"].astype(str), texts, strict=True)
            names[side] = {name: text.strip() for name, text in dict.fromkeys(listed) if text.strip()}
        names[side] |= {str(name): text for name, text in (given or {}).get(side, {}).items() if text}
    return names


def label(names: Mapping[str, str], name: str) -> str:
    """An id and, where it is known, the name behind it.

    >>> label({"007": "张三"}, "007"), label({}, "P1")
    ('007 张三', 'P1')
    """
    return f"{name} {names[name]}" if names.get(name) else name


def labels(names: Mapping[str, str], ids: Iterable[str]) -> str:
    """Several ids with their names in one text."""
    return "、".join(label(names, name) for name in ids)


def name_title(noun: str) -> str:
    """The header of a column of names.

    >>> name_title("专家"), name_title("项目")
    ('专家姓名', '项目名称')
    """
    return noun + ("姓名" if noun.endswith(_PERSONS) else "名称")
