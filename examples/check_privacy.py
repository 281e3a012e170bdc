"""Are persons protected: contacts left in clear in any output of any command, and other strings changed by mistake.

    python examples/check_privacy.py

The example tables are seasoned with contacts in every way of writing that `contact_writings.py` knows, in cells, in
numbers under a telephone header, in headers, in ids and in file names. Every command that writes is run on them; then
every file, every problem table and every line on the screen is searched for the hidden part of each contact.
"""

from __future__ import annotations

import re
import sys
import tempfile
import unicodedata
from pathlib import Path

import pandas as pd
from command_runs import RUNS, TABLES, Run, execute, inside, prepare
from contact_writings import CONTACTS, other_strings

from matcher.tables import mask_contacts

STRINGS = 10_000
_FIGURE = re.compile(r"(?<![\d.])0\.\d{5,}")  # a probability's digits may be anybody's number
TEXTS = {  # the columns of each table that a note may stand in
    "needs.csv": ("需求描述", "技术需求描述", "需求内容"),
    "outcomes.csv": ("成果描述", "成果简介"),
    "firms.csv": ("企业名称",),
    "experts.csv": ("个人简介",),
    "works.csv": ("摘要",),
    "partner_firms.csv": ("企业名称",),
    "chances.csv": ("企业名称",),
    "followup.csv": ("备注",),
    "targets.csv": ("备注",),
    "villages.csv": ("技术需求",),
    "commissioners.csv": ("专长",),
    "commissioner_works.csv": ("业绩名称",),
    "service_log.csv": ("服务内容",),
    "contracts.csv": ("备注",),
    "conversions.csv": ("成果名称",),
    "panel_scores.csv": ("备注",),
    "award_nominations.csv": ("项目名称",),
    "award_votes.csv": ("项目名称",),
    "earlier_awards.csv": ("项目名称",),
    "objections.csv": ("处理结果",),
    "review_items.csv": ("项目简介",),
    "review_criteria.csv": ("评分标准",),
    "applications.csv": ("主要内容",),
    "earlier_projects.csv": ("主要内容",),
    "integrity_records.csv": ("失信行为类别",),
    "managed_projects.csv": ("项目名称",),
    "project_events.csv": ("备注",),
    "incubators.csv": ("平台名称",),
    "platforms.csv": ("平台名称",),
    "point_firms.csv": ("企业名称",),
    "assessment_outcomes.csv": ("成果简介",),
}
PHONE = 13_700_010_000  # of ids, headers, file names and numeric cells; the next ones follow


def season(folder: Path) -> list[str]:
    """Put contacts into the tables; returns the digits that no output may hold."""
    secrets = []
    for at, name in enumerate(TABLES):
        if name not in TEXTS:
            continue
        table = pd.read_csv(folder / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        column = next(head for head in table if head in TEXTS[name])
        for i, (_, text, _) in enumerate(CONTACTS):
            row = i % len(table)
            table.loc[row, column] = f"{table.loc[row, column]}；{text}"
        numbers = [str(PHONE + 1000 * at + row) for row in range(len(table))]
        table["联系电话"] = numbers
        header = str(PHONE + 1000 * at + 999)
        table[f"联系人{header}"] = "张三"
        table.to_csv(folder / name, index=False, encoding="utf-8-sig")
        secrets += [*numbers, header]
    return secrets


def plain(text: str) -> str:
    """Half width, without blanks and signs, so that no way of writing hides a number."""
    text = unicodedata.normalize("NFKC", text).lower().replace("〇", "零")
    return "".join(sign for sign in text if sign.isalnum())


def core(text: str, secret: str) -> str:
    """The part of a contact that is to be hidden, with three signs on each side, so that nothing else has it."""
    bare, hidden = plain(text), plain(secret)
    at = bare.index(hidden)
    return bare[max(0, at - 3) : at + len(hidden) + 3]


def content(path: Path) -> str:
    """All that a file shows: cells, headers, comments, sheet names, properties, pages."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv(index=False)
    if path.suffix == ".xlsx":
        import openpyxl

        book = openpyxl.load_workbook(path)
        parts = [str(book.properties.title), *book.sheetnames]
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    parts += [str(cell.value)] if cell.value is not None else []
                    parts += [cell.comment.text] if cell.comment else []
        return "\n".join(parts)
    return path.read_text("utf-8-sig")


def in_clear(run: Run, folder: Path, secrets: list[str]) -> tuple[list[str], int]:
    """The contacts that the outputs of a command show, and its exit status."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    status, said = execute(run.words)
    texts = [said]
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".db" and before.get(path) != path.stat().st_mtime_ns:
            texts += [path.name, content(path)]
    shown = _FIGURE.sub(" ", "\n".join(texts))
    searched = plain(shown)
    found = [text for _, text, secret in CONTACTS if text in shown or core(text, secret) in searched]
    return [*found, *(secret for secret in secrets if secret in searched)], status


def main() -> int:
    """Print the two figures; 1 when one of them is not 0."""
    changed = [text for text in other_strings(STRINGS, seed=0) if mask_contacts(text) != text]
    total, failed = 0, 0
    with tempfile.TemporaryDirectory() as name, inside(Path(name)) as folder:
        prepare(folder)
        secrets = season(folder)
        for run in RUNS:
            found, status = in_clear(run, folder, secrets)
            total += len(found)
            failed += status not in (0, 1)
            if found or status not in (0, 1):
                print(f"{' '.join(run.words[:3])} (status {status}): {found[:3]}", file=sys.stderr)
    print(
        f"contacts in clear: {total} of {len(CONTACTS)} ways of writing x {len(RUNS)} runs; runs that failed: {failed}"
    )
    print(f"other strings changed: {len(changed)} of {STRINGS:,}")
    for text in changed[:5]:
        print(f"  {text} -> {mask_contacts(text)}", file=sys.stderr)
    return int(total + len(changed) + failed > 0)


if __name__ == "__main__":
    sys.exit(main())
