"""Rows below a header that are no records: totals, notes, signatures, page lines, headers that come again."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from matcher.tables.cells.texts import Fault, as_written, is_blank
from matcher.tables.files.grids import Grid
from matcher.tables.headers.forms import header_key
from matcher.tables.layout.unit_lines import statements
from matcher.tables.naming.regions import candidates
from matcher.tables.schemas.main import EXPERTS, NEEDS, OUTCOMES, WORKS

TAIL = 60  # rows at the end of a sheet among which notes and signatures without a colon are looked for

_TOTAL = (
    r"(?:(?:金额|费用|经费|数量)?(?:总?合计|总计|小计|共计|累计)|subtotal|(?:grand)?total)(?:数|金额|人数|户数|家数)?"
)
_TOTAL_ALONE = re.compile(rf"[(（]?(?:{_TOTAL}|汇总):?(?:[(].{{0,20}}[)]|共?\d[\d,.]*[^\d]{{0,4}})?[)）:]?")
_TOTAL_OF = re.compile(
    rf"(?:[本该此][页表列区县市类]|以上|[全各].{{1,3}}|.{{1,10}}(?:[市县区镇乡局类组园部年月业]|街道)){_TOTAL}(?:[(].{{0,20}}[)])?:?"
    r"|.{1,14}小计:?"  # 农科院小计, 技术开发小计
)
_CALLED_TOTAL = re.compile(r"[合总小共累]\s*计|共\s*(?:有\s*)?\d|汇\s*总|total", re.I)
_COUNT = re.compile(r"[(]?(?:以上|总|合计|本表)?共(?:计|有)?\d+(?:家|项|条|个|户|人|件|名|行).{0,6}[)]?")
_PART_OF = re.compile(
    r"其中:|(?:平均[值分数]?|平均得分|均值|均分|最[大高小低]值|最[高低]分|中位数|标准差|方差|极差|过次页|承前页|转下页|接上页)(?:[(].*[)])?:?$"
)
_NOTE = re.compile(
    r"[(【\[※*]*(?:备?注|附注|附(?=:)|注释|注意(?:事项)?|(?:填表|填报|填写|编制|特别|数据|指标|情况|有关|补充)?说明|补充资料|(?:逻辑|审核|平衡)关系|温馨提示|提示|声明"
    r"|(?:数据|资料|信息)?来源|(?:统计)?口径|数据截(?:止|至)(?:日期|时间)?)[\d一二三四五六]{0,2}[)】\]]?(?::|[(]?\d[)]?[.、:])"
)
_REMARK = re.compile(
    r"[(【\[]?(?:以[上下]|上述|[上下]面)[^,。;]{0,6}(?:为|是|均|由|系|属于|已)[^。;]{1,40}|[(【\[]共(?:计|有)?\d+[^\d][^()]{0,30}[)】\]]"
)
_TALLY = re.compile(r"(?:[^:\d]{1,12}:\d+(?:\.\d+)?[家个项条名户份件人][,;、.。]?)+")  # 省级:2家市级:1家
_MARK = re.compile(r"[※*]\s*[\u4e00-\u9fff].*|(?:备?注|说明)\s*\d?$")
_SIGN = (
    r"(?:填表|填报|制表|制单|审核|复核|审批|审定|经办|经手|统计|报送|上报|推荐|联系)(?:人|员|负责人)?"
    r"|总?(?:统分|计分|记分|计票|记票|唱票|监票|监督)(?:人|员)"
    r"|(?:统计|单位|部门|科室|企业|项目|主要|财务)?负责人|(?:主管|分管|单位)领导|法定代表人|联系(?:电话|方式)|(?:办公)?电话|手机|传真"
    r"|(?:填报|填表|报送|上报|编制|制表|推荐|主管|审核)(?:单位|部门|机关|日期|时间)|(?:报出|打印|导出|统计|截止)?(?:日期|时间)"
    r"|(?:单位|负责人|领导|经办人|审核人)?(?:签字|签名|签章|盖章|公章)"
)
_SIGNATURE = re.compile(rf"[(]?(?:{_SIGN})(?:[(][^()]*[)])?:.*")
_SIGNED = re.compile(rf"{_SIGNATURE.pattern}|[^:]{{0,20}}(?:签字|签名|签章|盖章|公章)[)]?:.*")
_SIGNATURE_ALONE = re.compile(rf"[(]?(?:{_SIGN}|.*[(](?:盖章|公章|签字|签章|加盖公章)[)])[)]?")
_PAGE = re.compile(
    r"第\d+页.*|共\d+页|[-—–]+\d+[-—–]+|page\d+(?:of\d+)?|\d+/\d+页?"
    r"|(?:总?共|总计)\d+[条行项](?:记录|数据)?(?:第\d+/?\d*页.*|[,，。、].*)?|总?记录数:\d+.*|(?:导出|打印|制表)(?:时间|日期):.*"
)
_OF_PAGES = re.compile(  # behind a title that stands on every page
    r"[(（【]?\s*(?:第\s*[\d一二三四五六七八九十]+\s*页|续表?\s*\d*)(?:[,，、/\s]*共\s*\d+\s*页)?\s*[)）】]?\s*$"
)
_END = re.compile(r"[-—*=(]*(?:以下空白|以下无正文|此页无正文|本页以下空白|表格?结束|完|end)[)—*=-]*")
_SECTION = re.compile(r"[(]?[一二三四五六七八九十]{1,3}[)、.]\S.*|【[^】]*】|附[件表][一二三四五六七八九十\d]*.{0,20}")
_SECTION_NUMBER = re.compile(r"[(]?[一二三四五六七八九十]{1,3}[)、.]?|[(]\d{1,2}[)]")
_DAY = r"(?:19|20)\d\d[年./-]\d{1,2}(?:[月./-](?:\d{1,2}日?)?)?"
_DATED = re.compile(rf".{{0,30}}?{_DAY}")
_OFFICE = re.compile(r".{2,25}(?:局|厅|委|委员会|办公室|人民政府|管委会|科技部)(?:[(].*[)])?")
_NUMBERED = re.compile(r"[(]?\d{1,2}[.、)].+|[①-⑳].+")
_OF_TABLE = re.compile("本表|以上|上述|数据|填[报写]|截[至止]|口径|单位")
_EXAMPLE = re.compile(r"[(（【]?(?:填写|填报)?(?:示例|样例|范例|例子|举例|例)\d?(?:[)）】].*|(?::.*)?)")
_EXAMPLES = re.compile(
    r"(?:以下(?:为|是)?)?[(【]?(?:填[写报表])?(?:示例|样例|范例|举例)(?:[(].*[)])?[)】]?:?"
)  # a line above some
_IS_EXAMPLE = re.compile(r"[(【](?:填[写报表])?(?:示例|样例|范例|例)\d?[)】]|(?:填[写报表])?(?:示例|样例|范例|例)\d?:")
_BEGINS = re.compile("正式|如实|以下.*填|实际填|开始填|请在|从[这此]")  # a line behind which the records begin
_SERIALS = {"序号", "序", "编号", "no", "no.", "id", "行号", "项次"}
_SUSPECT = re.compile(
    r"[合总小共累]\s*计|^.{0,24}[:：]|total"
    r"|^\s*(?:第|共|[-—–=*※]|page|以\s*[上下]|上述|[上下]面|此页|汇\s*总|\d+\s*/|附|【|平均|均[值分]|最[大高小低][值分]|中位数|标准差|方差|极差|过次页|承前页|[转接][上下]页"
    r"|[(（【]?\s*(?:注|备|说|表|完|共|以上|示?例|样例|范例|举例|填[写报]示?例|[一二三四五六七八九十]{1,3}\s*[、)）.．]))",
    re.I,
)
_UNIT = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")

_GROUP = re.compile(
    r"第[一二三四五六七八九十\d]{1,3}[批组类](?:.{0,10}(?:名单|企业|单位|项目|需求|成果|表))?"
    r"|附?[表件][一二三四五六七八九十\d]{1,2}[^\d].{0,18}|【[^】]*】"
    r"|规(?:上|下|模以上|模以下)(?:工业)?企业|(?:其[他它]|高新技术|科技型中小|专精特新中小|瞪羚|[大中小微]{1,2}型)企业(?:[(]\d+[家户个][)])?"
    r"|[^\d公司厂院所]{2,8}(?:[市县区]|街道|开发区|[^城]镇)(?:[(](?:共?\d+[家户个项条])[)])?"
)
_AREA = (
    r"全[国省市州县区旗镇乡]|[省市州县区镇乡](?:直|属|本级)(?:企业|单位|部门)?|本级|其[他它](?:[县区市]+|地区|乡镇|企业|单位)?"
    r"|(?P<place>[^\d公司厂]{1,8}(?:(?<![超门夜都集])市|(?<![小社景])区|[县州旗盟乡镇]|街道|街办))"
)
_SUM_NAME = re.compile(  # what stands for a name in a row of sums or of comparisons, beside figures only
    rf"(?:{_AREA})(?P<counted>[(]?(?:合?计|共)?\d+[家户个项条件][)]?|[(]\d+[)])?"
    r"|(?:上年|去年|前年|上期|本年|本期|基期|上月|历年)(?:同期|度)?(?:数|累计|实际|水平)?"
    r"|(?:与?[比较]?(?:上年|去年|上期|上月)?(?:同期)?(?:同比|环比|相比)?(?:增长|增减|增幅|增速|增加|减少|下降|变化|升降)(?:率|额|数|量|幅度|情况)?|同比|环比)"
    r"(?:[(].{1,4}[)])?"
    r"|(?:占.{1,8})?(?:占比|比重|比例|百分比)(?:[(].{1,4}[)])?|(?:年度)?(?:目标|任务|计划|完成)(?:数|值|率|进度)(?:[(].{1,4}[)])?"
)
_ZONE = re.compile(".*(?:高新|经开|经济|开发|保税|综保|度假|合作|新)区")  # below the national list
_TOWN = re.compile(".*(?:[^小城乡古集水老家故强重名侨之][镇乡]|街道|街办)")  # 特色小镇 and 水乡 are none
_ASKS = re.compile(
    r"[(（【\[]?请(?:选择|填写?|输入|勾选|上传|注明)[^。；]{0,15}[)）】\]]?"
)  # what a form writes in blank cells
_SUM_COUNT = re.compile(r"[(（]?(?:合?计|共)?\s*\d{1,6}\s*[家户个项条件][)）]?")
_SUM_ENDS = frozenset(
    "国省市州县区旗镇乡道办直属级他它业位门期度数计际平年月长减幅速加少降化率额量度况重例比值)）家户个项条件"
)
_SUM_ROW = Fault("是区县汇总、同期对比一类的行", "请删去这一行；确是一家（一项）的，请写全名称")
_NAMES = ("需求名称", "成果名称", "企业名称")  # columns that name the records of their tables
_DOTS = re.compile(r"\s*[.…。·]{1,8}\s*")
_REMOVE = "请删去这一行"
_SECTIONED = Fault("是分节的小标题", "请删去这一行，可另设一列")
OTHER_HEADER = Fault("像是另一张表的表头，列的次序或单位不同，它下面的行没有读入", "请把下面的表另存一张")
REPEATED = Fault("是重复的表头", _REMOVE)
UNIT_LINE = Fault("是单位说明", _REMOVE)
_EXAMPLE_ROW = Fault("是填写示例", _REMOVE)


class Footers:
    """Tells rows that are no records from records. Rows are given by their index in the grid."""

    def __init__(
        self, grid: Grid, end: int, header: Sequence[Sequence[str]], fields: Mapping[str, int], *, named: bool
    ) -> None:
        """header: for each column what may be written over it. fields: the columns that the contract knows, by their
        titles. named: the contract tells empty records by what they must hold.
        """
        self._rows = grid.rows
        self._keys = [set(map(header_key, texts)) for texts in header]
        self._all_keys = set().union(*self._keys) if self._keys else set()
        self._bare_keys = {header_key(_UNIT.sub("", text[:200])) for texts in header for text in texts}
        self._serials = set() if named else {place for place, keys in enumerate(self._keys) if keys & _SERIALS}
        self._numbers = {place for place, keys in enumerate(self._keys) if any(map(_numbers_rows, keys))}
        self._called = {fields[title] for title in (*_NAMES, "姓名") if title in fields}
        self._fields = set(fields.values())
        self._name = next((fields[title] for title in _NAMES if title in fields), -1)
        self._titles = {
            _title_key(as_written(cell))
            for row in grid.rows[: max(0, end - 1)]
            if sum(not is_blank(cell) for cell in row) == 1
            for cell in row
            if isinstance(cell, str) and len(cell) > 3
        }
        self._across = {top: right for top, _, _, right in grid.merged}
        self._end = end
        self._otherwise: dict[int, bool] = {}  # by column: whether its records are numbered otherwise than sections
        self._tail = self._find_tail(end)
        self.unclear: list[int] = []  # lines 填写示例 of which nobody can say how far they go
        self._examples = set(self._find_examples())

    def reason(self, at: int, row: Sequence[object], place: int) -> Fault | None:
        """Why the row is no record; None for a record. `place`: its first filled cell."""
        if at in self._tail:
            return self._tail[at]
        if -1 < self._name < len(row) and self._sums(row):
            return _SUM_ROW
        first = row[place]
        if at in self._examples or self._names_example(row, place):
            return _EXAMPLE_ROW
        if (
            place in self._serials
            and (_is_number(first) or _DOTS.fullmatch(str(first)))
            and all(map(is_blank, row[place + 1 :]))
        ):
            return Fault("只有序号，没有内容", _REMOVE)
        if not isinstance(first, str):
            return self._total(row, place) if _may_total(row, place + 1) else None
        if len(first) >= 400:
            return None
        if "请" in first[:2] and _asks(row):
            return Fault("是填写提示，没有内容", _REMOVE)
        key = header_key(first)
        if (
            key in self._all_keys
            or _title_key(first) in self._titles
            or (key.endswith(")") and _UNIT.sub("", key) in self._bare_keys)
        ):
            fault = self._repeated(row, key)
            if fault:
                return fault
        if key in _any_header() and self._is_other_header(row):
            return OTHER_HEADER
        if len(self._fields) > 2 and len(first) < 30 and _GROUP.fullmatch(_plain(first)) and not _others(row, place):
            return _SECTIONED
        if self._is_section(row, place):
            return _SECTIONED
        if _SUSPECT.search(first):
            return self._total(row, place) or self._strong(row, place, at)
        return self._total(row, place) if _may_total(row, place + 1) else None

    def _sums(self, row: Sequence[object]) -> bool:
        """Whether a row holds sums of an area, or compares: its name is none, and beside it stand but figures."""
        name = row[self._name]
        if not isinstance(name, str) or len(name) > 20 or name[-1:] not in _SUM_ENDS:
            return False
        counted = bool(_SUM_COUNT.fullmatch(name))
        called = _SUM_NAME.fullmatch(_plain(name))
        if not counted and (
            not called or (called["place"] and not called["counted"] and not _is_area(called["place"]))
        ):
            return False
        others = [cell for at, cell in enumerate(row) if at != self._name and not is_blank(cell)]
        words = [cell for cell in others if not _is_figure(cell)]
        return len(words) < len(others) and (
            not words or (counted and all(_SUM_NAME.fullmatch(_plain(as_written(word))) for word in words))
        )

    def notes(self) -> list[int]:
        """The rows at the end of the sheet that are no records."""
        return sorted(self._tail)

    def _find_examples(self) -> Iterator[int]:
        """The rows between a line 填写示例 and the next header or line behind which records begin.

        Behind a record, and where neither comes, it is one row; nobody knows which ones of more are meant.
        """
        first = next((place for place, keys in enumerate(self._keys) if any(keys)), 0)
        for line, row in enumerate(self._rows):
            if not _EXAMPLES.fullmatch(_alone(row, "例")) or all(map(is_blank, row[: first + 1])):
                continue
            start = max(line + 1, self._end)
            below = [at for at in range(start, len(self._rows)) if not all(map(is_blank, self._rows[at]))]
            ends = (i for i, at in enumerate(below) if i and self._begins_records(self._rows[at]))
            stop = next(ends, None)
            behind = any(not all(map(is_blank, row)) for row in self._rows[self._end : line])
            if (len(below[:stop]) == 1 and behind) or (stop and not behind):
                yield from below[:stop]
            elif below:
                self.unclear.append(line)

    def _names_example(self, row: Sequence[object], place: int) -> bool:
        """Whether the first cell of a row calls it an example, or its numbers do or the name next to them."""
        if _is_example(row[place]):
            return True
        end = place
        while end in self._numbers:
            end += 1
        end += end > place and end in self._called
        return any(map(_is_example, row[place:end]))

    def _begins_records(self, row: Sequence[object]) -> bool:
        first = next(cell for cell in row if not is_blank(cell))
        if not isinstance(first, str):
            return False
        return bool(_BEGINS.search(_alone(row, ""))) or self._repeated(row, header_key(first)) is not None

    def _repeated(self, row: Sequence[object], first: str) -> Fault | None:
        filled = [(place, cell) for place, cell in enumerate(row) if not is_blank(cell)]
        if len(filled) == 1 and _title_key(str(filled[0][1])) in self._titles:
            return Fault("是重复的表题", _REMOVE)
        keys = [(place, header_key(cell)) for place, cell in filled if isinstance(cell, str) and len(cell) < 200]
        if len(keys) < len(filled):
            return None
        if all(place < len(self._keys) and key in self._keys[place] for place, key in keys):
            return REPEATED
        known = sum(header_key(_UNIT.sub("", str(cell)[:200])) in self._bare_keys for _, cell in filled)
        return OTHER_HEADER if known > 2 and known > len(keys) / 2 else None

    def _is_other_header(self, row: Sequence[object]) -> bool:
        """Whether a row names the columns of a table of any kind."""
        filled = [cell for cell in row if not is_blank(cell)]
        keys = [header_key(cell) for cell in filled if isinstance(cell, str) and len(cell) < 20]
        return (
            len(filled) > 2
            and len(keys) == len(filled)
            and 3 * sum(map(_any_header().__contains__, keys)) > 2 * len(keys)
        )

    def _total(self, row: Sequence[object], place: int) -> Fault | None:
        """A total says so in its first cell, or in one of the next where numbers follow."""
        for at in range(place, min(place + 4, len(row))):
            cell = row[at]
            if not isinstance(cell, str) or len(cell) > 60 or not _CALLED_TOTAL.search(cell):
                continue
            text = _plain(cell)
            alone = _TOTAL_ALONE.fullmatch(text)
            after = [other for other in row[at + 1 :] if not is_blank(other)]
            counted = _COUNT.fullmatch(text) and (not _others(row, at) or (at == place and all(map(_is_number, after))))
            if (alone and at == place) or counted:
                return Fault("是合计行", _REMOVE)
            before = [other for other in row[place:at] if not is_blank(other)]
            if not all(map(_is_number, after)):
                continue
            wide = len(self._fields) > 2  # no record of such a table is a name alone
            if alone or (_TOTAL_OF.fullmatch(text) and (after or wide) and all(map(_is_number, before))):
                return Fault("是合计行", _REMOVE)
        first = row[place]
        if isinstance(first, str) and len(first) < 60 and _PART_OF.match(_plain(first)):
            return Fault("是合计中的分项、平均数一类的行", _REMOVE)
        return None

    def _strong(self, row: Sequence[object], place: int, at: int) -> Fault | None:
        """What says by itself that it is no record."""
        text = _plain(str(row[place]))
        others = _others(row, place)
        if _NOTE.match(text) and (others == 0 or not self._holds_record(row, place)):
            return Fault("是表注", _REMOVE)
        signed = [cell for cell in row if isinstance(cell, str) and _SIGNATURE.fullmatch(_plain(cell))]
        signature = _SIGNATURE.fullmatch(text) and (
            others == 0 or len(signed) > 1 or not self._holds_record(row, place)
        )
        if signature or _all_signatures(row):
            return Fault("是填表、审核一类的签署行", _REMOVE)
        if _EXAMPLE.fullmatch(text):
            return _EXAMPLE_ROW
        if others:
            return None
        if _MARK.fullmatch(text) or (len(self._fields) > 2 and _REMARK.fullmatch(text)):
            return Fault("是表注", _REMOVE)
        if _PAGE.fullmatch(text) or _END.fullmatch(text):
            return Fault("是页码或表尾", _REMOVE)
        if _TALLY.fullmatch(text):
            return Fault("是合计行", _REMOVE)
        if len(text) < 40 and any(statements(text, at, above=False)):
            return UNIT_LINE
        apart = place == 0 or self._across.get(at, place) > place or len(self._fields) > 2
        if _SECTION.fullmatch(text) and len(text) < 40 and apart:
            return _SECTIONED
        return None

    def _is_section(self, row: Sequence[object], place: int) -> bool:
        """Whether a row is 一 or （二） and a heading beside it, in a table whose records are numbered otherwise."""
        heading = row[place + 1] if place + 1 < len(row) else None
        if len(self._fields) < 3 or not isinstance(heading, str) or len(heading) > 40 or _others(row, place) != 1:
            return False
        return bool(_SECTION_NUMBER.fullmatch(_plain(str(row[place])))) and self._numbered_otherwise(place)

    def _numbered_otherwise(self, place: int) -> bool:
        """Whether a row with more than a heading holds in this column what is no number of a section."""
        if place not in self._otherwise:
            self._otherwise[place] = any(
                place < len(row)
                and not is_blank(row[place])
                and not _SECTION_NUMBER.fullmatch(_plain(as_written(row[place])))
                and _others(row, place) > 1
                for row in self._rows[self._end :]
            )
        return self._otherwise[place]

    def _holds_record(self, row: Sequence[object], place: int) -> bool:
        """Whether another cell of a column of the contract holds what neither is a label nor follows one."""
        before = ""
        for at, cell in enumerate(row):
            if is_blank(cell):
                continue
            text = _plain(as_written(cell)[:200])
            labelled = before.endswith(":") or ":" in text or _DATED.fullmatch(text)
            if at != place and at in self._fields and not labelled:
                return True
            before = text
        return False

    def _find_tail(self, end: int) -> dict[int, Fault]:
        """The rows at the end of the sheet that only their place shows to be no records, with those around them."""
        last = len(self._rows) - 1
        filled = [at for at in range(last, max(end - 1, last - TAIL), -1) if not all(map(is_blank, self._rows[at]))]
        faults: dict[int, Fault] = {}
        waiting: list[int] = []
        self._tail = {}
        for at in filled:
            row = self._rows[at]
            place = next(i for i, cell in enumerate(row) if not is_blank(cell))
            text = _plain(as_written(row[place])[:400])
            others = _others(row, place)
            fault = self._total(row, place) or (self._strong(row, place, at) if isinstance(row[place], str) else None)
            if fault is None and others == 0 and _NUMBERED.match(text) and _OF_TABLE.search(text):
                fault = Fault("是表注", _REMOVE)
            if fault is None and _is_signed(row, text, others):
                fault = Fault("是落款", _REMOVE)
            if fault:
                faults[at] = fault
                if not fault.problem.startswith("是合计"):
                    faults |= dict.fromkeys(waiting, Fault("是表注的续行", _REMOVE))
                waiting = []
            elif others == 0 and _OFFICE.fullmatch(text) and faults and faults[max(faults)].problem.startswith("是落"):
                faults[at] = Fault("是落款", _REMOVE)
            elif others == 0 and (_NUMBERED.match(text) or _OFFICE.fullmatch(text) or (place == 0 and len(text) > 30)):
                waiting.append(at)
            else:
                break
        return faults


@functools.cache
def _any_header() -> frozenset[str]:
    contracts = (NEEDS, OUTCOMES, EXPERTS, WORKS)
    words = (word for one in contracts for column in one.columns for word in (column.title, *column.headers))
    return frozenset(map(header_key, words))


def is_total(cell: object) -> bool:
    """Whether a cell says by itself that its row is a total: 合计, 小计（3项）."""
    return isinstance(cell, str) and len(cell) < 60 and bool(_TOTAL_ALONE.fullmatch(_plain(cell)))


def _is_signed(row: Sequence[object], text: str, others: int) -> bool:
    """Whether a row at the end of a sheet is a date, an office with one, or labels such as 填表人 with values."""
    cells = [_plain(as_written(cell)[:100]) for cell in row if not is_blank(cell)]
    signed = bool(_SIGNATURE_ALONE.fullmatch(text))
    if others == 0 and (signed or _MARK.fullmatch(text)):
        return True
    if others <= 1 and _DATED.fullmatch("".join(cells)):
        return not others or signed or bool(_OFFICE.fullmatch(text))
    return signed and len(text) > 2 and all(map(_SIGNATURE_ALONE.fullmatch, cells[::2]))


def _all_signatures(row: Sequence[object]) -> bool:
    """Whether a row holds labels, each with its value in or behind it, and days, and one label is of who signs."""
    cells = [_plain(as_written(cell)[:200]) for cell in row if not is_blank(cell)]
    told = all(":" in cell or before.endswith(":") or _DATED.fullmatch(cell) for before, cell in pairwise(("", *cells)))
    return told and any(map(_SIGNED.fullmatch, cells))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text[:400]).lower().split())


def _may_total(row: Sequence[object], start: int) -> bool:
    """Whether one of the next cells may call the row a total."""
    for cell in row[start : start + 3]:
        if not isinstance(cell, str) or len(cell) > 60 or not ("计" in cell or "共" in cell or "otal" in cell):
            continue
        if _CALLED_TOTAL.search(cell):
            return True
    return False


def _numbers_rows(key: str) -> bool:
    """Whether a header is of serial numbers or of ids."""
    return key in _SERIALS or key.endswith(("编号", "序号", "id"))


def _is_example(cell: object) -> bool:
    """Whether a text says that it is an example: （示例）, 例： and so on in front of it."""
    return isinstance(cell, str) and "例" in cell[:8] and bool(_IS_EXAMPLE.match(_plain(cell[:20])))


def _alone(row: Sequence[object], sign: str) -> str:
    """The text of a row that holds nothing else and has this sign in it; "" for any other."""
    if sign and not any(isinstance(cell, str) and sign in cell for cell in row):
        return ""
    filled = [cell for cell in row if not is_blank(cell)]
    return _plain(filled[0]) if len(filled) == 1 and isinstance(filled[0], str) else ""


def _others(row: Sequence[object], place: int) -> int:
    return sum(1 for at, cell in enumerate(row) if at != place and not is_blank(cell))


def _is_number(cell: object) -> bool:
    if not isinstance(cell, str):
        return not isinstance(cell, bool)
    return bool(re.fullmatch(r"[-+—/]|[-+]?[\d,.\s]+\s*[^\d\s]{0,3}", cell.strip()))


def _title_key(text: str) -> str:
    return header_key(_OF_PAGES.sub("", text[:200]))


def _asks(row: Sequence[object]) -> bool:
    """Whether a row holds nothing but requests to fill it in."""
    return all(is_blank(cell) or (isinstance(cell, str) and _ASKS.fullmatch(cell.strip())) for cell in row)


def _is_area(name: str) -> bool:
    """Whether a name is that of a place: 沂南县 and 高新区 are, 智慧城市, 灌区 and 红旗 are not."""
    if _ZONE.fullmatch(name) or _TOWN.fullmatch(name):
        return True
    for place in candidates(name):
        own = place.names[-1]
        if name.endswith(own) and (name == own or candidates(name.removesuffix(own))):
            return True
        if own.endswith("自治" + name[-1]) and own.startswith(name[:-1]):  # 恩施州
            return True
    return False


def _is_figure(cell: object) -> bool:
    """Whether a cell holds a figure or a dash, and no code."""
    return _is_number(cell) and not (isinstance(cell, str) and sum(map(str.isdigit, cell)) > 12)
