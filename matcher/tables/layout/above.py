"""The firm that rows are of, named above the header or above each block of them; rows of another table above."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from matcher.tables.cells.texts import is_blank, is_nothing, shorten
from matcher.tables.files.grids import BadRow, Grid, Remark
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import HeaderRows, row_texts
from matcher.tables.layout.sheet_forms import FIRM
from matcher.tables.layout.unit_lines import statements
from matcher.tables.schemas.contracts import OWNERS

_LABELS = ("企业名称", "完成单位", "单位", "企业", "公司")  # under which owners go, the first that the contract knows
_WHOSE = ("owners",)  # fields by which each row of a list of rights says whose it is
_OF_OWNER = (*OWNERS, "region", "industry")
_INLINE = re.compile(r"([^\s:：;；,，]{2,14})[:：][^\S\n]*([^:：;；\n]*?)(?=\s+[^\s:：;；,，]{2,14}[:：]|[;；\n]|$)")
_OFFICE = re.compile(
    r".*(?:局|厅|委|委员会|办公室|人民政府|管委会|科技部|[镇乡区县市]|街道)(?:\s*[^\s]{2,8}[科室处])?"
)  # who gathers a table owns none of its rows
_CAPTION = re.compile(
    r"附[件表]|填[写报表]|[必选]填项?$|[(（].*[)）]$|[(（]?\d{1,2}[)）]?[.、．]|[①-⑳]|第[一二三四五六七八九十\d]+[批期页次]"
    r"|(?:19|20)\d\d\s*年(?:度|\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?$|.*(?:[汇总登记申报征集需求成果]表|名单|清单|一览表?|台账)$|[备附]?注|.*说明$"
)  # titles, hints and numbers of batches
_SEAL = re.compile(r"\s*[(（](?:盖章|公章|签章|盖公章|单位盖章|加盖公章|全称|签字)[)）]\s*")
_NOBODY = re.compile(r"[(（].*[)）]|[XxＸ×*_]+.*|.{0,2}元|[个项台套亩人件]|台[（(]套[)）]")
_SEVERAL = re.compile(r"[、,，;；/\s]|等$|\d人")  # who of them fills in a row nobody knows
_LABEL = 20  # characters within which a label ends
_RECORD = 3  # filled cells that a row of another table has at least


class _Pair(NamedTuple):
    at: int
    label: str
    value: str
    field: str


Values = list[tuple[int, str]]  # of a column: from which row of the grid on each holds


def take_owner(
    grid: Grid,
    rows: HeaderRows,
    texts: Sequence[str],
    places: Mapping[str, int],
    names: Callable[[str], str | None],
    by_one: Collection[str] = (),
) -> tuple[Grid, dict[str, Values]]:
    """What is said above the header, or above each block of rows, of their owner, as headers with their values.

    places: the fields that the sheet has columns of. names: as in `sheet_forms.as_list`. by_one: fields of the one
    person who fills in the sheet, taken where only one is named. An owner who is named in a column, and other rows
    above that hold as many cells as a record, are told in the sheet.
    """
    if by_block := _owners_of_blocks(grid, rows, places, names):
        return by_block
    remarks: list[Remark] = []
    bad: list[BadRow] = []
    pairs: list[_Pair] = []
    for at in range(rows.at):
        said = list(_pairs(at, grid.rows[at], names))
        filled = list(filter(None, row_texts(grid.rows[at])))
        pairs += said
        alike = len(set(filled)) == 1 or all(text.isdigit() for text in filled)
        joined = any(top <= at <= bottom for top, _, bottom, _ in grid.merged)
        if not said and len(filled) >= _RECORD and not (alike or joined or _is_furniture(filled, at)):
            problem = "在表头上方，不是这张表的行，没有读入"
            bad.append(BadRow(grid.numbers[at], shorten(filled[0], 80), problem, "若是另一张表，请另存一张"))
    pairs = [pair._replace(value=_SEAL.sub("", pair.value)) for pair in pairs]
    pairs = [pair for pair in pairs if pair.value and not _NOBODY.fullmatch(pair.value)]
    owners = {pair.value for pair in pairs if pair.field in OWNERS}
    # a field of one person counts where the rows do not tell who it is themselves
    said_above = set() if {*by_one, *_WHOSE} & places.keys() else set(by_one) & {pair.field for pair in pairs}
    searched = range(rows.end, len(grid.rows) if len(owners) == 1 or said_above else rows.end)
    below = [pair for at in searched for pair in _pairs(at, grid.rows[at], names)]
    owned = len(owners) == 1 and all(pair.value in owners for pair in below if pair.field in OWNERS)
    alone = {name for name in said_above if len({pair.value for pair in (*pairs, *below) if pair.field == name}) == 1}
    taken: dict[str, _Pair] = {}
    for pair in pairs:
        if pair.field in places and pair.field in _OF_OWNER:
            what = f"“{pair.label}”写在表头上方，表里有“{texts[places[pair.field]]}”这一列，没有采用上方的"
        elif pair.field in (*OWNERS, *by_one) and _OFFICE.fullmatch(pair.value):
            what = f"“{pair.label}”写在表头上方，像是收表的部门，没有当作每一行的"
        elif (pair.field in alone and pair.field not in places and not _SEVERAL.search(pair.value)) or (
            owned and (pair.field in _OF_OWNER or (not pair.field and _is_new(pair.label, texts)))
        ):
            if header_key(pair.label) in taken:
                continue
            taken[header_key(pair.label)] = pair
            what = f"“{pair.label}”写在表头上方，已填到每一行"
        else:
            continue
        remarks.append(
            Remark(grid.numbers[pair.at] or None, None, shorten(pair.value, 80), what, "请核对，最好在表里各占一列")
        )
    if not any(pair.field in {*_OF_OWNER, *alone} for pair in taken.values()):
        taken = {}
        remarks = [one for one in remarks if "已填" not in one.problem]
    grid = grid._replace(remarks=(*grid.remarks, *remarks), bad=(*grid.bad, *bad))
    return grid, {one.label: [(0, one.value)] for one in taken.values()}


def _owners_of_blocks(
    grid: Grid, rows: HeaderRows, places: Mapping[str, int], names: Callable[[str], str | None]
) -> tuple[Grid, dict[str, Values]] | None:
    """The owner of each block of rows below a line that names nothing else; None where no such line stands among them.

    Where the first rows have none, nobody knows whether a line is of the rows above it or below. A line above the
    header is of the first rows if it has the label of the others, and none of these stands below all rows, as a
    signature does.
    """
    label = next((one for one in _LABELS if names(one) in OWNERS), "")
    labelled = [at for at, row in enumerate(grid.rows) if label and _opens_with_label(row)]
    said = {at: found for at in labelled if (found := _owner_line(at, grid.rows[at], names))}
    lines = [at for at in said if at >= rows.end]
    others = set(labelled)
    records = [
        at
        for at in range(rows.end, len(grid.rows) if lines else 0)
        if at not in others and sum(not is_blank(cell) for cell in grid.rows[at]) > 1
    ]
    among = [at for at in lines if records and at < records[-1]]
    if not among:
        return None
    first = max((at for at in said if at < rows.at), default=None)
    known, named = min(among) < records[0], not places.keys().isdisjoint(OWNERS)
    if first is not None and not known:
        known = among == lines and {said[at][0] for at in lines} == {said[first][0]}
    lines = among if known else lines
    starts = ([] if first is None else [first]) + lines
    bad: list[BadRow] = []
    remarks: list[Remark] = []
    for at, until in zip(starts, [*starts[1:], len(grid.rows)], strict=True):
        block = [grid.numbers[one] for one in records if at < one < until]
        problem = f"写的是下面几行的“{label}”，已填到第 {block[0]} 至 {block[-1]} 行" if block else "下面没有记录"
        if named:
            problem = "是分块写的单位，表里有单位这一列，没有采用这一行的"
        elif not known:
            problem = f"写的是“{label}”，不知各是上面还是下面哪几行的，没有采用"
        value = shorten(" ".join(filter(None, row_texts(grid.rows[at]))), 80)
        if at < rows.at:
            remarks.append(Remark(grid.numbers[at] or None, None, value, problem, "请核对，最好在表里占一列"))
        else:
            bad.append(BadRow(grid.numbers[at], value, problem, "请核对，最好在表里占一列"))
    cleared = [[] if at in lines else row for at, row in enumerate(grid.rows)]
    grid = grid._replace(rows=cleared, bad=(*grid.bad, *bad), remarks=(*grid.remarks, *remarks))
    return grid, {label: [(at, said[at][1]) for at in starts]} if known and not named else {}


def _owner_line(at: int, row: Sequence[object], names: Callable[[str], str | None]) -> tuple[str, str] | None:
    """The owner that a row names, which holds nothing but labels with their values, behind the label."""
    texts = list(filter(None, row_texts(row)))
    if len(texts) == 2 and texts[0][-1] in ":：":
        texts = ["".join(texts)]
    if not all(map(_INLINE.match, texts)) or any(any(statements(text, at, above=True)) for text in texts):
        return None
    for match in (match for text in texts for match in _INLINE.finditer(text)):
        value = _SEAL.sub("", match[2]).strip()
        owner = names(match[1]) in OWNERS or match[1] in _LABELS
        if owner and FIRM.fullmatch(value) and not _OFFICE.fullmatch(value):
            return header_key(match[1]), value
    return None


def _opens_with_label(row: Sequence[object]) -> bool:
    first = next((cell for cell in row if not is_blank(cell)), None)
    return isinstance(first, str) and (":" in first[:_LABEL] or "：" in first[:_LABEL])


def _is_new(label: str, texts: Sequence[str]) -> bool:
    return header_key(label) not in map(header_key, texts)


def _pairs(at: int, row: Sequence[object], names: Callable[[str], str | None]) -> Iterator[_Pair]:
    """The labels that name a field, or that nobody misses, with their values: in one cell or in two."""
    cells = list(filter(None, row_texts(row)))
    meanings = [names(text.rstrip("：: ")) for text in cells]
    labels = [meaning for meaning in meanings[::2] if meaning is not None]
    in_pairs = len(cells) % 2 == 0 and (2 * len(labels) == len(cells) or any(name in _OF_OWNER for name in labels))
    for i, text in enumerate(cells):
        inline = [match for match in _INLINE.finditer(text) if match[2].strip("_ ")]
        for match in inline:
            if not any(statements(match[0], at, above=True)) and (field := names(match[1])) is not None:
                yield _Pair(at, match[1], match[2].strip(), field)
        if (
            in_pairs
            and not i % 2
            and not inline
            and meanings[i] is not None
            and i + 1 < len(cells)
            and _is_value(cells, meanings, i + 1)
        ):
            yield _Pair(at, text.rstrip("：: "), cells[i + 1], meanings[i] or "")


def _is_value(cells: Sequence[str], meanings: Sequence[str | None], at: int) -> bool:
    return meanings[at] is None and not is_nothing(cells[at]) and not _INLINE.search(cells[at])


def _is_furniture(filled: Collection[str], at: int) -> bool:
    """Whether the cells of a row are titles, units, days, hints and signatures: half of them say what they are."""
    said = sum(
        ":" in text or "：" in text or bool(_CAPTION.match(text)) or any(statements(text, at, above=True))
        for text in filled
    )
    return 2 * said >= len(filled)
