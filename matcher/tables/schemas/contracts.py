"""What a contract of columns is: the fields of one kind of table and the headers that they go by."""

from __future__ import annotations

from dataclasses import dataclass

LOW, HIGH, TEXT, STATE = "_min", "_max", "_text", "_state"  # ends of the names of columns that stand beside a field
FEN = "_fen"  # and of what rounding to whole yuan took away, in fen
UNIT = "_unit"  # and of the unit behind a number
OWNERS = ("enterprise", "institution")  # the fields that say whose rows they are
KINDS = ("id", "text", "labels", "date", "number", "yuan", "share", "yesno")


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    name: the field's name in the clean frame. kind: "id", "text", "labels", "date", "number", "yuan", "share" or
    "yesno". title: its Chinese header in reports. headers: further accepted headers. labels: known labels, for cells
    that run them together; in a text, words that are no placeholders. lines: whether a text keeps its line breaks.
    joins: whether several columns that name it are joined. parts: fields whose texts are in it too. sums: kinds that
    add up to it, each with the headers that count it; stems: for each of these what a header has that may count it too,
    though nobody knows it. back: how many years before the decision's its year is, 0 for no
    year; words: headers that are its own where they name that year, close_words: such of nearly the same figure, or
    that name it by custom, which is told. basis: the definition that a figure follows. choice: a text of which only
    what is ticked counts, where it has check boxes. instead: headers of other fields that it takes where it has no
    column. fen: whether what rounding to whole yuan takes away stands beside it. measured: a number in any unit (吨,
    辆), which stands beside it. money: a text of money, whose plain numbers are in the unit that the sheet states.
    once: whether people write it once a group, in the first of its rows. open_sum: money of which 面议 is an answer,
    and no missing one. heads: words that name it in compounds too, behind any of `leads`: 期望, 达到 and 指标 in
    期望达到指标. opening: texts of which the first that is filled gives its beginning where this one is empty. later:
    those of its headers that give way to the others, wherever they stand.
    """

    name: str
    kind: str
    title: str
    headers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    lines: bool = False
    joins: bool = False
    parts: tuple[str, ...] = ()
    sums: tuple[tuple[str, ...], ...] = ()
    stems: tuple[str, ...] = ()
    back: int = 0
    words: tuple[str, ...] = ()
    close_words: tuple[str, ...] = ()
    basis: str = ""
    instead: tuple[str, ...] = ()
    choice: bool = False
    fen: bool = False
    measured: bool = False
    money: bool = False
    once: bool = False
    open_sum: bool = False
    heads: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """The columns of one kind of table.

    title: what one row is called in Chinese, also before made-up ids ("需求-00007"). any_of: at least one of these is
    filled in every row. reposts: rows that agree in these texts are one posting made twice. year: of the
    decision, by which years in headers are placed; None where nobody knows. referred: whether others refer to a row by
    its id, so that a table without ids is told of. keeps_unread: whether `<field>_text` also holds what was written in
    cells of days, money, numbers and shares that could not be read. unit_column: the text that names the unit of the
    row's numbers, "" for none. by_one: what names the person who fills in a sheet, or the firm that all of
    it is of, once above its header (姓名：…). open_units: whether small money without a unit is left to who reads
    the table. year_above: the field of the year, which the title tells of all rows where no column is that
    field or one of the others named here. headed_by: the text that, where it has no column, the headings of blocks of
    rows or of columns tell, each one of its labels (一、发明专利).
    """

    name: str
    title: str
    id_column: str
    columns: tuple[Column, ...]
    any_of: tuple[str, ...] = ()
    reposts: tuple[str, ...] = ()
    year: int | None = None
    referred: bool = True
    keeps_unread: bool = False
    unit_column: str = ""
    by_one: tuple[str, ...] = ()
    open_units: bool = False
    year_above: tuple[str, ...] = ()
    headed_by: str = ""

    def __getitem__(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def column(
    name: str,
    kind: str,
    title: str,
    headers: str,
    *,
    labels: str = "",
    lines: bool = False,
    joins: bool = False,
    parts: str = "",
    instead: str = "",
    choice: bool = False,
    fen: bool = False,
    money: bool = False,
    open_sum: bool = False,
    close_words: str = "",
    heads: str = "",
    leads: str = "",
    opening: str = "",
    later: str = "",
) -> Column:
    """A column, its words with blanks between them; the headers `later` need not stand among `headers`."""
    texts = (*headers.split(), *later.split())
    return Column(
        name,
        kind,
        title,
        texts,
        tuple(labels.split()),
        lines,
        joins or lines,
        tuple(parts.split()),
        instead=tuple(instead.split()),
        choice=choice,
        fen=fen,
        money=money,
        open_sum=open_sum,
        close_words=tuple(close_words.split()),
        heads=tuple(heads.split()),
        leads=tuple(leads.split()),
        opening=tuple(opening.split()),
        later=tuple(later.split()),
    )
