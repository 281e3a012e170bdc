"""The terms of a need: money, time limits, rights, co-operation, conditions; and methods, uses, materials. Patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_UNITS = {
    "元": 1.0,
    "千元": 1e3,
    "万": 1e4,
    "万元": 1e4,
    "百万": 1e6,
    "百万元": 1e6,
    "千万": 1e7,
    "千万元": 1e7,
    "亿": 1e8,
    "亿元": 1e8,
}
_AMOUNT = (
    r"(?P<low>\d+(?:,\d{3})*(?:\.\d+)?)\s*(?P<unit_low>[百千]?万|"
    r"亿)?元?(?:\s*(?:[-—–~～至到]+)\s*(?P<high>\d+(?:\.\d+)?))?\s*(?P<unit>(?:[百千]?万|亿)元?|千元|元)"
)
_MONEY = re.compile(
    r"(?P<what>资金预算|预算|拟?投入|投资|资金|经费|费用|报酬|悬赏|酬金|金额|转让费|出资|"
    r"意向价格)(?P<between>[^，。；;\d]{0,10})" + _AMOUNT + r"(?P<bound>以内|以下|左右|以上|内|起)?"
)
_OTHER_MONEY = re.compile(  # what a machine may cost, what is saved, earned or was spent already
    r"(?:设备|装置|机器|生产线|产线|厂房|基建|固定资产|改造|节[约省]|减少|降低|增加|创造|新增|挽回|人工|材料|原料|运行|运营|维[护修保]|"
    r"用电|用水|处理|检测|加工|运输|能源|单[台套机件]|每[年月台套亩吨件]|[年月亩吨]均|亩|吨|已经?|累计|先后|前期|去年|流动|注册|销售)的?$"
)
_SAVED = re.compile(r"(?:节[约省]|减少|降低|增加|创造|新增|挽回|已经?|累计|先后|前期|去年|流动|注册)的?$")
_OPEN_MONEY = re.compile(r"(?:资金|预算|经费|费用|价格|金额|投资)[^，。；;\d]{0,8}(?:面议|商议|协商|待定|面谈)")
_PATTERNS = (
    (
        "deadline",
        re.compile(
            r"(?:(?:完成|研发|开发|项目|解决|合作|实施|交付)[^，。；;\d]{0,6})?(?:时间|期限|周期|"
            r"工期)(?:要求)?[^，。；;\d]{0,6}\d+\s*(?:个月|年|天|月|日)(?:以内|之内|内)?|"
            r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?(?:底|末|初)?(?:之?前|以前)|(?:[一二两三半]|"
            r"\d{1,2})(?:个月|年)(?:以内|之内|内)(?=[^，。；;]{0,8}(?:完成|交付|实现|投产|解决))"
        ),
    ),
    (
        "rights",
        re.compile(r"[^，。；;：:]{0,12}(?:知识产权|专利(?:申请)?权|所有权|独家|排他|保密协议|成果归)[^，。；;]{0,16}"),
    ),
    (
        "cooperation",
        re.compile(
            r"技术转让|专利转让|技术许可|技术入股|技术服务|技术咨询|技术指导|委托开发|委托研发|合作开发|"
            r"合作研发|联合开发|联合研发|联合攻关|共同开发|共同研发|产学研合作|共建(?:平台|实验室)|"
            r"校企合作|联合申报|人才引进"
        ),
    ),
    (
        "condition",
        re.compile(
            r"(?:资质|资格|揭榜方?|承接方|合作方|承担单位|合作单位)的?(?:要求|条件)[：:]"
            r"(?:(?![；;][^，。；;：:]{2,6}[：:])[^。\n]){4,160}|"
            r"(?:合作方|承接方|揭榜方|合作单位|合作团队|专家|团队|研发团队|高校|人员)[^，。；;]{0,6}(?:须|"
            r"必须|应当?|要求|具有|具备|精通|熟悉)[^，。；;]{2,30}|"
            r"(?:硕士|博士|本科|研究生)[^，。；;]{0,8}(?:以上|学历)[^，。；;]{0,6}|"
            r"[^，。；;：:、]{0,16}(?:从业|工作|实践|项目|工业处理)经验[^，。；;]{0,10}|"
            r"[^，。；;：:]{0,10}资质[^，。；;：:]{0,10}"
        ),
    ),
    (
        "application",
        re.compile(r"(?:应用于|适用于|用于|应用领域[：:为]|应用场景[：:为])(?P<inner>[^，。；;、的（(]{2,16})"),
    ),
    (
        "method",
        re.compile(
            r"(?:采用|利用|运用|基于|借助|通过)(?P<inner>[^，。；;、的（(]{1,14}?(?:技术|工艺|方法|方式|"
            r"手段|算法|模型|原理|法))"
        ),
    ),
    (
        "material",
        re.compile(
            r"(?=[A-Za-z0-9\-不碳合高耐硅铸铝镁钛铜硬玻玄石氮氧聚涤尼环酚有橡水混陶沥木竹羊蚕棉铁锂])(?<![A-Za-z0-9-])"
            r"[A-Za-z0-9-]*(?:不锈钢|碳钢|合金钢|高强钢|耐磨钢|硅钢|铸铁|铝合金|镁合金|钛合金|铜合金|"
            r"高温合金|硬质合金|碳纤维|玻璃纤维|玄武岩纤维|石墨烯|石墨|碳化硅|氮化硅|氮化铝|氧化铝|氧化锆|"
            r"氮化镓|"
            r"聚氨酯|聚丙烯|聚乙烯|聚氯乙烯|聚酯|涤纶|尼龙|聚酰胺|聚酰亚胺|环氧树脂|酚醛树脂|有机硅|"
            r"硅橡胶|橡胶|水泥|混凝土|陶瓷|玻璃|沥青|木材|竹材|羊毛|羊绒|蚕丝|棉|硅胶|铁氧体|锂电池)"
        ),
    ),
)

# Words without which a slow pattern finds nothing
_HINTS = {
    "rights": re.compile("产权|专利|所有权|独家|排他|保密|成果归"),
    "condition": re.compile(
        "经验|资[质格]|揭榜|硕士|博士|本科|研究生|(?:方|团队|专家|人员|高校|单位)[^，。；;]{0,6}(?:须|应|要求|具有|具备|精通|熟悉)"
    ),
    "deadline": re.compile(r"(?:时间|期限|周期|工期)[^，。；;\d]{0,8}\d|\d{4}年|[一二两三半\d](?:个月|年)[以之内]"),
    "cooperation": re.compile("转让|许可|入股|服务|咨询|指导|开发|研发|攻关|合作|共建|申报|引进"),
}


@dataclass(frozen=True)
class Term:
    """One term of a need. low, high: yuan, for money."""

    kind: str
    text: str
    start: int
    end: int
    low: float | None = None
    high: float | None = None


def terms_of(text: str) -> Iterator[Term]:
    """The terms of a text, kind by kind, each kind in order."""
    for match in _MONEY.finditer(text):
        plain = match["what"].endswith(("预算", "经费", "资金")) and not _SAVED.search(text[: match.start()])
        if not plain and _OTHER_MONEY.search(text, max(0, match.start() - 8), match.start()):
            continue
        low, high = _range(match)
        yield Term("money", match[0], match.start(), match.end(), low, high)
    for match in _OPEN_MONEY.finditer(text):
        yield Term("money", match[0], match.start(), match.end())
    for kind, pattern in _PATTERNS:
        if kind in _HINTS and not _HINTS[kind].search(text):
            continue
        group = "inner" if "inner" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            yield Term(kind, match[group], match.start(group), match.end(group))


def _range(match: re.Match[str]) -> tuple[float | None, float | None]:
    unit = _UNITS[match["unit"]]
    first = float(match["low"].replace(",", "")) * (_UNITS[match["unit_low"]] if match["unit_low"] else unit)
    last = float(match["high"]) * unit if match["high"] else first
    between, bound = match["between"], match["bound"] or ""
    if re.search("不超过|控制在|小于|低于|最高|≤", between) or bound in ("以内", "以下", "内"):
        return None, last
    if bound in ("以上", "起") or re.search("不低于|至少|≥", between):
        return first, None
    return first, last
