"""Files to disk: whole or not at all, and in a user's words why not."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from matcher.errors import OutputError

EXCEL_CELL = 32_767  # UTF-16 units: what a cell of a workbook holds


def save_files(files: Mapping[Path, bytes]) -> None:
    """Write all files beside their places, then put each in its place in one step.

    Nothing half-written is left behind. Raises OutputError, in Chinese, when a place is open in another program,
    cannot be written to, or the disk is full.
    """
    written: dict[Path, Path] = {}
    try:
        for target, content in files.items():
            place = target.with_name(f".matcher-{secrets.token_hex(6)}.tmp")
            written[target] = place
            with open(place, "xb") as file:
                file.write(content)
        for target, place in written.items():
            try:
                os.replace(place, target)
            except PermissionError as error:
                raise OutputError(f"“{target}”正在被其他程序（如 Excel）打开，请关闭后重试") from error
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(_reason(error, next(iter(files)).parent)) from error
    finally:
        for place in written.values():
            place.unlink(missing_ok=True)


def _reason(error: OSError, folder: Path) -> str:
    if isinstance(error, FileNotFoundError):
        return f"文件夹“{folder}”不存在，请先建立"
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return f"没有权限在文件夹“{folder}”中写文件，请换一个文件夹"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"磁盘已满，写不下“{folder}”中的结果，请清理后重试"
    return f"不能写入文件夹“{folder}”：{error.strerror or error}"


def fit_cell(text: str) -> str:
    """The text itself, or as much of it as an Excel cell holds, with a mark that says so."""
    if len(text) <= EXCEL_CELL // 2 or (units := len(text.encode("utf-16-le")) // 2) <= EXCEL_CELL:
        return text
    mark = f"…（原文 {units:,} 字，超过 Excel 单元格上限，已截断）"
    return text.encode("utf-16-le")[: 2 * (EXCEL_CELL - len(mark))].decode("utf-16-le", "ignore") + mark
