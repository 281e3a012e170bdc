"""What a cell says of being secret, or not public, and the rows of a table that say it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from matcher.tables.cells.checkboxes import ticked
from matcher.tables.cells.texts import as_written, clean_text, shorten
from matcher.tables.rows.records import Problem, cell_of

NOT_SECRET = r"|否|无|非密|[不非]涉密|公开|false|0(?:\.0)?"  # what a column of secrecy says of what is public
_NO_SECRET = re.compile(
    "(?:不|非|未|无|没有)(?:需要?|须|用|必|是|存在|属于?|含|涉及|作)?(?:任何|国家|商业|项目)?(?:的|有)?(?:涉密|保密|秘密|密级)"
    "(?:[要需]求|内容|事项|问题|情况|项目)?|(?:涉密|保密)(?:审查)?[:：\\s]*(?:否|无|已?通过|合格)"
)
_SECRET = re.compile(
    "涉密|保密(?!性)|密件|不(?:予|宜|便|能|得|可以?|应|作|对外|向社会){0,2}公开|暂缓公开|^(?:秘密|机密|绝密)(?:级|[★*].*)?$"
)
_PAPERS = re.compile(  # of which others have some too
    "保密(?:协议|审查|承诺书?|制度|培训|资[格质]|[,，、；; ]?(?:需要?|须|要|应)?(?:另?签(?:订|署)?)(?:保密)?协议)"
)
_WHO = "(?:企业|单位|公司)(?:名称?|信息|身份)|企业联系.{0,2}|联系(?:人|方式|电话)|电话|手机号?|姓名|招标"
_WHO_ONLY = re.compile(  # what is kept back is who posts it, or a tender
    f"(?:(?:{_WHO})[、和及与]?)+(?:信息)?(?:均|都|需要?|须|要|请|暂)*(?:不(?:予|宜|便|对外)?公开|保密)"
    f"|不(?:予|宜|便|对外)?公开(?:(?:{_WHO}|企业$|单位$)[、和及与]?)+"
)
_OF_WHO = re.compile(f"{_WHO}|公开(?:企业|单位)$")
_SECRET_CELL = (
    "是|有|true|y(?:es)?|t|1(?:\\.0)?|√|[☑√]是|内部(?:资料|使用)?|(?:秘密|机密|绝密).*"  # in a column of secrecy
)
_OF_SECRECY = re.compile("涉密|保密|密级|定密|^is_?(?:secret|confidential)$", re.I)
_OF_CONSENT = re.compile(  # a column that asks whether the row may be shown to others
    "公开|^(?:is_?)?public$"
    "|(?:同意|愿意?|允许|授权|[能可]否|可以?).{0,16}(?<!授权)(?:发布|公布|公示)(?![会号日])"
    "|(?:发布|公布|公示)意[愿向]|同意(?:对外|上网)$|[能可]否对外$"
    "|^(?:是否)?(?:需要?|要)?在?(?:对外|向社会|平台上?|上?网站?上?)(?:发布|公布|公示)(?:与否|标[志记识])?$",
    re.I,
)
_NO_CONSENT = re.compile(
    "(?:否|不|不能|false|不同意|不愿意?|不可以?|不允许|不予|不宜|不便|未授权|不授权"
    "|暂?不(?:同意|愿意?|允许|予|宜|便|能|可以?|要|对外|向社会)*(?:发布|公布|公示)"
    "|(?:仅|只|限){1,2}于?(?:供|在)?内部(?:使用|掌握|参考|对接|流转)?|内部(?:使用|掌握|参考))[.。!！]?"
)
_ASKS_PUBLICITY = re.compile(  # whether, not when, where or how many times
    "(?:是否|可否|能否)?(?:可以?|能|愿意|同意)?(?:对外|向社会|网上|上网)?公开(?:发布|展示|征集)?(?:与否|标[志记识])?|(?:is_?)?public",
    re.I,
)
_NO_SIGN = re.compile(r"no?|f|×|0(?:\.0)?|2(?:\.0)?")  # in such a column; by the national code 2 is no
_NAME = "(?:企业|单位|公司)(?:名称?|信息|身份)"
_NAMELESS = re.compile(  # 匿名发布, 企业名称不公开, 隐去单位名称
    f"^匿名$|匿名(?:对外)?(?:发布|公开|公布|公示)|(?:隐去|隐藏|不(?:要)?(?:显示|体现|出现|透露)|不(?:予|宜|便|对外)?公开){_NAME}"
    f"|不(?:予|宜|便|对外)?公开(?:企业|单位)$|{_NAME}[^,，。；;]{{0,10}}?(?:不(?:予|宜|便|对外)?(?:公开|公布|发布)|保密)"
)
_OF_NAME = re.compile(f"(?:公开|公布|发布|公示|显示).{{0,4}}{_NAME}|{_NAME}.{{0,6}}(?:公开|公布|发布|公示|显示)")
_ANONYMOUS = re.compile("(?:是否|有无|要求|需要?|需求|企业|单位)*匿名(?:对外)?(?:发布|公开|公布|公示|展示)?(?:需求)?")
_YES = re.compile("是|有|要|需要?|同意|√|[☑√]|true|y(?:es)?|1(?:\\.0)?|匿名")
_TERM = re.compile(  # how long the partners keep silent: a clause of their contract, no secrecy of the row
    "保密(?:期限?|年限|时间|义务|责任)(?![^,，;；。\n]*(?:公开|[秘机绝涉]密))[^,，;；。\n]*"
)
_MOST_NAMED = 5  # rows that a problem names


def of_secrecy(header: str) -> bool:
    """Whether a column asks whether its rows are secret, or may be shown."""
    return bool(_OF_CONSENT.search(header) or _OF_SECRECY.search(header))


def says_secret(header: str, cell: str) -> bool:
    """Whether a cell says that its row is secret, or not to be made public.

    >>> says_secret("是否公开", "否"), says_secret("密级", "秘密★5年"), says_secret("备注", "需签保密协议")
    (True, True, False)
    >>> says_secret("是否同意对外发布", "不同意"), says_secret("是否公开", "☑是 □否"), says_secret("是否已发布", "否")
    (True, False, False)
    >>> says_secret("是否对外发布", "否"), says_secret("是否已在平台发布", "否"), says_secret("授权公布号", "无")
    (True, False, False)
    >>> says_secret("是否公开", "0"), says_secret("公开次数", "0"), says_secret("是否公开企业名称", "0")
    (True, False, False)
    """
    rest = _NO_SECRET.sub("", _PAPERS.sub("", _WHO_ONLY.sub("", cell))).strip()
    if _OF_SECRECY.search(header):
        term = "期限" in header and not re.fullmatch(rf"{NOT_SECRET}|[-—/\s]*", rest.lower())
        if term or re.fullmatch(_SECRET_CELL, rest.lower()):
            return True
    if _SECRET.search(rest):
        return True
    if not _OF_CONSENT.search(header) or _OF_WHO.search(header):
        return False
    said = ticked(rest).lower().strip()
    signed = _ASKS_PUBLICITY.fullmatch(header.strip()) and _NO_SIGN.fullmatch(said)
    return bool(_NO_CONSENT.fullmatch(said) or signed)


def says_not_public(header: str, cell: str) -> bool:
    """`says_secret` of needs and outcomes: how long partners keep silent is a clause of their contract, no secrecy.

    >>> says_not_public("保密期限", "3年"), says_not_public("备注", "保密期限内不得公开")
    (False, True)
    """
    of_contract = _TERM.match(header) and not re.search("[秘机绝涉]密|公开|^是$", cell)
    return says_secret("" if of_contract else header, _TERM.sub("", cell))


def keeps_name_back(header: str, cell: str) -> bool:
    """Whether a cell says that the row may be shown, but not whose it is.

    >>> keeps_name_back("备注", "企业名称不公开"), keeps_name_back("备注", "联系人不公开")
    (True, False)
    >>> keeps_name_back("是否匿名发布", "是"), keeps_name_back("是否匿名发布", "否"), keeps_name_back("匿名评审", "是")
    (True, False, False)
    """
    if _NAMELESS.search(cell):
        return True
    if _ANONYMOUS.fullmatch(header.strip()):
        return any(_YES.fullmatch(text.lower().strip()) for text in (cell, ticked(cell)))
    return _OF_NAME.search(header) is not None and _NO_CONSENT.fullmatch(ticked(cell).lower().strip()) is not None


def secret_rows(
    headers: Mapping[int, str], rows: Sequence[Sequence[object]], numbers: Sequence[int], used: str
) -> Iterator[Problem]:
    """For each column, by its place, one problem that names the rows of which it says that they are secret or not
    public. They are read, for a bureau's own use, of which `used` says what it is.
    """
    for place, header in headers.items():
        asks = of_secrecy(header)
        cells = [as_written(cell_of(row, place)) for row in rows]
        likely = {cell for cell in set(cells) if cell and (asks or "密" in cell or "公开" in cell)}
        secret = {cell for cell in likely if says_not_public(header, clean_text(cell))}
        pairs = zip(numbers, cells, strict=True)
        said = [f"第 {number} 行“{shorten(cell, 20)}”" for number, cell in pairs if cell in secret]
        if said:
            named = "、".join(said[:_MOST_NAMED]) + ("等" if len(said) > _MOST_NAMED else "")
            problem = f"有 {len(said)} 行写着不公开或涉密：{named}；这些行照常读入，也{used}"
            yield Problem(None, header, "", problem, "只供内部使用；对外发布、外送前请剔除")
