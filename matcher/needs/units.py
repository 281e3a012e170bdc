"""Units as people write them, Chinese and Latin: text in, a unit with dimension and factor out.

The table (units.txt) is held against pint by a test. pint itself is not loaded: it takes longer to load than all needs
take to read, and knows neither 目, 级, HRC and 元 nor the writings of Chinese texts (Mpa, 公斤压力, 转/分, 毫升/100克).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_PREFIXES = {
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "μ": 1e-6,
    "m": 1e-3,
    "c": 1e-2,
    "d": 1e-1,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
}
_ALONE = "mgsVvAWwNJKtLlhdTHM"  # single letters that are a unit alone; others (F, S, B, r, a) only beside a slash
# in this case alone: PS is a plastic, NA an aperture, NL a normal litre
_CASED = ("fs", "ps", "nV", "nA", "nW", "pJ", "nJ", "nT", "nL", "TW")
_IN_DENOMINATOR = {"分": "min", "时": "h", "年": "a", "日": "d", "月": "月", "班": "班", "度": "kWh"}
_IN_DENOMINATOR |= dict.fromkeys("车批幅", "个")
_CASELESS = {"mpa": "MPa", "mhz": "MHz", "mbps": "Mbps", "mb": "MB", "mw": "MW", "mv": "mV", "ma": "mA"}  # not mPa


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its usual symbol, its dimension ("kg m-1 s-2"; "" for ratios), and how to come to base units.

    A value in base units is `value * factor + offset`. Scales that are no physical dimension (HRC, 目, dB, 级, 元)
    are dimensions of their own, and so are counts.
    """

    symbol: str
    dimension: str
    factor: float
    offset: float = 0.0

    def convert(self, value: float, other: Unit) -> float:
        """A value in this unit, in another unit of the same dimension.

        Examples
        --------
        >>> from matcher.needs.units import read_unit
        >>> read_unit("兆帕").convert(1.5, read_unit("kPa"))
        1500.0
        """
        converted = (value * self.factor + self.offset - other.offset) / other.factor
        return float(f"{converted:.12g}")


NO_UNIT = Unit("", "", 1.0)


def _dimension(text: str) -> dict[str, int]:
    parts = {}
    for part in text.split():
        base = part.rstrip("-0123456789")
        parts[base] = int(part[len(base) :] or 1)
    return parts


def _written(parts: dict[str, int]) -> str:
    return " ".join(f"{base}{power if power != 1 else ''}" for base, power in sorted(parts.items()) if power)


def _factor(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


def _tables() -> tuple[dict[str, Unit], dict[str, str], dict[str, str]]:
    """Symbol -> unit, way of writing -> symbol, way of writing -> signs that make another word of it."""
    units: dict[str, Unit] = {}
    ways: dict[str, str] = {}
    longer: dict[str, str] = {}
    for line in files("matcher.needs").joinpath("units.txt").read_text("utf-8").splitlines():
        if " | " in line and not line.startswith("#"):
            symbol, prefixes, dimension, factor, *offset = (part.strip() for part in line.split("|"))
            for prefix in ["", *prefixes.split()]:
                size = _PREFIXES[prefix] * _factor(factor)
                unit = Unit(prefix + symbol, _written(_dimension(dimension)), size, float(offset[0]) if offset else 0.0)
                units[unit.symbol] = unit
        elif " = " in line:
            symbol, _, others = line.partition(" = ")
            ways |= dict.fromkeys(others.split(), symbol)
        elif " ! " in line:
            way, _, signs = line.partition(" ! ")
            longer[way] = signs
    return (
        units,
        {symbol: symbol for symbol in units} | {way: at for way, at in ways.items() if way not in units},
        longer,
    )


_UNITS, _SYMBOLS, _LONGER = _tables()
_FOLDED = {way.lower(): symbol for way, symbol in reversed(_SYMBOLS.items()) if len(way) > 1} | _CASELESS


def _any(ways: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(ways, key=len, reverse=True)))


