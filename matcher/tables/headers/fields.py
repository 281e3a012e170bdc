"""Which columns of a sheet feed which fields: one, several that are joined or added up, or none, with the reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from matcher.tables.cells import texts as cells
from matcher.tables.headers.forms import header_key, header_label, header_unit, is_carried, measured_in, peel
from matcher.tables.headers.rows import spellings
from matcher.tables.headers.units import scale_of_counts, split_unit
from matcher.tables.headers.words import CLOSE, Meaning, Vocabulary, kinds_left_out
from matcher.tables.layout.unit_lines import unit_in_header
from matcher.tables.schemas.main import Column

_ALIKE = 0.7  # a header as like as this to a field that has no column is told
_ONE_OF_SEVERAL = re.compile("(?<=[\u4e00-\u9fff])[(（]?[1-9一二三四五六][)）]?$")
_BARE_CODES = ("编号", "编码", "代码", "id")
_VAGUE = {"项目名称", "名称", "标题", "题目", "单位", "内容", "简介", "描述", "详情"}
_RENAME = "有几列都是这个表头，请各写不同的名称，如写明年份"
_OF_ANY_TABLE = {
    "编号": 3,
    "知识产权编号": 3,
    "id": 4,
    "序号": 5,
    "no": 5,
    "no.": 5,
    "行号": 5,
}  # ids, the first before the others
_ANY_CODE = "编码"  # of a trade, a place or a row: an id where nothing else is one
_NO_MONEY = ("id", "text", "labels", "date")  # kinds of fields that no column with a unit of money can be
_MOST = 200  # headers that nobody knows for which the nearest field is looked up


@dataclass
class Fields:
    """The columns, by index, and what they are.

    places, units: for each field its (first) column and the unit in its header. joined: fields whose text several
    columns make up, in the file's order. summed: fields that add up columns; left_out: for each of these the
    columns that nobody knows and that may count a further kind. fillers: for fields whose column is empty in some rows
    the further column that is taken there. rivals: further columns that name a field which has
    one. names: columns of names that gave way to one of codes. rivalling: columns of no field that are nearest to one
    and the same. named: fields whose column the user names. remarks: column, problem and action. known: columns of no
    field that are no riddle. nearest: the fields that others could be.
    repeated: columns whose header stands over another one too, so that it names neither. inverse: fields of yes and no
    whose column states the opposite.
    """

    places: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    joined: dict[str, list[int]] = field(default_factory=dict)
    summed: dict[str, list[int]] = field(default_factory=dict)
    left_out: dict[str, list[int]] = field(default_factory=dict)
    fillers: dict[str, int] = field(default_factory=dict)
    rivals: list[tuple[int, Column]] = field(default_factory=list)
    names: list[tuple[int, Column]] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    remarks: list[tuple[int, str, str]] = field(default_factory=list)
    known: set[int] = field(default_factory=set)
    nearest: dict[int, Column] = field(default_factory=dict)
    repeated: set[int] = field(default_factory=set)
    rivalling: set[int] = field(default_factory=set)
    inverse: set[str] = field(default_factory=set)

    def of(self, place: int) -> list[str]:
        """The fields that a column feeds."""
        return self.by_place().get(place, [])

    def by_place(self) -> dict[int, list[str]]:
        """The fields that each column feeds, of those that feed any."""
        sources = {name: [at] for name, at in self.places.items()} | self.joined | self.summed
        found: dict[int, list[str]] = {}
        for name, places in sources.items():
            for place in {*places, self.fillers.get(name, places[0])}:
                found.setdefault(place, []).append(name)
        return found

    def hint(self, texts: Sequence[str], place: int) -> str:
        """What makes a column its nearest field, "表头=字段"; "" where its header names several columns, or
        several columns could be that field.
        """
        return "" if place in self.repeated | self.rivalling else f"{texts[place]}={self.nearest[place].title}"


def assign(
    texts: Sequence[str],
    vocabulary: Vocabulary,
    columns: Sequence[Column],
    parts: Sequence[Sequence[str]] = (),
    year: int | None = None,
    hidden: Collection[int] = (),
    part: str = "",
) -> Fields:
    """What the headers of a row, left to right, feed; `columns`: those of the contract; parts: the texts over each
    column where they may be several; year: of which the title says that the table is;
    hidden: columns that are hidden, before which visible ones go; part: a title that says that the table is of a part
    of a year.
    """
    meanings = {
        place: meaning for place, text in enumerate(texts) if (meaning := vocabulary.meaning(text)) != Meaning()
    }
    meanings |= _of_several(texts, meanings, vocabulary, parts)
    _settle_years(meanings)
    _settle_periods(meanings, vocabulary.year, year)
    times = Counter(map(header_key, texts))
    fields = Fields(repeated={place for place, text in enumerate(texts) if times[header_key(text)] > 1})
    behind = {place for place in hidden if place in meanings and meanings[place].rank}  # not by the user
    ranked = sorted(meanings, key=lambda place: (place in behind, *_precedence(meanings[place], texts[place]), place))
    asked = []
    for place in ranked:
        meaning = meanings[place]
        if meaning.known:
            fields.known.add(place)
        elif part and _is_of_no_said_year(meaning):
            fields.known.add(place)
            problem = f"上方写的是“{part}”，不像全年的数，没有采用"
            fields.remarks.append((place, problem, "若是全年的数，请在表头写明年份，如“2025年…”"))
        elif meaning.asked:
            asked.append(place)
        elif meaning.columns:
            _take(fields, texts, place, meaning, meaning.columns[0])
    for place in ranked:  # what a header says besides counts where no other header says it
        if any(fields.places.get(column.name) == place for column in meanings[place].columns):
            _share(fields, place, meanings[place])
    for place in asked:
        _ask(fields, texts, place, meanings[place], vocabulary)
    _sum(fields, texts, meanings)
    for place in ranked:
        _miss_year(fields, place, meanings[place], vocabulary)
    for column in columns:
        _stand_in(fields, texts, column)
    for column in columns:
        _join(fields, column)
    if fields.places:
        _look_near(fields, texts, vocabulary, parts)
    fields.remarks.sort()
    return fields


def _of_several(
    texts: Sequence[str], meanings: Mapping[int, Meaning], vocabulary: Vocabulary, parts: Sequence[Sequence[str]]
) -> dict[int, Meaning]:
    """研究方向1, 研究方向2, or 方向一, 方向二 under 研究方向: numbered columns of a text joined from several."""
    stems = {place: _ONE_OF_SEVERAL.sub("", text) for place, text in enumerate(texts) if place not in meanings}
    for place, stem in stems.items():
        *over, own = (parts[place] if place < len(parts) else ()) or ("",)
        if over and stem != texts[place] and _ONE_OF_SEVERAL.sub("", own) in over[-1]:
            stems[place] = over[-1]
    times = Counter(stem for place, stem in stems.items() if stem != texts[place])
    several = {place: vocabulary.meaning(stem) for place, stem in stems.items() if times[stem] > 1}
    return {place: one for place, one in several.items() if one.columns and one.columns[0].joins}


def _settle_years(meanings: dict[int, Meaning]) -> None:
    """A header that may be of one year or of several is of the one where its neighbours are of the other years."""
    named = {column.name for meaning in meanings.values() for column in meaning.columns}
    for place, meaning in meanings.items():
        if meaning.asked and any(column.name in named for column in meaning.beside):
            meanings[place] = meaning._replace(columns=meaning.asked, asked=())


def _settle_periods(meanings: dict[int, Meaning], decision: int | None, year: int | None) -> None:
    """本年 and 上年 are the table's own year, which its title names, and the one before; where it names
    none, nobody knows which years they are. 上年 alone is the year before the decision's.
    """
    relative = {place: meaning for place, meaning in meanings.items() if meaning.period is not None}
    if not any(meaning.known for meaning in relative.values()):
        return
    this = {column.name for one in relative.values() if one.known and one.period == 0 for column in one.series}
    beside = any(one.period and any(column.name in this for column in one.series) for one in relative.values())
    for place, meaning in relative.items():
        years = meaning.period or 0
        if year is not None and decision is not None:
            back = decision - year + years
            of_year = tuple(column for column in meaning.series if (column.back or 1) == back)
            note = f"照标题的 {year} 年，作 {year - years} 年的数读入" if of_year else ""
            other = () if of_year else meaning.series
            meanings[place] = meaning._replace(columns=of_year, known=not of_year, beside=other, note=note, period=None)
        elif beside and years:
            meanings[place] = meaning._replace(columns=(), known=True, beside=meaning.series)


def _take(fields: Fields, texts: Sequence[str], place: int, meaning: Meaning, column: Column) -> None:
    """Give a column to the field that its header names, if that has none yet or is joined."""
    if column.name not in fields.places:
        if wrong := _wrong_unit(column, meaning.unit):
            fields.remarks.append((place, *wrong))
            fields.known.add(place)
            return
        fields.places[column.name] = place
        fields.units[column.name] = _plain(column, meaning.unit)
        if not meaning.rank:
            fields.named.add(column.name)
        if meaning.inverse:
            fields.inverse.add(column.name)
        if meaning.note:
            fields.remarks.append((place, meaning.note, "若不是，请改列名，或指定这一列是什么"))
        return
    if column.joins:
        fields.joined.setdefault(column.name, [fields.places[column.name]]).append(place)
        return
    key, taken = header_key(texts[place]), header_key(texts[fields.places[column.name]])
    carried = column.name not in fields.named and (is_carried(key) or meaning.rank == CLOSE)
    carried = carried or (key == _ANY_CODE and key != header_key(column.title))
    if carried or (_is_code(meaning, taken) and not _is_code(meaning, key)):
        fields.known.add(place)
        if column.kind == "id" and key not in _BARE_CODES and key not in _OF_ANY_TABLE:
            fields.names.append((place, column))
    else:
        fields.rivals.append((place, column))
        fields.known.add(place)


def _share(fields: Fields, place: int, meaning: Meaning) -> None:
    """Give a column to the further fields that its header names and that have none, such as those of two policies;
    not to one that is defined differently: what a figure of another definition is worth is no matter of reading.
    """
    first = next(column for column in meaning.columns if fields.places.get(column.name) == place)
    for column in meaning.columns:
        alike = column.basis in ("", first.basis) and not _wrong_unit(column, meaning.unit)
        if column.name not in fields.places and alike:
            fields.places[column.name] = place
            fields.units[column.name] = _plain(column, meaning.unit)


def _ask(fields: Fields, texts: Sequence[str], place: int, meaning: Meaning, vocabulary: Vocabulary) -> None:
    """A header that may mean several fields: the one that is left, else a question."""
    open_ones = [column for column in meaning.asked if column.name not in fields.places]
    if not open_ones:
        fields.known.add(place)
        return
    if meaning.beside:
        fields.nearest[place] = open_ones[0]
        hint = fields.hint(texts, place)
        action = f'如果是一年的数，请指定，如 --column "{hint}"' if hint else _RENAME
        fields.remarks.append((place, "看不出是一年的数还是几年的合计，没有采用", action))
        return
    if meaning.dated and vocabulary.year is None and not any(column.back for column in open_ones):
        fields.nearest[place] = open_ones[0]
        hint = fields.hint(texts, place)
        action = f'若是，请指定，如 --column "{hint}"' if hint else _RENAME
        fields.remarks.append((place, f"表头写了年份，不知是不是要看的“{open_ones[0].title}”，没有采用", action))
        return
    if meaning.dated and vocabulary.year is None:
        fields.remarks.append(
            (place, "不知道判断日期，看不出这是上一年还是更早的年份，没有采用", "请给出判断日期（--on）")
        )
        return
    if len({column.back for column in open_ones}) == 1 and len(open_ones) < len(meaning.asked):
        note = f"没有写年份，其他年份都有了，照“{open_ones[0].title}”读入"
        _take(fields, texts, place, meaning._replace(note=note), open_ones[0])
        _share(fields, place, meaning._replace(columns=tuple(open_ones)))
        return
    fields.nearest[place] = min(open_ones, key=lambda column: column.back)
    titles = list(dict.fromkeys(column.title for column in open_ones))
    hint = fields.hint(texts, place)
    action = f'请写明年份，或指定是哪一列，如 --column "{hint}"' if hint else _RENAME
    fields.remarks.append((place, f"没有写年份，可能是“{'”“'.join(titles)}”，没有采用", action))


def _is_of_no_said_year(meaning: Meaning) -> bool:
    """Whether a header that names no year may be taken for a figure of a whole one; not where the user names it."""
    named = meaning.columns or meaning.asked
    return bool(meaning.rank and named and not meaning.dated and all(one.back for one in named))


def _miss_year(fields: Fields, place: int, meaning: Meaning, vocabulary: Vocabulary) -> None:
    """A header of another year than those that are asked for, told where one of these has no column."""
    missing = [column for column in meaning.beside if column.name not in fields.places]
    if not meaning.known or not missing:
        return
    first = min(missing, key=lambda column: column.back)
    if meaning.period is not None:
        problem = "不知是哪一年的数，没有采用：标题和表头都没有写“本年”“上年”“本期”是哪一年"
        fields.remarks.append((place, problem, f"请在表头写明年份，如“{(vocabulary.year or 2026) - 1}年…”"))
        return
    year = f"（{vocabulary.year - (first.back or 1)}年）" if vocabulary.year else ""
    problem = f"不是“{first.title}”{year}的数，没有采用"
    fields.remarks.append((place, problem, f"请补一列“{first.title}”；这一列若就是，请改表头，或用 --column 指定"))


def _stand_in(fields: Fields, texts: Sequence[str], column: Column) -> None:
    """A field without a column takes one that names another field in words that could be its own: of two columns of
    that field (目标任务, 全年目标) the one that it has not. Of one that nobody misses (说明) it only asks.
    """
    if column.name in fields.places:
        return
    words = set(map(header_key, column.instead))
    for rival in fields.rivals:
        if header_key(header_label(texts[rival[0]])) in words:
            fields.places[column.name], fields.units[column.name] = rival[0], ""
            fields.rivals.remove(rival)
            return
    contested = {other.name for _, other in fields.rivals}
    for name, place in sorted(fields.places.items(), key=lambda pair: pair[1]):
        if header_key(header_label(texts[place])) in words and name not in fields.joined and name not in contested:
            fields.places[column.name], fields.units[column.name] = place, ""
            del fields.places[name], fields.units[name]
            return
    for place in sorted(fields.known):
        if header_key(header_label(texts[place])) in words and not fields.of(place) and fields.places:
            fields.nearest[place] = column
            if hint := fields.hint(texts, place):
                what = f"没有“{column.title}”这一列，这一列原样保留，没有采用"
                fields.remarks.append((place, what, f'若它就是，请指定，如 --column "{hint}"'))
            return


def _sum(fields: Fields, texts: Sequence[str], meanings: dict[int, Meaning]) -> None:
    """Fields that no column has as a whole are added up from the kinds that columns count."""
    parts: dict[str, dict[str, int]] = {}
    columns: dict[str, Column] = {}
    for place, meaning in meanings.items():
        for column, kind in meaning.summed:
            columns[column.name] = column
            if column.name in fields.places or kind in parts.setdefault(column.name, {}):
                if not meaning.columns:
                    fields.known.add(place)
                continue
            parts[column.name][kind] = place
    for name, of_kind in parts.items():
        if name in fields.places or not of_kind:
            continue
        places = sorted(of_kind.values())
        fields.places[name], fields.units[name] = places[0], ""
        fields.summed[name] = places
        said = "”“".join(texts[place] for place in places)
        missing = [kinds[0] for kinds in columns[name].sums if kinds[0] not in of_kind]
        problem = f"“{columns[name].title}”由“{said}”" + ("相加得出" if len(places) > 1 else "得出")
        if missing:
            problem += f"，表中没有{'、'.join(missing)}"
        action = f"若还有别的，请加一列“{columns[name].title}”"
        spare = [place for place, text in enumerate(texts) if text and not _says_something(meanings.get(place))]
        if left_out := [place for place in spare if kinds_left_out(texts[place], columns[name], of_kind)]:
            fields.left_out[name] = left_out
            problem += f"；“{'”“'.join(texts[place] for place in left_out)}”没看懂，得出的数只作下限"
            action = f"请在这些表头里写明是{'、'.join(missing) or '哪一种'}，或加一列“{columns[name].title}”"
        fields.remarks.append((places[0], problem, action))


def _says_something(meaning: Meaning | None) -> bool:
    """Whether a header names a field, or several that could be meant."""
    return meaning is not None and bool(meaning.columns or meaning.asked or meaning.summed)


def _join(fields: Fields, column: Column) -> None:
    """The columns that make up a text, those of its parts among them, in the file's order."""
    if not column.parts and column.name not in fields.joined:
        return
    places = set(fields.joined.get(column.name, ()))
    if column.name in fields.places:
        places.add(fields.places[column.name])
    for part in column.parts:
        places |= set(fields.joined.get(part, ())) | ({fields.places[part]} if part in fields.places else set())
    if not places:
        return
    fields.places.setdefault(column.name, min(places))
    fields.units.setdefault(column.name, "")
    fields.joined[column.name] = sorted(places)
    if len(places) == 1:
        del fields.joined[column.name]


