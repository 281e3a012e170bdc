"""Score sheets: one workbook a reviewer with only their items, and what comes back read as one table.

The record beside the workbooks (`RECORD`) says what was given out; the workbooks that come back are only read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from matcher.errors import OutputError, TableError
from matcher.export.formats import json_bytes
from matcher.export.sheets import Sheet
from matcher.export.tables import files_of
from matcher.export.titles import REVIEW
from matcher.review.publishing.period_beside import with_period_beside
from matcher.review.sheets.cells import shared_out
from matcher.review.sheets.criteria import Criterion, number_of
from matcher.review.sheets.pairs import check_ids, recuses, said_beside, sent_out
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells.texts import shorten
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.json import parse_json
from matcher.tables.naming.writings import fold
from matcher.tables.privacy import mask_ids, mask_table
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, read_table
from matcher.tables.schemas.contracts import Column, Contract
from matcher.tables.schemas.reviews import REVIEW_ITEMS
from matcher.tables.schemas.single_commands import REVIEW_SCORES

RECORD = "派发记录.json"
SHEET = "评分表"
_SCORE = "总体评分"
_FORMAT = 1
_UNSAFE = re.compile(r"[^\w\-]+")
_SHOWN = ("item", "title", "unit", "award", "grade", "summary")


class Collected(NamedTuple):
    """Scores with totals (item, reviewer, score, submitted_on, comment, file), each criterion's, and the problems."""

    scores: pd.DataFrame
    parts: pd.DataFrame
    problems: pd.DataFrame
    given: int


