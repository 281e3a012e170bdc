"""What villages and persons hand in, made ready: one row a village, known places, and how near two of them are.

A place is known by its coordinates, or else by the county and town it lies in. What is not known stays unknown.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.commissioners.several import commissioners_apart, villages_apart
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.naming.regions import candidates, find_region, region_paths
from matcher.tables.naming.writings import fold
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, read_table
from matcher.tables.schemas.commissioners import COMMISSIONERS, VILLAGES

EARTH = 6371.0  # km
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)  # of China
FADES = 50.0  # km after which a distance's nearness has fallen to 1/e
LEVELS = {
    "town": "同乡镇",
    "county": "同县",
    "city": "同市",
    "province": "同省",
    "": "外省",
    "other": "不同县",
    None: "未知",
}
NEARNESS = {"town": 1.0, "county": 0.8, "city": 0.5, "province": 0.2, "": 0.0}  # about 0, 10, 35, 80 km and far

Floats = NDArray[np.float64]
_Places: TypeAlias = tuple[tuple[str, ...], ...]  # each (province, city, county, town)

_CLOSEST = ("town", "county", None, "city", "province", "", "other")  # of several counties, that which is taken
_COUNTIES = re.compile(r"[、,，;；/\s]+|(?<=[县区市旗])[和与及或]")
_LISTED = re.compile("[、；;]")
_COUNTY_KIND = re.compile(r"(?<=..)(?:自治)?(?:县|市|新?区|旗)$")
_ANYWHERE = re.compile(r"(?:全|各|本|所有|多个|市直|市本级|省直|不限|辖区).*")  # no county's name
_ZONES = ((re.compile("高新(?:技术)?(?:产业)?(?:开发)?区"), "高新区"), (re.compile("经济(?:与?技术)?开发区"), "经开区"))
_TOWN_KIND = re.compile(r"(?<=..)(?:街道办事处|街道办|街道|镇|乡)$")


def read_villages(source: Any, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None) -> Reading:
    """Villages and their needs (the contract VILLAGES), one row a village.

    A cell of several villages is a row of each; villages without a name (全镇12个村) are left out, which is told.
    Rows of one county, town, village and id are one village: its needs stand below each other. A village without an id
    is called by its county, town and name, which stays when rows move. Villages of one name in one county without a
    town cannot be told apart: each row stays one, and the problems name them. Coordinates outside China become
    unknown, swapped ones are put right; both stand in the problems. Raises TableError as
    `matcher.tables.reading.read_table`.
    """
    reading = read_table(source, VILLAGES, sheet=sheet, columns=columns)
    file, tab = _origin(source), ""
    rows, apart = villages_apart(reading.rows)
    rows, places = _with_places(rows, "village")
    places = apart + places
    counties, guessed = _counties(rows["county"])
    rows, places = rows.assign(county=counties), places + guessed
    own = rows["village_id"]
    path = [
        "/".join(map(mask_contacts, filter(None, names)))
        for names in rows[["county", "town", "village"]].itertuples(index=False)
    ]
    key = pd.Series([f"{name}\t{fold(where)}" for name, where in zip(own, path, strict=True)], index=rows.index)
    unsure = (own == "") & (rows["town"] == "") & key.duplicated(keep=False)
    key = key.where(~unsure, key + "\t" + rows["entry_id"])
    rows = rows.assign(village_id=own.where(own != "", pd.Series(path, index=rows.index)), key=key)
    ids = _distinct(rows["village_id"], rows["key"])
    shared = rows.loc[(ids != rows["village_id"]) & (own != ""), "village_id"]
    rows["village_id"] = ids
    problems = [
        ("village", name, "同县同名又没有写乡镇，分不清是不是同一个村", "暂作不同的村，请补上乡镇")
        for name in dict.fromkeys(rows.loc[unsure, "village"])
    ]
    problems += [
        ("village_id", str(name), "几个不同的村用了同一个村编号", "后面的已加 #2 等区别，请改正")
        for name in dict.fromkeys(shared)
    ]
    several = rows[rows.duplicated("key", keep="first")]
    problems += [
        ("village", str(name), "同一个村有几行需求，已并成一个村", "如不是同一个村，请补上乡镇或村编号")
        for name in dict.fromkeys(several["village_id"])
    ]
    rows = _joined(rows).drop(columns=["key", "entry_id"]).reset_index(drop=True)
    silent = rows.loc[(rows["title"] == "") & (rows["description"] == ""), "village_id"]
    problems += [("description", str(name), "没有写产业和需求", "只能按远近安排，请补上") for name in silent]
    return Reading(rows, _more(reading.problems, places + problems, VILLAGES, file, tab), reading.columns)


def read_commissioners(
    source: Any, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Persons who serve (the contract COMMISSIONERS); coordinates as in `read_villages`.

    A cell of several persons is a row of each, the later ones with #2 and so on behind the id.
    A person without speciality, description or keywords is named in the problems: without works, nothing but nearness
    speaks for a village. Raises TableError as `matcher.tables.reading.read_table`.
    """
    reading = read_table(source, COMMISSIONERS, sheet=sheet, columns=columns)
    rows, apart = commissioners_apart(reading.rows)
    rows = rows.assign(expert_id=_distinct(rows["expert_id"], rows["expert_id"] + "\t" + rows["name"]))
    rows, problems = _with_places(rows, "name")
    problems = apart + problems
    for field in ("county", "serves"):
        counties, guessed = _counties(rows[field])
        rows, problems = rows.assign(**{field: counties}), problems + [(field, *told[1:]) for told in guessed]
    for field in ("capacity", "available_days"):
        below = (rows[field] < 0).fillna(False).astype(bool)
        problems += [(field, str(name), "是负数", "已作未知，请改正") for name in rows.loc[below, "name"]]
        rows[field] = rows[field].mask(below)
    silent = rows[(rows[["title", "description", "keywords"]] == "").all(axis=1)]
    problems += [
        ("title", str(row["name"] or row["expert_id"]), "没有写专长", "没有业绩的，只能按远近安排，请补上专长或业绩")
        for row in silent.to_dict("records")
    ]
    return Reading(rows, _more(reading.problems, problems, COMMISSIONERS, _origin(source), ""), reading.columns)


