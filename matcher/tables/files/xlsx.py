"""Workbooks of the .xlsx kind to raw grids. The package, what it may hold and what its sheets share stay in here."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple
from xml.parsers import expat

from matcher.errors import TableError
from matcher.tables.cells.texts import shorten
from matcher.tables.files import sheets
from matcher.tables.files.number_formats import BUILT_IN, NumberFormat, number_format
from matcher.tables.files.rich_texts import Part, RichText, rich_text
from matcher.tables.files.sheets import SAVE_AS, Grid
from matcher.tables.files.strikes import Struck, describe_part, is_on
from matcher.tables.files.worksheets import (
    MAX_DEPTH,
    TOO_DEEP,
    TRUE,
    DamagedError,
    End,
    LocalNames,
    SheetReader,
    Start,
    Workbook,
)

_PIECE = 1 << 20
_ENCODINGS = ("utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1")  # those that the parser has
_NO_CELLS = ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")


_Lift = Callable[[bytes], bytes]


class _Sheet(NamedTuple):
    title: str
    path: str  # of a part of the package
    hidden: bool
    cells: bool  # a sheet of charts has none


def read_xlsx(name: str, data: bytes) -> list[Grid]:
    """The grids of a workbook. Raises TableError for one that is damaged, too large or of another kind."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_package(name, archive, len(data))
        return _grids(name, _Package(archive))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise TableError(f"{name}：工作簿不完整（可能没有下载完）；请重新下载或导出") from error
    except expat.ExpatError as error:
        raise TableError(f"{name}：文件已损坏，读不出来（{error}）；请重新下载或导出") from error
    except DamagedError as error:
        raise TableError(f"{name}：{error}；{SAVE_AS}") from error


def _check_package(name: str, archive: zipfile.ZipFile, size: int) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if unpacked > sheets.MAX_BYTES or unpacked > max(sheets.MAX_BYTES >> 4, sheets.MAX_RATIO * size):
        raise TableError(f"{name}：解开后有 {unpacked >> 20} MB，不像正常的工作簿；{SAVE_AS}")
    names = [member.filename.lower() for member in members]
    if "word/document.xml" in names:
        raise TableError(
            f"{name}：这是 Word 文档，不是表格；请用 matcher gather 收集其中的表单，或把表格复制到 Excel 后另存为 .xlsx"
        )
    if "ppt/presentation.xml" in names:
        raise TableError(f"{name}：这是演示文稿（PPT），不是表格；请把其中的表格复制到 Excel 后另存为 .xlsx")
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise TableError(f"{name}：不支持 .xlsb 和 .ods；{SAVE_AS}")
    tables = [m.filename for m in members if m.filename.lower().endswith((".xlsx", ".xls", ".csv", ".et", ".docx"))]
    if tables:
        listed = shorten("、".join(tables), 80)
        raise TableError(f"{name}：这是压缩包，里面有 {len(tables)} 个文件（{listed}）；请解开后给出其中的表格")
    if "xl/workbook.xml" not in names:
        raise TableError(f"{name}：压缩包里没有 Excel 工作表；{SAVE_AS}")
    twice = [path for path, times in Counter(names).items() if times > 1 and path.startswith("xl/")]
    if twice:
        raise TableError(f"{name}：工作簿里有两个“{twice[0]}”，不知该读哪一个；{SAVE_AS}")


