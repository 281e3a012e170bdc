"""Years in headers as people write them, to figures. Texts in, texts out."""

from __future__ import annotations

import re

_DIGITS = {sign: str(i % 10) for i, sign in enumerate("零一二三四五六七八九〇")} | {"○": "0", "o": "0", "0": "0"}
_WORDS = re.compile("二([〇○零o0])([〇○零一二三四五六七八九])([〇○零一二三四五六七八九])(?=年)", re.I)
_FISCAL = re.compile(r"(?<![a-z])fy[\s-]*((?:20)?\d\d)(?!\d)年?|(?<!\d)(20\d\d)\s*fy(?![a-z])", re.I)
_LAST_DAY = re.compile(r"(?:截[至止]|截止到)?(?<!\d)((?:19|20)\d\d)(?:年|([.\-/]))12(?:月|\2)31日?(?!\d)")


def plain_years(text: str) -> str:
    """Text with years in one writing; what names none is the same text.

    >>> plain_years("二〇二五年收入"), plain_years("FY2023研发费用"), plain_years("2023.12.31净资产")
    ('2025年收入', '2023年研发费用', '2023年末净资产')
    """
    if "二" in text:
        text = _WORDS.sub(lambda match: "2" + "".join(_DIGITS[sign.lower()] for sign in match.groups()), text)
    if "y" in text or "Y" in text:
        text = _FISCAL.sub(lambda match: f"{match[1] or match[2]}年", text)
    return _LAST_DAY.sub(r"\1年末", text)
