"""The batch door of scoring: a firm table in, a workbook or tables out; blank templates; the list of policies."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import OutputError, PolicyError
from matcher.files import reader_errors
from matcher.output import save_files
from matcher.policy.core import Policy, load_policy, shipped
from matcher.policy.firms import IDENTITY, firm_contract, is_typed, read_firms
from matcher.policy.score_book import DECISIONS, LEVELS, PROBLEM_HEADERS, problem_rows
from matcher.tables import PROBLEM_COLUMNS, describe

_FORMULA = re.compile(r"[\t\r\n ]*[=+\-@＝＋－＠]")


def score_file(
    table: str | Path,
    policies: Sequence[str],
    *,
    on: dt.date,
    output: str | Path | None = None,
    summary: str | Path | None = None,
    verdicts: str | Path | None = None,
    sheet: str | int | None = None,
    readings: Mapping[str, str] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> str:
    """Read a firm table, answer the policies, write what was asked for; returns a few lines for the user.

    `output`: .xlsx is the workbook (conclusions, every rule, gaps, questions, problems, 说明), .csv or .parquet the
    summary. `summary`, `verdicts`: the two tables of `matcher.policy.verdicts.score`, .csv or .parquet. A Parquet
    table with English names that goes to Parquet is done piece by piece, whatever its size. Every file is put in its
    place in one step.

    Raises TableError, PolicyError or OutputError.
    """
    loaded = [_load(name, readings or {}, parameters or {}) for name in policies]
    for what, given, known in (
        ("读法", readings or {}, {name for policy in loaded for name in policy.open_points}),
        ("数值", parameters or {}, {name for policy in loaded for name in policy.parameters}),
    ):
        strange = sorted(set(given) - known)
        if strange:
            raise PolicyError(f"所选政策没有名为 {strange[0]} 的{what}；可用：{'、'.join(sorted(known)) or '无'}")
    for path in (output, summary, verdicts):
        if path is not None:
            check_target(path, workbook=path is output)
    if _all_parquet(table, output, summary, verdicts) and _typed(Path(table), loaded):
        from matcher.policy.scored import score_parquet

        first, second = (output, summary) if output is not None else (summary, None)
        counted, told = score_parquet(table, loaded, on=on, summary=first, verdicts=verdicts)
        copies: dict[Path, bytes] = {}
        if second is not None and first is not None:
            copies[Path(second)] = Path(first).read_bytes()
        nothing = pd.DataFrame(columns=PROBLEM_COLUMNS)
        save_files({**copies, **problem_files(output, nothing, told)})
        return "\n".join([f"{counted['firms']} 家企业，{len(loaded)} 项政策", *problem_lines(nothing, told)])
    from matcher.policy.verdicts import score

    reading = read_firms(table, loaded, sheet=sheet)
    scored = score(reading.rows, loaded, on=on)
    files: dict[Path, bytes] = {}
    if summary is not None:
        files[Path(summary)] = table_bytes(scored.summary, Path(summary))
    if verdicts is not None:
        files[Path(verdicts)] = table_bytes(scored.verdicts, Path(verdicts))
    if output is not None:
        if Path(output).suffix.lower() == ".xlsx":
            from matcher.policy.score_book import workbook

            files[Path(output)] = workbook(reading.rows, loaded, scored, reading.problems, on=on)
        else:
            files[Path(output)] = table_bytes(scored.summary, Path(output))
    save_files({**files, **problem_files(output, reading.problems, scored.problems)})
    lines = [f"{len(reading.rows)} 家企业，{len(loaded)} 项政策"]
    counted_by: Any = scored.summary.groupby(["policy", "decision"], observed=True).size()
    for (name, decision), count in counted_by.items():
        lines.append(f"  {name}：{DECISIONS[decision]} {count} 家")
    return "\n".join([*lines, *problem_lines(reading.problems, scored.problems)])


def problem_files(output: str | Path | None, reading: pd.DataFrame, own: pd.DataFrame) -> dict[Path, bytes]:
    """`<stem>.problems.csv` beside a result that is no workbook, when there are problems or an older such file."""
    if output is None or Path(output).suffix.lower() == ".xlsx":
        return {}
    path = Path(output).with_name(Path(output).stem + ".problems.csv")
    lines = problem_rows(reading, own, {})
    if not lines and not path.exists():
        return {}
    return {path: table_bytes(pd.DataFrame(lines, columns=list(PROBLEM_HEADERS)), path)}


def problem_lines(reading: pd.DataFrame, own: pd.DataFrame) -> list[str]:
    """What was found wrong, for the screen; at most 20 lines of the answering."""
    lines = [text] if (text := describe(reading)) else []
    if len(own):
        lines.append(f"判断时发现 {len(own)} 处问题：")
        for row in own.head(20).to_dict("records"):
            who = f"{row['enterprise_id']}，" if row["enterprise_id"] else ""
            lines.append(f"  {who}{row['column']}：{row['problem']}（{LEVELS.get(row['level'], row['level'])}）")
        if len(own) > 20:
            lines.append(f"  ……另有 {len(own) - 20} 处")
    return lines


def _load(name: str, readings: Mapping[str, str], parameters: Mapping[str, Any]) -> Policy:
    """A policy with those of the readings and parameters that it knows."""
    plain = load_policy(name)
    own = {key: value for key, value in readings.items() if key in plain.open_points}
    numbers = {key: value for key, value in parameters.items() if key in plain.parameters}
    return plain.remade(own, numbers) if own or numbers else plain


def _all_parquet(*paths: str | Path | None) -> bool:
    return all(path is None or str(path).lower().endswith(".parquet") for path in paths)


def _typed(path: Path, policies: Sequence[Policy]) -> bool:
    import pyarrow.parquet as pq

    try:
        return is_typed(pq.read_schema(path).names, firm_contract(policies))
    except reader_errors():  # no Parquet file: the ordinary reader says so
        return False


def check_target(path: str | Path, *, workbook: bool) -> None:
    """Refuse a file that could not be written, before long work. Raises OutputError."""
    target = Path(os.path.realpath(path))
    kinds = (".xlsx", ".csv", ".parquet") if workbook else (".csv", ".parquet")
    if target.suffix.lower() not in kinds:
        raise OutputError(f"不能写成“{Path(path).name}”：文件名须以 {'、'.join(kinds)} 结尾")
    if not target.parent.is_dir():
        raise OutputError(f"文件夹“{target.parent}”不存在，请先建立")
    if target.is_dir():
        raise OutputError(f"“{path}”是一个文件夹，请换一个文件名")


def table_bytes(frame: pd.DataFrame, path: Path) -> bytes:
    """A table as CSV (UTF-8 with a mark, texts that look like formulas quoted) or Parquet."""
    if path.suffix.lower() == ".parquet":
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        return buffer.getvalue()
    safe = frame.copy()
    for name in safe.columns:
        if safe[name].dtype == object or isinstance(safe[name].dtype, pd.StringDtype):
            safe[name] = safe[name].map(
                lambda cell: "'" + cell if isinstance(cell, str) and _FORMULA.match(cell) else cell
            )
        if isinstance(safe[name].dtype, pd.CategoricalDtype) and safe[name].cat.categories.dtype.kind == "M":
            safe[name] = safe[name].astype("datetime64[s]")
    text: str = safe.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return text.encode("utf-8-sig")


def trace_file(
    table: str | Path, policy: str, firm: str, *, on: dt.date, output: str | Path, sheet: str | int | None = None
) -> None:
    """Write why one firm got its answer as a page (.html) or as JSON (.json); see `matcher.policy.trace`.

    Raises TableError, PolicyError or OutputError; a firm that the table does not have is a PolicyError.
    """
    from matcher.policy.trace import trace, trace_page

    target = Path(output)
    if target.suffix.lower() not in (".html", ".json") or not Path(os.path.realpath(target)).parent.is_dir():
        raise OutputError(f"不能写成“{target.name}”：文件名须以 .html 或 .json 结尾，且文件夹已存在")
    loaded = load_policy(policy)
    rows = read_firms(table, [loaded], sheet=sheet).rows
    if firm not in set(rows["enterprise_id"].astype(str)):
        raise PolicyError(f"表中没有企业编号“{firm}”")
    told = trace(rows, loaded, firm, on=on)
    text = trace_page(told) if target.suffix.lower() == ".html" else json.dumps(told, ensure_ascii=False, indent=1)
    save_files({target: text.encode("utf-8")})


def list_policies(*, on: dt.date | None = None) -> pd.DataFrame:
    """The shipped policies: policy, title, edition, since, until (None: still in force), source, verified, note.

    With `on`, the edition in force on that day, one row a policy that has one; otherwise one row an edition.
    `verified` is whether every rule of the edition was seen in a text, and none only remembered.
    """
    rows: list[dict[str, Any]] = []
    for name in shipped():
        policy = load_policy(name)
        editions = policy.editions if on is None else tuple(filter(None, [policy.edition_on(on)]))
        for edition in editions:
            ruleset = policy.ruleset(edition, max(edition.since, on) if on else edition.since)
            rows.append(
                {
                    "policy": policy.id,
                    "title": policy.title,
                    "edition": edition.id,
                    "since": edition.since,
                    "until": edition.until,
                    "source": edition.source,
                    "verified": edition.verified and all(rule.verified for rule in ruleset.rules),
                    "note": edition.note,
                }
            )
    names = ["policy", "title", "edition", "since", "until", "source", "verified", "note"]
    frame = pd.DataFrame(rows, columns=names)
    frame["until"] = frame["until"].astype(object).where(frame["until"].notna(), None)
    return frame


_HINTS = {
    "yesno": "填“是”或“否”；不清楚就空着",
    "yuan": "以元填写；表头可写成“{title}（万元）”后以万元填写",
    "count": "填整数",
    "number": "填数字",
    "share": "填 10% 或 0.1",
    "date": "填 2026-11-24",
}


def write_template(path: str | Path, policies: Sequence[str]) -> None:
    """A blank workbook with the columns of these policies in Chinese, a note on each header, drop-downs for yes/no
    and choices.

    Columns that two policies define differently stand once for each. Raises OutputError or PolicyError.
    """
    import xlsxwriter

    check_target(path, workbook=True)
    loaded = [load_policy(name) for name in policies]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("企业")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF7", "border": 1})
    text = book.add_format({"num_format": "@"})
    explain = [("列名", "英文列名", "政策", "填法")]
    place = 0

    def put(title: str, name: str, policy: str, hint: str, choices: Sequence[str], as_text: bool) -> None:
        nonlocal place
        sheet.write_string(0, place, title, bold)
        sheet.write_comment(0, place, f"{hint}\n英文列名：{name}" + (f"\n政策：{policy}" if policy else ""))
        sheet.set_column(place, place, max(12, min(30, len(title) * 2)), text if as_text else None)
        if choices:
            sheet.data_validation(1, place, 5000, place, {"validate": "list", "source": list(choices)})
        explain.append((title, name, policy, hint))
        place += 1

    for column in IDENTITY:
        hint = {"uscc": "18位，按文本填写", "apply_on": "填 2026-11-24；不填则用判断日期"}.get(
            column.name, "按文本填写"
        )
        put(column.title, column.name, "", hint, (), column.kind != "date")
    owner: dict[str, tuple[Policy, str]] = {}
    for policy in loaded:
        for fact in policy.columns.values():
            hint = _HINTS.get(fact.kind, "").format(title=fact.title)
            choices: list[str] = ["是", "否"] if fact.kind == "yesno" else []
            if fact.kind == "choice":
                choices = [words[0] if words else key for key, words in fact.choices.items()]
                hint = f"填 {'、'.join(choices)} 之一"
            hint = "；".join(part for part in (hint, fact.note, f"口径：{fact.basis}" if fact.basis else "") if part)
            title, name = fact.title, fact.name
            if name in owner:
                if owner[name][1] == fact.basis:
                    continue
                title, name = f"{policy.title}：{fact.title}", f"{policy.id}.{fact.name}"
            else:
                owner[name] = (policy, fact.basis)
            put(title, name, policy.title, hint, choices, False)
    sheet.freeze_panes(1, 2)
    sheet.set_row(0, 48)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 3, 32)
    for row, cells in enumerate(explain):
        for column_place, cell in enumerate(cells):
            notes.write_string(row, column_place, cell, bold if row == 0 else None)
    book.close()
    save_files({Path(path): buffer.getvalue()})
