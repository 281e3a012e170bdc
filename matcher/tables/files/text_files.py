"""Tables in plain text to raw grids: CSV and JSON lines, their encodings and their broken quotes."""

from __future__ import annotations

import codecs
import contextlib
import csv
import itertools
import json
import re
import threading
from collections.abc import Iterator, Sequence
from decimal import Decimal

from matcher.errors import TableError
from matcher.tables.cells.texts import shorten
from matcher.tables.files.sheets import MAX_COLUMNS, BadRow, Grid, Remark, check_shape

_DELIMITERS = ",;\t|"
_END = "\x00end"  # a last record of its own: when it comes back changed, a quote was left open before it
TEXT_FORMULA = re.compile(r'^="([^"]*)"$')
_BREAK = "\u2028"  # a break inside a cell until the cells are cut
_CSV_LOCK = threading.Lock()  # the csv module keeps its field limit for the whole process
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\n", re.I)  # Excel's own first line
_MAX_REMARKS = 1000  # lines with bytes that nobody can read
_MAX_LEVELS = 50  # of lists and objects in a JSON value
_ENVELOPE = frozenset(("data", "list", "rows", "records", "result", "results", "items", "content", "page"))
_OF_ANSWER = re.compile(  # what else an answer says; with anything else it is a record of its own
    "(?:err)?code|(?:err)?msg|message|success|ok|status|error|total|count|(?:time|stamp)+|size|current|pages|page(?:num|no|size)|(?:request|trace)id"
)
_SHARING_ROWS = 20_000  # cells of the first rows stand for equal ones further down
_REREAD = 5  # times that lines may be read again after a quote that does not close

# What single bytes mean in files that Chinese Excel and old systems write as code page 936.
_ODD_BYTES = {0xA0: (" ", "不间断空格"), 0x80: ("€", "欧元符号"), 0xFF: ("\ufffd", "无效字节")}


def decode(name: str, data: bytes) -> tuple[str, tuple[Remark, ...]]:
    """The text of a file (UTF-8, GB18030, UTF-16), and what was mended in it. Raises TableError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif (layout := _nul_layout(data[:4096])) is not None:
        encodings = [layout]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    failures: dict[str, UnicodeDecodeError] = {}
    for encoding in encodings:
        try:
            if encoding == "gb18030":
                return _gbk(data)
            return data.decode(encoding), ()
        except UnicodeDecodeError as error:
            failures[encoding] = error
            if encoding == "utf-8-sig" and _is_damaged_utf8(data):
                break
    if _is_binary(data):
        raise TableError(f"{name}：这是二进制文件，不是表格；请给出 .xlsx、.xls、.csv、.parquet 或 .jsonl 文件")
    encoding = max(failures, key=lambda tried: failures[tried].start)
    start = failures[encoding].start + (3 if encoding == "utf-8-sig" and data.startswith(b"\xef\xbb\xbf") else 0)
    line = data.count(b"\n", 0, start) + 1
    shown = encoding.removesuffix("-sig").upper()
    raise TableError(
        f"{name}：第 {line} 行（第 {start + 1} 字节）不是有效的 {shown} 文字，文件可能混用了编码或被截断；"
        "请重新导出，编码选 UTF-8"
    )


def _is_binary(data: bytes) -> bool:
    head = data[:65536]
    return len(head) - len(head.translate(None, _CONTROL)) > 0.02 * len(head)


def _nul_layout(head: bytes) -> str | None:
    """UTF-16 without a mark: the first byte of every separator and digit is NUL, and few second bytes (of 一, 最)."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < 0.02 * len(head) or 4 * min(even, odd) > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 but for a few: GB18030 read as UTF-8 fails at nearly every character."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = sum(1 for sign in text[:1_000_000] if sign >= "\u0800") - broken
    return foreign > 4 * broken


