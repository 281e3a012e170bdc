"""Ids of WeChat, QQ and the like: how they look, and what of them is hidden."""

from __future__ import annotations

import re

from matcher.tables.contacts.signs import DATE, LETTERS, UNIT, Edit, Look, chunks, opening

_CHATS = re.compile(
    "(微 ?信|薇信|威信|徽信|企微|微号|v信|v ?x|w ?x|wechat|weixin|加 ?v|➕v|v(?=[:号])"
    "|q ?q|扣扣|球球|企鹅|叩叩|q(?=群?号)|抖音|快手|微博|钉钉|飞书|支付宝|小红书|b站|whatsapp|telegram|skype"
    "|line(?=:)|陌陌|旺旺)"
    "((?:[/、, ]?(?:群|账号|帐号|号码|号|邮箱|id|名|帐户|账户|和|与|或|及|手机|电话|同|[()])){0,4}+)"
    "(?:( {0,2}[:=是为][ \u200b(\"'“]{0,3}+)|([ \u200b(\"'“-]{0,3}+))"
    "(?!(?:wechat|weixin|vx|wx|v|qq|tel|phone|mobile|e?-?mail|fax|https?)(?:[ :号(.]"
    "|\\Z))([0-9]{2,5}(?: [0-9]{2,5}){1,4}(?![0-9])|[a-z0-9_][a-z0-9_\\-]{4,24}+)(?![a-z0-9*@]|\\.[0-9])"
)
_CHATS_AFTER = re.compile(
    "(?<![a-z0-9_\\-*@.])([a-z0-9_][a-z0-9_\\-]{4,24}+) ?\\((?:同|我的)?(?:微信|qq|wechat|vx|wx|扣扣)"
)
_NO_CHAT_ID = (
    "https",
    "http",
    "wechat",
    "weixin",
    "email",
    "phone",
    "mobile",
    "android",
    "python",
    "openapi",
    "service",
)


def hide_chats(look: Look) -> None:
    """Hide ids behind the words for such a service, and before them in brackets."""
    look.scan(_CHATS, _chat)
    look.scan(_CHATS_AFTER, _chat_before)


def _chat(text: str, read: str, match: re.Match[str]) -> Edit | None:
    cue, extra, strong, weak, token = match.groups()
    start, end = match.span(5)
    letter = cue[0] in LETTERS
    before = read[match.start() - 1] if match.start() else " "
    if (letter and before.isascii() and before.isalnum()) or token in _NO_CHAT_ID or DATE.match(read, start):
        return None
    if " " in token:
        stops = [stop for first, stop in chunks(read, start, end) if sum(map(str.isdigit, read[start:stop])) <= 10]
        end = stops[-1]
        token = read[start:end]
    digits = token.replace(" ", "").replace("-", "")
    firm = strong is not None or extra.rstrip("()").endswith(("号", "id", "码"))
    if cue in ("v", "加v", "加 v", "➕v"):
        if not (token[0] in LETTERS and any(sign.isdigit() for sign in token)):
            return None
    elif digits.isdigit():
        quick = cue[0] == "q" or not letter or (weak or "").startswith((" ", "("))
        if (
            not (firm or quick)
            or len(digits) > 14
            or UNIT.match(read, end)
            or re.match(r"\+|多|余|用户|人|个", read[end : end + 2])
        ):
            return None
    elif not firm:
        speaking = any(sign.isdigit() or sign == "_" for sign in token)
        known = cue.startswith(("微", "薇", "威", "徽", "企", "v信", "wechat", "weixin")) or weak
        if (
            not speaking
            or not known
            or cue[0] in "q抖快博飞支"
            or (token.startswith(("v", "h5")) and token[1:2].isdigit())
        ):
            return None
    return (start, end, opening(text, start, end))


def _chat_before(text: str, read: str, match: re.Match[str]) -> Edit | None:
    token = match[1]
    if not any(sign.isdigit() or sign == "_" for sign in token):
        return None
    start, end = match.span(1)
    return (start, end, opening(text, start, end))
