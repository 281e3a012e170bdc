"""What villages and persons hand in, made ready: one row a village, known places, and how near two of them are.

A place is known by its coordinates, or else by the county and town it lies in. What is not known stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.tables.commissioner_schemas import COMMISSIONERS, VILLAGES
from matcher.tables.contacts import mask_contacts
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, read_table
from matcher.tables.regions import candidates, find_region
from matcher.tables.writings import fold

EARTH = 6371.0  # km
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)  # of China
FADES = 50.0  # km after which a distance's nearness has fallen to 1/e
LEVELS = {"town": "同乡镇", "county": "同县", "city": "同市", "province": "同省", "": "外省", None: "未知"}
NEARNESS = {"town": 1.0, "county": 0.8, "city": 0.5, "province": 0.2, "": 0.0}  # about 0, 10, 35, 80 km and far

Floats = NDArray[np.float64]

_TOWN_KIND = re.compile(r"(?<=..)(?:街道办事处|街道办|街道|镇|乡)$")


def read_villages(source: Any, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None) -> Reading:
    """Villages and their needs (the contract VILLAGES), one row a village.

    Rows of one county, town, village and id are one village: its needs stand below each other. A village without an id
    is called by its county, town and name, which stays when rows move. Villages of one name in one county without a
    town cannot be told apart: each row stays one, and the problems name them. Coordinates outside China become
    unknown, swapped ones are put right; both stand in the problems. Raises TableError as
    `matcher.tables.reading.read_table`.
    """
    reading = read_table(source, VILLAGES, sheet=sheet, columns=columns)
    file, tab = _origin(source), ""
    rows, places = _with_places(reading.rows, "village")
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

    A person without speciality, description or keywords is named in the problems: without works, nothing but nearness
    speaks for a village. Raises TableError as `matcher.tables.reading.read_table`.
    """
    reading = read_table(source, COMMISSIONERS, sheet=sheet, columns=columns)
    rows, problems = _with_places(reading.rows, "name")
    counties, guessed = _counties(rows["county"])
    rows, problems = rows.assign(county=counties), problems + guessed
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
    """(villages, persons) "town", "county", "city", "province", "" (another province), or None: not known.

    Two places of which one is known to the city only are of one city, and no nearer.
    """
    mine, theirs = _paths(villages), _paths(persons)
    kinds: dict[tuple[str, ...], int] = {}
    at = np.array([kinds.setdefault(path, len(kinds)) for path in mine], np.int64)
    seen: dict[tuple[str, ...], int] = {}
    of = np.array([seen.setdefault(path, len(seen)) for path in theirs], np.int64)
    table = np.empty((len(kinds), len(seen)), object)
    for one, i in kinds.items():
        for other, j in seen.items():
            table[i, j] = _relation(one, other)
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


def _relation(one: tuple[str, ...], other: tuple[str, ...]) -> str | None:
    """Of two paths (province, city, county, town), "" for what is not known."""
    level: str | None = None
    for name, mine, theirs in zip(("province", "city", "county", "town"), one, other, strict=True):
        if not mine or not theirs:
            if name == "city" and one[2] and one[2] == other[2]:  # a county below its province, or out of the list
                continue
            if name == "province" and (one[2] or other[2]):  # counties that the list does not have
                continue
            return level
        if mine != theirs:
            return level if level is not None else "" if name == "province" else None
        level = name
    return level


def _paths(table: pd.DataFrame) -> list[tuple[str, ...]]:
    found = {text: find_region(text) for text in set(table["county"]) if text}
    towns = table["town"] if "town" in table else pd.Series("", table.index)
    paths = []
    for county, town in zip(table["county"], towns, strict=True):
        region = found.get(county)
        names = list(region.names) if region else ["", "", fold(county)]
        if region and len(names) == 2 and region.code[4:] != "00":  # a county right below its province
            names.insert(1, "")
        paths.append((*names, *[""] * (3 - len(names)), town_key(town)))
    return paths


def _counties(column: pd.Series[Any]) -> tuple[pd.Series[Any], list[tuple[str, str, str, str]]]:
    """Counties by their official name with the city in front (临沂市兰陵县), and what was concluded.

    A name that several counties share (河东区) is that of the city in which most other rows lie, where it has one.
    """
    found = {text: find_region(text) for text in dict.fromkeys(column) if text}
    cities = pd.Series([region.names[:2] for text in column if text and (region := found[text])], dtype=object)
    city = cities.value_counts().index[0] if len(cities) else ()
    shown, problems = {"": ""}, []
    for text, region in found.items():
        if region is None:
            inside = [place for place in candidates(text) if place.names[:2] == city]
            if len(inside) == 1:
                region = inside[0]
                name = "".join(region.names[1:])
                problems.append(("county", text, "几个地方都有这个名称", f"已按其他行当作{name}，如不是请写全"))
        shown[text] = text.strip() if region is None else "".join(region.names[1:]) or region.names[0]
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