def _gbk(data: bytes) -> tuple[str, tuple[Remark, ...]]:
    """GB18030 text line by line, with the single bytes that code page 936 knows besides.

    Each kind of byte is remarked once, and each line with a byte that nobody can read.

    Raises UnicodeDecodeError, placed in the whole data, where other bytes are wrong.
    """
    if b"\xa0" not in data or _is_binary(data):
        try:
            return data.decode("gb18030"), ()
        except UnicodeDecodeError:
            if _is_binary(data):
                raise
    pieces: list[str] = []
    found: dict[int, list[int]] = {}  # byte -> how often, first line
    remarks: list[Remark] = []
    start = 0
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        text = _strictly(line)
        if text is None or b"\xa0" in line:
            try:
                mended, odd = _with_odd_bytes(line)
            except UnicodeDecodeError as error:
                if text is None:
                    at = start + error.start
                    raise UnicodeDecodeError("gb18030", data, at, at + 1, error.reason) from error
            else:
                if text is None or _common(mended) > _common(text):
                    text = mended
                    if 0xFF in odd and len(remarks) < _MAX_REMARKS:
                        problem = f"有 {odd.count(0xFF)} 个字节 0xFF 不是文字，已换成“\ufffd”"
                        remarks.append(Remark(number, None, "", problem, "请核对这些字，或重新导出，编码选 UTF-8"))
                    for byte in odd:
                        found.setdefault(byte, [0, number])[0] += 1
        assert text is not None
        pieces.append(text)
        start += len(line)
    for byte, (count, number) in found.items():
        replaced, meaning = _ODD_BYTES[byte]
        if byte == 0xFF and count <= _MAX_REMARKS:
            continue
        shown = {" ": "空格", "\ufffd": "“\ufffd”"}.get(replaced, replaced)
        problem = (
            f"有 {count} 个字节 0x{byte:02X}（{meaning}）不是 GBK 文字，第一个在文件的第 {number} 行，已换成{shown}"
        )
        remarks.append(Remark(None, None, "", problem, "请核对这些字，或重新导出，编码选 UTF-8"))
    return "".join(pieces), tuple(remarks)


def _strictly(line: bytes) -> str | None:
    try:
        return line.decode("gb18030")
    except UnicodeDecodeError:
        return None


def _with_odd_bytes(line: bytes) -> tuple[str, list[int]]:
    """A line where the odd bytes stand alone wherever a character may begin."""
    pieces, odd = [], []
    start = at = 0
    while at < len(line):
        if line[at] in _ODD_BYTES:
            pieces += [line[start:at].decode("gb18030"), _ODD_BYTES[line[at]][0]]
            odd.append(line[at])
            at += 1
            start = at
        elif line[at] < 0x80:
            at += 1
        else:
            at += 4 if line[at + 1 : at + 2].isdigit() else 2
    return "".join(pieces) + line[start:].decode("gb18030"), odd


def _common(text: str) -> float:
    """How much of the text beyond ASCII is everyday Chinese: signs and the first level of characters of GB 2312."""
    foreign = [sign for sign in text if sign > "\x7f" and sign not in "€\ufffd"]
    codes = codecs.encode("".join(foreign), "gb18030", "replace")
    leads = [codes[i] for i in range(0, len(codes), 2)]
    return sum(0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3 for lead in leads) / len(leads) if leads else 1.0


def records_of_answer(text: str) -> tuple[str, int] | None:
    """Where in the answer of a service its records stand (data.list) and how many; None for lines of records."""
    with contextlib.suppress(ValueError, RecursionError):
        node: object = json.loads(text)
        if isinstance(node, dict) and not all(
            (key := name.lower()) in _ENVELOPE or _OF_ANSWER.fullmatch(key) for name in node
        ):
            return None
        path: list[str] = []
        while isinstance(node, dict) and (key := next((name for name in node if name.lower() in _ENVELOPE), None)):
            node = node[key]
            path.append(key)
        if path and isinstance(node, list) and node and all(isinstance(one, dict) for one in node):
            return ".".join(path), len(node)
    return None


