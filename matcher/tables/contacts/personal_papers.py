"""Numbers of identity papers and of bank cards: how they look, and what of them is hidden."""

from __future__ import annotations

import re

from matcher.tables.contacts.phone_numbers import MOBILE
from matcher.tables.contacts.signs import (
    CONTACT_WORDS,
    DATE,
    GAP,
    HAN,
    LETTERS,
    TEN_DIGITS,
    UNIT,
    Edit,
    Look,
    any_of,
    chunks,
    opening,
    starred,
)

_IDENTITY = re.compile(
    f"[1-8](?<![0-9].)(?:{GAP}[0-9]){{5}}{GAP}(?:1{GAP}[89]|2{GAP}0){GAP}[0-9]{GAP}[0-9]{GAP}"
    f"(?:0{GAP}[1-9]|1{GAP}[0-2]){GAP}(?:0{GAP}[1-9]|[12]{GAP}[0-9]|3{GAP}[01])(?:{GAP}[0-9]){{3}}{GAP}[0-9x]"
    "(?![0-9a-z])"
)
_OLD_IDENTITY = re.compile(
    "[1-8](?=[0-7][0-9])(?<![0-9].)(?<![0-9][.\\-].)(?:(?<=1)[1-5]|(?<=2)[1-3]|(?<=3)[1-7]|(?<=4)[1-6]"
    "|(?<=5)[0-4]|(?<=6)[1-5]|(?<=7)1|(?<=8)[1-3])[0-9]"
    f"{GAP}[0-9]{{3}}{GAP}[0-9]{{2}}{GAP}(?:0[1-9]|1[0-2]){GAP}(?:0[1-9]|[12][0-9]|3[01]){GAP}[0-9]{{3}}"
    "(?![0-9a-z]|\\.[0-9]|-[0-9])"
)
PAPER_WORDS = (
    "身份证|身份证明|公民身份|身分证|身份号|id card|idcard|sfz|证件|护照|passport|通行证|台胞证|回乡证|军官证"
    "|士兵证|军人证|警官证"
    "|居留证|居住证|驾驶证|驾照|社保|社保卡|医保|医保卡|学生证|签证"
)
_PAPERS = re.compile(
    f"({any_of(PAPER_WORDS)})(?:号码?|编号|no|number|及|和|原件|复印件|[ /:#=(),.是为-]){{0,8}}+"
    f"(?:[{HAN}]{{1,3}}字第?|第)?([a-z]{{0,3}}(?:{GAP}[0-9]){{6,18}}(?:{GAP}x)?|[a-z0-9]{{6,18}}+)(?![0-9a-z*])"
)
_CARDS = re.compile(
    f"{any_of('银行卡|卡号|信用卡|储蓄卡|借记卡|工资卡|行卡|账号|帐号|账户|帐户|户头|开户|收款|折号|银行|工行|建行|农行|中行|招行|交行|邮储|account|card')}"
    f"(?:[{HAN}a-z]|[ :#=()./-]){{0,24}}+([0-9](?:[ \\-.\u200b]{{0,3}}+[0-9]){{11,22}})(?![0-9a-z*]|\\.[0-9])"
)


def hide_papers(look: Look) -> None:
    """Hide numbers behind words for papers and cards, and the numbers of identity cards wherever they stand."""
    look.scan(_PAPERS, _paper)
    look.scan(_CARDS, _card)
    if TEN_DIGITS.search(look.read):
        look.scan(_IDENTITY, _identity)
        look.scan(_OLD_IDENTITY, _identity)


def _identity(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    left = read[max(0, start - 24) : start]
    bare = left.rstrip(LETTERS)
    if bare != left and left[len(bare) :] not in CONTACT_WORDS:
        return None
    if re.match(" ?[万亿]?元", read[end : end + 3]):
        return None
    return (start, end, starred(text, read, start, end, 6, 0))


def _paper(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span(2)
    if DATE.match(read, start):
        return None
    identity = _IDENTITY.match(read, start) or _OLD_IDENTITY.match(read, start)
    if identity:
        return (start, identity.end(), starred(text, read, start, identity.end(), 6, 0))
    runs = chunks(read, start, end)
    size = 0
    for first, stop in runs:
        size += stop - first
        if size > 6 and len(runs) > 1 and not read.startswith("x", end - 1):
            end = stop
            break
    size = sum(sign.isdigit() for sign in read[start:end])
    if size < 5 or UNIT.match(read, end) or (size == 11 and MOBILE.match(read, start)):
        return None
    if read[start] not in LETTERS and (size >= 14 or match[1].startswith(("身", "id", "sfz", "公民"))):
        end = match.end(2)
        return (start, end, starred(text, read, start, end, 6, 0))
    return (start, end, opening(text, start, end))


def _card(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span(1)
    size = 0
    for first, stop in chunks(read, start, end):
        size += stop - first
        if size in (16, 17, 18, 19):
            end = stop
    if "信用代码" in match[0] or "注册号" in match[0] or UNIT.match(read, end):
        return None
    return (start, end, opening(text, start, end))
