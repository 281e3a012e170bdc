"""The parts of an application's text, in the order in which people write them."""

from __future__ import annotations

import re

import pandas as pd

from matcher.tables.cells.texts import first_few, shorten

SECTIONS = {
    "grounds": "立项依据",
    "content": "研究内容",
    "approach": "技术方案",
    "innovation": "创新点",
    "indicators": "考核指标",
}

_ELSEWHERE = re.compile(
    r"[(（\s]*(?:内容|具体|正文)?(?:请?详?见|参见|请?参阅|参照)(?!解|证|习|识|效).{0,20}[)）。\s]*"
    r"|[(（\s]*同(?:左|右|上|下|前|[A-Za-z]*\d+)[)）。\s]*|[(（\s]*(?:略|无|另附|附后)[)）。\s]*"
)
_RUN = 8  # letters and figures from which equal texts are told


def bodiless(projects: pd.DataFrame) -> list[str]:
    """A line for each project whose text stands elsewhere (见附件) or is that of an earlier one, and one for all
    without a text.

    >>> text = "研究硬齿面齿轮磨削烧伤的检测方法"
    >>> bodiless(pd.DataFrame({"project_id": ["P1", "P2", "P3"], "title": ["甲", "乙", "丙"],
    ...     "text": [text, text + "。", "见附件"]}))
    ['P2 的正文与 P1 相同，请核对', 'P3 的正文写的是“见附件”，没有比对正文；请附上正文再查']
    >>> bodiless(pd.DataFrame({"project_id": ["P1", "P2"], "title": ["甲", "乙"], "text": [text, ""]}))
    ['P2 没有正文，只比对了名称；请附上正文再查']
    """
    names = [name for name in ("text", *SECTIONS) if name in projects]
    lines, bare, first = list[str](), list[str](), dict[str, str]()
    records = projects.astype(object).to_dict("records")
    filled = [[str(row[name]).strip() for name in names if not pd.isna(row[name])] for row in records]
    some = any(map(any, filled))
    for row, texts in zip(records, filled, strict=True):
        cells = [text for text in texts if text]
        own = [cell for cell in cells if not _ELSEWHERE.fullmatch(cell)]
        who = str(row["project_id"])
        if cells and not own:
            lines.append(f"{who} 的正文写的是“{shorten(cells[0], 20)}”，没有比对正文；请附上正文再查")
        if some and not cells:
            bare.append(who)
        key = "".join(filter(str.isalnum, "".join(own)))
        if len(key) >= _RUN and first.setdefault(key, who) != who:
            lines.append(f"{who} 的正文与 {first[key]} 相同，请核对")
    if bare:
        lines.append(f"{first_few(bare, '项')} 没有正文，只比对了名称；请附上正文再查")
    return lines


def bodies(projects: pd.DataFrame) -> list[str]:
    """Text and sections of each project; the title where there are none."""
    without = whole_texts(projects.drop(columns="title", errors="ignore"))
    return [body or whole for body, whole in zip(without, whole_texts(projects), strict=True)]


def whole_texts(projects: pd.DataFrame) -> list[str]:
    """Title, text and sections of each project, joined by line ends; "" for what is empty."""
    names = [name for name in ("title", "text", *SECTIONS) if name in projects]
    columns = [projects[name].astype(object).where(projects[name].notna(), "").astype(str) for name in names]
    return ["\n".join(filter(None, cells)) for cells in zip(*columns, strict=True)]