def distances(villages: pd.DataFrame, persons: pd.DataFrame) -> Floats:
    """(villages, persons) great-circle distances in km (haversine); NaN where coordinates are not known."""
    (lat, lon), (lat2, lon2) = (
        [np.radians(_floats(table, name)) for name in ("latitude", "longitude")] for table in (villages, persons)
    )
    part = (
        np.sin((lat[:, None] - lat2[None, :]) / 2) ** 2
        + np.cos(lat)[:, None] * np.cos(lat2)[None, :] * np.sin((lon[:, None] - lon2[None, :]) / 2) ** 2
    )
    return np.asarray(2 * EARTH * np.arcsin(np.sqrt(np.clip(part, 0, 1))), float)


def relations(villages: pd.DataFrame, persons: pd.DataFrame) -> NDArray[np.object_]:
    """(villages, persons) "town", "county", "city", "province", "" (another province), "other", or None: not known.

    Two places of which one is known to the city only are of one city, and no nearer. "other": counties of different
    names of which one is not in the national list, so that it is not known how far they are. Where a cell names
    several counties, the nearest counts.
    """
    mine, theirs = _paths(villages), _paths(persons)
    kinds: dict[_Places, int] = {}
    at = np.array([kinds.setdefault(path, len(kinds)) for path in mine], np.int64)
    seen: dict[_Places, int] = {}
    of = np.array([seen.setdefault(path, len(seen)) for path in theirs], np.int64)
    table = np.empty((len(kinds), len(seen)), object)
    for one, i in kinds.items():
        for other, j in seen.items():
            levels = {_relation(mine, theirs) for mine in one for theirs in other}
            table[i, j] = next(level for level in _CLOSEST if level in levels)
    return table[at][:, of] if len(at) and len(of) else np.empty((len(at), len(of)), object)


def nearness(km: Floats, relation: NDArray[np.object_]) -> Floats:
    """How near, from 0 to 1: exp(-km / 50), or where distances are not known by the county; NaN where neither is."""
    by_place = np.full(relation.shape, np.nan)
    for level, value in NEARNESS.items():
        by_place[relation == level] = value
    return np.where(np.isnan(km), by_place, np.exp(-km / FADES))


def town_key(name: str) -> str:
    """A town's name for comparison: 卞庄 of 卞庄街道办事处."""
    return _TOWN_KIND.sub("", fold(name))


