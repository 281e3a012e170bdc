"""Platforms that a firm has (laboratories, centres) to what policies ask of its R&D institutions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from matcher.policy.programmes.platforms import overruled
from matcher.policy.registers.entries import (
    COUNTED,
    NOT_COUNTED,
    OPEN,
    Bounds,
    Entries,
    Entry,
    Truth,
    Warnings,
    every,
    negated,
    some,
)
from matcher.tables.rows.remarks import Override, override_of

T115 = "国科发政〔2017〕115号 第八条"
PROVINCIAL, OWN = ("provincial_rd_institution", ""), ("own_rd_institution", "")
LEVEL = ("institution_level", "")
FACTS = (PROVINCIAL, OWN, LEVEL)
_RESEARCH = re.compile("实验室|研究中心|技术中心|创新中心|研发中心|研究院|研究所|研发机构|工作站|工程中心|设计中心")
_HOSTS = re.compile("孵化器|众创空间|加速器|科技园|星创天地|双创|服务平台|示范基地|产业园")
_LEVELS = {"below_city": "县|区级|校级|院级", "city": "市", "provincial": "省|部级|自治区", "national": "国家|全国"}
_ENDED = re.compile("撤销|取消|到期|过期|失效|摘牌|终止|未通过")

_TAKEN = re.compile("取消|撤[销消牌站]|摘牌|注销")  # 未通过 is followed by a time to mend


def level_of(text: str) -> str:
    """national, provincial, city or below_city; "" where a cell says none of them."""
    if "以下" in text:
        return "below_city"
    return next((level for level, words in reversed(_LEVELS.items()) if re.search(words, text)), "")


def find_institutions(
    entries: Entries, days: Mapping[str, dt.date], complete: bool, told: Warnings
) -> tuple[dict[tuple[str, str], dict[str, Bounds]], dict[str, str]]:
    """(column, definition) -> firm -> 0 or 1, and firm -> the highest level of its R&D institutions.

    A row answers yes. That nothing is registered answers no only in a register that is `complete`; the level is known
    only there too, as a higher one may not be registered.
    """
    facts: dict[tuple[str, str], dict[str, Bounds]] = {PROVINCIAL: {}, OWN: {}}
    levels: dict[str, str] = {}
    for firm, rows in entries.by_firm():
        read = [(*_read(entry, days[firm], told),) for entry in rows]
        own = some(*(valid for valid, _ in read))
        high = some(*(every(valid, level in ("provincial", "national") if level else None) for valid, level in read))
        for fact, state in ((OWN, own), (PROVINCIAL, high)):
            if state is True or (state is False and complete):
                facts[fact][firm] = (int(state), int(state))
        known = [level for valid, level in read if valid]
        if "national" in known:
            levels[firm] = "national"
        elif complete and all(valid is not None and (level or not valid) for valid, level in read):
            levels[firm] = max(known, key=list(_LEVELS).index, default="none")
    return facts, levels


def _read(entry: Entry, day: dt.date, told: Warnings) -> tuple[Truth, str]:
    """Whether a row is a valid R&D institution on the day, and its level, with what is wrong with it."""
    words = entry.text("kind") + entry.text("platform")
    research: Truth = True if _RESEARCH.search(words) else False if _HOSTS.search(words) else None
    level = level_of(entry.text("level")) or level_of(words)
    valid = entry.day("recognised_on").by(day)
    until = entry.day("valid_until")
    if until != (None, None):
        valid = every(valid, negated(until.by(day - dt.timedelta(days=1))))
    said = overruled(entry.cells, "state", day) or _by_assessment(entry, day)
    if _ENDED.search(entry.text("state")) or (said is not None and said.plain):
        valid = False
    if research is None:
        _warn(told, entry, "看不出是不是研发机构", OPEN, "请写明平台类别")
    elif research is False:
        _warn(told, entry, "孵化、服务类平台不是研发机构", NOT_COUNTED, "不用于研发机构条件")
    if valid is None:
        _warn(told, entry, "没有写明认定日期或有效期", OPEN, "请补填认定日期")
    elif said is not None and said.plain:
        _warn(told, entry, f"写明“{said.words}”", NOT_COUNTED, "仍有效的请改备注或状态")
    elif valid is False:
        _warn(told, entry, "认定已失效，或申报之日以后才认定", NOT_COUNTED, "请核对有效期")
    elif said is not None:
        _warn(told, entry, f"写着“{said.words}”，仍然计入", COUNTED, "请核对是否仍有效")
    if research and not level:
        _warn(told, entry, "没有写级别", OPEN, "请补填国家级、省级或市级")
    if research and valid and level in ("provincial", "national") and not entry.text("document"):
        _warn(told, entry, "没有认定文号", COUNTED, "请补填认定文件和文号")
    return every(research, valid, entry.sure or None), level


def _by_assessment(entry: Entry, day: dt.date) -> Override | None:
    """What an assessment says against a platform: one that took it away ends it, one that it failed is told."""
    said = override_of(entry.text("assessed"))
    return said and said.on(day)._replace(plain=said.on(day).plain and bool(_TAKEN.search(said.words)))


def _warn(told: Warnings, entry: Entry, problem: str, counted: str, do: str) -> None:
    told.add("平台", entry, entry.text("platform"), problem, counted, T115, do)