class _Package:
    """The parts of a workbook by their paths, in whatever case; all that is read from it together has a limit."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.parts = {member.filename.lower().replace("\\", "/"): member for member in archive.infolist()}
        self.read = 0

    def parse(self, path: str, start: Start, end: End, text: End | None = None, lift: _Lift | None = None) -> None:
        """Send the elements of a part to `start(tag, attributes)` and `end(tag)`, what stands in them to `text`.

        Before that, `lift` may change each piece of the XML that ends with a whole row.

        Raises DamagedError for document types (and so for entities), which no spreadsheet program writes.
        """
        member = self.parts[path.lower()]
        self.read += member.file_size
        if self.read > sheets.MAX_BYTES:
            raise DamagedError("工作表太大，或同一个工作表被引用了多次")

        def refuse(*_: object) -> None:
            raise DamagedError(f"“{path}”里有文档类型声明，不像正常的工作簿")

        def declared(_version: str, encoding: str | None, _alone: int) -> None:
            if encoding and encoding.lower() not in _ENCODINGS:
                raise DamagedError(f"“{path}”的编码“{encoding[:20]}”不认识")

        parser = expat.ParserCreate()
        parser.XmlDeclHandler = declared
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = refuse
        with self.archive.open(member) as stream:
            rest = b""
            while piece := stream.read(_PIECE):
                if lift:
                    piece = rest + piece
                    end_of_rows = piece.rfind(b"</row>") + 6
                    rest = piece[end_of_rows:] if end_of_rows > 5 else b""
                    piece = lift(piece[: len(piece) - len(rest)])
                parser.Parse(piece)
            parser.Parse(rest, True)

    def walk(self, path: str, start: Start, end: End, text: End | None = None) -> None:
        """Like `parse`, with the names of elements without their prefix. Raises DamagedError for hundreds of levels."""
        depth = 0
        kinds = LocalNames()

        def opened(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > MAX_DEPTH:
                raise DamagedError(TOO_DEEP)
            start(kinds[tag], attributes)

        def closed(tag: str) -> None:
            nonlocal depth
            depth -= 1
            end(kinds[tag])

        self.parse(path, opened, closed, text)

    def attributes(self, path: str, *kinds: str) -> list[tuple[str, dict[str, str]]]:
        """The elements of these kinds in a small part, in order; none where there is no such part."""
        found: list[tuple[str, dict[str, str]]] = []
        if path.lower() in self.parts:

            def start(kind: str, attributes: dict[str, str]) -> None:
                if kind in kinds:
                    found.append((kind, attributes))

            self.walk(path, start, _nothing)
        return found

    def related(self, folder: str, part: str) -> list[tuple[str, str, str]]:
        """Id, type and path of what a part refers to."""
        links = []
        for _, link in self.attributes(f"{folder}/_rels/{part}.rels", "Relationship"):
            target = link.get("Target", "").replace("\\", "/")
            path = target[1:] if target.startswith("/") else f"{folder}/{target}"
            links.append((link.get("Id", ""), link.get("Type", "").rpartition("/")[2], path.lower()))
        return links


def _nothing(*_: object) -> None:
    pass


def _grids(name: str, package: _Package) -> list[Grid]:
    links = package.related("xl", "workbook.xml")
    paths = {link: path for link, _, path in links}
    without_cells = {link for link, kind, _ in links if kind in _NO_CELLS}
    listed: list[_Sheet] = []
    from_1904 = uncalculated = False
    for kind, given in package.attributes("xl/workbook.xml", "sheet", "workbookPr", "calcPr"):
        if kind == "sheet":
            link = next((value for key, value in given.items() if key.rpartition(":")[2] == "id"), "")
            hidden = given.get("state", "visible") in ("hidden", "veryHidden")
            sheet = _Sheet(given.get("name", ""), paths.get(link, ""), hidden, link not in without_cells)
            if sheet.cells and sheet.path not in package.parts:
                raise DamagedError(f"工作表“{shorten(sheet.title, 40)}”的内容找不到了")
            listed.append(sheet)
        elif kind == "workbookPr":
            from_1904 = given.get("date1904", "").lower() in TRUE
        else:
            uncalculated = given.get("fullCalcOnLoad", "").lower() in TRUE
    where = {kind: path for _, kind, path in links}
    strings, runs = _strings(package, where.get("sharedStrings", "xl/sharedStrings.xml"))
    formats, struck = _formats(package, where.get("styles", "xl/styles.xml"))
    workbook = Workbook(name, strings, formats, from_1904, uncalculated, Struck(struck, runs))
    grids = []
    for sheet in listed:
        reader = SheetReader(workbook, sheet.title)
        if sheet.cells:
            package.parse(sheet.path, *reader.handlers(), reader.lift)
        grids.append(reader.grid(hidden=sheet.hidden))
    return grids


def _strings(package: _Package, path: str) -> tuple[list[str], dict[str, RichText]]:
    """The texts that cells share, without the readings that Japanese Excel writes beside them; those in parts also by
    their numbers as written.
    """
    strings: list[str] = []
    texts: dict[str, RichText] = {}
    parts: list[Part] = []
    pieces: list[str] = []
    runs: list[str] = []
    spoken = 0

    def start(kind: str, given: dict[str, str]) -> None:
        nonlocal spoken
        if kind == "si":
            runs.clear()
            parts.clear()
        elif kind == "r":
            parts.append(Part())
        elif kind in ("rPr", "strike", "vertAlign") and parts:
            describe_part(parts[-1], kind, given)
        elif kind == "rPh":
            spoken += 1
        pieces.clear()

    def end(kind: str) -> None:
        nonlocal spoken
        if kind == "t" and not spoken:
            runs.append("".join(pieces))
            if parts:
                parts[-1].text += runs[-1]
        elif kind == "rPh":
            spoken -= 1
        elif kind == "si":
            if parts:
                texts[str(len(strings))] = text = rich_text(parts)
                runs[:] = [text.text]
            strings.append("".join(runs))

    if path.lower() in package.parts:
        package.walk(path, start, end, pieces.append)
    return strings, texts


def _formats(package: _Package, path: str) -> tuple[dict[str, NumberFormat], frozenset[str]]:
    """What cells of a style (its number as written in them) show besides their number, plain styles left out; and the
    styles whose font is struck through.
    """
    codes: dict[str, str] = {str(number): code for number, code in BUILT_IN.items()}
    styles: list[str] = []
    fonts: list[bool] = []  # whether each is struck through
    struck: set[str] = set()
    inside = in_fonts = False

    def start(kind: str, given: dict[str, str]) -> None:
        nonlocal inside, in_fonts
        if kind == "numFmt":
            codes[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif kind == "fonts":
            in_fonts = True
        elif kind == "font" and in_fonts:
            fonts.append(False)
        elif kind == "strike" and in_fonts and fonts:
            fonts[-1] = is_on(given)
        elif kind == "cellXfs":
            inside = True
        elif kind == "xf" and inside:
            font = given.get("fontId", "")
            if font.isdecimal() and int(font[:6]) < len(fonts) and fonts[int(font[:6])]:
                struck.add(str(len(styles)))
            styles.append(given.get("numFmtId", "0"))

    def end(kind: str) -> None:
        nonlocal inside, in_fonts
        inside &= kind != "cellXfs"
        in_fonts &= kind != "fonts"

    if path.lower() in package.parts:
        package.walk(path, start, end)
    found = {str(i): number_format(codes.get(number, "")) for i, number in enumerate(styles)}
    return {style: known for style, known in found.items() if known}, frozenset(struck)
