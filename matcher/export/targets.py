"""Where results go: may a file stand there, is it one of the inputs; and files to disk, whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from matcher.errors import OutputError
from matcher.event_log.places import Address, Place

TABLES = (".xlsx", ".csv", ".parquet")  # what most results can be
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:/")  # two letters and more: "C:/" is a drive; a Path has one slash
_HALF_WRITTEN = ".matcher-{}.tmp"


def check_targets(targets: Mapping[str | Path, Sequence[str]], inputs: Iterable[str | Place] = ()) -> None:
    """Refuse what could not, or must not, be written, before anything is read.

    targets: file -> the suffixes that it may have. A file must lie in a folder that exists, be none itself, be named
    once, and neither it nor the `.problems.csv` beside it may be one of the inputs, under any name or link. Raises
    OutputError.
    """
    given = [Path(path) for path in inputs if not isinstance(path, Address)]
    seen: dict[Path, str] = {}
    for path, suffixes in targets.items():
        target = Path(path)
        if _ADDRESS.match(str(path)):
            raise OutputError(f"“{path}”是网址，不是文件；请写到本机的文件夹中，再自行上传")
        if target.suffix.lower() not in suffixes:
            raise OutputError(f"不能写成“{target.name}”：输出文件名须以 {_either(suffixes)} 结尾")
        place = Path(os.path.realpath(target))
        if not place.parent.is_dir():
            raise OutputError(f"文件夹“{place.parent}”不存在，请先建立")
        if place.is_dir():
            raise OutputError(f"“{path}”是一个文件夹，请换一个文件名")
        for file in (place,) if place.suffix == ".xlsx" else (place, problems_beside(place)):
            if source := next((source for source in given if _same(file, source)), None):
                which = "就是输入文件" if file == place else f"旁边的“{file.name}”就是输入文件"
                raise OutputError(f"“{target.name}”{which}“{source}”，写入会毁掉原始数据；请换一个输出文件名")
        if place in seen:
            raise OutputError(f"“{target.name}”被指定为两个输出；请各用一个文件名")
        seen[place] = str(path)


def check_folder(folder: str | Path, inputs: Iterable[str | Place] = ()) -> None:
    """Refuse a folder for several files that could not be one, or that holds an input. Raises OutputError."""
    place = Path(folder)
    if _ADDRESS.match(str(folder)):
        raise OutputError(f"“{folder}”是网址，不是文件夹；请写到本机的文件夹中，再自行上传")
    if place.exists() and not place.is_dir():
        raise OutputError(f"“{folder}”是一个文件，请换一个文件夹名")
    inside = [
        Path(source)
        for source in inputs
        if not isinstance(source, Address) and Path(os.path.realpath(source)).parent == Path(os.path.realpath(place))
    ]
    if inside:
        raise OutputError(f"输入文件“{inside[0]}”就在文件夹“{folder}”中，写入可能毁掉它；请换一个文件夹")


def make_folder(folder: str | Path) -> Path:
    """The folder, made where it is missing. Raises OutputError."""
    check_folder(folder)
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(why_not(error, place.parent)) from error
    return place


def problems_beside(target: Path) -> Path:
    """Where the problems of a result stand that has no sheet for them: `<stem>.problems.csv`."""
    return target.with_name(target.stem + ".problems.csv")


def save_files(files: Mapping[Path, bytes]) -> None:
    """Write all files beside their places, then put each in its place in one step.

    Nothing half-written is left behind. Raises OutputError, in Chinese, when a place is open in another program,
    cannot be written to, or the disk is full.
    """
    written: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            target = Path(os.path.realpath(path))  # behind a link its file is renewed, and the link stays
            place = target.with_name(_HALF_WRITTEN.format(secrets.token_hex(6)))
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
        raise OutputError(why_not(error, next(iter(files)).parent)) from error
    finally:
        for place in written.values():
            place.unlink(missing_ok=True)


def half_written(folder: Path) -> list[Path]:
    """What a process that was killed in `save_files` left behind in a folder."""
    return list(folder.glob(_HALF_WRITTEN.format("*")))


def _either(suffixes: Sequence[str]) -> str:
    return "、".join(suffixes[:-1]) + (" 或 " if len(suffixes) > 1 else "") + suffixes[-1]


def _same(target: Path, source: Path) -> bool:
    """Whether both are one file, by any name, link or case."""
    try:
        return os.path.samefile(target, source)
    except OSError:
        return os.path.realpath(target) == os.path.realpath(source)


def why_not(error: OSError, folder: Path) -> str:
    """Why nothing could be written into a folder, and what to do."""
    if isinstance(error, FileNotFoundError):
        return f"文件夹“{folder}”不存在，请先建立"
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return f"没有权限在文件夹“{folder}”中写文件，请换一个文件夹"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"磁盘已满，写不下“{folder}”中的结果，请清理后重试"
    return f"不能写入文件夹“{folder}”：{error.strerror or error}"
