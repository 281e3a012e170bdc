"""Triaged needs to files: a workbook, a table, or the pages that a broker sends to the firms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.export.pages import page_bytes
from matcher.export.sheets import Sheet
from matcher.export.tables import clean_text, files_of, problem_files
from matcher.export.targets import check_targets, make_folder, save_files
from matcher.export.titles import TRIAGE
from matcher.needs.completeness import ReadNeed, parts_table, read_one
from matcher.needs.parts import CALLS, PARTS
from matcher.needs.questions import questions_table
from matcher.needs.routes import TriagedNeed, triage_table
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.privacy import mask_ids
from matcher.tables.schemas.main import NEEDS

SUFFIXES = (".xlsx", ".html", ".csv", ".parquet")

ROUTES = {"match": "先匹配", "ask": "先补问", "challenge": "可张榜"}
_LABELS = {part.name: part.label for part in PARTS}
_FIELDS = {column.name: column.title for column in NEEDS.columns} | {"budget_text": NEEDS["budget"].title}
_KINDS = {
    "object": "对象", "material": "材料", "problem": "问题", "effect": "效果", "method": "办法", "application": "用在",
    "deadline": "时限", "money": "经费", "rights": "成果归属", "cooperation": "合作方式", "condition": "对承接方",
}  # fmt: skip
_TERMS = ("cooperation", "budget", "budget_text", "done_by", "ownership", "valid_until")
_MOST_PHRASES = 8
LEGEND = {
    "完整度": "0 至 100，各项得分之和；各项的满分见“权重”。"
    "要求哪些内容，取自几地公开的“揭榜挂帅”需求征集通知；每项多少分是本软件定的。",
    "去向": "先匹配：写清了要什么，可以找成果。先补问：没有说清，或说得太少，判断不了哪项成果合用。"
    "可张榜：内容够发布，且需求自己说现成的办法不够，或写明了指标而库中没有可推荐的成果。",
    "补问": "至多五个问题，答后加分最多的在前。问题里的单位只是提示，数值由企业填。",
    "要求项数": "需求提出了几件不同的事；0 表示没有明确的要求。",
}


def write_triage(
    output: str | Path,
    triaged: Sequence[TriagedNeed],
    *,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write triaged needs as a workbook (.xlsx), as pages (.html, one printed page or more a need) or as a table.

    .csv and .parquet hold what `triage` gives, with the routes match, ask and challenge. A workbook also
    holds the questions with a column for the answers, the points part by part, and the weights. mask: hide contacts.
    Raises OutputError.
    """
    check_targets({output: SUFFIXES})
    target = Path(output)
    if target.suffix.lower() == ".html":
        page = _page(triaged, about or {}, mask)
        save_files({**problem_files(target, problems, mask=mask), target: page})
        return
    sheets = _sheets(triaged) if target.suffix.lower() == ".xlsx" else {"需求": Sheet(triage_table(list(triaged)))}
    notes = LEGEND | {f"征集通知：{name}": address for name, address in CALLS.items()} | dict(about or {})
    save_files(files_of(target, sheets, problems=problems, columns=columns, notes=notes, title="需求梳理", mask=mask))


def write_need_pages(folder: str | Path, triaged: Sequence[TriagedNeed], *, mask: bool = True) -> int:
    """Write a page a need into a folder, made where it is missing; how many is returned. Raises OutputError."""
    place = make_folder(folder)
    shown = mask_ids(one.need.need_id for one in triaged) if mask else {}
    names: dict[str, bytes] = {}
    for one in triaged:
        stem = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", shown.get(one.need.need_id, one.need.need_id))[:80] or "需求"
        name, number = stem, 1
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names[name] = _page([one], {}, mask)
    save_files({place / f"{name}.html": page for name, page in names.items()})
    return len(names)