_POWER = r"(?:(?<![%‰])(?:(?:\^|(?<=[ms米]))[23](?![\d.])|[²³]|\^?-[123](?!\d)|⁻[¹²³]))"
_LATIN = _any({way for way in _SYMBOLS if way.isascii() and len(way) > 1 and way[0].isalpha()} - {"in", *_CASED})
_OTHER = "|".join(
    re.escape(way) + (f"(?![{_LONGER[way]}])" if way in _LONGER else "")
    for way in sorted(_SYMBOLS, key=len, reverse=True)
    if not way.isascii() or not way[0].isalpha()
)
_LETTERS = "".join(sorted({way for way in _SYMBOLS if len(way) == 1 and way.isascii() and way.isalpha()}))
_END = "(?![A-Za-zμΩ㎡](?!=))"  # 60PaQ=15 goes on with another quantity
_FIRST = rf"(?:{_OTHER}|(?:(?i:{_LATIN})|{_any(_CASED)}|[{_ALONE}]){_END}|[{_LETTERS}](?=[/·]))"
_FURTHER = rf"(?:(?<=/)升(?![级温华])|{_OTHER}|(?:(?i:{_LATIN})|[{_LETTERS}k]){_END}|{_any(_IN_DENOMINATOR)})"
_NEXT = rf"(?:\s?[/每·*.]\s?\(?(?:10{{1,3}}|667|(?<=[·*.])24)?\s?{_FURTHER}{_POWER}?\)?)"
UNIT = rf"{_FIRST}{_POWER}?{_NEXT}{{0,3}}"
_PART = re.compile(rf"([/每·*.(]*)(\d*)\s?({_FURTHER}|[{_LETTERS}])({_POWER})?\)?")
_SUPERSCRIPTS = str.maketrans("²³⁻¹", "23-1", "^")


@lru_cache(4096)
def read_unit(text: str) -> Unit | None:
    """The unit that a text names, None where it is none.

    Examples
    --------
    >>> from matcher.needs.units import read_unit
    >>> read_unit("毫克/升")
    Unit(symbol='mg/L', dimension='kg m-3', factor=0.001, offset=0.0)
    >>> read_unit("Mpa").symbol, read_unit("转/分").symbol, read_unit("苹果")
    ('MPa', 'rpm', None)
    """
    text = re.sub(r"\s+", "", text)
    if symbol := _symbol(text):
        return _UNITS[symbol]
    numerator: list[str] = []
    denominator: list[str] = []
    dimension: dict[str, int] = {}
    factor, below, at = 1.0, False, 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            return None
        below = below or "/" in match[1] or "每" in match[1]
        way = "mW" if match[3] == "mw" and "/" in text else match[3]  # 80mw/cm2
        symbol = (_IN_DENOMINATOR.get(way) if below else None) or _symbol(way)
        if symbol is None:
            return None
        power = int(match[4].translate(_SUPERSCRIPTS)) if match[4] else 1
        sign, unit = -1 if below else 1, _UNITS[symbol]
        factor *= (unit.factor**power * float(match[2] or 1)) ** sign
        for base, of in _dimension(unit.dimension).items():
            dimension[base] = dimension.get(base, 0) + sign * power * of
        (denominator if below else numerator).append(f"{match[2]}{symbol}{power if power != 1 else ''}")
        at = match.end()
    if numerator == denominator == ["个"]:  # 粒/穗, 件/套: a count all the same
        return _UNITS["个"]
    symbol = "/".join(filter(None, ("·".join(numerator), "·".join(denominator))))
    return Unit(symbol, _written(dimension), float(f"{factor:.12g}"))


def _symbol(way: str) -> str | None:
    if way == "k":  # W/m·k
        return "K"
    return _SYMBOLS.get(way) or (_FOLDED.get(way.lower()) if len(way) > 1 else None)
