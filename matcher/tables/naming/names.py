"""Names of persons and units as people write them in a cell, without what stands beside them, ready to be compared."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from matcher.tables.naming.units import fold_unit
from matcher.tables.naming.words import default_engine, load_segmenter

_NUMERAL = "[0-9一二三四五六七八九十两几多余]"
_CONTACT = re.compile(
    r"[\w.+\-]{0,64}@[\w.\-]*"
    r"|(?:联系|办公|固定|移动)?(?:电话|手机|座机|固话|短号|小号|内线|分机|传真|方式|微信|邮箱|qq|tel|phone|mobile)[号码]*"
    r"[\s:.]*(?:\+?[a-z0-9][\w\-*]*(?:\s+\d{4,})*)?"
    r"|\+?\d[\d*()\s\-—–－]{5,}[\d*]",
    re.I,
)
_SEVERAL = re.compile("[、,;/|\n]+")
_BRACKETS = re.compile(r"[(\[【〔{<《][^()\[\]【】〔〕{}<>《》]*[)\]】〕}>》]")
_NUMBER = re.compile(r"^(?:\(?\d{1,3}[.)]?|[\s.:#*★☆\-])++(?=\D)")
_MARKS = re.compile(r"(?<![\s.:#*†‡★☆\-])(?:[\s.:#*†‡★☆\-]|\s\d{1,2}$|\s[男女]$)+$")
_FOOTNOTE = re.compile(r"(?<=[\u4e00-\u9fff])\d{1,2}$")
_ROLE_WORD = (
    "(?:完成人|完成者|负责人|主持人|参与人|参加人|联系人|申报人|申请人|发明人|设计人|提名人|被提名人|法定代表人|法人代表|法人|代表人"
    "|带头人|首席科学家|首席专家|通讯作者|作者|组长|队长|成员|骨干|评委|专家|姓名)"
)
_ROLE = rf"(?:第{_NUMERAL}+)?(?:主要|项目|课题|技术|财务|评审|推荐|牵头|共同|唯一|执行|副)*{_ROLE_WORD}{_NUMERAL}?"
_ROLE_FIRST = re.compile(rf"^{_ROLE}(?:[\s:]+|(?=[\u4e00-\u9fff]{{2}}))")
_ROLE_LAST = re.compile(rf"(?<=.)\s*{_ROLE}$")
# A title is an office or a rank, with what narrows it in front: 教授级 + 高级 + 工程师, 实验室 + 主任, 院长 + 助理.
_NARROWER = (
    "(?:[一二三四]级|正(?=教授|研究员|高)|副|助理|客座|特聘|讲席|终身|名誉|产业|青年|访问|长江|泰山|(?:农业技术|农技)?推广"
    "|(?:教授|研究员)级|正高级|副高级|高级|中级|初级|总(?=工|经|会计|农艺|畜牧|兽医|实验)|主任|主治|住院|执业|执行|常务|独立|技术|项目|实验室"
    "|在读|博士生|硕士生|研究生)"
)
_TITLE = (
    rf"(?:{_NARROWER}*(?:教授|研究员|讲师|助教|教师|老师|导师|博导|硕导|高工|学者"
    "|工程师|农艺师|经济师|会计师|实验师|畜牧师|兽医师|技师|医师|药师|护师|医生|博士[后生]?|硕士生?|研究生"
    "|先生|女士|小姐|同志|主任(?:委员)?|(?:院|所|校|厂|处|科|局|部|站|会|社|场|县|市|秘书)长|书记|经理|董事长?|总裁|总工|总监|主席|主编)(?:助理)?"
    "|(?:两院|中科院|工程院|中国科学院|中国工程院)?院士)"
)
_TITLE_LAST = re.compile(rf"(?<=.)\s*(?:兼)?{_TITLE}$")
_TITLE_FIRST = re.compile(rf"^{_TITLE}(?:[\s:]+|(?=[\u4e00-\u9fff]{{2}}))")
_CALLED = re.compile(r"^([\u4e00-\u9fff])\s*[总工老局处院所]$")  # 王总, 李工
_WESTERN = re.compile(r"^(?:dr|prof|mr|mrs|ms)\b[.\s]*", re.I)
_OTHERS = re.compile(rf"\s*等\s*(?:共\s*)?{_NUMERAL}*\s*(?:人|位|名|者)?(?:专家|同志|老师)?\s*$")
_BESIDE = re.compile(
    rf"{_TITLE}|{_ROLE}|男|女|汉族|[\d\s.,;:、/*+\-]+|兼|正高|副高|中级|初级|已故|退休|签字|签名|盖章|公章|单位"
)
_ALSO = re.compile("^(?:曾用名|原名|又名|别名|本名|笔名|即)[:\\s]*")
_COMPOUND = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|端木|夏侯|轩辕|长孙|宇文|南宫|独孤|呼延|闻人|赫连|澹台|公冶|太史|申屠|仲孙|钟离"
    "|鲜于|闾丘|司空|亓官|百里|东郭|西门|拓跋"
)
_UNIT_END = re.compile(
    "(?:公司|集团|大学|学校|中学|院|所|局|厅|委员会|科委|发改委|办公室|管委会|中心|厂|合作社|出版社|协会|学会|商会|联合会|联盟|实验室"
    "|工作站|服务站|推广站|事业部|基地|园区|政府|银行|农场)$"
)
_UNIT_NUMBER = re.compile(r"^[\s;]*\(?\d{1,3}[.)、:;](?!\d)\s*")
_AFTER_UNIT = re.compile("^.*(?:公司|大学|学院|研究院|研究所|医院|中心|局|厂)([\u4e00-\u9fff]{2,4})$")
_UNIT_ROLE = re.compile(
    rf"^(?:第{_NUMERAL}+|主要)?(?:完成|承担|牵头|参与|合作|申报|申请|依托|推荐|提名|主持|工作|所在|所属)?单位{_NUMERAL}?:\s*"
)
_UNIT_BESIDE = re.compile(
    "盖章|公章|签章|联系人|负责人|牵头|主持|依托|承担|参与|合作|协作|电话|[甲乙]方|^.[\\s\\d.,;:、/*\\-]*.$"
)
_CONTACT_PERSON = re.compile(r"(?:联系人|负责人|法人|法定代表人)[:\s].*")
_LABEL = re.compile(r"((?:专家|评委|委员)?[A-Za-z]*[-_]?)\d{1,6}")  # E1, ZJ-007, 专家3; more digits are a telephone
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白"
    "邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁"
    "尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏"
    "席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_PERSON = re.compile(rf"(?:[{_SURNAMES}]|{_COMPOUND.pattern})[\u4e00-\u9fff]{{1,2}}")
_LONGEST = 200  # signs; a longer text is no name, and is left as it is


class PersonName(NamedTuple):
    """A person as a cell names them.

    `name`: without titles and the like; `key`: the same for comparison; `doubt`: "", or why it may be no full name.
    `surname`: whether no more than a surname is written, which `key` then is. `unit`: what stands in brackets behind.
    """

    name: str
    key: str
    doubt: str = ""
    surname: bool = False
    unit: str = ""


class Persons(NamedTuple):
    """The persons of a cell, and whether it says that there are more than it names (王某等5人)."""

    names: tuple[PersonName, ...]
    more: bool


@functools.lru_cache(maxsize=1 << 16)
def read_persons(cell: str) -> Persons:
    """The persons of a cell without titles, roles, numbers, telephones and brackets.

    What blanks part (王芳 孙丽) may be several names or one: each counts. A name in brackets counts in doubt, unless
    only a surname stands before it.

    >>> [one.name for one in read_persons("1.王某教授；2. 第二完成人：李 某 13800001111").names]
    ['王某', '李某']
    >>> [one.name for one in read_persons("王教授（王某某）").names], read_persons("王教授").names[0].surname
    (['王某某'], True)
    >>> read_persons("王某等5人")
    Persons(names=(PersonName(name='王某', key='王某', doubt='', surname=False, unit=''),), more=True)
    """
    text = re.sub(" {2,}", " ", _CONTACT.sub(" ", _half(cell)))
    found: dict[tuple[str, bool], PersonName] = {}
    more = False
    for piece in _pieces(text):
        beside = [part[1:-1].strip() for part in _BRACKETS.findall(piece)]
        inner = [_bare(part) for part in beside if not _BESIDE.fullmatch(part)]  # (高级工程师) is no name
        outer = re.sub(" {2,}", " ", _BRACKETS.sub(" ", piece))
        more = more or bool(_OTHERS.search(outer))
        unit = next((part for text in inner for part in re.split(r"[\s,;:、]+", text) if is_unit(part)), "")
        names = [one._replace(unit=unit) for one in _outer(outer)]
        for text in inner:
            text = _ALSO.sub("", text)
            if not 2 <= len(text) <= 4 or _BESIDE.fullmatch(text) or is_unit(text) or not text.isalpha():
                continue
            if not names or (names[0].surname and text.startswith(names[0].key)):
                names = [PersonName(text, fold_unit(text))]
            else:
                names.append(PersonName(text, fold_unit(text), "括号中的姓名"))
        for one in names:
            at = one.key, one.surname
            if one.key and (at not in found or (found[at].doubt and not one.doubt)):
                found[at] = one
    return Persons(tuple(found.values()), more)


def person_key(cell: str) -> str:
    """What the writings of one cell's persons share; "" where it is not sure whom it names.

    >>> person_key("张某教授") == person_key("张 某（教授）") == person_key("张某 13800001111"), person_key("张教授")
    (True, '')
    """
    names, more = read_persons(cell)
    if not names and re.search(r"\d", label := fold_unit(_CONTACT.sub("", _half(cell)))):  # 专家3 stands for a person
        return label
    full = [one.key for one in names if not one.doubt]
    return "" if more or any(one.surname and one.key not in full for one in names) else "、".join(full)


def persons_apart(cell: str) -> tuple[str, ...]:
    """The persons, or their ids, that a cell names one beside another; () for one, and where that is not plain: all
    are ids of one kind, or all are Chinese names by their surnames, and no other word of the dictionary.

    >>> [persons_apart(cell) for cell in ("王某（组长）、李某", "E1,E2", "王某，教授", "王某等3人")]
    [('王某', '李某'), ('E1', 'E2'), (), ()]
    >>> [persons_apart(cell) for cell in ("王某、13800001111", "E1/王某", "王某、蔬菜", "王某、金融")]
    [(), (), (), ()]
    """
    pieces = list(filter(None, map(str.strip, _pieces(_half(cell)))))
    labels = [match[1] for piece in pieces if (match := _LABEL.fullmatch(piece))]
    if labels:
        found = pieces if len(labels) == len(pieces) and len(set(labels)) == 1 else []
    else:
        found = [_one_person(piece) for piece in pieces]
    return tuple(dict.fromkeys(found)) if all(found) and len(set(found)) > 1 else ()


def _one_person(piece: str) -> str:
    """The name of the one person that a piece surely names, with a unit in brackets as it stands; else ""."""
    names, more = read_persons(piece)
    if more or len(names) != 1 or names[0].doubt or names[0].surname or not _PERSON.fullmatch(names[0].name):
        return ""
    words = load_segmenter(default_engine(), ()).tag(names[0].name, False)
    if len(words) == 1 and words[0][1] and not words[0][1].startswith("nr"):  # 林业, 高密; nr is a person's name
        return ""
    return piece.replace("(", "（").replace(")", "）") if names[0].unit else names[0].name


def may_be_several(cell: str) -> bool:
    """Whether a cell may name more than one person, or says that there are more (王某等3人, 王芳 孙丽).

    >>> [may_be_several(cell) for cell in ("王某等3人", "王芳 孙丽", "王某", "王教授（王某某）")]
    [True, True, False, False]
    """
    names, more = read_persons(cell)
    return more or sum(not one.doubt and not one.surname for one in names) > 1


@functools.lru_cache(maxsize=1 << 16)
def bare_unit(cell: str) -> str:
    """A unit's name without telephones, seals, parts that it plays and numbers before it; the cell, if nothing is left.

    >>> bare_unit("虚构公司（0539-8111111）"), bare_unit("1.虚构大学（盖章）"), bare_unit("虚构（集团）公司")
    ('虚构公司', '虚构大学', '虚构（集团）公司')
    """
    text = _UNIT_ROLE.sub("", _UNIT_NUMBER.sub("", _half(cell).strip(" ;")))
    text = _BRACKETS.sub(lambda match: "" if _UNIT_BESIDE.search(match[0]) else match[0], _CONTACT.sub(" ", text))
    text = re.sub(r":.*", "", _CONTACT_PERSON.sub("", text)).strip(" ,;:、-")
    if text == _half(cell).strip():  # as it is written, brackets and all
        return cell.strip()
    return text.replace("(", "（").replace(")", "）") or cell.strip()


def without_office(cell: str) -> str:
    """A unit without the office or title of somebody there behind it.

    >>> without_office("虚构大学机械学院院长"), without_office("虚构化工所高级工程师"), without_office("虚构大学")
    ('虚构大学机械学院', '虚构化工所', '虚构大学')
    """
    return _TITLE_LAST.sub("", cell)


def names_staff(cell: str) -> bool:
    """Whether a cell names persons with their units in brackets, rather than a unit with another name of its own.

    >>> [names_staff(cell) for cell in ("王某（虚构大学）", "虚构机械（虚构机械公司）", "虚构大学（虚构学院）")]
    [True, False, False]
    """
    return any(
        one.unit and one.key not in fold_unit(one.unit) and not is_unit(one.name) for one in read_persons(cell).names
    )


def runs_on(key: str, name: str) -> bool:
    """Whether a key is a person's name and more, which is no part of any name: a Chinese one has three signs at most,
    with a compound surname four.

    >>> [runs_on(key, "王某") for key in ("王某青年岗位能手", "王某某", "王某某某")], runs_on("欧阳某某", "欧阳某")
    ([True, False, True], False)
    """
    longest = 4 if _COMPOUND.match(key) else 3
    whole = re.fullmatch(r"[\u4e00-\u9fff]{2,}", name) and not is_unit(name)
    return bool(whole) and len(key) > max(longest, len(name)) and key.startswith(name)


def unit_key(cell: str) -> str:
    """What the writings of one unit's name share.

    >>> unit_key("虚构公司（0539-8111111）") == unit_key("虚构 公司")
    True
    """
    return fold_unit(bare_unit(cell))


def is_unit(name: str) -> bool:
    """Whether a name is a unit's by its ending.

    >>> [is_unit(text) for text in ("某公司", "虚构大学（盖章）", "王某", "匿名", "单位")]
    [True, True, False, False, False]
    """
    text = _BRACKETS.sub("", _half(bare_unit(name))).strip()
    return len(text) > 2 and bool(_UNIT_END.search(text))


def _half(text: str) -> str:
    text = unicodedata.normalize("NFKC", re.sub("[①-⑳]", ";", text))  # ①王某 ②李某
    return re.sub(r"[^\S\n]+", " ", text)


def _pieces(text: str) -> Iterator[str]:
    """The parts of a cell, of which none ends within brackets."""
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return f"\0{len(held) - 1}\0"

    for piece in _SEVERAL.split(_BRACKETS.sub(hold, text)):
        yield re.sub("\0(\\d+)\0", lambda match: held[int(match[1])], piece)


def _bare(text: str) -> str:
    """A name without what stands before and behind it."""
    text = _MARKS.sub("", _NUMBER.sub("", text.strip())).strip()
    text = _WESTERN.sub("", text)
    before = None
    while text != before and len(text) <= _LONGEST:
        before = text
        text = _ROLE_LAST.sub("", _TITLE_LAST.sub("", _OTHERS.sub("", text)))
        text = _MARKS.sub("", _TITLE_FIRST.sub("", _ROLE_FIRST.sub("", text))).strip()
    return text


def _outer(text: str) -> Iterator[PersonName]:
    """The names of what stands outside of brackets."""
    first, _, last = text.partition(":")
    if last.strip():  # 王某：虚构大学, 虚构大学：王某
        known = _ROLE_FIRST.match(f"{first.strip()}:") or _TITLE_FIRST.match(f"{first.strip()}:")
        if not known:
            yield from _outer(first)
            yield from (one._replace(doubt=one.doubt or "冒号后的姓名") for one in _outer(last.replace(":", " ")))
            return
        text = last
    text = _NUMBER.sub("", text)
    bare = _bare(text)
    written = _MARKS.sub("", text).strip()
    if not bare or re.fullmatch(rf"{_BESIDE.pattern}|第?{_NUMERAL}+", bare):
        return
    if called := _CALLED.match(bare):
        yield PersonName(written, called[1], "只写了姓", True)
        return
    name = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", bare)
    if re.fullmatch(r"[\u4e00-\u9fff]", name) or (_COMPOUND.fullmatch(name) and bare != written):
        yield PersonName(written, fold_unit(name), "只写了姓", True)
        if bare != written:
            return
    yield PersonName(name, fold_unit(name))
    if (behind := _AFTER_UNIT.match(name)) and not is_unit(name):
        yield PersonName(behind[1], fold_unit(behind[1]), "单位后的姓名")
    if (without := _FOOTNOTE.sub("", name)) != name and len(without) > 1:
        yield PersonName(without, fold_unit(without), "姓名后有数字")
    for part in _apart(bare.split()):
        yield PersonName(part, fold_unit(part))


def _apart(parts: list[str]) -> Iterator[str]:
    """Names that blanks part; two single characters beside each other are one."""
    joined: list[str] = []
    for part in parts:
        if len(part) == 1 and joined and len(joined[-1]) == 1:
            joined[-1] += part
        else:
            joined.append(part)
    if len(joined) > 1 and all(len(part) > 1 for part in joined):
        for part in joined:
            if (name := _bare(part)) and not _BESIDE.fullmatch(name):
                yield name
