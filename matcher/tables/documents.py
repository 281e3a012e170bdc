"""Word documents that firms send back: lists with a header, and forms of label and value, as grids of cells.

Needs python-docx (`pip install "enterprise-matcher[office]"`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from matcher.errors import TableError
from matcher.tables.cells.texts import shorten
from matcher.tables.files.sheets import MAX_BYTES, MAX_RATIO, Book, Grid, Remark
from matcher.tables.headers.forms import header_key, is_carried
from matcher.tables.layout.unit_lines import statements
from matcher.tables.schemas.main import Contract

_BRACKETS = re.compile(r"[（(][^（()）]*[)）][：:]?$")
_LINE = re.compile(r"\s*([^：:\n]{2,30})[：:]\s*(\S.*)", re.S)
_LABEL = re.compile(r"[^；;，,。、：:☑☒□☐√■●①-⑳\n]{1,20}[：:]")  # a value may end with a colon too: …□其他：
_MOST_ABOVE = 8  # lines of text kept above a list


def _names(text: str, known: set[str]) -> bool:
    """Whether a text is a header of the contract; a unit in brackets behind it does not matter."""
    return header_key(text) in known or header_key(_BRACKETS.sub("", text)) in known


def is_document(data: bytes) -> bool:
    """Whether the bytes are a .docx file."""
    try:
        return data.startswith(b"PK") and "word/document.xml" in zipfile.ZipFile(io.BytesIO(data)).namelist()
    except zipfile.BadZipFile:
        return False


def read_document(name: str, data: bytes, contract: Contract) -> Book:
    """The records of a .docx file as one grid a list, and one grid for all its forms.

    A table whose first row holds mostly headers of the contract is a list; what stands in the text above it stands
    above its header, and a table below of the same header goes on with it. Other tables are forms: a cell with a header
    of the contract, or a short one that ends with a colon, is a label; the cell after it, or below it where nothing
    stands beside it, is its value. A label that comes again begins the next record. The lines of the text that name
    what the contract knows are a form too. Cells of forms that are neither are told.

    Raises TableError where the file is damaged, holds no table, or python-docx is not installed.
    """
    known = {header_key(word) for one in contract.columns for word in (*one.headers, one.title, one.name)}
    must = {header_key(word) for name in contract.any_of for word in (*contract[name].headers, contract[name].title)}
    grids: list[Grid] = []
    forms: list[list[tuple[str, str]]] = []
    remarks: list[Remark] = []
    lines: list[str] = []
    free: list[str] = []  # lines that stand above no list
    for part in _parts(name, data):
        if isinstance(part, str):
            lines.append(part)
            continue
        heads = [_names(cell, known) for cell in part[0] if cell] if part else []
        if len(part) > 1 and sum(heads) > max(1, len(heads) / 2):
            of_record = any((match := _LINE.fullmatch(line)) and _names(match[1], must) for line in lines)
            above = [] if of_record else lines[-_MOST_ABOVE:]
            free += lines if of_record else lines[:-_MOST_ABOVE]
            stated = any(any(statements(line, 0, above=True)) for line in above)
            if grids and not stated and list(map(header_key, part[0])) == _header_keys(grids[-1]):
                before = grids[-1]
                rows = [*before.rows, *part[1:]]
                grids[-1] = before._replace(
                    rows=rows, numbers=[*before.numbers, *range(len(rows) - len(part) + 2, len(rows) + 1)]
                )
            else:
                numbers = [*[0] * len(above), *range(1, len(part) + 1)]
                grids.append(Grid(f"表格{len(grids) + 1}", [*([line] for line in above), *part], numbers))
        else:
            free += lines
            pairs, rest = _pairs(part, known)
            forms.append(pairs)
            remarks += [
                Remark(None, None, shorten(text, 80), "表单里的这一格没看懂，没有读入", "请写进某一项里")
                for text in rest
            ]
        lines = []
    free += lines
    of_text = [(match[1].strip(), match[2].strip()) for line in free if (match := _LINE.fullmatch(line))]
    if not grids or any(_names(label, known) for label, _ in of_text):
        forms.append(of_text)
    records = _records(forms, known)
    if records:
        labels = list(dict.fromkeys(label for record in records for label in record))
        body: list[Sequence[object]] = [[record.get(label, "") for label in labels] for record in records]
        grids.append(Grid("表单", [labels, *body], range(len(body) + 1), remarks=tuple(remarks)))
    if not grids:
        raise TableError(f"{name}：这份 Word 文档里没有表格，也没有“名称：内容”这样的行；请按表格填写后再交")
    return Book(name, grids)


def _header_keys(grid: Grid) -> list[str]:
    """The header of a list, behind the lines above it."""
    return [header_key(str(cell)) for cell in grid.rows[list(grid.numbers).index(1)]]


def _parts(name: str, data: bytes) -> Iterator[list[list[str]] | str]:
    """The tables and the lines of text in their order; of a table the cells of each row, a merged one once."""
    try:
        import docx
    except ImportError:
        raise TableError(
            f'{name}：读 Word 文档需要 python-docx；请运行 pip install "enterprise-matcher[office]"'
        ) from None
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
        unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > MAX_BYTES or unpacked > max(MAX_BYTES >> 4, MAX_RATIO * len(data)):
            raise TableError(f"{name}：解开后有 {unpacked >> 20} MB，不像正常的文档")
        parts: list[list[list[str]] | str] = []
        for part in docx.Document(io.BytesIO(data)).iter_inner_content():
            if hasattr(part, "rows"):
                parts.append([_cells(row) for row in part.rows])
            elif text := part.text.strip():
                parts.append(text)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, RuntimeError, AttributeError, RecursionError) as error:
        raise TableError(f"{name}：Word 文档已损坏，读不出来；请重新保存") from error
    yield from parts


def _cells(row: Any) -> list[str]:
    cells: list[str] = []
    before = None
    for cell in row.cells:
        if cell._tc is not before:  # a merged cell is given once for each place that it covers
            cells.append(cell.text.strip())
        before = cell._tc
    return cells


def _pairs(rows: Sequence[Sequence[str]], known: set[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The labels and values of a form, and the texts that are neither, each once."""

    def is_label(cell: str) -> bool:
        plain = _names(cell, known) or is_carried(header_key(cell))
        return 0 < len(cell) <= 40 and (plain or bool(_LABEL.fullmatch(cell)))

    in_pairs = sum(is_label(cell) for row in rows for cell in row) > 1
    pairs: list[tuple[str, str]] = []
    rest: list[str] = []
    waiting = ""
    for row in rows:
        at = 0
        if waiting and len(row) == 1 and not is_label(row[0]):
            pairs.append((waiting, row[0]))
            waiting = ""
            continue
        waiting = ""
        if len(row) > 2 and len(row) % 2 == 0 and any(map(is_label, row[::2])) and not any(map(is_label, row[1::2])):
            for label, value in zip(row[::2], row[1::2], strict=True):
                if label:
                    pairs.append((label.rstrip("：: "), value))
                else:
                    rest.append(value)
            continue
        while at < len(row):
            cell = row[at]
            if is_label(cell):
                label = cell.rstrip("：: ")
                if at + 1 < len(row) and not is_label(row[at + 1]):
                    pairs.append((label, row[at + 1]))
                    at += 1
                elif len(row) == 1:
                    waiting = label
            elif _stands_before_value(row, at, in_pairs) and not is_label(row[at + 1]):
                pairs.append((cell, row[at + 1]))  # a label that the contract does not know
                at += 1
            else:
                rest.append(cell)
            at += 1
    return pairs, [text for text in dict.fromkeys(rest) if text]


def _stands_before_value(row: Sequence[str], at: int, in_pairs: bool) -> bool:
    """Whether a cell can be a label by its place: alone before one value, or in a form of pairs before the last ones.

    In a line of pairs a label is short and without digits.
    """
    if (len(row) - at) % 2 or not row[at] or not row[at + 1]:
        return False
    if len(row) == 2:
        return len(row[at]) <= 40
    return in_pairs and len(row[at]) <= 20 and not any(map(str.isdigit, row[at]))


def _records(forms: Sequence[Sequence[tuple[str, str]]], known: set[str]) -> list[dict[str, str]]:
    """The pairs of all tables as records. What nobody misses may come twice in a form: the telephones of two people."""
    records: list[dict[str, str]] = []
    for form in forms:
        here: set[str] = set()
        for label, value in form:
            several = is_carried(header_key(label)) or (label in here and not _names(label, known))
            here.add(label)
            name, many = label, 1
            while several and records and name in records[-1]:
                many += 1
                name = f"{label}{many}"
            if not records or name in records[-1]:
                records.append({})
            records[-1][name] = value
    return [record for record in records if any(record.values())]