def json_grid(name: str, text: str) -> Grid:
    """The grid of JSON lines: a column for each name, in the order in which they first come."""
    names: dict[str, int] = {}
    rows: list[Sequence[object]] = [[]]
    numbers = [0]
    bad = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_float=Decimal, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict) or _is_deep(record, _MAX_LEVELS):
            what = "不是一个 JSON 对象" if not isinstance(record, dict) else "列表和对象套得太深"
            bad.append(BadRow(number, shorten(line, 60), what, "请检查这一行的引号、逗号和括号"))
            continue
        for key in record:
            names.setdefault(key, len(names))
        cells: list[object] = [None] * len(names)
        for key, value in record.items():
            cells[names[key]] = value
        rows.append(cells)
        numbers.append(number)
        check_shape(name, len(rows), len(names))
    if not names:
        raise TableError(f"{name}：没有一行是 JSON 对象；请每行写一个完整的对象")
    rows[0] = list(names)
    return Grid("", rows, numbers, bad=tuple(bad))


def _is_deep(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deep(item, levels - 1) for item in inner)


def csv_grid(name: str, text: str) -> Grid:
    """The grid of a text cut at , ; | or tab.

    A quote that does not close where its cell ends is read as an ordinary sign, so that it swallows no rows; the lines
    are told, as are cells of several lines that look like rows.
    """
    if broken := "\r" in text:
        text, broken = _one_line_end(text)
    if "\ufeff" in text:
        text = text.removeprefix("\ufeff").replace("\n\ufeff", "\n")  # files joined one after the other
    if separator := _SEPARATOR_LINE.match(text[:20]):
        text = text[separator.end() :]
    delimiter = separator[1] if separator else _delimiter(text[:100_000])
    with _CSV_LOCK:
        limit = csv.field_size_limit(len(text) + len(_END))
        try:
            if '"' in text:
                rows, remarks = _Quoted(name, text, delimiter).read()
            else:
                rows, remarks = _shared(name, csv.reader(_lines(text), delimiter=delimiter)), []
        finally:
            csv.field_size_limit(limit)
    if '="' in text:  # by which a program keeps 00123 a text in Excel
        rows = [[TEXT_FORMULA.sub(r"\1", str(cell)) for cell in row] for row in rows]
    if broken:
        rows = [[str(cell).replace(_BREAK, "\n") for cell in row] for row in rows]
    return Grid("", rows, range(1, len(rows) + 1), delimited=True, remarks=tuple(remarks))


def _one_line_end(text: str) -> tuple[str, bool]:
    """The text with \\n behind every row, and whether a _BREAK in it stands for \\r inside cells.

    Old Excel for Mac writes \\r inside a cell, whatever ends its rows; where rows end with it, all of them do.
    """
    text = text.replace("\r\n", "\n")
    begun = text.lstrip("\n")
    first = begun.find("\r")
    if first < 0 or not 0 <= begun.find("\n") < first:
        return text.replace("\r", "\n"), False
    delimiter = _delimiter(text[:100_000].replace("\r", " "))
    least = begun[: begun.find("\n")].count(delimiter)
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if "\r" in line:
            pieces = line.split("\r")
            rows = least and all(piece.count(delimiter) >= least for piece in pieces if piece)
            lines[at] = ("\n" if rows else _BREAK).join(pieces)
    return "\n".join(lines), True


def _shared(name: str, records: Iterator[list[str]]) -> list[Sequence[object]]:
    """The records, checked for their size; cells that repeat those of the first rows are the same objects."""
    rows: list[Sequence[object]] = []
    known: dict[str, str] = {}
    for row in records:
        if len(row) > MAX_COLUMNS:
            check_shape(name, len(rows), len(row))
        share = known.setdefault if len(rows) < _SHARING_ROWS else known.get
        rows.append([share(cell, cell) for cell in row])
    check_shape(name, len(rows), 0)
    return rows


