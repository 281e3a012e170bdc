"""Duplicates to files: a page or a workbook with the pairs and their sentences side by side, or the pairs alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.tables import problem_files, write_tables
from matcher.export.targets import TABLES, check_targets, save_files
from matcher.export.titles import DUPLICATES
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.projects.alignment import HOW, align
from matcher.projects.pages import LIMIT, duplicates_page
from matcher.projects.sections import bodies
from matcher.tables.contacts.hiding import mask_contacts

SUFFIXES = (*TABLES, ".html")
NOTES = {
    "查重结果": "只提示、排序和对照，不下结论：是否重复由人看过两份材料后判断。",
    "提示": "重合、用字相近，或换了说法而含义和数字仍对得上，比绝大多数已有项目彼此之间都明显："
    "只有所定比例（误报率）的已有项目会被提示，不是一个相似百分比。误报率填 1 时不提示。",
    "误报率有把握": "已有项目少于约 2.3 除以误报率（1% 要 230 项）时为否："
    "只提示有整句照抄或一半以上重合的，仅仅相近的不提示。",
    "重合": "新项目每八个连续字中，在已有项目里原样出现的占比；标点空格不计。",
    "用字相近": "两份材料两字组合的余弦，越少见的组合越重要。",
    "含义相近": "减去全部项目平均之后向量的余弦。",
    "新增来源": "这一来源有、排在前面的来源没有的部分；几个来源都不小的，可能是拼接。",
    "情形": "本人延续：同一负责人以后年度的项目，单列，不作提示；其余按负责人、单位是否相同。",
}


def side_by_side(pairs: pd.DataFrame, new: pd.DataFrame, old: pd.DataFrame, *, mask: bool = True) -> pd.DataFrame:
    """The sentences of the flagged pairs, at most 200 pairs: new_id, old_id and the columns of `align`.

    mask: hide contacts before the texts are cut, since a piece of one cannot be told from other words.
    """
    flagged = pairs[pairs["flagged"]].head(LIMIT)
    texts = [
        dict(
            zip(
                one["project_id"].astype(str),
                map(mask_contacts, bodies(one)) if mask else bodies(one),
                strict=True,
            )
        )
        for one in (new, old)
    ]
    frames, encoder = [], StaticEncoder.load()
    for one, other in zip(flagged["new_id"], flagged["old_id"], strict=True):
        aligned = align(texts[0][one], texts[1][other], encoder=encoder)
        aligned.insert(0, "new_id", one)
        aligned.insert(1, "old_id", other)
        frames.append(aligned)
    names = ["new_id", "old_id", "number", "new_sentence", "old_sentence", "how", "value"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=names)


def write_duplicates(
    output: str | Path,
    pairs: pd.DataFrame,
    *,
    new: pd.DataFrame,
    old: pd.DataFrame,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write what `find_duplicates` gave: .xlsx with titles and sentences side by side, .html the flagged pairs on a
    sheet each, .csv or .parquet the pairs. Raises OutputError.
    """
    check_targets({output: SUFFIXES})
    target = Path(output)
    if target.suffix.lower() == ".html":
        page = duplicates_page(pairs, new, old, notes=NOTES, about=about or {}, mask=mask)
        save_files({**problem_files(target, problems, mask=mask), target: page})
        return
    if target.suffix.lower() != ".xlsx":
        write_tables(output, {"查重结果": pairs}, problems=problems, mask=mask)
        return
    titles = [_look_up(pairs[name], table) for name, table in (("new_id", new), ("old_id", old))]
    shown = pairs.assign(new_title=titles[0], old_title=titles[1])
    first = ["new_id", "new_title", "rank", "old_id", "old_title", "flagged", "because", "case"]
    shown = shown[[*first, *(name for name in shown if name not in first)]]
    shares = dict.fromkeys(("overlap", "likeness", "meaning", "adds", "value"), "0.0%")
    sentences = side_by_side(pairs, new, old, mask=mask)
    summary = (
        sentences.groupby(["new_id", "old_id"], sort=False)["how"].value_counts().unstack(fill_value=0)
        if len(sentences)
        else pd.DataFrame()
    )
    if len(summary):
        counts = summary.reindex(columns=list(HOW.values()), fill_value=0).reset_index()
        counts = counts.rename(columns={HOW["copied"]: "copied", HOW["reworded"]: "reworded", HOW["new"]: "new"})
        shown = shown.merge(counts, on=["new_id", "old_id"], how="left")
    look = {"titles": DUPLICATES, "formats": shares}
    tables = {
        "查重结果": Sheet(shown, **look, frozen=2, shade=("flagged", '="是"', "attention")),  # type: ignore[arg-type]
        "逐句对照": Sheet(sentences, **look, frozen=2, shade=("how", '="新内容"', "good")),  # type: ignore[arg-type]
    }
    write_tables(
        output,
        tables,
        problems=problems,
        columns=columns,
        notes={**NOTES, **(about or {})},
        title="查重结果",
        mask=mask,
    )


def _look_up(ids: pd.Series, table: pd.DataFrame) -> pd.Series:
    if "title" not in table:
        return pd.Series("", index=ids.index, dtype=object)
    known = table.assign(project_id=table["project_id"].astype(str)).set_index("project_id")["title"]
    return ids.map(known).fillna("").astype(object)
