"""What the words of one header say: the field, the unit, the accounting year. Text in, meaning out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from matcher.tables.cells.numbers import TIME_WORDS
from matcher.tables.cells.statements import denies, in_short, statement
from matcher.tables.columns.numbers import fits_in_time
from matcher.tables.headers.forms import chinese_part, header_key, header_unit, is_carried, measured_in, peel
from matcher.tables.headers.opposed_words import contradicts, is_of_another_kind, is_of_another_table
from matcher.tables.headers.questions import asked_for
from matcher.tables.headers.units import split_unit
from matcher.tables.headers.years import PERIODS, TIME_FIRST, TIME_LAST, years_back
from matcher.tables.schemas.main import Column, Contract

_SHORTEST_STATEMENT = 4  # characters of a header without 是否 that states something
_LETTER = re.compile(r"[^\W\d_]|%")
_AND = re.compile(r"以及|[及和与、/+,;]")
_OTHER_FIGURE = re.compile(
    r"占|率|比|增|同|预|计划|目标|拟|境|国外|当地|本地|[省市县]内|人均|平均.*元|其中|除|近|前|后|截至|累计|季|半年|月|\d"
)  # in a qualifier: the column holds another figure than the words before it
_SAME_FIGURE = re.compile(r"(?<!\d)0?1月?[-~—至到]12月|不含税|全年月平均|月平均|加计扣除")
_INVERSE = "和“{}”说的相反，反过来读：“是”读作“否”，“否”读作“是”"
_DENIAL = "表头里有否定的词，仍照指定的“{}”读入：这一列的“是”就是它的“是”"
_OF_YEARS = re.compile("[近前][两三二23]年")  # what a figure of several years together is called
_MEAN = re.compile("年均|平均|每年|均值")
_ONE_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d年?(?!\d|[-~—至到])|[上本当去]一?年|前一年")
_FILLERS = re.compile(
    r"^(?:本?企业|公司|本?单位|全年|[年期]末|年度?|实现|实际)+|(?:总额|合计|小计|金额|总计|支出|情况|数)$"
)
_COUNTED = re.compile(r"(?<!总)(?:总?数量|总?人数|个数|件数|项数|数)$")
_OWNED = re.compile(
    r"(?:拥有|现有|已有|已授权|已获|获得|授权|有效|累计|国内|的)*(.+?)(?:授权|拥有|登记|证书|有效)*(?:数量|件数|个数|项数|总数|量|数)?"
)
_OF_RIGHTS = re.compile(r"专利|知识产权")
_OF_OTHERS = re.compile(r"其[他它]|pct|国外|国际|境外|海外")
_AROUND = re.compile(
    r"拥有|现有|已有|已?获得?|已?授权|有效|累计|历年|新增|当年|今年|本年度?|(?:19|20)\d\d年度?|国内|登记|证书|设计|[总合]计"
    r"|总?[数件个项]?数?量?|权|类|的"
)
_DESCRIBES = re.compile("(?:说明|描述|介绍|简介|简述|概述)$")  # last words of headers that say the same: in words ...
_NAMING = re.compile("(?:名称?|题目|标题)$")  # ... and by what name
_OF_THIS_YEAR = re.compile("本年|今年")  # in a name of a field: it counts what is of this year
_NAMES_TIME = re.compile(r"\d|[年月期季]")
_MONTHS = {"月": "个月"}  # behind a number, 月 is a month of the year
CLOSE = 4  # the rank of words for something close
_NEAR_ENOUGH = 0.6
CONTRACTS_KEPT, HEADERS_KEPT = 64, 4096  # vocabularies in memory, and header texts of each whose meaning is known
_LONG = 60  # characters; a header is shorter, unless it lists choices in a bracket


class Meaning(NamedTuple):
    """What a header says.

    columns: the fields that it names. unit: as in `cells.UNITS`, "%", "" for none; other money as it is written. rank:
    how directly it names them: 0 by the user, 1 word for word, 2 with unit, hint or year, 3 with a qualifier left
    aside, 4 by words for something close. summed: fields to which the column counts one kind, and the kind. asked: the
    fields that could be meant where it does not say which. beside: fields of the same figure in other years: with a
    header of no field, those that it is not; with `asked`, those whose own columns settle what it is. dated: whether it
    names a year. note: what a reader should know of it. known: a header that no field takes, but that is no riddle.
    period: of a figure of 本年, 上年 and the like, how many years before the table's own it is; series: the fields of
    that figure, which may be of any year. inverse: it denies what the field states, so that yes is no of the field.
    """

    columns: tuple[Column, ...] = ()
    unit: str = ""
    rank: int = 1
    summed: tuple[tuple[Column, str], ...] = ()
    asked: tuple[Column, ...] = ()
    beside: tuple[Column, ...] = ()
    note: str = ""
    known: bool = False
    dated: bool = False
    period: int | None = None
    series: tuple[Column, ...] = ()
    inverse: bool = False


def kinds_left_out(text: str, column: Column, counted: Container[str]) -> list[str]:
    """The kinds of `column.sums` that a header which nobody knows may count, of those that no other column counts.

    A header of nothing but words for rights: 外观授权, 专利（新型）, 其他专利; a total of all rights leaves out no kind
    where the first kind has a column.

    >>> classes = Column("c", "number", "c", sums=(("实用新型",), ("外观设计",)), stems=("新型", "外观"))
    >>> [kinds_left_out(text, classes, {"实用新型"}) for text in ("专利-外观", "外观检测", "专利总数", "其他专利")]
    [['外观设计'], [], [], ['实用新型', '外观设计']]
    """
    peeled = peel(text)
    words = re.sub(r"[\W_]+", "", peeled.bare + "".join(peeled.qualifiers))
    named = [kinds[0] for kinds, stem in zip(column.sums, column.stems, strict=True) if re.search(stem, words)]
    rest = _OF_RIGHTS.sub("", re.sub("|".join(column.stems) or "$", "", words))
    if _AROUND.sub("", _OF_OTHERS.sub("", rest)):
        return []
    if named or not _OF_RIGHTS.search(words):
        return [kind for kind in named if kind not in counted]
    every = [kinds[0] for kinds in column.sums]
    return every if _OF_OTHERS.search(rest) or every[0] not in counted else []


@lru_cache(CONTRACTS_KEPT)
def vocabulary_of(contract: Contract) -> Vocabulary:
    """The headers that a contract knows; made once, since small tables are read often."""
    return Vocabulary(contract, {})


class Vocabulary:
    """The headers that a contract knows, with those that the user names (header key -> field, and its unit)."""

    def __init__(self, contract: Contract, named: Mapping[str, Column], units: Mapping[str, str] | None = None) -> None:
        self.year = contract.year
        self.named, self.units = named, units or {}
        self.exact: dict[str, Column] = {}
        self._wholes = [column for column in contract.columns if column.joins]
        self.kinds: dict[str, list[tuple[Column, str]]] = {}
        self._words: dict[str, list[Column]] = {}
        self._close: dict[str, list[Column]] = {}
        self._stems: dict[str, Column] = {}
        self._measured: dict[str, Column] = {}
        self._statements: dict[str, list[tuple[Column, str]]] = {}
        self._compounds = [(_compound(column), column) for column in contract.columns if column.heads]
        self._described: dict[str, Column] = {}
        self._titled: dict[str, Column] = {}
        for column in contract.columns:
            for text in (column.title, column.name, *column.headers):
                self.exact.setdefault(header_key(text), column)
            self._index_last_words(column)
            for word in column.words:
                self._words.setdefault(header_key(word), []).append(column)
            for word in column.close_words:
                self._close.setdefault(header_key(word), []).append(column)
            for text in (column.title, *column.headers) if measured_in(column) else ():
                self._measured.setdefault(header_key(peel(text).bare), column)
            for text in {column.title, in_short(column.title), *column.headers} if column.kind == "yesno" else ():
                self._statements.setdefault(statement(text).words, []).append((column, text))
            for kinds in column.sums:
                for word in kinds:
                    self.kinds.setdefault(header_key(word), []).append((column, kinds[0]))
        for key, column in self.exact.items():
            if column.kind == "number" and (stem := _COUNTED.sub("", key)):
                self._stems.setdefault(stem, column)
        self.meaning: Callable[[str], Meaning] = lru_cache(HEADERS_KEPT)(self._meaning)
        self.nearest: Callable[[str], tuple[Column | None, float]] = lru_cache(HEADERS_KEPT)(self._nearest)

    def _index_last_words(self, column: Column) -> None:
        """The headers of a text without a last word that others may stand for."""
        last, stems = (_DESCRIBES, self._described) if column.lines else (_NAMING, self._titled)
        for key in map(header_key, (column.title, *column.headers)) if column.kind == "text" else ():
            if (stem := last.sub("", key)) != key:
                stems.setdefault(stem, column)

    def _meaning(self, text: str) -> Meaning:
        found = self._meaning_of(text)
        if found.columns or found.asked or found.summed:
            return found
        for asked in asked_for(text):
            answer = self._meaning_of(asked)
            if answer.columns and answer.columns[0].kind != "yesno":
                return answer._replace(rank=max(answer.rank, CLOSE))
        return self._meaning_of(chinese) if (chinese := chinese_part(text)) else found

    def _meaning_of(self, text: str) -> Meaning:
        key = header_key(text)
        peeled = peel(text)
        if key in self.named:
            column = self.named[key]
            same = [one for word in column.words for one in self._words[header_key(word)] if one.back == column.back]
            unit = header_unit(text, bool(measured_in(column))) if column.kind == "number" else peeled.unit
            meaning = Meaning(tuple(dict.fromkeys((column, *same))), self.units.get(key, unit), 0)
            return self._named_statement(meaning, text) if column.kind == "yesno" else meaning
        if not _LETTER.search(key) or (len(text) > _LONG and "(" not in text and "（" not in text):
            return Meaning()
        for rank, form in ((1, text), (2, peeled.core), (3, peeled.bare)):
            found = self._fields(form, header_unit(text, every=True))
            if found == Meaning():
                continue
            if not (fields := (*found.columns, *found.asked, *(column for column, _ in found.summed))):
                return found
            column = fields[0]
            if rank == 3 and found.rank == CLOSE and column.kind == "text":  # 合同甲方（卖方）: the bracket settles it
                own = [self.exact.get(header_key(word)) for word in peeled.qualifiers]
                if settled := [one for one in own if one is not None and one.kind == "text"]:
                    return Meaning((settled[0],), rank=rank)
            if rank == 3 and column.kind in ("number", "yuan", "share"):
                in_time = {word: fits_in_time(column.title, word) for word in peeled.qualifiers}
                if any(map(_changes_the_figure, peeled.qualifiers)) or False in in_time.values():
                    return Meaning()
                if _OF_YEARS.search(column.title) and any(map(_MEAN.search, peeled.qualifiers)):
                    return Meaning()  # a third of it
                if said := "”“".join(word for word, fits in in_time.items() if not fits):
                    found = found._replace(note=f"表头另注“{said}”，照“{column.title}”读入")
            if rank == 3 and column.kind == "yesno":
                title = header_key(column.title)
                if said := "”“".join(word for word in peeled.qualifiers if header_key(word) not in title):
                    note = f"表头另注“{said}”，照“{column.title}”读入"
                    found = found._replace(note="；".join(filter(None, (found.note, note))))
            unit = peeled.unit if rank > 1 or peeled.core != text else ""
            if column.kind == "yuan" and not unit and "w" in peeled.qualifiers:  # 80w is 80万
                unit = "万元"
            if rank > 1 and measured_in(column):
                unit = header_unit(text, every=True)
            if rank == 3 and column.kind == "text":  # 研发周期（月）
                unit = unit or next((_MONTHS.get(word, word) for word in peeled.qualifiers if word in TIME_WORDS), "")
            return found._replace(unit=unit, rank=max(rank, found.rank))
        if whole := self._of_parts(peeled.bare):
            return Meaning((whole,), rank=2)
        return Meaning(known=any(map(is_carried, (key, header_key(peeled.core), header_key(peeled.bare)))))

    def _of_parts(self, text: str) -> Column | None:
        """The field that headers with 及 or 、 between them make up: 技术难题及指标, 大学/学院. What stands before the
        first may stand before the others too (技术指标), and what stands behind the last behind the others (测试需求 in
        测试/资源需求). Long texts that nothing holds together are the first of them.
        """
        first, *more = _AND.split(text)
        found: dict[str, Column] = {}
        for words in (first, *more) if more else ():
            ways = (words, first[:2] + words, words + more[-1][-2:])
            known = next((self.exact[key] for key in map(header_key, ways) if key in self.exact), None)
            column = known or self._in_other_words(header_key(words)) or next(iter(self._close.get(words, ())), None)
            if not words or column is None:
                return None
            found[column.name] = column
        if len(found) == 1 and (one := next(iter(found.values()))).kind in ("text", "labels", "date"):
            return one
        whole = next((one for one in self._wholes if found and found.keys() <= {one.name, *one.parts}), None)
        return whole or (next(iter(found.values())) if found and all(one.lines for one in found.values()) else None)

    def _in_other_words(self, key: str) -> Column | None:
        """The field of a compound, or of a header that differs in its last word only: 背景描述 for 背景说明, 项目名 for
        项目名称, 技术需求情况说明 for 技术需求描述.
        """
        known = is_carried(key)
        for words, column in self._compounds:
            if words.fullmatch(key) and not (known and column.kind == "id"):
                return column
        if known:
            return None
        if (stem := _DESCRIBES.sub("", key)) != key:
            texts = (self._described.get(one) or self.exact.get(one) for one in (stem, stem.removesuffix("情况")))
            return next((column for column in texts if column is not None and column.lines), None)
        stem = _NAMING.sub("", key)
        return self._titled.get(stem) if stem and stem != key else None

    def _fields(self, form: str, unit: str) -> Meaning:
        """The fields that a form of a header names."""
        key = header_key(form)
        exact = self.exact.get(key)
        if exact is not None and not exact.words:
            return Meaning((exact,), summed=tuple(pair for pair in self.kinds.get(key, ()) if pair[0] is not exact))
        time = TIME_FIRST.fullmatch(form) or TIME_LAST.fullmatch(form)
        if time is not None:
            dated = self._of_year(time, exact)
            return self._of_statement(form) if dated == Meaning() else dated
        if columns := self._series(key):
            if len({column.back for column in columns}) > 1:
                return Meaning(asked=tuple(columns))
            note = "" if exact else f"表头没有写年份，照“{columns[0].title}”读入"
            return Meaning(tuple(columns), note=note)
        if exact is not None:
            return Meaning((exact,))
        owned = _OWNED.fullmatch(key)
        if owned and (of_kind := self.kinds.get(key) or self.kinds.get(owned[1])):
            return Meaning(summed=tuple(of_kind))
        measured = self._measured.get(key)
        if measured and split_unit(unit)[1] == measured_in(measured):
            return Meaning((measured,))
        stem = _COUNTED.sub("", key)
        if stem in self._stems and (stem != key or len(stem) > 3):
            return Meaning((self._stems[stem],))
        if close := self._close.get(key) or self._close.get(_FILLERS.sub("", key)):
            if len({column.back for column in close}) > 1:
                return Meaning(asked=tuple(close), rank=CLOSE)
            doubt = "按惯例" if close[0].kind == "text" else "两者口径可能不同"
            return Meaning(tuple(close), rank=CLOSE, note=f"照“{close[0].title}”读入，{doubt}")
        if same := self._in_other_words(key):
            return Meaning((same,), rank=2)
        return self._of_statement(form)

    def _of_statement(self, form: str) -> Meaning:
        """The field of yes and no that states what a header states, or denies."""
        said = statement(form)
        known = self._statements.get(said.words, ())
        bare = len(said.words) < _SHORTEST_STATEMENT  # 候补 may head the names of those who stand by
        known = [(column, text) for column, text in known if not (said.plain and (bare or statement(text).has))]
        if len({(column.name, denies(text)) for column, text in known}) != 1:
            return Meaning()
        column, text = known[0]
        inverse = said.denied != denies(text)
        note = _INVERSE.format(column.title) if inverse else ""
        return Meaning((column,), rank=2, inverse=inverse, note=note)

    def _named_statement(self, meaning: Meaning, text: str) -> Meaning:
        """A field of yes and no that the user names for a header, which may say the opposite."""
        column, said = meaning.columns[0], statement(text)
        known = [own for one, own in self._statements.get(said.words, ()) if one.name == column.name]
        if known and all(denies(own) != said.denied for own in known):
            return meaning._replace(inverse=True, note=_INVERSE.format(column.title))
        if said.denied and not any(map(denies, (column.title, *column.headers))):
            return meaning._replace(note=_DENIAL.format(column.title))
        return meaning

    def _series(self, key: str) -> list[Column]:
        return self._words.get(key) or self._words.get(_FILLERS.sub("", key)) or []

    def _of_year(self, time: re.Match[str], exact: Column | None) -> Meaning:
        """The fields of the year that a header names; `exact`, the one that has it word for word, before the others."""
        key = header_key(time["word"])
        series = self._series(key)
        note = ""
        rank = 1
        if not series and (series := self._close.get(key) or self._close.get(_FILLERS.sub("", key)) or []):
            rank = CLOSE
        state = self.exact.get(key)
        if not series and exact is None:
            state = self.exact.get(f"年度{key}", state)  # 2026年目标 is 年度目标, where 目标 alone may be its name
            if state is None or state.kind not in ("number", "yuan", "share") or "三年" in state.title:
                return Meaning()
            series = [state]
            past = time["last"] or time["before"] or time["third"]
            if past and any(map(_OF_THIS_YEAR.match, (state.title, *state.headers))):
                return Meaning(known=True, dated=True, beside=(state,))
        back = years_back(time, self.year)
        period = next((years for name, years in PERIODS.items() if time[name]), None)
        if exact is not None:
            columns = (exact, *(one for one in series if one.back == exact.back and one is not exact))
            return Meaning(columns, dated=True, period=period, series=tuple(series))
        if time["this"] or time["closing"] or time["former"]:
            state_now = tuple(one for one in series if time["closing"] and not one.back)
            note = f"表头另注“{time['closing']}”，照“{state_now[0].title}”读入" if state_now else ""
            known = Meaning(known=not state_now, dated=True, note=note, period=period, series=tuple(series))
            return known._replace(columns=state_now, beside=() if state_now else tuple(series))
        if back is None:
            return Meaning(asked=tuple(series), dated=True)
        columns = tuple(one for one in series if (one.back or 1) == back)
        if not columns:
            return Meaning(known=True, dated=True, beside=tuple(series))
        if time["either"]:
            return Meaning(asked=columns, beside=tuple(one for one in series if one not in columns), dated=True)
        if rank == CLOSE:
            note = f"照“{columns[0].title}”读入，两者口径可能不同"
        return Meaning(columns, rank=rank, note=note, dated=True, period=period, series=tuple(series))

    def _nearest(self, text: str) -> tuple[Column | None, float]:
        """The field whose words are the most like a header's that names none, and how like (0..1); None where none is
        like it, or where the header is known to mean something else.
        """
        peeled = peel(text)
        if any(map(_changes_the_figure, peeled.qualifiers)) or "其中" in text:
            return None, 0.0
        for form in (text, peeled.core, peeled.bare):
            time = TIME_FIRST.fullmatch(form) or TIME_LAST.fullmatch(form)
            for key in filter(None, (header_key(form), header_key(time["word"]) if time else "")):
                if (exact := self.exact.get(key)) is not None:
                    of_one = (time and not _OF_YEARS.search(form)) or any(map(_MEAN.search, peeled.qualifiers))
                    return (None, 0.0) if of_one and _OF_YEARS.search(exact.title) else (exact, 1.0)
                if series := self._series(key):
                    return _latest(series), 1.0
        key = header_key(peeled.bare) or header_key(text)
        said = key + "".join(map(header_key, peeled.qualifiers))
        for like in dict.fromkeys((key, said)):
            for word in difflib.get_close_matches(like, list(self._all), 3, _NEAR_ENOUGH):
                column = self._all[word]
                if column.back and _NAMES_TIME.search(key):
                    continue  # of another year, perhaps
                if _OF_YEARS.search(column.title) and (_MEAN.search(said) or _ONE_YEAR.search(said)):
                    continue  # of one of its years
                if column.kind == "yesno" and {denies(word), denies(column.title)} != {denies(key)}:
                    continue
                if is_of_another_kind(key, column) or is_of_another_table(key, column):
                    continue
                if not contradicts(said, word, column.title):
                    return column, difflib.SequenceMatcher(None, word, like).ratio()
        return None, 0.0

    @cached_property
    def _all(self) -> dict[str, Column]:
        words = {word: _latest(columns) for word, columns in self._words.items()}
        return words | {word: column for word, column in self.exact.items() if not word.isascii()}


def _compound(column: Column) -> re.Pattern[str]:
    leads, heads = (
        "|".join(map(re.escape, sorted(words, key=len, reverse=True))) for words in (column.leads, column.heads)
    )
    return re.compile(f"(?:{leads})*(?:{heads})")


def _latest(series: Sequence[Column]) -> Column:
    return min(series, key=lambda column: column.back or 1)


def _changes_the_figure(qualifier: str) -> bool:
    return bool(_OTHER_FIGURE.search(_SAME_FIGURE.sub("", qualifier)))
