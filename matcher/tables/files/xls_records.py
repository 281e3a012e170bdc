"""The old .xls container, looked through before the fast reader sees it.

The reader reserves whatever memory a damaged file asks for, which ends the whole process, and shows Excel errors as
empty cells and every number without its format. So sizes and places are checked here, and what it leaves out is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from matcher.tables.files.number_formats import BUILT_IN, NumberFormat, number_format

_FREE = 0xFFFFFFFA  # sector numbers from here on mean "none"
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _DIMENSIONS, _SST = 0x0809, 0x000A, 0x002F, 0x0085, 0x0200, 0x00FC
_DATEMODE, _FORMAT, _XF, _ROW = 0x0022, 0x041E, 0x00E0, 0x0208
_FORMULA, _BOOLERR, _NUMBER, _RK, _MULRK = 0x0006, 0x0205, 0x0203, 0x027E, 0x00BD
_CELLS = {_FORMULA, _BOOLERR, 0x0201, _NUMBER, 0x0204, 0x00FD, _RK, _MULRK, 0x00BE, 0x00D6}
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


class LockedError(Exception):
    """The workbook needs a password."""


class DamagedError(Exception):
    """The file does not hold together."""


class SheetRecords(NamedTuple):
    """What the fast reader leaves out of a sheet, by row and column from 0.

    errors: cells that hold an Excel error. formats: cells whose number format shows more than the number (dates left
    out: the reader knows them). hidden_rows: rows that are hidden or filtered out.
    """

    hidden: bool
    errors: dict[tuple[int, int], str]
    formats: dict[tuple[int, int], NumberFormat]
    hidden_rows: list[int]


class WorkbookRecords(NamedTuple):
    """The sheets of a workbook in order, and whether its days count from 1904."""

    sheets: list[SheetRecords]
    from_1904: bool


def read_records(data: bytes) -> WorkbookRecords:
    """Look through an .xls file. Raises LockedError or DamagedError."""
    try:
        return _workbook(_workbook_stream(data))
    except (struct.error, IndexError) as error:
        raise DamagedError from error


def _workbook(stream: bytes) -> WorkbookRecords:
    starts: list[tuple[int, bool]] = []
    codes: dict[int, str] = dict(BUILT_IN)
    styles: list[int] = []
    from_1904 = False
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise LockedError
        if kind == _BOUNDSHEET:
            starts.append((struct.unpack_from("<I", body)[0], bool(body[4] & 3)))
        elif kind == _SST and struct.unpack_from("<I", body, 4)[0] > len(stream):
            raise DamagedError
        elif kind == _DATEMODE:
            from_1904 = bool(body[0])
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _text(body[2:])
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    formats = {}
    for style, number in enumerate(styles):
        known = number_format(codes.get(number, ""))
        if known and known.kind == "number":
            formats[style] = known
    return WorkbookRecords([_sheet(stream, start, hidden, formats) for start, hidden in starts], from_1904)


def _text(body: bytes) -> str:
    """A string of the newer kind: its length, a sign whether characters take two bytes, the characters."""
    length, wide = struct.unpack_from("<HB", body)
    return (
        body[3 : 3 + 2 * length].decode("utf-16-le", "replace") if wide & 1 else body[3 : 3 + length].decode("latin-1")
    )


def _sheet(stream: bytes, start: int, hidden: bool, formats: dict[int, NumberFormat]) -> SheetRecords:
    sheet = SheetRecords(hidden, {}, {}, [])
    for kind, body in _records(stream, start):
        if kind == _DIMENSIONS:
            top, bottom, left, right = struct.unpack_from("<IIHH" if len(body) >= 12 else "<HHHH", body)
            if not (top <= bottom <= 65_536 and left <= right <= 256):
                raise DamagedError
        elif kind == _ROW and len(body) >= 14 and body[12] & 0x20:
            sheet.hidden_rows.append(struct.unpack_from("<H", body)[0])
        if kind not in _CELLS:
            continue
        row, column, style = struct.unpack_from("<HHH", body)
        if column > 255:
            raise DamagedError
        if kind == _BOOLERR and body[7]:
            sheet.errors[row, column] = _ERRORS.get(body[6], "#N/A")
        elif kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff":
            sheet.errors[row, column] = _ERRORS.get(body[8], "#N/A")
        elif kind == _MULRK and formats:
            for i, at in enumerate(range(4, len(body) - 7, 6)):
                if known := formats.get(struct.unpack_from("<H", body, at)[0]):
                    sheet.formats[row, column + i] = known
        elif kind in (_NUMBER, _RK, _FORMULA) and style in formats:
            sheet.formats[row, column] = formats[style]
    return sheet


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of the part that begins at `start`, without those of charts inside it."""
    depth = 0
    while True:
        kind, size = struct.unpack_from("<HH", stream, start)
        body = stream[start + 4 : start + 4 + size]
        start += 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, body


def _workbook_stream(data: bytes) -> bytes:
    sector_power, small_power = struct.unpack_from("<HH", data, 30)
    if sector_power not in (9, 12) or small_power != 6:
        raise DamagedError
    size = 1 << sector_power
    _, directory, _, cutoff, small_start, _, more = struct.unpack_from("<7I", data, 44)

    def sector(number: int) -> bytes:
        piece = data[(number + 1) * size : (number + 2) * size]
        if not piece:
            raise DamagedError
        return piece.ljust(size, b"\0")

    def chain(start: int, table: tuple[int, ...]) -> Iterator[int]:
        for _ in range(len(table) + 1):
            if start >= _FREE:
                return
            yield start
            start = table[start]
        raise DamagedError  # it runs in a circle

    def numbers(pieces: list[bytes]) -> tuple[int, ...]:
        joined = b"".join(pieces)
        return struct.unpack(f"<{len(joined) // 4}I", joined)

    listed = list(struct.unpack_from("<109I", data, 76))
    for _ in range(len(data) // size):
        if more >= _FREE:
            break
        *further, more = numbers([sector(more)])
        listed += further
    table = numbers([sector(number) for number in listed if number < _FREE])

    def stream(start: int) -> bytes:
        return b"".join(map(sector, chain(start, table)))

    listing = stream(directory)
    entries = [listing[i : i + 128] for i in range(0, len(listing) - 127, 128)]
    for entry in entries:
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace").lower()
        if name in ("workbook", "book"):
            first, length = struct.unpack_from("<II", entry, 116)
            if length >= cutoff:
                return stream(first)[:length]
            small = stream(struct.unpack_from("<I", entries[0], 116)[0])
            small_table = numbers([stream(small_start)])
            return b"".join(small[64 * n : 64 * n + 64] for n in chain(first, small_table))[:length]
    raise DamagedError
