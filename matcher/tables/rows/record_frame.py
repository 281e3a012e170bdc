"""The records of a sheet to the clean frame of its contract: cells read, ids made sure of, reposts found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.tables.cells import texts as cleaning
from matcher.tables.cells.dates import Span, is_last_day, read_days
from matcher.tables.cells.measures import unit_in_header
from matcher.tables.cells.texts import Fault, is_blank, opening_clauses, shorten
from matcher.tables.columns.by_kind import read_cells
from matcher.tables.columns.mistaken_units import Amounts, mistaken_units, small_beside, unsaid_units
from matcher.tables.columns.numbers import counts_persons, money_text
from matcher.tables.columns.readings import Cells, Soft
from matcher.tables.columns.row_units import in_row_unit, unit_of_cells
from matcher.tables.columns.soft_values import lasting_text
from matcher.tables.headers.finding import Header
from matcher.tables.headers.forms import header_key, header_label
from matcher.tables.headers.questions import asked_for
from matcher.tables.headers.row_numbers import numbers_rows
from matcher.tables.naming.writings import fold_id
from matcher.tables.rows.near_duplicates import find_reposts, near_doubles
from matcher.tables.rows.records import Problem, cell_of, shown
from matcher.tables.schemas.main import FEN, HIGH, KINDS, LOW, STATE, TEXT, UNIT, Column, Contract

_START, _END = "starts_on", "ends_on"  # of a period, both of which may stand in the cell of the first
_NEVER_LAST = (_START, "decided_on")  # days on which something begins or is done: no period ends there
_LAST_DAY = Fault("写的是一段时间的最后一天，没有当作这一天", "请填这一天，截止日期另填一列")
_ODD_IN_IDS = re.compile(
    r"[\s'\"`\x00-\x1f\x7f]|--"
)  # without these, ids in ASCII and one case are as different as they look
_TIMES = re.compile(r"(?<=\d)\s*([百千]?万|[百千]?亿)(?=$|[左右以约多余上下,，;；)）\s])")  # of money, 万 is 万元
_FIGURE = r"\d{1,7}(?:\.\d+)?"
_SOFT_NUMBER = rf"[^\W\d]{{0,6}}[:：]?\s?[约≈≥≤~]?{_FIGURE}(?:[-~至到]{_FIGURE})?\s?(?:左右|上下|起|以上|以内|以下)?"
_NUMBERS_ALONE = re.compile(rf"{_SOFT_NUMBER}(?:[,，;；、/\s]+{_SOFT_NUMBER})*")
_NONE_LEFT = (0, "0")  # written in a column of counts that nobody knows
_MOST_NAMED = 10  # rows that one problem names
_BETWEEN = re.compile("[；;、,，\n]+")


class Table(NamedTuple):
    """The records of one sheet on their way to a frame."""

    contract: Contract
    header: Header
    rows: list[Sequence[object]]
    numbers: list[int]

    def frame(self, problems: list[Problem]) -> pd.DataFrame:
        """The columns of the contract, what stands beside them, then the file's other columns."""
        contract = self.contract
        texts, others = [""] * len(self.rows), [None] * len(self.rows)
        absent = {kind: texts if kind in ("id", "text", "labels") else others for kind in KINDS}
        found: list[Problem] = []
        read = {column.name: self._read(column, absent[column.kind], found) for column in contract.columns}
        found = self._without_mistaken_units(read, found)
        problems += dict.fromkeys(found)  # a column that serves two fields is read twice
        cells = {name: column.values for name, column in read.items()}
        if contract.unit_column:
            given = cells[contract.unit_column]
            cells[contract.unit_column] = [text or word for text, word in zip(given, self._row_units(), strict=True)]
        ids = self._ids(cells[contract.id_column], self._filled(cells, problems), problems)
        kept, names = list(ids), list(ids.values())
        del ids  # a million rows fit into a gigabyte: nothing is kept longer than it is needed
        if len(kept) < len(self.rows):
            cells = {name: [values[i] for i in kept] for name, values in cells.items()}
        cells[contract.id_column] = names
        for column in contract.columns:
            if column.opening:
                self._open_with(column, cells, problems)
        repeats = self._reposts([cells[name] for name in contract.reposts], kept, names, problems)
        series: dict[str, pd.Series[Any]] = {}
        beside: dict[str, pd.Series[Any]] = {}
        for column in contract.columns:
            beside |= self._companions(column, read.pop(column.name), kept)
            series[column.name] = _series(column.kind, cells.pop(column.name))
        if contract.reposts:
            series["duplicate_of"] = _series("text", repeats)
        series |= beside
        for name, place in self._other_columns(series).items():
            carried = [cell_of(row, place) for row in self.rows]
            if any(map(cleaning.is_ditto, carried)):
                carried = self._as_above(name, carried, problems)
            series[name] = _as_is([carried[i] for i in kept])
        return pd.DataFrame(series, index=pd.RangeIndex(len(kept)))

    def _read(self, column: Column, absent: list[Any], problems: list[Problem]) -> Cells:
        place = self.header.places.get(column.name)
        if column.name in self.header.fields.joined:
            return self._joined(column, problems)
        if column.name in self.header.fields.summed:
            return self._summed(column, problems)
        if place is None:
            if column.name == _END and _START in self.header.places:
                return read_cells(column, "", self._with_ends([None] * len(self.rows)))
            return Cells(absent, [], {}, {}, [])
        read = self._read_place(column, place, problems)
        filler = self.header.fields.fillers.get(column.name)
        return read if filler is None else self._filled_from(column, read, place, filler, problems)

    def _filled_from(self, column: Column, read: Cells, place: int, filler: int, problems: list[Problem]) -> Cells:
        """A column with what another one of the field says where it says nothing; told, and so is where they differ."""
        other = self._read_place(column, filler, problems)
        empty = {i for i, row in enumerate(self.rows) if is_blank(cell_of(row, place))}
        filled = [i for i in empty if other.values[i] not in ("", None) or i in other.soft or i in other.states]
        pairs = enumerate(zip(read.values, other.values, strict=True))
        differ = [self.numbers[i] for i, (one, two) in pairs if one not in ("", None, two) and two not in ("", None)]
        one = f"“{self.header.texts[place]}”"
        if filled:
            problem = f"和{one}都是“{column.title}”，{one}空着的 {len(filled)} 格取自这一列"
            problems.append(Problem(None, self.header.texts[filler], "", problem, "若不该取，请改列名"))
        if differ:
            where = "、".join(map(str, differ[:_MOST_NAMED])) + ("等" if len(differ) > _MOST_NAMED else "")
            problem = f"和{one}都是“{column.title}”，有 {len(differ)} 行两列都填了而不同（第 {where} 行），用了{one}"
            problems.append(Problem(None, self.header.texts[filler], "", problem, "请核对，并改列名或改用另一列"))
        values = [other.values[i] if i in empty else value for i, value in enumerate(read.values)]
        soft, states = (
            dict(old) | {i: new[i] for i in filled if i in new}
            for old, new in ((read.soft, other.soft), (read.states, other.states))
        )
        return read._replace(values=values, soft=soft, states=states)

    def _without_mistaken_units(self, read: Mapping[str, Cells], found: list[Problem]) -> list[Problem]:
        """The problems, with those of amounts that are likely in a smaller unit than their column, now taken out."""
        fields = self.header.fields
        alone = [one for one in self.contract.columns if one.name in self.header.places]
        alone = [one for one in alone if one.name not in fields.joined and one.name not in fields.summed]
        columns = {
            one.name: Amounts(
                unit, _amounts(read[one.name]), [cell_of(row, self.header.places[one.name]) for row in self.rows]
            )
            for one in alone
            if one.kind == "yuan" and (unit := cleaning.UNITS.get(self.header.units[one.name], 1)) > 1
        }
        prices = [one for one in alone if one.money and cleaning.UNITS.get(self.header.units[one.name], 1) > 1]
        for one in prices:  # texts, to which the unit of their header was added
            of_header, place = self.header.units[one.name], self.header.places[one.name]
            prices_written = [cell_of(row, place) for row in self.rows]
            amounts = _amounts(read_cells(replace(one, kind="yuan"), of_header, prices_written))
            columns[one.name] = Amounts(cleaning.UNITS[of_header], amounts, prices_written)
        persons = [
            np.array(read[one.name].values, float) for one in alone if one.kind == "number" and counts_persons(one)
        ]
        known = [values for values in persons if not np.isnan(values).all()] if columns else []
        told: dict[tuple[int | None, str], Problem] = {}
        units = [self.header.units[one.name] for one in alone if one.kind == "yuan"]
        large = [unit for unit in units if cleaning.UNITS.get(unit, 1) > 1]
        for one in alone:
            if one.kind == "yuan" and not self.header.units[one.name] and one.name not in self.header.unit_places:
                place = self.header.places[one.name]
                written = [cell_of(row, place) for row in self.rows]
                named = {
                    i: word
                    for i, cell in enumerate(written)
                    if isinstance(cell, str) and (word := unit_of_cells([_TIMES.sub(r"\1元", cell)]))
                }
                amounts, where = _amounts(read[one.name]), "同列别的格"
                doubted = unsaid_units(amounts, written, named)
                beside = large and not doubted and not self.contract.open_units
                if beside and header_key(self.header.texts[place]) != header_key(one.name):
                    small = small_beside(amounts, written, [*columns.values()])
                    doubted, where = dict.fromkeys(small, large[0]), "别的金额列"
                for i, word in doubted.items():
                    text = f"没有写单位，{where}写了“{word}”，不知是元还是{word}，没有采用"
                    fault = Fault(text, f"请写明单位，如“{shown(written[i])}{word}”，或“{shown(written[i])}元”")
                    read[one.name].values[i] = None
                    read[one.name].soft.pop(i, None)
                    read[one.name].faults.append((i, fault))
                    header = self.header.texts[place]
                    told[self.numbers[i], header] = Problem(self.numbers[i], header, shown(written[i]), *fault)
        for name, rows in mistaken_units(columns, max(known, key=np.nanmedian, default=None)).items():
            values, faults, soft = read[name][:3]
            for i, likely in rows.items():
                header, cell = self.header.texts[self.header.places[name]], columns[name].cells[i]
                amount = money_text(int(columns[name].yuan[i]))
                used = "没有加上" if self.contract[name].money else "没有采用"
                text = f"比同列其他数大得多，像是按{likely}填写的；按表头的单位是 {amount}，{used}"
                fault = Fault(text, "请按表头的单位改填；确是这么多的，请在格里写明单位")
                soft.pop(i, None)
                values[i] = shown(cell) if self.contract[name].money else None
                faults.append((i, fault))
                told[self.numbers[i], header] = Problem(self.numbers[i], header, shown(cell), *fault)
        return [one for one in found if (one.row, one.column) not in told] + list(told.values())

    def _with_ends(self, cells: list[object]) -> list[object]:
        """Cells of an end; an empty one is what the cell of the start says of it: a period, or a last day."""
        place = self.header.places.get(_START)
        starts = [None if place is None else cell_of(row, place) for row in self.rows]
        return [
            start if is_blank(cell) and (is_last_day(start) or _is_period(start)) else cell
            for cell, start in zip(cells, starts, strict=True)
        ]

    def _read_place(self, column: Column, place: int, problems: list[Problem] | None) -> Cells:
        cells = [cell_of(row, place) for row in self.rows]
        header, unit = self.header.texts[place], self.header.units[column.name]
        found: list[Problem] = []
        if any(map(cleaning.is_ditto, cells)):
            cells = self._as_above(header, cells, found, repeated=column.name != self.contract.id_column)
        if column.name in _NEVER_LAST:
            written = cells
            cells = [None if is_last_day(cell) else cell for cell in cells]
            last = [i for i, cell in enumerate(written) if cell is not cells[i]]
            found += [Problem(self.numbers[i], header, shown(written[i]), *_LAST_DAY) for i in last]
        elif column.name == _END:
            cells = self._with_ends(cells)
        if unit and column.kind == "text":  # a price is text: its unit stays with it
            cells = [_with_unit(cell, unit) for cell in cells]
        plain, wrong = cells, list[tuple[int, Fault]]()
        if self.contract.unit_column and column.kind == "number":
            plain, wrong = self._in_row_units(cells, unit)
            unit = ""
        read = read_cells(column, unit, plain, header)
        if column.name in self.header.fields.inverse:
            read = read._replace(values=[None if value is None else not value for value in read.values])
        read.faults.extend(wrong)
        found += [Problem(self.numbers[i], header, shown(cells[i]), *fault) for i, fault in read.faults]
        found += [Problem(None, header, shorten(value, 80), *fault) for value, fault in read.notes]
        if problems is not None:
            problems += found
        return read

    def _in_row_units(self, cells: list[object], unit: str) -> tuple[list[object], list[tuple[int, Fault]]]:
        """Numbers as plain ones in the unit of their row; and what names another unit. `unit`: of their header."""
        words = self._row_units()
        changed = [in_row_unit(cell, word, unit) for cell, word in zip(cells, words, strict=True)]
        wrong = [(i, cell) for i, cell in enumerate(changed) if isinstance(cell, Fault)]
        return [None if isinstance(cell, Fault) else cell for cell in changed], wrong

    def _row_units(self) -> list[str]:
        """The unit of each row, where it names none that of the first header of numbers with one, else of its cells."""
        place = self.header.places.get(self.contract.unit_column, len(self.header.texts))
        numbers = [column.name for column in self.contract.columns if column.kind == "number"]
        common = next(filter(None, (self.header.units.get(name, "") for name in numbers)), "")
        cells = [cell_of(row, place) for row in self.rows]
        cells = self._as_above("", cells, []) if any(map(cleaning.is_ditto, cells)) else cells
        words = [cleaning.half_width(cleaning.as_written(cell)) for cell in cells]
        written = [self.header.places[name] for name in numbers if name in self.header.places and not common]
        return [
            common or unit_of_cells([cell_of(row, place) for place in written]) if cleaning.is_nothing(word) else word
            for row, word in zip(self.rows, words, strict=True)
        ]

    def _joined(self, column: Column, problems: list[Problem]) -> Cells:
        """A text of several columns in the file's order; all but the field's own under their headers."""
        fields = self.header.fields
        texts, fed = [], fields.by_place()
        for place in fields.joined[column.name]:
            alone = fed[place] == [column.name]  # faults of a part are told where it is read for itself
            own = alone and place == fields.places[column.name]
            header, named = self.header.texts[place], fed[place]
            if header in named or asked_for(header):  # a field's own name is English, a question a sentence
                header = self.contract[min(named, key=lambda name: name == column.name)].title
            label = "" if own or not column.lines else header_label(header)
            texts.append((label, self._read_place(column, place, problems if alone else None).values))
        joined = [_join(column, [(label, values[i]) for label, values in texts]) for i in range(len(self.rows))]
        return Cells(joined, [], {}, {}, [])

    def _summed(self, column: Column, problems: list[Problem]) -> Cells:
        """The sum of several columns, within bounds where one of them is; no more than a lower bound where one of them
        is unknown, or a column that nobody knows may hold more.
        """
        places = self.header.fields.summed[column.name]
        left_out = self.header.fields.left_out.get(column.name, ())
        read = [self._read_place(column, place, problems) for place in places]
        values: list[Any] = []
        soft: dict[int, Soft] = {}
        for i, parts in enumerate(zip(*(part.values for part in read), strict=True)):
            bounds = [part.soft.get(i, Soft(value, value)) for part, value in zip(read, parts, strict=True)]
            unknown = [place for place, bound in zip(places, bounds, strict=True) if bound == (None, None)]
            values.append(sum(parts) if None not in parts else None)
            if unknown and len(unknown) < len(places):
                empty = "”“".join(self.header.texts[place] for place in unknown)
                lows = [bound.low for bound in bounds if bound.low is not None]
                least = sum(lows) if lows and min(lows) >= 0 else 0
                problem = f"“{empty}”没有数，“{column.title}”" + (
                    "按未知处理" if not least else f"只知不少于 {least:g}"
                )
                if least:
                    soft[i] = Soft(least, None)
                problems.append(Problem(self.numbers[i], column.title, "", problem, "没有请填 0"))
            elif not unknown and None in parts:
                soft[i] = Soft(*(None if None in ends else sum(ends) for ends in zip(*bounds, strict=True)))
            if not unknown and not all(cell_of(self.rows[i], place) in _NONE_LEFT for place in left_out):
                soft[i] = Soft(soft.get(i, Soft(values[i], None)).low, None)
                values[i] = None
        return Cells(values, [], soft, {}, [])

    def _as_above(
        self, header: str, cells: list[object], problems: list[Problem], *, repeated: bool = True
    ) -> list[object]:
        """Cells with what stands above in place of 同上; `repeated`: ids of the rows themselves are not."""
        full: list[object] = []
        for i, cell in enumerate(cells):
            if cleaning.is_ditto(cell):
                above = full[-1] if full and repeated else None
                fault = Fault("上面没有可照抄的内容，当作没填", "请填写完整")
                if not is_blank(above):
                    fault = Fault(f"照上一行读作“{shown(above)}”", "请核对")
                problems.append(Problem(self.numbers[i], header, shown(cell), *fault))
                cell = above
            full.append(cell)
        return full

    def _companions(self, column: Column, read: Cells, kept: list[int]) -> dict[str, pd.Series[Any]]:
        """What a column cannot hold: bounds and writing of its soft values, states of its dates, fen, units."""
        series: dict[str, pd.Series[Any]] = {}
        soft, states = (any(i in found for i in kept) for found in (read.soft, read.states))
        unread = self._unread(column, read)
        if soft:
            bounds = [read.soft.get(i, Soft(read.values[i], read.values[i])) for i in kept]
            series[column.name + LOW] = _series(column.kind, [bound.low for bound in bounds])
            series[column.name + HIGH] = _series(column.kind, [bound.high for bound in bounds])
        if soft or states or not unread.isdisjoint(kept):
            shown = unread.union(read.soft, read.states)
            series[column.name + TEXT] = _series("text", self._written(column, read, kept, shown))
        if states:
            series[column.name + STATE] = _series("text", [read.states.get(i, "") for i in kept])
        if column.fen and not read.fen.keys().isdisjoint(kept):
            series[column.name + FEN] = _series(column.kind, [read.fen.get(i, 0) for i in kept])
        if column.measured and column.name in self.header.places:
            whole = unit_in_header(self.header.texts[self.header.places[column.name]])
            series[column.name + UNIT] = _series("text", [read.units.get(i, whole) for i in kept])
        return series

    def _unread(self, column: Column, read: Cells) -> set[int]:
        """The cells whose writing gave no value, where the contract keeps them; 面议 where it is an answer."""
        if not self.contract.keeps_unread or column.kind not in ("date", "yuan", "number", "share"):
            return set()
        unread = {i for i, _ in read.faults if read.values[i] is None}
        place = self.header.places.get(column.name)
        if column.open_sum and place is not None:
            unread |= {i for i, row in enumerate(self.rows) if cleaning.is_open_to_talk(cell_of(row, place))}
        return unread

    def _written(self, column: Column, read: Cells, kept: list[int], shown: set[int]) -> list[str]:
        """The writing of the cells to be shown, "" elsewhere."""
        own = self.header.places.get(column.name, self.header.places.get(_START, 0))  # an end in the cell of the start
        fields = self.header.fields
        places = [*fields.summed.get(column.name, [own]), *fields.left_out.get(column.name, ())]
        unit = self.header.units.get(column.name, "")
        alone = not unit and len(places) == 1 and column.name not in self.header.unit_places
        texts: dict[tuple[str, Soft | None], str] = {}
        out = []
        for i in kept:
            if i not in shown:
                out.append("")
                continue
            cells = [cleaning.as_written(cell_of(self.rows[i], place)).strip() for place in places]
            key = "、".join(cells), read.soft.get(i)
            if key not in texts:
                text, bounds = key
                if (
                    bounds is None and unit and cleaning.is_plain_number(text)
                ):  # 900000000 under （万元） that is not used
                    text += unit.removesuffix("元") + "元" if column.kind == "yuan" else unit
                texts[key] = text if alone or bounds is None else lasting_text(column, text, unit, bounds)
            out.append(texts[key])
        return out

    def _filled(self, cells: Mapping[str, list[Any]], problems: list[Problem]) -> list[int]:
        """The rows that hold at least one of the contract's `any_of`."""
        if not self.contract.any_of:
            return list(range(len(self.rows)))
        titles = [self.contract[name].title for name in self.contract.any_of]
        kept = []
        for i, values in enumerate(zip(*(cells[name] for name in self.contract.any_of), strict=True)):
            if any(value not in ("", None) for value in values):
                kept.append(i)
                continue
            first = next(cell for cell in self.rows[i] if not is_blank(cell))
            problem, action = f"{'和'.join(titles)}都是空的", f"请至少填写{'或'.join(titles)}"
            problems.append(Problem(self.numbers[i], "", shown(first), problem, action, kept=False))
        return kept

    def _open_with(self, column: Column, cells: dict[str, list[Any]], problems: list[Problem]) -> None:
        """Fill the empty cells of a text with the beginning of others; told once for each of these."""
        texts = cells[column.name] = list(cells[column.name])
        for name in column.opening:
            filled = [i for i, text in enumerate(texts) if not text and cells[name][i]]
            for i in filled:
                texts[i] = opening_clauses(cells[name][i])
            if filled:
                problem = f"{len(filled)} 条没有{column.title}，取了“{self._header_of(name)}”的开头"
                problems.append(Problem(None, self._header_of(column.name), "", problem, f"请填写“{column.title}”"))

    def _ids(self, given: list[str], kept: list[int], problems: list[Problem]) -> dict[int, str]:
        """The id of each row that stays: made up where it is missing, the first of equals."""
        header = self._header_of(self.contract.id_column)
        taken = set(given) if "" in given else set()
        first: dict[str, int] = {}
        ids: dict[int, str] = {}
        for i in kept:
            name = given[i]
            if not name:
                name = made = f"{self.contract.title}-{self.numbers[i]:05d}"
                again = 1
                while name in taken:
                    again += 1
                    name = f"{made}-{again}"
                taken.add(name)
                if self.contract.id_column in self.header.places:
                    problems.append(Problem(self.numbers[i], header, "", f"是空的，已编为“{name}”", "请填写编号"))
            elif name in first:
                before = first[name]
                one, other = self._as_written(i), self._as_written(before)
                if self._content(one) == self._content(other):
                    how = "完全相同" if one == other else "只有序号不同"
                    fault = Fault(f"和第 {self.numbers[before]} 行{how}", "请删去重复的行")
                elif numbers_rows(header, []):  # 序号 that begins anew on every page loses no row
                    made = f"{self.contract.title}-{self.numbers[i]:05d}"
                    ids[i] = made
                    taken.add(made)
                    problem = f"和第 {self.numbers[before]} 行的序号相同，已编为“{made}”"
                    problems.append(Problem(self.numbers[i], header, name, problem, "请给每行不同的编号"))
                    continue
                else:
                    fault = Fault(f"和第 {self.numbers[before]} 行编号相同，内容不同", "请给每行不同的编号")
                problems.append(Problem(self.numbers[i], header, shorten(name, 80), *fault, kept=False))
                continue
            first[name] = i
            ids[i] = name
        problems.extend(self._written_alike(header, first))
        return ids

    def _written_alike(self, header: str, rows: Mapping[str, int]) -> Iterator[Problem]:
        """Ids (id -> row) that are one but for capitals, full width or dashes: kept, as nobody knows whether it is."""
        run = "".join(rows)
        if run.isascii() and run in (run.lower(), run.upper()) and not _ODD_IN_IDS.search(run):
            return
        alike: dict[str, list[str]] = {}
        for name in rows:
            alike.setdefault(fold_id(name), []).append(name)
        for names in alike.values():
            if len(names) > 1:
                where = "、".join(str(self.numbers[rows[name]]) for name in names[:_MOST_NAMED])
                more = f"等 {len(names)} 行" if len(names) > _MOST_NAMED else " 行"
                problem = f"第 {where}{more}的编号只是写法不同（大小写、全半角、横线或空格），仍算不同的编号"
                value = shorten("、".join(names), 80)
                yield Problem(self.numbers[rows[names[0]]], header, value, problem, "若是同一个，请统一写法")

    def _as_written(self, i: int) -> list[str]:
        width = max(len(self.header.texts), len(self.rows[i]))
        return [cleaning.as_written(cell_of(self.rows[i], place)).strip() for place in range(width)]

    def _content(self, cells: Sequence[str]) -> list[str]:
        """The cells of a row but those that only count the rows."""
        texts = self.header.texts
        counts = {place for place, text in enumerate(texts) if text and numbers_rows(text, [])}
        return [cell for place, cell in enumerate(cells) if place not in counts]

    def _reposts(self, texts: list[list[str]], rows: list[int], names: list[str], problems: list[Problem]) -> list[str]:
        """For each row that stays the id of the posting that it repeats, or ""; [] where nothing is a posting."""
        if not texts:
            return []
        header = self._header_of(self.contract.reposts[0])
        repeats: list[str] = []
        for at, before in enumerate(find_reposts(texts)):
            repeats.append("" if before == at else names[before])
            if before != at:
                problem = f"和第 {self.numbers[rows[before]]} 行（{repeats[-1]}）几乎相同，疑为重复发布"
                value = shorten(texts[0][at], 80)
                problems.append(Problem(self.numbers[rows[at]], header, value, problem, "若确是重复，请删去一条"))
        for at, before in enumerate(near_doubles(texts)) if self.contract.id_column == "need_id" else ():
            if before != at and not repeats[at]:
                problem = f"和第 {self.numbers[rows[before]]} 行（{names[before]}）只差一个字，没有当作同一条"
                value = shorten(texts[0][at], 80)
                problems.append(Problem(self.numbers[rows[at]], header, value, problem, "请核对；若是重复，请删去一条"))
        return repeats

    def _header_of(self, name: str) -> str:
        place = self.header.places.get(name)
        return self.contract[name].title if place is None else self.header.texts[place]

    def _other_columns(self, taken: Iterable[str]) -> dict[str, int]:
        """The places of the columns that the contract does not know, each under a name of its own."""
        names = set(taken)
        times = Counter(names)
        fields = self.header.fields
        used = set(fields.places.values()).union(*fields.joined.values(), *fields.summed.values())
        texts = self.header.texts
        others: dict[str, int] = {}
        for place in range(max(len(texts), *map(len, self.rows)) if self.rows else len(texts)):
            text = texts[place] if place < len(texts) else ""
            if place in used or (not text and all(is_blank(cell_of(row, place)) for row in self.rows)):
                continue
            name = text = text or f"第{place + 1}列"
            while name in names:
                times[text] += 1
                name = f"{text}_{times[text]}"
            names.add(name)
            times[name] += 1
            others[name] = place
        return others


