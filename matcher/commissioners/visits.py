"""Whom and which villages a record of service means: several in a cell, with titles, telephones or towns beside."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from matcher.commissioners.villages import town_key
from matcher.tables.naming.names import read_persons
from matcher.tables.naming.regions import find_region
from matcher.tables.naming.writings import KnownIds, fold
from matcher.tables.rows.remarks import Override, override_of

_WITH_UNIT = re.compile(r"([^()]+)\(([^()]*[站院所校局社司场队办厂会系部心])\)")  # 王强(市农科院)
_BESIDE = re.compile(r"\(([^()]*)\)")
_SEVERAL = re.compile(r"[、,，;；/|\n]+")
_ENDINGS = ("村", "社区")  # that a log drops: 北楼 of 北楼村
_AND = re.compile(r"(?<=[村区])[和与及]|[、,，;；/|\n]+")
_OTHERS = re.compile(r"等?(?:共?[0-9一二三四五六七八九十]+个)?(?:行政)?村?等?$")
_OFFICE = re.compile(r"(?:村?(?:村民|居民)?委(?:员)?会|村两委|村部|党群服务中心)$")
_ABOVE = re.compile("(?:[省市区县旗镇乡]|街道|街道办|街道办事处)$")
_REMARK = re.compile("(?:备注|说明)(?:说明)?[:：]")
_NOT_DONE = re.compile("取消|作废|未(?:成行|前往)")
_REASON = re.compile("因|由于|受")
_LAST_TOWN = re.compile("[^省市区县旗]+?(?:镇|乡|街道|街道办|街道办事处)$")
_TOWN = re.compile("(?:镇|乡|街道|街道办|街道办事处)$")


class Names:
    """Rows of a plan, found by an id, or by names of which the first must be there and the others narrow it.

    The first may have the others before it: 刁镇东村, 章丘区刁镇东村, whatever the plan calls the county.
    """

    def __init__(self, table: pd.DataFrame, id_column: str, names: tuple[str, ...]) -> None:
        self._ids, self._names, self._id_column = KnownIds(table[id_column]), names, id_column
        self._by_name: dict[str, list[dict[str, str]]] = {}
        self._towns = {town_key(str(town)) for town in table["town"]} if "town" in names else set()
        for record in table[[id_column, *names]].to_dict("records"):
            row = {str(key): str(value) for key, value in record.items()}
            first, *around = (fold(row[name]) for name in names)
            for form in self._forms(first):
                chains = [form, *(f"{before}{form}" for before in (around[0], "".join(reversed(around))) if before)]
                for chain in dict.fromkeys(chains):
                    rows = self._by_name.setdefault(chain, [])
                    if row not in rows:
                        rows.append(row)

    def knows(self, name: str) -> bool:
        """Whether a name is in the plan."""
        return any(form in self._by_name for form in self._forms(fold(name))) or bool(self.in_full(name))

    def lists(self, name: str) -> bool:
        """Whether a name is in the plan as it is written."""
        return fold(name) in self._by_name

    def knows_id(self, name: str) -> bool:
        """Whether an id is in the plan."""
        return bool(name and self._ids.find(name))

    def find(self, row: Mapping[Any, Any], likely: Collection[str] = ()) -> tuple[list[str], str]:
        """The ids that a row may mean, of several by name those that are `likely`; and why it is not clear which."""
        written = str(row[self._id_column] or "")
        if written and (found := self._ids.find(written)):
            return [found], ""
        name, given = str(row[self._names[0]] or ""), {one: str(row[one] or "") for one in self._names[1:]}
        if not name:
            return [], "编号不在方案中" if written else "没有写"
        if fold(name) not in self._by_name:
            self._read_beside(fold(name), given)
            name = self._read_before(name, given)
        forms = self._forms(fold(name))
        if not any(form in self._by_name for form in forms) and (maybe := self._longer(name)):
            if not self.in_full(name):
                ids = [one[self._id_column] for form in maybe for one in self._by_name[form]]
                return list(dict.fromkeys(ids)), f"“{name}”不知是不是“{'”或“'.join(maybe)}”，请写全"
            forms = maybe
        rows = known = next((self._by_name[form] for form in forms if form in self._by_name), [])
        for other, text in given.items():
            if text:
                rows = [one for one in rows if not one[other] or _agree(one[other], text, other)]
        ids = list(dict.fromkeys(one[self._id_column] for one in rows))
        if len(ids) > 1:
            ids = [one for one in ids if one in likely] or ids
        if len(ids) == 1:
            return ids, ""
        if ids:
            return ids, f"“{name}”在方案中有 {len(ids)} 个，分不清是哪一个"
        if not known:
            return self._of_surname(name)
        shown = known[0][self._names[0]]
        if "institution" not in given:
            return [], f"“{shown}”在方案中，但乡镇、县区对不上"
        units = "、".join(dict.fromkeys(one["institution"] for one in known))
        maybe = list(dict.fromkeys(one[self._id_column] for one in known))
        return maybe, f"“{shown}”在方案中是{units}的，如是同一人请填编号"

    def _forms(self, name: str) -> list[str]:
        """A folded name, then without what stands beside it: brackets, and of a village its committee."""
        forms = [name]
        if (bare := _BESIDE.sub("", name)) and bare != name:
            forms.append(bare)
        if "town" in self._names and (match := _OFFICE.search(forms[-1])):
            forms += [forms[-1][:end] for end in (match.start(), match.start() + 1) if forms[-1][:end].endswith("村")]
        return forms

    def in_full(self, name: str) -> str:
        """The one village that a name without its last 村 or 社区 means, as the plan calls it; "" for any other name.

        None where it is also a town's or county's name, which may be meant, or where there is a 村 and a 社区 of it.
        """
        maybe = self._longer(name)
        if len(maybe) != 1 or town_key(name) in self._towns or find_region(fold(name)):
            return ""
        return self._by_name[maybe[0]][0][self._names[0]]

    def _longer(self, name: str) -> list[str]:
        """Names of villages of the plan that are this one with a 村 or 社区 behind it."""
        bare = fold(name)
        if "town" not in self._names or bare in self._by_name:
            return []
        return [bare + ending for ending in _ENDINGS if bare + ending in self._by_name]

    def _read_beside(self, name: str, given: dict[str, str]) -> None:
        """Take the unit of a person, or the town or county of a village, that stands in brackets behind the name."""
        if "institution" in given:
            if match := _WITH_UNIT.fullmatch(name):
                given["institution"] = given["institution"] or match[2]
            return
        for text in _BESIDE.findall(name):
            where = "town" if _TOWN.search(text) else "county" if find_region(text) else ""
            if where:
                given[where] = given[where] or text

    def _read_before(self, name: str, given: dict[str, str]) -> str:
        """The name of a village without the county and the town before it, which are taken where none is given."""
        if "town" not in given or self.knows(name):
            return name
        for place in range(len(name) - 2, 1, -1):
            before, rest = fold(name[:place]), name[place:]
            if _ABOVE.search(before) and self.knows(rest):
                town = _LAST_TOWN.search(before)
                above = before[: town.start()] if town else before
                given["town"] = given["town"] or (town[0] if town else "")
                given["county"] = given["county"] or (above if find_region(above) else "")
                return rest
        return name

    def _of_surname(self, name: str) -> tuple[list[str], str]:
        """Who of the plan may be meant by a surname with a title (王老师)."""
        surnames = (
            [one.key for one in read_persons(name).names if one.surname and one.key != fold(name)]
            if "town" not in self._names
            else []
        )
        if not surnames:
            return [], f"“{name}”不在方案中"
        rows = [
            one for listed in self._by_name.values() for one in listed if one[self._names[0]].startswith(surnames[0])
        ]
        return list(dict.fromkeys(one[self._id_column] for one in rows)), f"“{name}”只写了姓，分不清是谁"


def persons_in(row: Mapping[Any, Any], people: Names) -> tuple[list[dict[Any, Any]], bool]:
    """A record as one for each person that it names, and whether it names several or says that there were more."""
    number, name = str(row["expert_id"] or ""), str(row["name"] or "")
    if people.knows_id(number):
        return [dict(row)], False
    numbers = _apart(number)
    if len(numbers) > 1 and all(map(people.knows_id, numbers)):
        return [{**row, "expert_id": one, "name": ""} for one in numbers], True
    beside = _WITH_UNIT.fullmatch(fold(name))
    if not name or people.lists(name) or (beside and people.lists(beside[1])):
        return [dict(row)], False
    pieces = re.split("[和与及]", name)
    if len(pieces) > 1 and all(map(people.knows, pieces)):
        name = "、".join(pieces)
    names, more = read_persons(name)
    kept = [one for one in names if people.knows(one.key) or not (one.doubt and not one.surname)]
    known = {one.key for one in kept if people.knows(one.key)}
    kept = [one for one in kept if one.key in known or not any(key in one.key for key in known)]  # 周涛 陈兰
    kept = list({one.key: one for one in kept}.values())
    if len(kept) < 2:
        if kept and kept[0].key in known:
            return [{**row, "name": kept[0].name}], more
        return [dict(row)], more
    return [{**row, "name": one.name, "institution": row["institution"] or one.unit} for one in kept], True


def villages_in(row: Mapping[Any, Any], places: Names) -> list[dict[Any, Any]]:
    """A record as one for each village that it names."""
    number, name = str(row["village_id"] or ""), str(row["village"] or "")
    if places.knows_id(number):
        return [dict(row)]
    numbers = _apart(number)
    if len(numbers) > 1 and all(map(places.knows_id, numbers)):
        return [{**row, "village_id": one, "village": ""} for one in numbers]
    if not name or places.knows(name):
        return [dict(row)]
    pieces = [piece for piece in map(str.strip, _AND.split(name)) if piece]
    if len(pieces) < 2 and all(map(places.knows, name.split())):
        pieces = name.split()
    bare = [piece if places.knows(piece) else _OTHERS.sub("", piece) for piece in pieces]
    pieces = [
        short if places.knows(short) and not (piece == f"{short}村" and places.in_full(short)) else piece
        for short, piece in zip(bare, pieces, strict=True)
    ]  # 南山村 is not 南山社区
    return [{**row, "village": piece} for piece in pieces] or [dict(row)]


def taken_back(row: Mapping[Any, Any]) -> Override | None:
    """What the lines on what was done say of the visit: a remark that was joined to them, or nothing but that."""
    for line in str(row["content"] or "").split("\n"):
        remark = _REMARK.match(line)
        said = override_of(line[remark.end() :] if remark else line)
        if said is not None and (remark or (said.plain and _of_visit(line))):
            return said
    return None


def _of_visit(line: str) -> bool:
    """Whether a line on what was done only says that nothing was; other words may be what was advised."""
    *reasons, last = filter(None, re.split("[,;。]+", fold(line)))
    return bool(_NOT_DONE.search(last)) and all(map(_REASON.match, reasons))


def _apart(text: str) -> list[str]:
    return [part.strip() for part in _SEVERAL.split(text) if part.strip()]


def _agree(known: str, given: str, field: str) -> bool:
    if field == "county" and (one := find_region(known)) and (other := find_region(given)):
        return one == other
    if field == "institution":  # with or without post, department or place, or in short: 农科院 of 农业科学院
        short, long = sorted((fold(known), fold(given)), key=len)
        rest = iter(long)
        return all(sign in rest for sign in short)
    return town_key(known) == town_key(given) if field == "town" else fold(known) == fold(given)
