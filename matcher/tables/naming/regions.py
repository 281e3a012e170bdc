"""Places of China as people write them, to their path in the national list. Texts in, paths out.

The list is that of GB/T 2260 down to the county (`regions.txt`: code, name and earlier names; those without a successor
below), as the Ministry of Civil Affairs publishes it. 临沂, 山东-临沂, 371300 and 临沂地区 are one place there. A name
that several places share (市中区, 朝阳区) names none by itself.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from matcher.tables.naming.writings import fold

_PEOPLES = (
    "蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 傣族 "
    "黎族 傈僳族 佤族 畲族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族 布朗族 "
    "撒拉族 毛南族 仡佬族 锡伯族 普米族 塔吉克族 怒族 鄂温克族 保安族 裕固族 独龙族 鄂伦春族 各族 蒙古 "
    "哈萨克 柯尔克孜 塔吉克 锡伯"
)
_ENDINGS = "特别行政区 自治区 自治州 自治县 自治旗 地区 林区 特区 新区 省 市 区 县 盟 旗 州"
_KIND = re.compile(f"(?<=..)({'|'.join(_ENDINGS.split())})$")
_PEOPLE = re.compile(f"(?<=..)(?:壮族|回族|维吾尔|(?:{'|'.join(_PEOPLES.split())})+)$")
_SEPARATOR = re.compile(r"[\s,，､、。.;；:：|｜/／\\>＞→()（）\[\]【】〔〕_·~～\u2010-\u2015\u2212－-]+")
_CODE = re.compile(r"([1-9]\d)(\d\d)?(\d\d)?(?:0{3}|0{6})?")
_STREET = re.compile("路|街|大道|巷|村|[镇乡](?!.*[市区县])")  # what follows a short name in the name of a street
_REST = re.compile("(?:市区|城区|市辖区|本级|市本级|市直|辖区|境内|全市|全区|全县|市|区|县)$")
_UNIT = re.compile(r".+?(?:省|自治区|特别行政区|[市区县州盟旗镇乡]|$)")
_ZONES = (
    ("高新区", re.compile("(?:国家级?)?高新(?:技术)?(?:产业)?(?:开发)?(?:园?区|园)")),
    ("经开区", re.compile("(?:国家级?)?(?:经济技术|经济与技术|经济)开发区|经开区|经技区")),
    ("综保区", re.compile("综合保税区|综保区")),
    ("自贸区", re.compile("(?:自由贸易|自贸)(?:试验)?(?:片)?区")),
)
_AMBIGUOUS = {"朝阳"}  # the city in 辽宁 is meant less often than the districts
_ZEROS = re.compile("(?:00)+$")
_LONGEST = 16

Path = tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """A province, prefecture or county: its code of six digits and the names from the province down to it.

    Examples
    --------
    >>> find_region("临沂兰山")
    Region(code='371302', names=('山东省', '临沂市', '兰山区'))
    """

    code: str
    names: Path

    @property
    def division(self) -> str:
        """The code as far as it says something: 37 of a province, 3713 of a prefecture, 371302 of a county."""
        return _ZEROS.sub("", self.code)


@dataclass(frozen=True)
class _List:
    """The national list, ready to be looked up: by code, by any name, and by name within a place."""

    codes: dict[str, Region]
    names: dict[str, tuple[Region, ...]]  # official and earlier names of all, short ones down to the prefecture
    short: dict[str, tuple[Region, ...]]  # short names of counties, which count only alone or below their city
    within: dict[Path, dict[str, Region]]


@functools.cache
def _load() -> _List:
    lines = (files("matcher.tables") / "regions.txt").read_text("utf-8").splitlines()
    listed = [line.split() for line in lines if line and not line.startswith("#")]
    codes: dict[str, Region] = {}
    forms: list[tuple[Region, list[str]]] = []
    for code, *names in listed:
        above = [codes[part] for part in (f"{code[:2]}0000", f"{code[:4]}00") if part in codes and part != code]
        region = Region(code.ljust(6, "0"), (*(above[-1].names if above else ()), names[0]))
        if len(code) == 6:
            codes[code] = region
        forms.append((region, names))
    names_of: dict[str, list[Region]] = {}
    short_of: dict[str, list[Region]] = {}
    within: dict[Path, dict[str, list[Region]]] = {}
    for region, names in forms:
        gone = region.code not in codes or codes[region.code] is not region
        for name in names:
            if gone and name in names_of:
                continue
            brief = _brief(name)
            county = region.code[4:] != "00" or gone
            whole = {name, brief + "州"} if name.endswith("自治州") else {name}
            whole |= {brief + kind for kind in "县旗" if name.endswith("自治" + kind)}
            for form in whole if county or brief in _AMBIGUOUS else whole | {brief}:
                names_of.setdefault(form, []).append(region)
            if county and brief != name:
                short_of.setdefault(brief, []).append(region)
            for depth in range(1, len(region.names)):
                below = within.setdefault(region.names[:depth], {})
                for form in whole | {brief}:
                    below.setdefault(form, []).append(region)
    return _List(
        codes,
        {name: _highest(regions) for name, regions in names_of.items()},
        {name: tuple(dict.fromkeys(regions)) for name, regions in short_of.items()},
        {
            path: {name: best[0] for name, regions in below.items() if len(best := _highest(regions)) == 1}
            for path, below in within.items()
        },
    )


def _brief(name: str) -> str:
    """The name without what kind of place it is: 临沂 of 临沂市, 延边 of 延边朝鲜族自治州, 沛县 of 沛县."""
    return _PEOPLE.sub("", _KIND.sub("", name))


def _highest(regions: Iterable[Region]) -> tuple[Region, ...]:
    """The places that no other one lies above in rank: of 吉林省 and 吉林市 the province."""
    distinct = dict.fromkeys(regions)
    rank = min(_rank(region) for region in distinct)
    return tuple(region for region in distinct if _rank(region) == rank)


def _rank(region: Region) -> int:
    return 1 if region.code.endswith("0000") and len(region.names) == 1 else 2 if region.code.endswith("00") else 3


def find_region(text: str) -> Region | None:
    """The place of the national list that a text names; None where it names none, or one of several.

    Parameters
    ----------
    text
        A name, long or short, a path in any writing ("山东-临沂-兰山", "山东省/临沂市/兰山区"), an address, or a code
        of 4, 6, 9 or 12 digits. What stands behind the county is passed over; a development zone counts as the city
        that it is named after.

    Returns
    -------
    Region or None

    Examples
    --------
    >>> find_region("371302"), find_region("市中区"), find_region("济南市中区").names
    (Region(code='371302', names=('山东省', '临沂市', '兰山区')), None, ('山东省', '济南市', '市中区'))
    >>> find_region("苍山县").names, find_region("临沂高新区").names, find_region("恩施州").names
    (('山东省', '临沂市', '兰陵县'), ('山东省', '临沂市'), ('湖北省', '恩施土家族苗族自治州'))
    """
    places = candidates(text)
    return places[0] if len(places) == 1 else None


def candidates(text: str) -> tuple[Region, ...]:
    """The places that a text may mean, where it names a single one: several for a name that they share.

    >>> [place.names[1] for place in candidates("河东区")], candidates("火星")
    (['河东区', '临沂市'], ())
    """
    places = list(_places(text))
    return places[0][0] if len(places) == 1 else ()


def within(place: Region, other: Region) -> bool:
    """Whether a place is another or lies in it.

    >>> within(find_region("兰山区"), find_region("山东")), within(find_region("青岛"), find_region("临沂"))
    (True, False)
    """
    return place.names[: len(other.names)] == other.names


def region_paths(text: str) -> frozenset[Path]:
    """The places of a cell, each as the names from the province down, with what stands below the county behind.

    A place that the list does not have, or has several times, is a path of its own that begins with "": its text.

    >>> sorted(region_paths("山东-临沂-兰山、青岛"))
    [('山东省', '临沂市', '兰山区'), ('山东省', '青岛市')]
    >>> sorted(region_paths("临沂经济技术开发区")), sorted(region_paths("市中区"))
    ([('山东省', '临沂市', '经开区')], [('', '市中区')])
    """
    paths = set()
    for regions, rest in _places(text):
        if len(regions) == 1:
            paths.add((*regions[0].names, *_below(rest)))
        else:
            paths.add(("", *_UNIT.findall(rest)))
    return frozenset(paths)


def meet(left: Path, right: Path, *, inside: bool = False) -> bool:
    """Whether one of two paths of `region_paths` lies in the other; `inside`: the left one in the right one.

    Texts that are not in the list meet where they name a unit in common.
    """
    if left[0] and right[0]:
        return left[: len(right)] == right or (not inside and right[: len(left)] == left)
    loose, other = (left[1:], right) if not left[0] else (right[1:], left)
    ends = [other[start:] for start in range(0 if other[0] else 1, len(other))]
    if other[0]:
        return any(end[: len(loose)] == loose for end in ends) and not (inside and not left[0])
    starts = [loose[start:] for start in range(len(loose))]
    return any(a[: len(b)] == b or b[: len(a)] == a for a in starts for b in ends)


def nearest_regions(text: str) -> list[str]:
    """At most five names of the list that look most like a text which names no place there, prefectures first.

    >>> nearest_regions("临忻市")[:3], nearest_regions("临沂市")
    (['临汾市', '临沂市', '临沧市'], [])
    """
    name = fold(text)
    if any(regions for regions, _ in _places(text)) or len(name) < 2:
        return []
    near = [known for known in _load().names if known[0] == name[0]]
    close = difflib.get_close_matches(name, near, 20, 0.6)
    best = max((difflib.SequenceMatcher(None, name, known).ratio() for known in close), default=0.0)
    close = [known for known in close if difflib.SequenceMatcher(None, name, known).ratio() > best - 0.01]
    return sorted(close, key=lambda known: (_rank(region := _load().names[known][0]), region.code))[:5]


def without_place(name: str) -> str:
    """A folded name of an institution without the place in front: 虚构大学 of 山东虚构大学.

    >>> without_place("山东省临沂市虚构机械厂"), without_place("虚构大学")
    ('虚构机械厂', '虚构大学')
    """
    text = name.removeprefix("中国")
    found = _at_start(text)
    return (found[1] if found else text) or name


def _places(text: str) -> Iterator[tuple[tuple[Region, ...], str]]:
    """Each place of a text, as the regions that it may be (none, one, several) and the text behind or of it."""
    found: tuple[tuple[Region, ...], str] | None = None
    parts = [part.removeprefix("中国") or part for part in map(fold, _SEPARATOR.split(text)) if part]
    if len(parts) > 2 and all(len(part) == 1 for part in parts):  # 临 沂 市
        parts = ["".join(parts)]
    for part in parts[parts[0] == "中国" :] if len(parts) > 1 else parts:
        deeper = _deeper(found, part) if found else None
        if deeper is None:
            if found:
                yield found
            deeper = _named(part)
        found = deeper
    if found:
        yield found


def _deeper(found: tuple[tuple[Region, ...], str], part: str) -> tuple[tuple[Region, ...], str] | None:
    """A place and the next part of the text as one: a part of it, or the place that says which one is meant."""
    regions, rest = found
    if not regions:
        return None
    if len(regions) == 1:
        region, left = _descend(part, regions[0])
        if region is not regions[0]:
            return (region,), left
        again = _named(part)[0]
        if below := [other for other in again if within(other, regions[0])]:
            return (below[0],), rest
        if any(within(regions[0], other) for other in again):
            return found
        return None if again else (regions, rest + part)
    meant = [region for other in _named(part)[0] for region in regions if within(region, other)]
    return ((meant[0],), "") if len(set(meant)) == 1 else None


def _named(part: str) -> tuple[tuple[Region, ...], str]:
    """The places that a text without separators may be, and what it says behind; or none, and all of it."""
    listed = _load()
    if (code := _CODE.fullmatch(part)) and (region := listed.codes.get("".join(code.groups("")).ljust(6, "0"))):
        return (region,), ""
    if part not in listed.names and len(alone := listed.short.get(part, ())) == 1:
        return alone, ""
    for start in range(len(part) - 1):
        if found := _at_start(part[start:]):
            return found[0], found[1] if len(found[0]) == 1 else part
    return (), part


def _at_start(text: str) -> tuple[tuple[Region, ...], str] | None:
    """The places that the beginning of a text may be, as deep as it goes, and what is left of it."""
    names = _load().names
    best: tuple[tuple[Region, ...], str] | None = None
    for length in range(2, min(len(text), _LONGEST) + 1):
        if (regions := names.get(text[:length])) is None:
            continue
        rest = text[length:]
        if _KIND.sub("", text[:length]) == text[:length] and _STREET.match(rest):
            continue
        if len(regions) > 1:
            below = [(_descend(rest, region), region) for region in regions]
            deeper = [found for found, region in below if found[0] is not region]
            ends = (tuple(found[0] for found in deeper), deeper[0][1]) if deeper else (regions, rest)
        else:
            region, left = _descend(rest, regions[0])
            ends = (region,), left
        if best is None or max(map(_rank, ends[0])) >= max(map(_rank, best[0])):
            best = ends
    return best


def _descend(text: str, region: Region) -> tuple[Region, str]:
    """The deepest place within a region that a text goes on to name, and what is left of the text."""
    below = _load().within.get(region.names)
    if not below or not text:
        return region, text
    for start in range(len(text) - 1):  # words between a province or city and its county are passed over
        best = (region, text)
        for length in range(2, min(len(text) - start, _LONGEST) + 1):
            name = text[start : start + length]
            if (place := below.get(name)) is None or (start and name not in place.names):
                continue
            deeper = _descend(text[start + length :], place)
            if best[0] is region or _rank(deeper[0]) >= _rank(best[0]):
                best = deeper
        if best[0] is not region:
            return best
    return region, text


def _below(rest: str) -> Path:
    """The levels of a place below the national list: a development zone under one name, towns, streets."""
    if not rest or _REST.fullmatch(rest):
        return ()
    for name, pattern in _ZONES:
        if found := pattern.search(rest):
            return (*_UNIT.findall(rest[: found.start()]), name, *_UNIT.findall(rest[found.end() :]))
    return tuple(_UNIT.findall(rest))