def _is_period(cell: object) -> bool:
    return isinstance(cell, str) and isinstance(read_days(cell), Span)


def _amounts(read: Cells) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The amounts of a column, of soft ones an end; NaN for unknown."""
    amounts = np.array(read.values, float)
    for i, ends in read.soft.items():
        amounts[i] = ends.high if ends.low is None else ends.low
    return amounts


def _with_unit(cell: object, unit: str) -> object:
    """A number with the unit of its header; 约200 and 会员80，非会员120 too, behind their last figure."""
    if cleaning.is_plain_number(cell):
        return f"{cleaning.as_written(cell)}{unit}"
    if not isinstance(cell, str) or not _NUMBERS_ALONE.fullmatch(cleaning.half_width(cell)):
        return cell
    end = max(place for place, sign in enumerate(cell, 1) if sign.isdecimal())
    return f"{cell[:end]}{unit}{cell[end:]}"


def _join(column: Column, pieces: Sequence[tuple[str, str]]) -> str:
    """Texts as one, each said once; of short ones only what another says as a whole: 王某 is no part of 王某某."""
    kept: list[str] = []
    said, parts = "", set[str]()
    for label, text in pieces:
        if not text or (text in said if column.lines else text in parts):
            continue
        kept.append(f"{label}：{text}" if label else text)
        said += f"\0{kept[-1]}"
        parts.update(_BETWEEN.split(kept[-1]))
    return ("\n" if column.lines else "；").join(kept)


def _series(kind: str, values: list[Any]) -> pd.Series[Any]:
    if kind == "date":
        return pd.Series(np.array(values, "datetime64[D]").astype("datetime64[us]"))
    if kind in ("id", "text", "labels"):
        return pd.Series(values, dtype=str)
    return pd.Series(values, dtype={"yuan": "Int64", "yesno": "boolean"}.get(kind, "Float64"))


def _as_is(cells: list[object]) -> pd.Series[Any]:
    """Cells of an unknown column: of one type where all have it, else texts, so that any file holds them."""
    values = [None if is_blank(cell) else float(cell) if isinstance(cell, Decimal) else cell for cell in cells]
    if not any(isinstance(value, str) for value in values):
        series = pd.Series(values, dtype=object).infer_objects()
        if series.dtype != object:
            return series
    return pd.Series([cleaning.storable(cleaning.as_written(value)) for value in values], dtype=str)
