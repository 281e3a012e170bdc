"""Numbers of standards in texts, compared as identifiers: GB/T 228.1-2021, ISO 6892-1, ASTM E8/E8M, JJG 139."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matcher.needs.values import half_width

_BODIES = (
    r"GB/?[TZ]|GBJ|GBZ(?:/T)?|GJB(?:/Z)?|GB|JJ[GF]|DB\s?\d\d(?:/T)?|T/[A-Z]{2,8}|Q/[A-Z0-9]{2,8}|CNAS-[A-Z]+|RTCA/?DO|IPC-TM|IPC"
    r"|(?:JB|HG|YY|QB|NY|SH|YB|YS|TB|SL|CJ|JG|JC|HJ|FZ|LY|SN|NB|DL|QC|JT|SJ|YD|HB|QJ|MT|SY|WS|GA|CB|BB|LS|SC|EJ|AQ|XB|JY)(?:/T)?"
    r"|(?:EN\s)?ISO(?:/IEC|/ASTM|/TS|/TR)?|IEC(?:/TS)?|ASTM|DIN(?:\sEN)?(?:\sISO)?|BS(?:\sEN)?(?:\sISO)?|EN|JIS|ASME|AATCC|SAE|ANSI|IEEE|UL|MIL-STD|MIL|CISPR|AOAC|OECD|ICH|USP|VDA|VDE|3GPP|SEMI|CSA|AS|FCC|TIA|ETSI"
)
_STANDARD = re.compile(
    rf"(?<![A-Za-z])(?P<body>{_BODIES})[\s_-]{{0,2}}(?P<number>[A-Z]{{0,2}}\s?\d{{1,6}}(?:[A-Z]{{1,2}}(?![a-z]))?)"
    r"(?P<parts>(?:[.·]\d{1,3}[A-Z]?)+|(?:-\d{1,3}(?!\d))+)?"
    r"(?:/[A-Z]\d{1,5}M?)?(?:\s?[-:]\s?(?P<year>(?:19|20)\d\d|\d\d(?!\d)))?(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_MORE = re.compile(r"\s?[、,/和及~]\s?(?:\d{2,6})?[.](?P<part>\d{1,3})(?:\s?[-:]\s?(?P<year>(?:19|20)\d\d))?(?![\d.])")
_DASHED = ("ISO", "IEC", "EN", "DIN", "BS", "JIS", "IPC", "UL", "SEMI")  # whose parts stand behind a dash
_LETTERED, _CAPITALS = ("MIL", "GJB", "RTCA"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # whose editions are letters
_LOOSE = re.compile(r"(?:/[TZ]|\s|EN\s?(?=ISO)|DIN\s?(?=EN|ISO)|BS\s?(?=EN|ISO))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard. body: who issues it, without /T; number, part and year: "" where the text gives none."""

    body: str
    number: str
    part: str
    year: str
    text: str

    def covers(self, asked: Standard) -> bool | None:
        """Whether work by this standard is work by the asked one; None where a part is open on this side.

        Years do not count: who wrote one edition and who the other is told in `note`, not refused.
        """
        if (self.body, self.number) != (asked.body, asked.number):
            return False
        if self.part == asked.part or not asked.part:
            return True
        return None if not self.part else False


def standards_of(text: str) -> list[Standard]:
    """The standards that a text names, each once, in order.

    Examples
    --------
    >>> from matcher.resources.standards import standards_of
    >>> [(one.body, one.number, one.part, one.year) for one in standards_of("GB/T228.1-2021、ASTM E8/E8M")]
    [('GB', '228', '1', '2021'), ('ASTM', 'E8', '', '')]
    """
    plain = half_width(text)
    found: dict[tuple[str, str, str], Standard] = {}
    for match in _STANDARD.finditer(plain):
        one = _standard(match)
        found.setdefault((one.body, one.number, one.part), one)
        end = match.end()
        while one.part and (more := _MORE.match(plain, end)):
            text = f"{match['body']} {one.number}.{more['part']}"
            other = Standard(one.body, one.number, more["part"], more["year"] or "", text)
            found.setdefault((other.body, other.number, other.part), other)
            end = more.end()
    return list(found.values())


def compare_standards(asked: Iterable[Standard], offered: Sequence[Standard]) -> list[tuple[Standard, str, str]]:
    """Each asked standard with its state ("met", "not_met", "unknown") and a note in Chinese.

    A resource that lists standards and not this one does not meet it; one that lists none says nothing.
    """
    results = []
    for one in asked:
        covered = [(other.covers(one), other) for other in offered]
        same = [other for covers, other in covered if covers]
        if same:
            years = {other.year for other in same if other.year and other.year.isdigit() == one.year.isdigit()}
            other_edition = one.year and years and one.year not in years
            results.append((one, "met", f"资源列的是 {'、'.join(sorted(years))} 版" if other_edition else ""))
        elif any(covers is None for covers, _ in covered):
            results.append((one, "unknown", "资源只写了标准号，没写是哪一部分"))
        elif offered:
            results.append((one, "not_met", "资源所列标准中没有"))
        else:
            results.append((one, "unknown", ""))
    return results


def _standard(match: re.Match[str]) -> Standard:
    body, number, year = _body(match["body"]), match["number"].upper().replace(" ", ""), match["year"] or ""
    part = (match["parts"] or "").strip(".-·").upper()
    if (match["parts"] or "").startswith("-") and not body.startswith(_DASHED):  # GB 8978-96
        part, year = "", part
    if body.startswith(_LETTERED):  # MIL-STD-810G, GJB 150.3A
        edition = (part or number)[-1]
        year = edition if edition.isalpha() and not year else year
        number, part = number.rstrip(_CAPITALS), part.rstrip(_CAPITALS)
    return Standard(body, number, part, year, match[0].strip())


def _body(text: str) -> str:
    plain = _LOOSE.sub("", text.upper())
    return "GB" if plain == "GBT" else plain