class _Quoted:
    """A text with quotes on its way to rows: reads on after a quote that swallowed lines."""

    def __init__(self, name: str, text: str, delimiter: str) -> None:
        self.name = name
        self.delimiter = delimiter
        self.closing = re.compile(rf'"(?={re.escape(delimiter)}|$)')
        self.lines = _lines(text)
        self.again: list[str] = []  # lines to be read once more, the next one last
        self.taken: list[str] = []  # lines of the record in hand
        self.left = _REREAD * text.count("\n") + 10_000
        self.width = 0
        self.at = 0  # of the record in hand, from 1
        self.remarks: list[Remark] = []

    def read(self) -> tuple[list[Sequence[object]], list[Remark]]:
        """The rows, and a remark for each line with a quote that does not close."""
        return _shared(self.name, self._records()), self.remarks

    def _next_lines(self) -> Iterator[str]:
        for line in itertools.chain(iter(lambda: self.again.pop() if self.again else next(self.lines, ""), ""), [_END]):
            self.taken.append(line)
            yield line

    def _records(self) -> Iterator[list[str]]:
        reader = csv.reader(self._next_lines(), delimiter=self.delimiter)
        while (row := next(reader, None)) is not None:
            if row == [_END]:
                return
            self.at += 1
            if len(self.taken) > 1 and self._swallows(row, closed := self._closes()):
                row = self._unquoted(closed)
                reader = csv.reader(self._next_lines(), delimiter=self.delimiter)
            self.width = self.width or len(row)
            self.taken.clear()
            yield row

    def _closes(self) -> bool:
        """Whether each quote of the record in hand closes where its cell ends."""
        try:
            list(csv.reader(self.taken, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return False
        return self.taken[-1] != _END

    def _swallows(self, row: list[str], closed: bool) -> bool:
        """Whether a record of several lines is several records behind a quote that does not belong there."""
        if not closed:
            return True
        whole = [cells[0] for line in self.taken[1:] if len(cells := self._cut(line)) == self.width > 1]
        if not whole:
            return False
        numbers = [_counter(cell) for cell in [row[0], *whole]]
        if all(
            a is not None and b is not None and a[0] == b[0] and a[1] < b[1] for a, b in itertools.pairwise(numbers)
        ):
            return True
        problem = f"这一行的一格里有 {len(self.taken)} 行文字，其中 {len(whole)} 行像是单独的记录"
        self.remarks.append(Remark(self.at, None, shorten(row[0], 80), problem, "请检查引号；若确是一格多行，不必改动"))
        return False

    def _unquoted(self, closed: bool) -> list[str]:
        """The first line of the record in hand with its quotes as ordinary signs; its other lines come once more."""
        first, *others = self.taken
        self.left -= len(others)
        if self.left < 0:
            raise TableError(f"{self.name}：从第 {self.at} 行起引号都没有配对；请补上引号，或改存为 .xlsx")
        if others[-1] == _END:
            others.pop()
        elif closed:  # its last line holds the other quote
            others[-1] = self.closing.sub("", others[-1], count=1)
        self.again += reversed(others)
        row = self._cut(first)
        value = shorten(row[0] if row else "", 80)
        problem = "引号没有配对，已当作普通字符，各行分开读"
        self.remarks.append(Remark(self.at, None, value, problem, "请核对这一行，补上或删去引号，或改存为 .xlsx"))
        return row

    def _cut(self, line: str) -> list[str]:
        cells = next(csv.reader([line], delimiter=self.delimiter, quoting=csv.QUOTE_NONE), [])
        return [cell[1:] if cell.count('"') == 1 and cell[0] == '"' else cell for cell in cells]


def _counter(cell: str) -> tuple[str, int] | None:
    """An id as what stands before its running number, and the number; None where it has none."""
    match = re.fullmatch(r"(.*?)(\d{1,18})", cell.strip().strip('"'), re.S)
    return (match[1], int(match[2])) if match else None


def _lines(text: str) -> Iterator[str]:
    start = 0
    while end := text.find("\n", start) + 1:
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _delimiter(text: str) -> str:
    """The sign that cuts the most of the first rows into one and the same number of cells, more than one."""
    best, most = ",", (0, 0)
    for sign in _DELIMITERS:
        if sign == "|" and sign not in text.partition("\n")[0]:  # in cells it stands between labels
            continue
        try:
            widths = [len(row) for row in itertools.islice(csv.reader(_lines(text), delimiter=sign), 30) if row]
        except csv.Error:
            continue
        for width in set(widths) - {1}:
            if (widths.count(width), width) > most:
                best, most = sign, (widths.count(width), width)
    return best