def same_county(relation: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Where both lie in one county, or that is not known."""
    return np.asarray(np.isin(relation, ["town", "county"]) | (relation == np.array(None, object)), bool)


def serves_there(villages: pd.DataFrame, persons: pd.DataFrame) -> NDArray[np.bool_]:
    """(villages, persons) Where a village may lie in what a person serves (服务县区), a county or more; all where a
    person or a village says nothing, or nothing that is a place (服从分配).
    """
    mine = _paths(villages)
    wanted = persons["serves"].fillna("").astype(str) if "serves" in persons else pd.Series("", persons.index)
    columns = {}
    for text in set(wanted):
        places = [_path(one) for one in counties_in(text) if find_region(one) or _COUNTY_KIND.search(one)]
        columns[text] = [not places or any(_lies_in(one, place) for one in path for place in places) for path in mine]
    return np.array([columns[text] for text in wanted], bool).T.reshape(len(villages), len(persons))


def _lies_in(village: tuple[str, ...], place: tuple[str, str, str]) -> bool:
    """Whether a village may lie in a place, by the smallest unit that both name."""
    levels = ("province", "city", "county")
    both = [at for at in range(3) if village[at] and place[at]]
    relation = _relation(village, (*place, ""))
    return not both or relation in (*levels[both[-1] :], "town")


def _relation(one: tuple[str, ...], other: tuple[str, ...]) -> str | None:
    """Of two paths (province, city, county, town), "" for what is not known."""
    level: str | None = None
    for name, mine, theirs in zip(("province", "city", "county", "town"), one, other, strict=True):
        if not mine or not theirs:
            if name == "city" and _are_one(one[2], other[2]):  # a county below its province, or out of the list
                continue
            if name == "province" and (one[2] or other[2]):  # counties that the list does not have
                continue
            break
        if mine != theirs and not (name == "county" and _are_one(mine, theirs)):
            if name == "province":
                return ""
            break
        level = name
    known = one[2] and other[2] and _COUNTY_KIND.sub("", one[2]) != _COUNTY_KIND.sub("", other[2])
    nested = known and (one[2].startswith(other[2]) or other[2].startswith(one[2]) or _ends_alike(one[2], other[2]))
    return "other" if level is None and known and not nested else level


def _ends_alike(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


def _are_one(county: str, other: str) -> bool:
    """Whether two names of counties are one: equal, or one with what it lies in before it."""
    short, long = sorted((county, other), key=len)
    return short == long or (len(short) > 2 and long.endswith(short))


def _paths(table: pd.DataFrame) -> list[_Places]:
    found = {text: [_path(one) for one in counties_in(text)] for text in set(table["county"])}
    towns = table["town"] if "town" in table else pd.Series("", table.index)
    paths: list[_Places] = []
    for county, town in zip(table["county"], towns, strict=True):
        of_town = town_key(town) if len(found[county]) == 1 else ""
        paths.append(tuple((*path, of_town) for path in found[county]))
    return paths


def _path(county: str) -> tuple[str, str, str]:
    """Province, city and county that a name means, "" for what it leaves open."""
    region = find_region(county)
    if region is None:
        return "", "", "" if _ANYWHERE.fullmatch(county) else _zone(fold(county))
    names = list(region.names)
    if len(names) == 2 and region.code[4:] != "00":  # a county right below its province
        names.insert(1, "")
    province, city, name = (*names, "", "")[:3]
    return province, city, name or _below(county)


def _below(county: str) -> str:
    """The county behind a place of the list that has none of that name: 高新区 of 临沂市高新区; "" for none."""
    path = [part for one in region_paths(county) for part in one]
    rest = path[-1] if len(path) > 1 else ""
    listed = find_region(county)
    return rest if listed and rest not in listed.names and _COUNTY_KIND.search(rest) else ""


def _zone(name: str) -> str:
    for pattern, short in _ZONES:
        name = pattern.sub(short, name)
    return name


def counties_in(text: str) -> list[str]:
    """The counties that a cell names; the cell itself where it names one.

    >>> counties_in("云溪县或青山县"), counties_in("山东省/临沂市/兰山区"), counties_in("临沂市兰山区")
    (['云溪县', '青山县'], ['山东省/临沂市/兰山区'], ['临沂市兰山区'])
    """
    parts = [part for part in _COUNTIES.split(text) if part]
    clear = _LISTED.search(text) or all(_COUNTY_KIND.search(part) or find_region(part) for part in parts)
    if len(parts) < 2 or not clear:
        return [text]
    listed = [find_region(part) for part in parts]
    chain = [one.names for one in listed if one is not None]
    if any(len(one) > len(two) and one[: len(two)] == two for two, one in itertools.pairwise(chain)):
        return [text]  # 山东省 临沂市 兰山区: one place
    return parts


def _counties(column: pd.Series[Any]) -> tuple[pd.Series[Any], list[tuple[str, str, str, str]]]:
    """Counties by their official name with the city in front (临沂市兰陵县), and what was concluded.

    A name that several counties share (河东区) is that of the city in which most other rows lie, where it has one.
    """
    found = {text: find_region(text) for text in dict.fromkeys(column) if text}
    cities = pd.Series([region.names[:2] for text in column if text and (region := found[text])], dtype=object)
    city = cities.value_counts().index[0] if len(cities) else ()
    shown, problems = {"": ""}, []
    for text, region in found.items():
        if len(several := counties_in(text)) > 1:
            shown[text] = "、".join(_counties(pd.Series(several, dtype=object))[0])
            continue
        if region is None:
            inside = [place for place in candidates(text) if place.names[:2] == city]
            if len(inside) == 1:
                region = inside[0]
                name = "".join(region.names[1:])
                problems.append(("county", text, "几个地方都有这个名称", f"已按其他行当作{name}，如不是请写全"))
        shown[text] = text.strip() if region is None else ("".join(region.names[1:]) or region.names[0]) + _below(text)
    return column.map(shown), problems


def _with_places(rows: pd.DataFrame, label: str) -> tuple[pd.DataFrame, list[tuple[str, str, str, str]]]:
    """The rows with coordinates in China, and what was done to them."""
    lon, lat = _floats(rows, "longitude"), _floats(rows, "latitude")
    turned = _inside(lat, LONGITUDES) & _inside(lon, LATITUDES)
    lon, lat = np.where(turned, lat, lon), np.where(turned, lon, lat)
    good = _inside(lon, LONGITUDES) & _inside(lat, LATITUDES)
    wrong = ~good & ~(np.isnan(lon) & np.isnan(lat))
    names = rows[label].astype(str).to_numpy(object)
    problems = [("longitude", str(name), "经度和纬度写反了", "已对调") for name in names[turned]]
    problems += [("longitude", str(name), "坐标缺一半或不在中国境内", "已作未知，请改正") for name in names[wrong]]
    rows = rows.assign(longitude=np.where(good, lon, np.nan), latitude=np.where(good, lat, np.nan))
    return rows, problems


def _inside(values: Floats, ends: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= ends[0]) & (values <= ends[1])


def _floats(table: pd.DataFrame, name: str) -> Floats:
    if name not in table:
        return np.full(len(table), np.nan)
    return table[name].to_numpy(float, na_value=np.nan)


def _distinct(ids: pd.Series[Any], keys: pd.Series[Any]) -> pd.Series[Any]:
    """Ids of which each belongs to one key: later ones of other keys get a number behind."""
    owner: dict[str, str] = {}
    result = []
    for name, key in zip(ids, keys, strict=True):
        shown, number = name, 1
        while owner.setdefault(shown, key) != key:
            number += 1
            shown = f"{name}#{number}"
        result.append(shown)
    return pd.Series(result, index=ids.index, dtype=str)


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a village: texts of several rows below each other, of other columns the first that is known."""
    if not rows["key"].duplicated().any():
        return rows

    def texts(cells: pd.Series[Any]) -> str:
        return "\n".join(dict.fromkeys(cell for cell in cells if cell))

    joined = {name: rows.groupby("key", sort=False)[name].agg(texts) for name in ("title", "description")}
    first = rows.groupby("key", sort=False).first().drop(columns=list(joined))
    return first.assign(**joined).reset_index()[list(rows.columns)]


def _more(
    problems: pd.DataFrame, found: list[tuple[str, str, str, str]], contract: Any, file: str, sheet: str
) -> pd.DataFrame:
    """The problems of reading and those found here, in one table."""
    if len(problems):
        file, sheet = str(problems["file"].iloc[0]), str(problems["sheet"].iloc[0])
    rows = [
        (file, sheet, pd.NA, contract[field].title, value, what, action, True) for field, value, what, action in found
    ]
    table = pd.DataFrame(rows, columns=PROBLEM_COLUMNS).astype({"row": "Int64", "kept": bool})
    filled = [part for part in (problems, table) if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else problems


def _origin(source: Any) -> str:
    name = getattr(source, "name", "")
    return name if isinstance(name, str) else ""