def _sheets(triaged: Sequence[TriagedNeed]) -> dict[str, Sheet]:
    table = triage_table(list(triaged))
    _insert_names(table, triaged)
    table["route"] = table["route"].map(ROUTES)
    questions = questions_table([(one.need.need_id, one.questions) for one in triaged]).rename(
        columns={"points": "adds"}
    )
    asked = ["need_id", *_insert_names(questions, triaged), "rank", "question", "adds", "answer"]
    questions["answer"] = ""
    parts = parts_table([one.need for one in triaged])
    parts = parts.assign(part=parts["part"].map(_LABELS), field=parts["field"].map(_FIELDS).fillna(""))
    weights = pd.DataFrame([(part.label, part.points, part.source) for part in PARTS], columns=["part", "of", "source"])
    formats = {"completeness": "0", "points": "0.0", "adds": "0", "of": "0"}
    return {
        "需求": Sheet(table, TRIAGE, frozen=2, formats=formats, shade=("route", f'="{ROUTES["ask"]}"', "attention")),
        "补问": Sheet(questions[asked], TRIAGE, frozen=2, formats=formats),
        "完整度明细": Sheet(
            parts[["need_id", "part", "points", "of", "text", "field"]],
            TRIAGE,
            formats=formats,
            shade=("points", "=0", "attention"),
        ),
        "权重": Sheet(weights, TRIAGE, formats=formats),
    }


def _insert_names(table: pd.DataFrame, triaged: Sequence[TriagedNeed]) -> list[str]:
    """Put the name of each need behind its id, and that of its firm where a need has one; the columns put in."""
    names = [
        name for name in ("title", "enterprise") if name == "title" or any(name in one.need.texts for one in triaged)
    ]
    for place, name in enumerate(names, 1):
        table.insert(
            place, name, table["need_id"].map({one.need.need_id: one.need.texts.get(name, "") for one in triaged})
        )
    return names


def _page(triaged: Sequence[TriagedNeed], about: Mapping[str, str], mask: bool) -> bytes:
    ids = mask_ids(one.need.need_id for one in triaged) if mask else {}
    context: dict[str, Any] = {
        "needs": [_facts(one, ids.get(one.need.need_id, one.need.need_id), mask) for one in triaged],
        "about": dict(about),
        "legend": LEGEND,
    }
    return page_bytes("needs", context, mask=mask)


def _facts(one: TriagedNeed, need_id: str, mask: bool) -> dict[str, Any]:
    need = _shown(one.need, mask)
    kinds: dict[str, dict[str, None]] = {}
    for element in need.elements:
        kinds.setdefault(_KINDS[element.kind], {})[element.text] = None
    return {
        "id": need_id,
        "title": need.texts.get("title", "") or "（无名称）",
        "firm": need.texts.get("enterprise", ""),
        "completeness": one.need.completeness,
        "route": one.route,
        "route_text": ROUTES[one.route],
        "reason": one.reason,
        "texts": [
            (_FIELDS[name], _marked(need, name)) for name in _FIELDS if name != "title" and _has_sentences(need, name)
        ],
        "terms": [(_FIELDS[name], _term(name, need.texts[name])) for name in _TERMS if name in need.texts],
        "elements": [(label, list(kinds[label])[:_MOST_PHRASES]) for label in _KINDS.values() if label in kinds],
        "figures": [_figure(figure) for figure in need.figures],
        "parts": [{"label": part.label, "points": one.need.points[part.name], "of": part.points} for part in PARTS],
        "questions": [
            {"text": question.text, "adds": question.points, "figures": "indicators" in question.parts}
            for question in one.questions
        ],
    }


def _term(name: str, text: str) -> str:
    return f"{float(text):,.0f} 元" if name == "budget" else text


def _shown(need: ReadNeed, mask: bool) -> ReadNeed:
    """The need as it may be seen: one that holds contacts is read again without them, so that no cut leaves half."""
    texts = {name: clean_text(mask_contacts(text) if mask else text) for name, text in need.texts.items()}
    return need if texts == need.texts else read_one(need.need_id, texts)


def _has_sentences(need: ReadNeed, name: str) -> bool:
    return any(sentence.field == name for sentence in need.sentences)


def _marked(need: ReadNeed, name: str) -> list[tuple[str, str]]:
    """The text of a field in pieces, each with its role; "" between sentences."""
    text, at = need.texts[name], 0
    pieces: list[tuple[str, str]] = []
    for sentence in sorted((one for one in need.sentences if one.field == name), key=lambda one: one.start):
        if sentence.start > at:
            pieces.append(("", text[at : sentence.start]))
        pieces.append((sentence.role, text[sentence.start : sentence.end]))
        at = sentence.end
    return [*pieces, ("", text[at:])]


def _figure(figure: Any) -> dict[str, str]:
    one = figure.indicator
    return {
        "quantity": one.quantity,
        "text": one.text,
        "condition": one.condition,
        "use": "要求" if figure.asked else "现状",
    }
