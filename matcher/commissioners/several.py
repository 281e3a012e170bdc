"""Cells that name several villages or persons: a row for each where they stand apart plainly, told otherwise."""

from __future__ import annotations

import re

import pandas as pd

from matcher.tables.naming.names import may_be_several, persons_apart

Told = list[tuple[str, str, str, str]]  # field, value, what, action

_PEACE = "和[平谐睦美顺兴安祥悦风丰庆泰合润乐善信](?:新|家园|花园|[东西南北中一二三四])?(?:村|社区)"
_BETWEEN = re.compile(rf"[、，,;；/\n]+(?![^(（]*[)）])|(?<=[村区])\s+|(?<=[村区])(?!{_PEACE})[和与及]")
_ONE_OR_TWO = re.compile(f"[村区]{_PEACE}")  # 甲村和平社区: 甲村 and 平社区, or 和平社区 of 甲村
_VILLAGE = re.compile(
    r"(?!.*(?:\d|[一二三四五六七八九十两几数多]+个|全[镇乡县街村]|各村|所有)).*(?:村|社区|村委会|居委会)(?:[（(].*[)）])?"
)
_OTHERS = re.compile(r"(.*?(?:村|社区))?等(?:共|[\d一二三四五六七八九十两几多余]|个)*(?:行政|自然)?(?:村|社区)?")
_NAMELESS = re.compile(
    r"(?:(?:全|本|各|该)?[镇乡县区市]|(?:全|本|该)街道)?(?:共|所有|全部|全体|其余|其他|各|约)?"
    r"(?:(?:\d+|[一二三四五六七八九十百两几数多]+)个)(?:行政|自然)?(?:村|社区)(?:全覆盖)?"
    r"|(?:全[镇乡县]|全街道|各|所有|全部|其余|其他)(?:各|所有|全部)?(?:行政)?(?:村|社区)(?:全覆盖)?|全[镇乡县]"
)


def villages_apart(rows: pd.DataFrame) -> tuple[pd.DataFrame, Told]:
    """A row a village, and what was done: 甲村、乙村 are two; those of 全镇12个村 have no names, and are left out."""
    told: Told = []
    taken: list[tuple[int, str]] = []
    for at, cell in enumerate(rows["village"].astype(str)):
        text = cell.strip()
        if _NAMELESS.fullmatch(text):
            told.append(("village", text, "写的是几个村，没有村名，没有安排", "请一村一行写出村名"))
            continue
        if (others := _OTHERS.fullmatch(text)) and others[1]:
            text = others[1]
            told.append(("village", cell, f"另有没有写出村名的村，只安排了“{text}”", "请一村一行写出村名"))
        parts = [part.strip() for part in _BETWEEN.split(text) if part and part.strip()]
        if any(_ONE_OR_TWO.search(part) for part in parts):
            told.append(("village", cell, "一格里似有几个村，看不出怎样分开，“和”字前后没有分开", "请一村一行写出村名"))
            if len(parts) == 1:
                taken.append((at, text))
                continue
        if len(parts) > 1 and all(_VILLAGE.fullmatch(part) for part in parts):
            told.append(("village", cell, f"一格里有 {len(parts)} 个村，已拆开", "请核对；需求当作各村共有"))
            taken += [(at, part) for part in parts]
            continue
        if len(parts) > 1:
            told.append(("village", cell, "一格里似有几个村，看不出怎样分开，当作一个村", "请一村一行写出村名"))
        taken.append((at, text))
    return _taken(rows, taken, "village"), told


def commissioners_apart(rows: pd.DataFrame) -> tuple[pd.DataFrame, Told]:
    """A row a person, and what was done: 张某、李某 are two."""
    told: Told = []
    taken: list[tuple[int, str]] = []
    for at, cell in enumerate(rows["name"].astype(str)):
        text = cell.strip()
        if parts := persons_apart(text):
            action = "请核对；可服务村数、天数按每人各有这么多计"
            told.append(("name", cell, f"一格里有 {len(parts)} 位，已拆开", action))
            taken += [(at, part) for part in parts]
            continue
        if may_be_several(text):
            told.append(("name", cell, "一格里似有几位，看不出是不是，当作一位", "请一人一行写出姓名"))
        taken.append((at, text))
    return _taken(rows, taken, "name"), told


def _taken(rows: pd.DataFrame, taken: list[tuple[int, str]], name: str) -> pd.DataFrame:
    kept = rows.iloc[[at for at, _ in taken]].reset_index(drop=True)
    return kept.assign(**{name: pd.Series([text for _, text in taken], dtype=rows[name].dtype)})
