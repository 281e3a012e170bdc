"""Contacts of persons, hidden wherever people write them: the order of the looks at a text, and what is no contact."""

from __future__ import annotations

import re

from matcher.tables.contacts.chat_ids import hide_chats
from matcher.tables.contacts.mail_addresses import hide_mails
from matcher.tables.contacts.personal_papers import PAPER_WORDS, hide_papers
from matcher.tables.contacts.phone_numbers import STRONG, WEAK, hide_numerals, hide_phones, hide_plain_mobiles
from matcher.tables.contacts.signs import CUT, NUMERAL, STARRED, Edit, Look, any_of, applied

# A run of more digits than any contact has.
_ENDLESS = re.compile(
    f"[0-9](?<![0-9].)(?:[0-9]{{44,}}+|(?:{CUT}[0-9](?![0-9])){{30,}}+"
    f"|[0-9]{{0,2}}{CUT}(?:[0-9]{{1,3}}{CUT}){{40,}}(?=(?:[0-9]{{1,3}}{CUT}){{11}}))"
)
# Numbers of things: the word, then one token without blanks.
_THINGS = (
    "s/n|p/n|sn:|编号|型号|规格|专利|专利号|合同|合同号|标准|标准号|订单|订单号|单号|货号|序列号|批号|文号"
    "|图号|料号|件号|条码|条形码|代码|流水号"
    "|案号|编码|版本|版本号|邮编|协议|软著登字|软著|isbn|issn|doi|pmid|cas"
)
_NUMBERED = (
    "申请|公开|公告|授权|注册|登记|备案|批准|证书|许可|许可证"
    "|项目|课题|基金|发票|工|学|车架|发动机|快递|运|设备|仪器|资产|产品|成果|需求"
)
_THINGS += "".join(f"|{word}号|{word}编号|{word}编码" for word in _NUMBERED.split("|"))
_KEPT = re.compile(
    f"{any_of(_THINGS)}(?:号码?|编号|码|第)?[ :#=(是为\"'“]{{0,4}}+"
    "[a-z0-9](?:[a-z0-9_\\-]|\\.[a-z0-9]){4,40}+(?! ?[(,，/]? ?(?:同|手机|微信|电话|联系|tel|phone|mobile))"
)
_PERSONAL = re.compile("(?:证件?|护照|身份|卡|手机|电话|联系|银行|通行|qq|微信|军官|驾驶)$")
_DENSE = re.compile("[0-9](?:[^0-9\n]{0,3}+[0-9]){4}")
# Looked for first: contacts have one of these signs or words, ten digits, numerals, or five digits and a word.
_SIGNS = re.compile("[Ａ-Ｚａ-ｚ@＠﹫#＃➕]|[aA][tT][)\\] ）】}>_]")
_TEN_DIGITS = re.compile("\\d(?:[\\W_]{0,4}+\\d){9}")
_FIVE_DIGITS = re.compile("\\d(?:[^\\d\n]{0,3}+\\d){4}")
_FOUR_NUMERALS = re.compile(f"[{NUMERAL}](?:\\W?[{NUMERAL}\\d]){{3}}")
_CHAT_WORDS = re.compile(
    any_of(
        "微信|微 信|微号|薇信|威信|徽信|企微|加v|加 v|v信|vx|v x|wx|w x|v:|v：|v号|wechat|weixin|钉钉|飞书"
        "|抖音|快手|微博|小红书|陌陌|旺旺"
        "|支付宝|skype|telegram|whatsapp|line:|line：|艾特|圈a|小老鼠"
    )
)
_NUMBER_WORDS = re.compile(
    any_of(
        f"{STRONG}|{WEAK}|{PAPER_WORDS}|银行|卡|账|帐|户头|开户|收款|行卡|工行|建行|农行|中行|招行|交行|邮储"
        "|折号|account|card|qq|q q|q号|q群|扣扣|球球|企鹅|叩叩|b站"
        "|(办|（办|(宅|（宅|(家|（家|(公司|（公司|(单位|（单位"
    )
)


def mask_contacts(text: str) -> str:
    """Hide the contacts of persons in a text: phones, mails, numbers of papers and cards, WeChat and QQ ids.

    138****5678, 0539-****678, z***@example.com, 371302************, E1****, zh****: however they are separated,
    grouped, widened or glued. Patents, credit codes, amounts, dates, standards and ids with letters stay as they are.
    Masking twice gives the same as masking once; the time is linear in the length.
    """
    if not may_hold(text):
        return text
    for _ in range(6):  # digits that a mask leaves may stand beside others: looked at again until nothing changes
        edits, final = edits_of(text)
        text = applied(text, edits)
        if final:
            break
    return text


def may_hold(text: str) -> bool:
    """Whether a text may hold a contact; quick, since most cells hold none."""
    if _SIGNS.search(text) or _TEN_DIGITS.search(text) or _FOUR_NUMERALS.search(text):
        return True
    lower = text.lower()
    return bool(_CHAT_WORDS.search(lower) or (_FIVE_DIGITS.search(text) and _NUMBER_WORDS.search(lower)))


def edits_of(text: str) -> tuple[list[Edit], bool]:
    """What to replace, and whether a second look would find nothing; the spans do not overlap."""
    look = Look(text)
    if "*" in look.read:
        look.read = STARRED.sub(lambda match: "*" * len(match[0]), look.read)
    look.read = _ENDLESS.sub(lambda match: "*" * len(match[0]), look.read)
    hide_mails(look)
    read = look.read
    look.read = _KEPT.sub(lambda match: match[0] if _is_personal(read, match) else "*" * len(match[0]), read)
    plain = hide_plain_mobiles(look)
    if _DENSE.search(look.read):
        hide_papers(look)
        hide_phones(look)
    hide_chats(look)
    hide_numerals(look)
    return look.edits, len(look.edits) == plain


def _is_personal(read: str, match: re.Match[str]) -> bool:
    return bool(_PERSONAL.search(read[max(0, match.start() - 4) : match.start()]))
