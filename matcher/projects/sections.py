"""The parts of an application's text, in the order in which people write them."""

from __future__ import annotations

import pandas as pd

SECTIONS = {
    "grounds": "立项依据",
    "content": "研究内容",
    "approach": "技术方案",
    "innovation": "创新点",
    "indicators": "考核指标",
}


def bodies(projects: pd.DataFrame) -> list[str]:
    """Text and sections of each project; the title where there are none."""
    without = whole_texts(projects.drop(columns="title", errors="ignore"))
    return [body or whole for body, whole in zip(without, whole_texts(projects), strict=True)]


def whole_texts(projects: pd.DataFrame) -> list[str]:
    """Title, text and sections of each project, joined by line ends; "" for what is empty."""
    names = [name for name in ("title", "text", *SECTIONS) if name in projects]
    columns = [projects[name].astype(object).where(projects[name].notna(), "").astype(str) for name in names]
    return ["\n".join(filter(None, cells)) for cells in zip(*columns, strict=True)]
