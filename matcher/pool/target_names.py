"""The name of a target, word by word: the places that it names, and words that nothing of a register answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from matcher.tables.naming.regions import candidates, region_paths

_MARKS = re.compile(r"[、，,;；/／|（）()：:“”\"]+")

_ZONE = re.compile("(?<!地)区$")
_COUNTY = re.compile("(?<!地)[区县市旗]$")
_NUMBER = re.compile(r"[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[)）][.、]?|[.．、](?!\d))|[①-⑳]")
_UNIT = re.compile(r"[(（](?:计量)?(?:单位[:：]?)?(?:[亿万千百]?元|[个家项件份笔人名位])[)）]")
# The time that a name says; the days of a target say it too
TIME = re.compile(
    r"(?:截[至止])?(?:20\d\d年)?(?:\d{1,2}月?[-—–~～至到])?\d{1,2}月份?[底末]?|前?[一二三四1-4]个?季度|[上下]半年"
)
# Words of a name that leave nothing out: how it is counted, when (its days say so), and all of the place.
_PLAIN = re.compile(
    rf"{TIME.pattern}|[\W_]|(?:20\d\d|本|当|全)?年度?|年[底末内初]"
    r"|[全本我](?:省|市|县|区)|辖区|域内|认定登记|新(?:认定|备案|登记|获批|入库|签约?|[增建])|获批|认定|登记|备案|立项|入库|签约|签订"
    r"|累计|合计|总计|总|数额|金额|数量|数|量|额|值|规模|[个家项件份笔人名]数?|完成|实现|达到|达|实际|实绩|建成|建设|组建|培育|选派|派驻|派出"
    r"|拥有|现有|在岗|在库|在册|保有|有效(?:期内)?|存量|期末|力争|确保|情况|目标|指标|任务|各级|各类|所有|全部|新|净增|增量|及|和|与|的|等"
)


def left_over(name: str, words: str, places: Iterable[str] = ()) -> list[str]:
    """The parts of a name beside the words that say what is counted (a pattern) and those that leave nothing out.

    places: as a register writes them, beside those of the national list.

    >>> left_over("2026年兰山区、新泰市技术合同成交额（规上企业）", "技术合同|成交额")
    ['兰山区', '新泰市', '规上企业']
    >>> left_over("全市技术合同登记项数", "技术合同"), left_over("1.前三季度技术合同数（单位：份）", "技术合同")
    ([], [])
    """
    bare = re.sub(r"\s", "", name)
    if number := _NUMBER.match(bare):
        bare = bare[number.end() :]
    parts = _MARKS.split("、".join(re.split(words, _UNIT.sub("", bare))))
    known = frozenset(places)
    return [left for part in parts if (left := _inner(part, known))]


def _inner(part: str, places: frozenset[str]) -> str:
    """A part without plain words around it; those within it stay, as they may be of a longer word."""
    end = next((at for at in range(len(part)) if _is_plain(part[at:])), len(part))
    part = part[:end]
    while not is_place(part, places) and (found := _PLAIN.match(part)):
        part = part[found.end() :]
    return part


def _is_plain(text: str) -> bool:
    while found := _PLAIN.match(text):
        text = text[found.end() :]
    return not text


def is_place(text: str, places: Collection[str] = ()) -> bool:
    """Whether a text is a place and nothing more: of the national list, or one of `places`, however it is written.

    >>> [is_place(text, ["高新区"]) for text in ("沂水县", "河东区", "高新区", "临沂高新区", "重大", "规上企业")]
    [True, True, True, False, False, False]
    >>> is_place("临沂高新区", ["临沂市高新区"])
    True
    """
    if text in places:
        return True
    found = candidates(text)
    if not found:
        return False
    (path,) = region_paths(text)
    at_start = any(name[:2] == text[:2] for name in found[0].names)  # words before a place are passed over
    if path[1:] == (text,) if not path[0] else at_start and path == found[0].names:
        return True
    return bool(path[0]) and at_start and any(region_paths(one) == {path} for one in places)


def in_full(regions: Collection[str]) -> dict[str, str]:
    """Each region of a register as one of the city in which all of them lie: 高新区 of a register of 临沂 is its zone.

    >>> in_full({"兰山区", "高新区"})["高新区"], in_full({"兰山区", "济南市", "高新区"})["高新区"]
    ('临沂市高新区', '高新区')
    """
    cities = [{path[:2] for path in _paths(text)} for text in regions]
    known = [city for city in cities if city]
    shared = set.intersection(*known) if known else set()
    city = "".join(next(iter(shared))[1:]) if len(shared) == 1 else ""
    return {text: city + text if city and _ZONE.search(text) and not candidates(text) else text for text in regions}


def lies_in(region: str, place: str) -> bool | None:
    """Whether a region lies in a place; None where it names several of which some do, or one around the place.

    >>> [lies_in(region, "兰山区") for region in ("临沂市兰山区", "兰山", "河东区", "兰山区/罗庄区", "临沂市", "")]
    [True, True, False, None, None, None]
    >>> [lies_in(region, "临沂高新区") for region in ("临沂市高新区", "兰山区", "临沂市")], lies_in("高新区", "临沂市")
    ([True, False, None], None)
    """
    if region == place:
        return True
    if len(region_paths(region)) != 1:
        single = {lies_in(part, place) for part in _MARKS.split(region) if part}
        return True if single == {True} else False if single == {False} else None
    ours, wanted = _paths(region), _paths(place)
    if any(one[: len(other)] == other for one in ours for other in wanted):
        return True
    if not ours and _ZONE.search(region):  # of any city
        return None if any(len(other) < 3 for other in wanted) else False
    around = {one[:3] if len(one) > 2 and _COUNTY.search(one[2]) else one[:2] for one in ours}  # without streets
    return None if any(other[: len(one)] == one for one in around for other in wanted) else False


def _paths(text: str) -> list[tuple[str, ...]]:
    """The paths that a text of one place may mean, with what stands below them where it is a single one."""
    paths = region_paths(text)
    if len(paths) == 1 and next(iter(paths))[0]:
        return list(paths)
    return [region.names for region in candidates(text)]