def _wrong_unit(column: Column, unit: str) -> tuple[str, str] | None:
    """Why the unit of a header cannot be that of the column, and what to do; None where it can."""
    if column.kind == "yuan" and unit.removesuffix("/年") not in ("", *cells.UNITS):
        counted = "/" in unit or unit == "%" or scale_of_counts(unit) is not None
        what = "不是一笔金额的单位" if counted else "不是人民币"
        return f"表头的单位“{unit}”{what}，没有采用", "请折算成人民币（元、万元等）后填写"
    own = measured_in(column)
    if own and split_unit(unit)[1] not in ("", own):
        return f"表头的单位“{unit}”和“{column.title}”不符，没有采用", f"请折算成{own}后填写"
    return None


def _plain(column: Column, unit: str) -> str:
    """A unit as `cells` reads it: without 人, 件 and the like, and without what the column is counted in anyway."""
    scale, base = split_unit(unit)
    if base and base == measured_in(column):
        return scale
    counts = scale_of_counts(unit)
    return counts if counts is not None else unit.removesuffix("/年")


def _precedence(meaning: Meaning, text: str) -> tuple[int, int, int]:
    """What the user names comes first, words for something close last; among the others a word of many meanings, what a
    column calls `later`, a number of what is asked for and, at the end, a data base's id and a sheet's running number
    give way. A 统一社会信用代码 so called goes before a number of taxpayers. Of what may be an id that of the field's
    own name comes first (项目编号 before 受理编号), then another code (专家编号), then a name (专家姓名, 项目).
    """
    key, rank = header_key(text), meaning.rank
    vague = int(is_carried(key) or key in _VAGUE)
    if _is_code(meaning, key):
        vague = -2 if header_key(meaning.columns[0].title) == key else -1
    if key.endswith("信用代码") and any(header_key(column.title) == key for column in meaning.columns):
        vague = -1
    later = {header_key(word) for column in meaning.columns for word in column.later}
    if not later.isdisjoint((key, header_key(peel(text).core))) or _stands_for_yes(meaning, key):
        vague = 2
    if key == _ANY_CODE and all(header_key(column.title) != key for column in meaning.columns):
        vague = max(_OF_ANY_TABLE.values()) + 1
    vague = _OF_ANY_TABLE.get(key, vague)
    return (0 if not rank else 2 if rank == CLOSE else 1), vague, rank