def read_items(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read a table of what is judged (the contract REVIEW_ITEMS); a period of publication in a line beside the table
    (公示期：2026年11月2日至11月8日) is each row's where no column has one, told.
    """
    return with_period_beside(read_table(source, REVIEW_ITEMS, sheet=sheet, columns=columns), source)


def score_workbooks(
    pairs: pd.DataFrame,
    items: pd.DataFrame | None = None,
    *,
    criteria: list[Criterion] | None = None,
    due: Day | None = None,
    mask: bool = True,
) -> dict[str, bytes]:
    """File name -> content: one workbook a reviewer and the record of what was given out.

    Parameters
    ----------
    pairs
        item, reviewer, and where known title, conflict and alternate, as `read_scores` gives them. Pairs with a
        conflict and alternates are left out, also those of which another column says so (`withheld`).
    items
        item and what a reviewer sees of it: title, unit, award, grade, summary. Persons and nominators are not shown.
    criteria
        By default one score from 0 to 100.
    due
        The last day, which stands in the sheet and the record.
    mask
        Hide contacts; ids that are contacts get masks of their own in all files.

    Raises
    ------
    TableError
        A pair lacks an id, nothing is left to score, or an item is not in `items`.
    """
    check_frame(pairs, "pairs", "read_scores(path).rows")
    check_ids(pairs, "item", "reviewer")
    kept = pairs[sent_out(pairs)]
    kept = kept.assign(item=kept["item"].astype(str), reviewer=kept["reviewer"].astype(str))
    kept = kept.drop_duplicates(["item", "reviewer"])
    if kept.empty:
        raise TableError("没有要评的项目：表是空的，或者每一对都须回避或是候补")
    seen = _seen(kept, items)
    asked = criteria or [Criterion(_SCORE, 0.0, 100.0)]
    if mask:
        asked = [one._replace(name=mask_contacts(one.name), standard=mask_contacts(one.standard)) for one in asked]
        shown = mask_ids([*kept["item"], *kept["reviewer"]])
        kept = kept.assign(item=kept["item"].map(shown), reviewer=kept["reviewer"].map(shown))
        seen = mask_table(seen.assign(item=seen["item"].map(shown)))
    files: dict[str, bytes] = {}
    entries = []
    for number, (reviewer, group) in enumerate(kept.groupby("reviewer", sort=True), 1):
        name = f"评分表-{number:03d}-{_UNSAFE.sub('_', str(reviewer))[:40]}.xlsx"
        sheet, lines = _form(str(reviewer), group[["item"]].merge(seen, on="item", how="left"), asked, due)
        files[name] = files_of(name, {SHEET: sheet}, notes=lines, title=SHEET, mask=mask)[Path(name)]
        digest = hashlib.sha256(files[name]).hexdigest()
        entries.append({"file": name, "reviewer": reviewer, "items": group["item"].tolist(), "sha256": digest})
    titles = seen.dropna(subset="title").set_index("item")["title"].astype(str).to_dict() if "title" in seen else {}
    record = {
        "format": _FORMAT,
        "due": None if due is None else as_day(due).isoformat(),
        "criteria": [one._asdict() for one in asked],
        "titles": titles,
        "sheets": entries,
    }
    return {**files, RECORD: json_bytes(record) + b"\n"}


def withheld(pairs: pd.DataFrame) -> list[str]:
    """A line for each pair that gets no sheet because a remark says that the reviewer must recuse or is an alternate.

    >>> withheld(pd.DataFrame({"item": ["P1", "P2"], "reviewer": "E1", "备注": ["回避：同单位", "无需回避"]}))
    ['P1、E1：备注写的是“回避：同单位”，没有发评分表']
    """
    check_ids(pairs, "item", "reviewer")
    lines = zip(pairs["item"].astype(str), pairs["reviewer"].astype(str), said_beside(pairs), strict=True)
    return [mask_contacts(f"{item}、{reviewer}：{said}，没有发评分表") for item, reviewer, said in lines if said]


def _seen(kept: pd.DataFrame, items: pd.DataFrame | None) -> pd.DataFrame:
    """What a reviewer sees of each item."""
    table = (kept if items is None else items.assign(item=items["item"].astype(str))).drop_duplicates("item")
    if missing := sorted(set(kept["item"]) - set(table["item"])):
        raise TableError(f"项目表里没有 {len(missing)} 个要评的项目：{'、'.join(missing[:5])}；请补上，或核对编号")
    filled = [name for name in _SHOWN if name in table and table[name].fillna("").astype(str).str.strip().ne("").any()]
    return table[filled]


def _form(reviewer: str, seen: pd.DataFrame, asked: list[Criterion], due: Day | None) -> tuple[Sheet, dict[str, str]]:
    blank: dict[str, Any] = {one.header: None for one in asked}
    table = seen.assign(reviewer=reviewer, **blank, comment=None, submitted_on=None).astype(object)
    names = ["item", "reviewer", *[name for name in seen.columns if name != "item"], *blank, "comment", "submitted_on"]
    sheet = Sheet(
        table[names].where(table[names].notna(), None),
        titles=REVIEW,
        frozen=2,
        formats={"item": "@", "reviewer": "@", "submitted_on": "yyyy-mm-dd"},
        comments={one.header: one.standard for one in asked if one.standard},
        bounds={one.header: (one.lowest, one.highest) for one in asked},
    )
    lines = {
        "怎样填": "每项填各指标的分数和提交日期；单元格只接受标出的范围。只填本表，不改项目编号和评委编号。",
        "保密": "本表只有您一人的项目；请勿转给他人。",
        "回避": "若发现须回避的项目，请留空，并在评审意见里写“回避”。",
        **{one.name: one.text for one in asked},
    }
    if due is not None:
        lines["交回日期"] = as_day(due).isoformat()
    return sheet, lines


def collect_scores(folder: str | Path, *, due: Day | None = None) -> Collected:
    """Read the workbooks of a folder, as they came back, against its record.

    Parameters
    ----------
    folder
        Of `score_workbooks`: `RECORD` and filled workbooks, under whatever names; nothing in it is changed.
    due
        The last day, instead of the record's.

    Returns
    -------
    Collected
        `scores`, one row a given-out pair with a whole score, by item and reviewer: item, reviewer, score (the
        criteria by their weights), submitted_on, comment, file. `parts`: item, reviewer and each criterion's score.
        `problems`: a workbook that did not come back, came back as it went out or cannot be read; a pair that was
        not given out; an item beside the title of another; a score that is missing, no number or outside its bounds,
        none of which counts; a late one, and one without a date, which count; a pair given twice: with different scores
        none counts.

    Raises
    ------
    TableError
        There is no record, or no score at all came back.
    """
    place = Path(folder)
    record = _record(place)
    asked = [Criterion(**one) for one in record["criteria"]]
    last = as_day(due) if due is not None else as_day(record["due"]) if record["due"] else None
    problems: list[dict[str, Any]] = []
    frames = [frame for frame in _filled(place, record, asked, problems) if len(frame)]
    given = {(str(item), str(one["reviewer"])) for one in record["sheets"] for item in one["items"]}
    rows = [
        dict(zip(frame.columns, cells, strict=True))
        for frame in frames
        for cells in frame.itertuples(index=False, name=None)
    ]
    counted = _counted(rows, asked, given, record.get("titles", {}), problems)
    if not counted:
        raise TableError("没有收到一个完整的评分：" + "；".join(dict.fromkeys(str(one["problem"]) for one in problems)))
    table = pd.DataFrame(counted).sort_values(["item", "reviewer"], kind="stable", ignore_index=True)
    days = pd.to_datetime(table["submitted_on"])
    for at in table.index:
        pair = f"{table['item'][at]}、{table['reviewer'][at]}"
        if pd.isna(days[at]):
            if last is not None:
                problems.append(
                    _problem(
                        table["file"][at], "submitted_on", pair, "没有提交日期，不知是否迟交", "照计，请核实", True
                    )
                )
        elif last is not None and days[at].date() > last:
            problems.append(
                _problem(table["file"][at], "submitted_on", pair, f"迟于 {last}", "照计，请决定是否采用", True)
            )
    back = set(zip(table["item"], table["reviewer"], strict=True))
    told = {tuple(str(one["value"]).split("、", 1)) for one in problems if one["column"] != ""}
    sheet_of = {str(one["reviewer"]): str(one["file"]) for one in record["sheets"]}
    problems.extend(
        _problem(sheet_of[reviewer], "score", f"{item}、{reviewer}", "派出后没有收到分数", "请催交", False)
        for item, reviewer in sorted(given - back - told)
    )
    frame = pd.DataFrame(problems, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})
    parts = table[["item", "reviewer", *[one.name for one in asked]]]
    return Collected(table[["item", "reviewer", "score", "submitted_on", "comment", "file"]], parts, frame, len(given))


def collected_sheets(collected: Collected) -> dict[str, Sheet]:
    """The sheets of what was collected: the scores, then each criterion's."""
    titles = {**{str(name): str(name) for name in collected.parts}, **REVIEW}
    return {
        "评分": Sheet(collected.scores, titles=REVIEW, frozen=2, formats={"score": "General"}),
        "分项得分": Sheet(collected.parts, titles, frozen=2),
    }


def check_unused(folder: Path) -> None:
    """Refuse a folder from which sheets already went out: filled ones may lie there. Raises OutputError."""
    if (folder / RECORD).exists():
        raise OutputError(f"文件夹“{folder}”里已有派发记录，可能有填好的评分表；请换一个文件夹")


def outside(output: Path, folder: Path) -> None:
    """Refuse a result inside the folder of the sheets, where it would be taken for one. Raises OutputError."""
    if output.resolve().parent == folder.resolve():
        raise OutputError(f"“{output}”在评分表的文件夹里；请写到别处，评分表原件不动")


def _record(place: Path) -> dict[str, Any]:
    try:
        record = parse_json((place / RECORD).read_bytes())
        if record["format"] == _FORMAT and {"due", "criteria", "sheets"} <= set(record):
            return dict(record)
    except OSError:
        raise TableError(f"文件夹“{place}”里没有“{RECORD}”；请把交回的评分表放回发出时的文件夹") from None
    except (ValueError, TypeError, LookupError):
        pass
    raise TableError(f"“{place / RECORD}”不是 review sheets 写出的派发记录")


def _filled(
    place: Path, record: Mapping[str, Any], asked: list[Criterion], problems: list[dict[str, Any]]
) -> Iterator[pd.DataFrame]:
    """The rows of each workbook that came back; the others are told."""
    out = {one["sha256"]: one for one in record["sheets"]}
    back: set[str] = set()
    others: dict[str, str] = {}  # file -> the reviewers whose rows it has
    untouched: dict[str, str] = {}
    contract = Contract(
        "filled_sheet",
        SHEET,
        "row_id",
        (
            Column("row_id", "id", "行编号"),
            *(REVIEW_SCORES[name] for name in ("item", "reviewer", "title", "submitted_on", "comment")),
            *(Column(f"part_{at}", "number", one.header, (one.name,)) for at, one in enumerate(asked)),
        ),
        referred=False,
        keeps_unread=True,
    )
    titles = record.get("titles", {})
    items = {str(one["reviewer"]): [str(item) for item in one["items"]] for one in record["sheets"]}
    for path in sorted(place.glob("*.xlsx")):
        if path.name.startswith("~$"):
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest in out:
            untouched[str(out[digest]["reviewer"])] = path.name
            continue
        try:
            reading = read_table(path, contract, sheet=SHEET)
        except TableError as error:
            problems.append(_problem(path.name, "", "", f"读不了：{error}", "请核对；这个文件没有采用", False))
            continue
        unreadable = reading.problems[~reading.problems["problem"].str.contains("行编号", regex=False)]
        rows, unreadable = shared_out(reading.rows, unreadable, asked, items, titles)
        problems.extend({str(key): cell for key, cell in row.items()} for row in unreadable.to_dict("records"))
        names = reading.rows["reviewer"].dropna().astype(str).unique().tolist()
        back.update(names)
        others[path.name] = "、".join(names)
        yield rows.assign(file=path.name)
    for one in record["sheets"]:
        reviewer = str(one["reviewer"])
        if reviewer in back:
            continue
        text, action = "和发出时一样，没有填写" if reviewer in untouched else "评分表没有交回", "请催交"
        if reviewer not in untouched and others.get(one["file"]):
            text = f"这份表里是 {others[one['file']]} 的，没有 {reviewer} 的"
            action = "请核对是否填错了表或改了评委编号"
        problems.append(_problem(untouched.get(reviewer, one["file"]), "", reviewer, text, action, False))


def _counted(
    rows: list[dict[str, Any]],
    asked: list[Criterion],
    given: set[tuple[str, str]],
    titles: Mapping[str, str],
    problems: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """The rows with a whole score of a pair that was given out, beside the title it went out with, each pair once."""
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    twice: set[tuple[str, str]] = set()
    for row in rows:
        pair = (str(row["item"]), str(row["reviewer"]))
        shown, file = "、".join(pair), row["file"]
        scores = [number_of(row[f"part_{at}"]) for at in range(len(asked))]
        lacking = [one.name for one, score in zip(asked, scores, strict=True) if pd.isna(score)]
        unread = [
            f"{one.name}“{shorten(str(row[f'part_{at}_text']), 40)}”"
            for at, one in enumerate(asked)
            if pd.isna(scores[at]) and not pd.isna(row.get(f"part_{at}_text"))
        ]
        beyond = [
            f"{one.name} {score:g}"
            for one, score in zip(asked, scores, strict=True)
            if not pd.isna(score) and not one.lowest <= score <= one.highest
        ]
        if pair not in given:
            problems.append(_problem(file, "reviewer", shown, "没有派给这位评委", "这一行不计", False))
        elif _is_of_another(row.get("title"), titles.get(pair[0])):
            went, came = (shorten(str(title), 40) for title in (titles[pair[0]], row["title"]))
            text = f"编号与名称对不上：发出时是“{went}”，交回时是“{came}”"
            problems.append(_problem(file, "item", shown, text, "请向评委核实是哪一项的分数；这一行不计", False))
        elif recuses(row.get("comment")) and len(lacking) == len(asked):
            problems.append(_problem(file, "comment", shown, "评委写明回避", "不计，请改派", False))
        elif beyond:
            problems.append(
                _problem(file, "score", shown, f"超出范围：{'、'.join(beyond)}", "请向评委核实；不计", False)
            )
        elif unread:
            text = f"分数看不懂：{'、'.join(unread)}"
            problems.append(_problem(file, "score", shown, text, "请向评委核实；不计", False))
        elif lacking:
            problems.append(_problem(file, "score", shown, f"没有分数：{'、'.join(lacking)}", "请催交；不计", False))
        else:
            total = float(sum(one.weight * float(score) for one, score in zip(asked, scores, strict=True)))
            parts = {one.name: float(score) for one, score in zip(asked, scores, strict=True)}
            whole = {"item": pair[0], "reviewer": pair[1], "score": total, **parts, "file": file}
            whole |= {"submitted_on": row["submitted_on"], "comment": row["comment"]}
            if recuses(row.get("comment")):
                said = f"写了分数，评审意见里又写“{shorten(str(row['comment']), 40)}”"
                problems.append(_problem(file, "comment", shown, said, "照计，请决定是否回避、分数是否采用", True))
            if pair in kept and any(kept[pair][name] != parts[name] for name in parts):
                twice.add(pair)
            kept.setdefault(pair, whole)
    for pair in sorted(twice):
        text = "同一位评委对同一项交了两份不同的分数"
        problems.append(_problem(kept.pop(pair)["file"], "score", "、".join(pair), text, "请核实；都不计", False))
    return list(kept.values())


def _is_of_another(title: Any, given: str | None) -> bool:
    """Whether a title that came back is not the one that went out; one that is empty may be of any item."""
    return bool(given) and not pd.isna(title) and fold(str(title)) not in ("", fold(given or ""))


def _problem(file: Any, column: str, value: str, problem: str, action: str, kept: bool) -> dict[str, Any]:
    title = REVIEW_SCORES[column].title if column else ""
    cells = (str(file), "", None, title, value, problem, action, kept)
    return dict(zip(PROBLEM_COLUMNS, cells, strict=True))
