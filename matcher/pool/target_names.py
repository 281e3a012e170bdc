"""The name of a target, word by word: the places that it names, and words that nothing of a register answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from matcher.tables.regions import candidates, region_paths, within

_MARKS = re.compile(r"[、，,;；/／|（）()：:“”\"]+")

# Words of a name that leave nothing out: how it is counted, when (its days say so), and all of the place.
_PLAIN = re.compile(
    r"[\W_]|(?:20\d\d|本|当|全)?年度?|上半年|下半年|[一二三四1-4]季度|\d{1,2}月份?|年[底末内初]"
    r"|[全本我](?:省|市|县|区)|辖区|域内|认定登记|新(?:认定|备案|登记|获批|入库|签约|[增建])|获批|认定|登记|备案|立项|入库|签约|签订"
    r"|累计|合计|总计|总|数额|金额|数量|数|量|额|值|规模|[个家项件份笔人名]数?|完成|实现|达到|达|建成|建设|组建|培育|选派|派驻"
    r"|拥有|现有|在岗|在库|在册|有效期内|存量|期末|力争|确保|情况|目标|指标|任务|各级|各类|所有|全部|新|净增|增量|及|和|与|的|等"
)


def left_over(name: str, words: str, places: Iterable[str] = ()) -> list[str]:
    """The parts of a name beside the words that say what is counted (a pattern) and those that leave nothing out.

    places: as a register writes them, beside those of the national list.

    >>> left_over("2026年兰山区、新泰市技术合同成交额（规上企业）", "技术合同|成交额")
    ['兰山区', '新泰市', '规上企业']
    >>> left_over("全市技术合同登记项数", "技术合同")
    []
    """
    parts = _MARKS.split("、".join(re.split(words, re.sub(r"\s", "", name))))
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
    """Whether a text is a place and nothing more: of the national list, or one of `places`.

    >>> [is_place(text, ["高新区"]) for text in ("沂水县", "河东区", "高新区", "临沂高新区", "重大", "规上企业")]
    [True, True, True, False, False, False]
    """
    if text in places:
        return True
    found = candidates(text)
    if not found:
        return False
    (path,) = region_paths(text)
    at_start = any(name[:2] == text[:2] for name in found[0].names)  # words before a place are passed over
    return path[1:] == (text,) if not path[0] else at_start and path == found[0].names


def lies_in(region: str, place: str) -> bool | None:
    """Whether a region lies in a place; None where it names several of which some do, or one around the place.

    >>> [lies_in(region, "兰山区") for region in ("临沂市兰山区", "兰山", "河东区", "兰山区/罗庄区", "临沂市", "")]
    [True, True, False, None, None, None]
    """
    if region == place:
        return True
    paths, wanted = region_paths(region), candidates(place)
    if len(paths) != 1:
        single = {lies_in(part, place) for part in _MARKS.split(region) if part}
        return True if single == {True} else False if single == {False} else None
    found = candidates(region)
    if any(within(one, other) for one in found for other in wanted):
        return True
    return None if any(within(other, one) for one in found for other in wanted) else False
