"""Catalogues of headings, shipped or given by a user, checked, parents before children."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.tables.reading import read_table
from matcher.tables.schemas.main import HEADINGS

SHIPPED = {
    "hte": "国家重点支持的高新技术领域（2016，国科发火〔2016〕32号附件）",
    "gbt4754": "国民经济行业分类（GB/T 4754-2017）",
    "clusters": "“6+1+1”产业集群（描述词为本项目所写）",
}
NONE = "无"
_SPLIT = re.compile(r"[;；、,，\n]+")


@dataclass(frozen=True, eq=False)
class Scheme:
    """A catalogue of headings, parents before children.

    `headings`: code, parent ("" at the top), name, words (describing words, joined by ";"), level (from 1). On one
    level the headings exclude each other. `others`: words of what no heading is about (the row named 无 of a table).
    Where the shipped ones come from stands in `matcher/fields/data/FIELDS.md`.
    """

    id: str
    title: str
    headings: pd.DataFrame
    others: str = ""

    @classmethod
    def load(cls, given: str | Path | pd.DataFrame) -> Scheme:
        """A shipped one ("hte", "gbt4754", "clusters"), or a table or its file: code, name, and words and parent.

        A table's headers may be Chinese (编码, 名称, 描述词, 上级编码); codes are made up where there are none. Raises
        TableError naming every fault.
        """
        if isinstance(given, str) and given in SHIPPED:
            return _shipped(given)
        if isinstance(given, pd.DataFrame):
            return cls("own", "自定义分类", *_checked(read_table(given, HEADINGS).rows, "分类表"))
        if not Path(given).is_file():
            raise TableError(f"没有名为“{given}”的分类，也没有这个文件；自带的分类有：{'、'.join(SHIPPED)}")
        path = Path(given)
        return cls(path.stem, path.stem, *_checked(read_table(path, HEADINGS).rows, path.name))

    @functools.cached_property
    def parents(self) -> NDArray[np.int64]:
        """The row of every heading's parent; -1 at the top."""
        place = {code: row for row, code in enumerate(self.headings["code"])}
        return np.array([place.get(parent, -1) for parent in self.headings["parent"]], np.int64)

    @functools.cached_property
    def levels(self) -> NDArray[np.int64]:
        """The level of every heading."""
        return self.headings["level"].to_numpy(np.int64)

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """The row of a heading by its code, or by its name where only one heading has it."""
        names = self.headings["name"]
        alone = ~names.duplicated(keep=False)
        return {name: row for row, name in enumerate(names) if alone[row]} | {
            code: row for row, code in enumerate(self.headings["code"])
        }

    def path(self, row: int) -> list[int]:
        """A heading and those above it."""
        path = []
        while row >= 0:
            path.append(row)
            row = int(self.parents[row])
        return path

    def examples(self) -> tuple[list[str], list[int]]:
        """What describes a heading: its name, the parts of a name that joins several, its words; and its row.

        Words of what no heading is about have the row -1.
        """
        texts, rows = [], []
        for row, (name, words) in enumerate(zip(self.headings["name"], self.headings["words"], strict=True)):
            parts = [name, *(part for part in re.split(r"[/、与及和]", name) if 1 < len(part) < len(name))]
            parts += [word.strip() for word in _SPLIT.split(words) if word.strip()]
            for text in dict.fromkeys(parts):
                texts.append(text)
                rows.append(row)
        others = [word.strip() for word in _SPLIT.split(self.others) if word.strip()]
        return texts + others, rows + [-1] * len(others)


@functools.cache
def _shipped(name: str) -> Scheme:
    with (files("matcher.fields") / "data" / f"{name}.csv").open("rb") as file:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    return Scheme(name, SHIPPED[name], *_checked(table, name))


def _checked(table: pd.DataFrame, where: str) -> tuple[pd.DataFrame, str]:
    """The headings with their levels, parents first, and the words of none of them; every fault at once."""
    rows = table[["code", "parent", "name", "words"]].reset_index(drop=True).astype(str)
    others = ";".join(rows.loc[rows["name"] == NONE, "words"])
    rows = rows[rows["name"] != NONE].reset_index(drop=True)
    faults = [f"编码“{code}”不止一行" for code in rows.loc[rows["code"].duplicated(), "code"].unique()]
    faults += [f"编码“{code}”没有名称" for code in rows.loc[rows["name"] == "", "code"]]
    above = dict(zip(rows["code"], rows["parent"], strict=True))
    unknown = rows[(rows["parent"] != "") & ~rows["parent"].isin(set(above))]
    faults += [f"编码“{row.code}”的上级“{row.parent}”不在表中" for row in unknown.itertuples(index=False)]
    levels = []
    for code in rows["code"]:
        seen = [code]
        while above.get(seen[-1]) and above[seen[-1]] not in seen:
            seen.append(above[seen[-1]])
        if above.get(seen[-1]) and above[seen[-1]] in above:
            faults.append(f"编码“{code}”的上级绕成了圈")
        levels.append(len(seen))
    if not len(rows):
        faults.append("没有任何条目")
    if faults:
        raise TableError(f"{where}：分类表有 {len(faults)} 处问题\n  " + "\n  ".join(faults[:20]))
    rows["level"] = levels
    return rows.sort_values("level", kind="stable").reset_index(drop=True), others
