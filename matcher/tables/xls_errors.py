"""The old .xls container, looked through before the fast reader sees it.

The reader reserves whatever memory a damaged file asks for, which ends the whole process, and shows Excel errors as
empty cells. So sizes and places are checked here, and the errors are kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_FREE = 0xFFFFFFFA  # sector numbers from here on mean "none"
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _DIMENSIONS, _SST = 0x0809, 0x000A, 0x002F, 0x0085, 0x0200, 0x00FC
_FORMULA, _BOOLERR = 0x0006, 0x0205
_CELLS = {_FORMULA, _BOOLERR, 0x0201, 0x0203, 0x0204, 0x00FD, 0x027E, 0x00BD, 0x00BE, 0x00D6}
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

Errors = dict[tuple[int, int], str]


class LockedError(Exception):
    """The workbook needs a password."""


class DamagedError(Exception):
    """The file does not hold together."""


def excel_errors(data: bytes) -> list[Errors]:
    """For each sheet of an .xls file, in order, its cells (row, column from 0) that hold an Excel error.

    Raises LockedError or DamagedError.
    """
    try:
        return _errors(_workbook_stream(data))
    except (struct.error, IndexError) as error:
        raise DamagedError from error


def _errors(stream: bytes) -> list[Errors]:
    starts = []
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise LockedError
        if kind == _BOUNDSHEET:
            starts.append(struct.unpack_from("<I", body)[0])
        if kind == _SST and struct.unpack_from("<I", body, 4)[0] > len(stream):
            raise DamagedError
    return [_sheet_errors(stream, start) for start in starts]


def _sheet_errors(stream: bytes, start: int) -> Errors:
    errors: Errors = {}
    for kind, body in _records(stream, start):
        if kind == _DIMENSIONS:
            top, bottom, left, right = struct.unpack_from("<IIHH" if len(body) >= 12 else "<HHHH", body)
            if not (top <= bottom <= 65_536 and left <= right <= 256):
                raise DamagedError
        if kind in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            if column > 255:
                raise DamagedError
            if kind == _BOOLERR and body[7]:
                errors[row, column] = _ERRORS.get(body[6], "#N/A")
            if kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff":
                errors[row, column] = _ERRORS.get(body[8], "#N/A")
    return errors


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