def _stands_for_yes(meaning: Meaning, key: str) -> bool:
    """Whether a header is of the number (成果登记号) of what a field asks whether it is there (是否成果登记)."""
    return bool(meaning.columns) and meaning.columns[0].kind == "yesno" and key.endswith("号")


def _is_code(meaning: Meaning, key: str) -> bool:
    """Whether a header that names an id, by its key, says that codes stand in its column and whose they are."""
    named = bool(meaning.columns) and meaning.columns[0].kind == "id" and meaning.rank == 1
    return named and key not in _BARE_CODES and key.endswith(("编号", "编码", "代码", "id"))


def _look_near(fields: Fields, texts: Sequence[str], vocabulary: Vocabulary, parts: Sequence[Sequence[str]]) -> None:
    """The nearest field of each header that says nothing, in any of its spellings; told where that field has no other
    column.
    """
    asked = {place for place, *_ in fields.remarks}
    taken = fields.known | fields.by_place().keys()
    strange = [place for place, text in enumerate(texts) if text and place not in taken]
    strange = [place for place in strange if place not in fields.nearest][:_MOST]
    alike: dict[int, float] = {}
    for place in strange:
        ways = list(spellings(parts[place])) if parts and len(parts[place]) > 1 else [texts[place]]
        near, alike[place] = max(map(vocabulary.nearest, ways), key=lambda pair: pair[1])
        if near is not None and (wrong := _wrong_unit(near, header_unit(texts[place], bool(measured_in(near))))):
            fields.remarks.append((place, *wrong))
            continue
        money = near is not None and near.kind in _NO_MONEY and not near.money
        if near is not None and not (money and any(map(unit_in_header, (texts[place], *ways)))):
            fields.nearest[place] = near
    times = Counter(near.name for near in fields.nearest.values())
    fields.rivalling = {place for place, near in fields.nearest.items() if times[near.name] > 1}
    for place in strange:
        near = fields.nearest.get(place)
        if near is not None and alike[place] > _ALIKE and near.name not in fields.places and place not in asked:
            hint = fields.hint(texts, place)
            same = "有几列都像这个字段，请各写明是什么" if place in fields.rivalling else _RENAME
            action = f'若是，请指定，如 --column "{hint}"' if hint else same
            fields.remarks.append((place, f"没看懂这一列，没有采用；最像“{near.title}”", action))
