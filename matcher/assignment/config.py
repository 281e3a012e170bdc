"""A settings file (YAML) and the tables that it names, to the arguments of `assign`. Every fault at once, in Chinese.

Texts stay texts: an id may be written 007 or no, without quotes. Numbers are read only where numbers are meant.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.assignment import conflicts
from matcher.assignment.assigning import GOALS
from matcher.assignment.ids import SHOWN, in_their_writing, parted
from matcher.assignment.labels import NOUNS, SIDES, names_of
from matcher.assignment.reading import ids_and_names, read_fact_table
from matcher.errors import TableError, not_opened
from matcher.tables.cells.dates import read_date
from matcher.tables.headers.column_account import COLUMN_ACCOUNT, USED
from matcher.tables.naming.names import person_key
from matcher.tables.naming.writings import KnownIds, fold
from matcher.tables.yaml import YamlFault, read, shown

LONGEST = 300  # characters of a fault
_YES, _NO = {"true", "yes", "on", "是"}, {"false", "no", "off", "否"}
_KEYS = (
    "left", "right", "forbid", "require", "groups", "forbid_same_group", "at_most_per_group", "goal", "alternates",
    "seed", "conflicts", "sharing", "coauthors", "languages", "travel", "regions", "seniority", "rotation", "nouns",
    "names",
)  # fmt: skip


def settings_files(path: Path) -> list[Path]:
    """A settings file and the tables that it names."""
    files = [path]

    def walk(node: Any) -> None:
        if isinstance(node, str):
            place = path.parent / node
            if place.suffix.lower() in (".csv", ".xlsx", ".xls", ".parquet", ".jsonl") and _is_file(place):
                files.append(place)
        else:
            for one in node.values() if isinstance(node, dict) else node:
                walk(one)

    walk(_parsed(path))
    return files


def read_settings(path: Path, pairs: pd.DataFrame) -> dict[str, Any]:
    """The arguments of `matcher.assign` from a settings file; see `settings_and_columns`."""
    return settings_and_columns(path, pairs)[0]


def settings_and_columns(path: Path, pairs: pd.DataFrame) -> tuple[dict[str, Any], pd.DataFrame]:
    """The arguments of `matcher.assign`, from a settings file, and what became of each column of its tables.
    `docs/assignment.md` lists the keys.

    Tables are looked for beside the file. Raises TableError with every fault: an unknown key, a key given twice, a
    value of the wrong kind.
    """
    reader = _Reader(path.parent, pairs)
    arguments = reader.arguments(_parsed(path))
    if reader.faults:
        lines = [f"  {fault[:LONGEST]}" for fault in reader.faults[:20]]
        more = [f"  ……另有 {len(reader.faults) - 20} 处"] if len(reader.faults) > 20 else []
        raise TableError("\n".join([f"{path.name}：{len(reader.faults)} 处问题", *lines, *more]))
    filled = [account for account in reader.accounts if len(account)]
    return arguments, pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=COLUMN_ACCOUNT)


def add_forbidden(arguments: Mapping[str, Any], forbid: pd.DataFrame, notes: Sequence[str]) -> dict[str, Any]:
    """The arguments with further pairs that must not be, and sentences on them."""
    before = arguments.get("forbid")
    tables = [one for one in (before, forbid) if one is not None and len(one)]
    both = pd.concat(tables, ignore_index=True) if tables else forbid
    return {**arguments, "forbid": both, "notes": [*arguments.get("notes", ()), *notes]}


def _parsed(path: Path) -> Any:
    try:
        return read(path) or {}
    except OSError as error:
        raise not_opened(path.name, error) from error
    except YamlFault as fault:
        raise TableError(f"{path.name}：{fault}") from fault


def _name_key(name: str) -> str:
    """What the writings of a name share: 李 蓉 and 李蓉教授 are one."""
    return person_key(name) or fold(name)


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except OSError:  # a name that no file can have
        return False


class _Reader:
    """Goes through the settings and gathers faults."""

    def __init__(self, folder: Path, pairs: pd.DataFrame) -> None:
        self.folder, self.pairs = folder, pairs
        self.faults: list[str] = []
        self.notes: list[str] = []
        self.accounts: list[pd.DataFrame] = []
        self.ids = {side: KnownIds(pairs[f"{side}_id"].unique()) if f"{side}_id" in pairs else None for side in SIDES}

    def turned_round(self, given: Any) -> list[str]:
        """What is wrong where the nouns name the sides the other way round than the headers of the pairs."""
        heads = {side: self.pairs.attrs.get("headers", {}).get(f"{side}_id", "") for side in SIDES}
        left, right = self.nouns["left"], self.nouns["right"]
        as_they_are = left in heads["left"] and right in heads["right"]  # 需求企业编号, 企业需求编号
        if as_they_are or not (isinstance(given, dict) and left in heads["right"] and right in heads["left"]):
            return []
        return [
            f"nouns：配对表的左方是“{heads['left']}”，右方是“{heads['right']}”，这里却写 left: {left}、right: {right}；"
            "left、right 的各条规则都按左方、右方起作用，请把设置里的 left 和 right 对调"
            "（或用 --column 指定左方编号、右方编号）"
        ]

    def arguments(self, settings: Any) -> dict[str, Any]:
        settings = self.mapping(settings, "设置", _KEYS)
        groups = self.mapping(
            settings.get("groups"), "groups", ("left", "right", "forbid_same_group", "at_most_per_group")
        )
        for key in ("forbid_same_group", "at_most_per_group"):
            if key in groups and key in settings and groups[key] != settings[key]:
                self.faults.append(f"{key}：在 groups 内外各写了一个不同的值，请只留一个")
        either = {**groups, **settings}
        seniority = self.mapping(settings.get("seniority"), "seniority", ("grades", "at_least"))
        arguments: dict[str, Any] = {
            "left": self.bounds(settings, "left"),
            "right": self.bounds(settings, "right"),
            "require": self.pair_list(settings.get("require"), "require"),
            "groups": {side: self.labels(groups.get(side), f"groups.{side}") for side in SIDES},
            "forbid_same_group": self.yesno(either.get("forbid_same_group"), "forbid_same_group"),
            "at_most_per_group": self.whole(either.get("at_most_per_group"), "at_most_per_group"),
            "grades": self.labels(seniority.get("grades"), "seniority.grades"),
            "at_least_of_grade": {
                grade: self.whole(value, f"seniority.at_least.{grade}") or 0
                for grade, value in self.mapping(seniority.get("at_least"), "seniority.at_least").items()
            },
            "alternates": self.whole(settings.get("alternates"), "alternates") or 0,
            "goal": self.text(settings.get("goal"), "goal") or "total",
            "seed": self.text(settings.get("seed"), "seed") or None,
            "nouns": NOUNS | self.labels(settings.get("nouns"), "nouns", SIDES),
        }
        if names := self.mapping(settings.get("names"), "names", SIDES):
            arguments["names"] = {side: self.names(names[side], side) for side in SIDES if side in names}
        if arguments["goal"] not in GOALS:
            self.faults.append(f"goal：应是 {'、'.join(GOALS)} 之一，而不是“{arguments['goal']}”")
        arguments |= self.rotation(settings.get("rotation"))
        self.nouns = arguments["nouns"]
        self.faults += self.turned_round(settings.get("nouns"))
        arguments["forbid"] = self.barred(settings)
        if self.notes:
            arguments["notes"] = self.notes
        return arguments

    def barred(self, settings: Mapping[str, Any]) -> pd.DataFrame:
        """All tables of conflicts as one."""
        forbid = pd.DataFrame(self.pair_list(settings.get("forbid"), "forbid"), columns=["left_id", "right_id"])
        parts = [forbid.assign(reason="禁止名单")]
        called = self.called(settings)
        for at, one in self.entries(settings.get("conflicts"), "conflicts", ("table", "reason")):
            table = self.table(one.get("table"), at, ["left_id", "right_id"], ("reason",))
            table = self.with_ids(table, called, one.get("table"))
            parts.append(conflicts.listed(table, reason=self.text(one.get("reason"), at) or "回避"))
            self.tell_decisions(conflicts.decisions(table), one.get("table"))
        for at, one in self.entries(settings.get("sharing"), "sharing", ("left", "right", "reason")):
            lefts = self.table(one.get("left"), f"{at}.left", ["left_id", "shared"])
            rights = self.table(one.get("right"), f"{at}.right", ["right_id", "shared"])
            reason = self.text(one.get("reason"), at) or "同一单位"
            parts.append(self.in_pairs(conflicts.sharing(lefts, rights, reason=reason)))
            self.tell_near(self.in_pairs(conflicts.nearly_sharing(lefts, rights)), reason)
            self.tell_missing(lefts, "left", one.get("left"))
            self.tell_missing(rights, "right", one.get("right"))
        if one := self.mapping(settings.get("coauthors"), "coauthors", ("links", "people", "years", "on", "reason")):
            links = self.table(one.get("links"), "coauthors.links", ["person_a", "person_b", "date"])
            people = self.table(one.get("people"), "coauthors.people", ["right_id", "person"])
            years, day = self.whole(one.get("years"), "coauthors.years"), self.day(one.get("on"), "coauthors.on")
            if years is None:
                self.faults.append("coauthors.years：请写明几年之内")
            elif day is not None:
                reason = self.text(one.get("reason"), "coauthors.reason") or "合作"
                parts.append(self.in_pairs(conflicts.coauthors(links, people, on=day, years=years, reason=reason)))
        if one := self.mapping(settings.get("languages"), "languages", SIDES):
            sides = [
                {name: self.words(value, f"languages.{side}.{name}") for name, value in self.mapping(
                    one.get(side), f"languages.{side}").items()}
                for side in SIDES
            ]  # fmt: skip
            parts.append(conflicts.no_common_language(self.pairs, *sides))
        if one := self.mapping(settings.get("travel"), "travel", ("table", "at_most", "unlisted")):
            table = self.table(one.get("table"), "travel.table", ["left_id", "right_id", "distance"])
            limit = self.decimal(one.get("at_most"), "travel.at_most")
            unlisted = self.text(one.get("unlisted"), "travel.unlisted") or "forbid"
            if unlisted not in ("forbid", "allow"):
                self.faults.append("travel.unlisted：应是 forbid 或 allow")
            if limit is not None:
                parts.append(conflicts.too_far(self.pairs, table, at_most=limit, unlisted=unlisted == "forbid"))
        if one := self.mapping(settings.get("regions"), "regions", ("left", "right", "beside")):
            where = [self.labels(one.get(side), f"regions.{side}") for side in ("left", "right")]
            beside = self.pair_list(one.get("beside"), "regions.beside")
            parts.append(conflicts.outside_region(self.pairs, *where, beside=beside))
        filled = [part for part in parts if len(part)]
        return pd.concat(filled, ignore_index=True) if filled else parts[0]

    def called(self, settings: Mapping[str, Any]) -> dict[str, dict[str, set[str]]]:
        """The ids of each side by their names: of the pair table, of the settings, and of the tables of units."""
        found: dict[str, dict[str, set[str]]] = {side: {} for side in SIDES}
        given = self.mapping(settings.get("names"), "names", SIDES)
        names = names_of(self.pairs, {side: self.names(node, side) for side, node in given.items() if side in SIDES})
        for side in SIDES:
            for node in {str(one.get(side)) for _, one in self.entries(settings.get("sharing"), "sharing", None)}:
                if _is_file(self.folder / node):
                    with suppress(TableError):  # told where the table itself is read
                        listed = ids_and_names(self.folder / node, side)
                        ids = self.ids[side]
                        meant = ids.without_dashes(listed) if ids is not None else {}
                        names[side] = {**{meant.get(name, name): text for name, text in listed.items()}, **names[side]}
            for name, text in names[side].items():
                known = self.ids[side]
                found[side].setdefault(_name_key(text), set()).add((known.find(name) if known else "") or name)
        return found

    def with_ids(self, table: pd.DataFrame, called: Mapping[str, Mapping[str, set[str]]], node: Any) -> pd.DataFrame:
        """A list of pairs with the ids of those whom it calls by name; who may be several is a fault."""
        read: dict[str, str] = {}
        for side in SIDES:
            known = self.ids[side]
            cells = []
            for cell in table[f"{side}_id"].astype(str):
                whole = known is not None and (known.find(cell) or _name_key(cell) in called[side])
                pieces = [cell] if whole else parted(cell)
                for at, piece in enumerate(pieces):
                    ids = called[side].get(_name_key(piece), set()) if known is not None else set()
                    if known is None or known.find(piece) or not ids:
                        continue
                    if len(ids) > 1:
                        shown = "、".join(sorted(ids))
                        self.faults.append(f"{node}：“{piece}”可能是 {shown}，分不清是哪一个；请写编号")
                        continue
                    pieces[at] = read[piece] = next(iter(ids))
                cells.append("、".join(pieces) if any(piece in read.values() for piece in pieces) else cell)
            table = table.assign(**{f"{side}_id": cells})
        if read:
            shown = "、".join(f"“{name}”即 {one}" for name, one in list(read.items())[:SHOWN])
            others = f"等 {len(read)} 个" if len(read) > SHOWN else ""
            self.notes.append(f"{node}：写的是姓名或名称，已按编号认出：{shown}{others}；请核对")
        return table

    def in_pairs(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of derived conflicts that are about ids of the pair table, under its ids."""
        for side, known in self.ids.items():
            if known is not None:
                found = pd.Series(known.find_all(rows[f"{side}_id"].to_list()), rows.index, dtype=object)
                rows = rows.assign(**{f"{side}_id": found})[found.isin(list(known))]
        return rows

    def tell_near(self, near: pd.DataFrame, reason: str) -> None:
        """Values that may be one, for a person to look at."""
        if near.empty:
            return
        units = near.groupby(["left_unit", "right_unit"], sort=False)[["left_id", "right_id"]].first()
        shown = [f"“{a}”（{i}）与“{b}”（{j}）" for (a, b), (i, j) in zip(units.index, units.to_numpy(), strict=True)]
        others = f"等 {len(shown)} 对" if len(shown) > SHOWN else ""
        self.notes.append(
            f"{reason}：名称相近，没有当作同一个，请人工核对：{'、'.join(shown[:SHOWN])}{others}；"
            "确是同一个的，请改成一样的写法，或列入 forbid"
        )

    def tell_decisions(self, decided: pd.DataFrame, node: Any) -> None:
        """Rows of a list of conflicts that say that there is none, and those that leave it open."""
        for kind, outcome in (
            (conflicts.FREE, "写明不需回避，没有排除"),
            (conflicts.UNSURE, "看不出是否需要回避，已排除；若不需回避，请写“否”"),
        ):
            rows = decided[decided["decision"] == kind]
            if len(rows):
                shown = [f"{row['left_id']}—{row['right_id']}“{row['said']}”" for row in rows.to_dict("records")]
                others = f"等 {len(shown)} 行" if len(shown) > SHOWN else ""
                self.notes.append(f"{node}：{'、'.join(shown[:SHOWN])}{others}，{outcome}")

    def tell_missing(self, table: pd.DataFrame, side: str, node: Any) -> None:
        """Ids of the pair table that a table lacks, where it has others in their place."""
        known = self.ids[side]
        if known is None or table.empty:
            return
        listed = dict.fromkeys(known.find_all(table[f"{side}_id"].to_list()))
        lost, strange = [name for name in known if name not in listed], [name for name in listed if name not in known]
        if lost and strange:
            noun = self.nouns[side]
            self.notes.append(
                f"{node}：配对表中有 {len(lost)} 个{noun}不在此表中（如“{lost[0]}”），不受这条规则限制；"
                f"此表另有 {len(strange)} 个编号不在配对表中（如“{strange[0]}”），请核对编号"
            )

    def rotation(self, settings: Any) -> dict[str, Any]:
        one = self.mapping(settings, "rotation", ("previous", "table", "at_most_together"))
        panels: list[list[str]] = []
        if "table" in one:
            table = self.table(one["table"], "rotation.table", ["panel_id", "left_id"])
            panels += [sorted(set(group)) for _, group in table.groupby("panel_id")["left_id"]]
        given = one.get("previous", [])
        if isinstance(given, list):
            panels += [self.words(panel, "rotation.previous") for panel in given]
        elif given:
            self.faults.append("rotation.previous：应是列表，每组一个 [编号, 编号, …]")
        return {
            "previous": panels,
            "at_most_together": self.whole(one.get("at_most_together"), "rotation.at_most_together"),
        }

    def bounds(self, settings: Mapping[str, Any], side: str) -> dict[str, dict[str, int]]:
        bounds = {}
        for name, one in self.mapping(settings.get(side), side).items():
            part = self.mapping(one, f"{side}.{name}", ("min", "max"))
            numbers = {key: self.whole(value, f"{side}.{name}.{key}") for key, value in part.items()}
            bounds[name] = {key: value for key, value in numbers.items() if value is not None}
        return bounds

    def names(self, node: Any, side: str) -> dict[str, str]:
        """Id -> name, written out or as a table."""
        if not isinstance(node, str):
            return self.labels(node, f"names.{side}")
        table = self.table(node, f"names.{side}", [f"{side}_id", "name"])
        return dict(zip(table[f"{side}_id"], table["name"], strict=True))

    def mapping(self, node: Any, where: str, known: tuple[str, ...] | None = None) -> dict[str, Any]:
        if node in (None, "", "~", "null"):
            return {}
        if not isinstance(node, dict):
            self.faults.append(f"{where}：应写成“键: 值”，而不是“{shown(node)}”")
            return {}
        for key in node:
            if known is not None and key not in known:
                self.faults.append(f"{where}：没有“{key}”这个键；可用的有 {'、'.join(known)}")
        return node

    def entries(self, node: Any, where: str, known: tuple[str, ...] | None) -> list[tuple[str, dict[str, Any]]]:
        listed = node if isinstance(node, list) else [node] if node else []
        return [(f"{where}[{i}]", self.mapping(one, f"{where}[{i}]", known)) for i, one in enumerate(listed, start=1)]

    def pair_list(self, node: Any, where: str) -> list[tuple[str, str]]:
        if node in (None, "", "~", "null"):
            return []
        pairs = []
        for i, one in enumerate(node if isinstance(node, list) else [node], start=1):
            if isinstance(one, list) and len(one) == 2 and all(isinstance(name, str) for name in one):
                pairs.append((one[0], one[1]))
            else:
                self.faults.append(f"{where} 第 {i} 项：应写成 [左方编号, 右方编号]，而不是“{shown(one)}”")
        return pairs

    def labels(self, node: Any, where: str, known: tuple[str, ...] | None = None) -> dict[str, str]:
        return {name: self.text(value, f"{where}.{name}") for name, value in self.mapping(node, where, known).items()}

    def words(self, node: Any, where: str) -> list[str]:
        if isinstance(node, str):
            return [word for word in re.split(r"[,，、;；\s]+", node) if word]
        if isinstance(node, list) and all(isinstance(word, str) for word in node):
            return list(node)
        self.faults.append(f"{where}：应是一个列表，而不是“{shown(node)}”")
        return []

    def text(self, node: Any, where: str) -> str:
        if node is None or isinstance(node, str):
            return node or ""
        self.faults.append(f"{where}：应是一个词，而不是“{shown(node)}”")
        return ""

    def _parsed(self, node: Any, where: str, parse: Callable[[str], Any], what: str) -> Any:
        if node in (None, "", "~", "null"):
            return None
        try:
            return parse(node)
        except (ValueError, TypeError, KeyError):
            self.faults.append(f"{where}：应是{what}，而不是“{shown(node)}”")
            return None

    def whole(self, node: Any, where: str) -> int | None:
        def parse(text: str) -> int:
            if not re.fullmatch(r"\+?[0-9]{1,9}", text):
                raise ValueError(text)
            return int(text)

        number: int | None = self._parsed(node, where, parse, " 0 或更大的整数")
        return number

    def decimal(self, node: Any, where: str) -> float | None:
        def parse(text: str) -> float:
            if not math.isfinite(value := float(text)):
                raise ValueError(text)
            return value

        number: float | None = self._parsed(node, where, parse, "数字")
        return number

    def day(self, node: Any, where: str) -> dt.date | None:
        if node is None:
            self.faults.append(f"{where}：请写明日期，如 2026-11-24")

        def parse(text: str) -> dt.date:
            date = read_date(text)
            if not isinstance(date, dt.date):
                raise ValueError(text)
            return date

        date: dt.date | None = self._parsed(node, where, parse, "日期，如 2026-11-24")
        return date

    def yesno(self, node: Any, where: str) -> bool:
        def parse(text: str) -> bool:
            return {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}[text.lower()]

        return bool(self._parsed(node, where, parse, " true 或 false"))

    def table(self, node: Any, where: str, columns: list[str], optional: tuple[str, ...] = ()) -> pd.DataFrame:
        empty = pd.DataFrame(columns=[*columns, *optional], dtype=str)
        if not isinstance(node, str) or not node:
            self.faults.append(f"{where}：请写明表的文件名")
            return empty
        if not _is_file(self.folder / node):
            self.faults.append(f"{where}：找不到文件“{shown(str(self.folder / node))}”")
            return empty
        try:
            rows, account = read_fact_table(self.folder / node, columns, optional, by_name="reason" in optional)
        except TableError as error:
            self.faults.append(f"{where}：{error}")
            return empty
        if "reason" in optional:
            decides = (account["use"] != USED) & account["header"].map(conflicts.is_decision)
            account.loc[decides, ["title", "use", "nearest", "hint"]] = ["是否回避", USED, "", ""]
        self.accounts.append(account)
        rows, notes = in_their_writing(rows, self.ids)
        self.notes += [f"{node}：{note}" for note in notes]
        if "shared" in columns and len(unread := account.loc[account["use"] != USED, "header"]):
            self.notes.append(f"{node}：没有用来判断回避的列：{'、'.join(unread)}；其中若有单位，请把表头写成“…单位”")
        return rows
