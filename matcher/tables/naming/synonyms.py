"""Labels that mean the same, by the column in which they stand. Data, and what brings a label to its common form."""

from __future__ import annotations

import functools
import re

from matcher.tables.naming.writings import fold

# Column -> the common form -> its other writings. Only true synonyms: a kind of a thing is not the thing.
SYNONYMS = {
    "cooperation": {
        "技术转让": "转让 完全转让 成果转让 整体转让 所有权转让",
        "技术许可": "许可 许可转让 许可使用 实施许可 成果许可 授权许可",
        "技术入股": "入股 作价入股 技术作价入股 作价投资 技术作价投资 成果作价投资 成果入股 技术参股",
        "合作开发": "合作研发 联合开发 联合研发 合作研究 共同开发 共同研发",
        "委托开发": "委托研发 委托研究 委托研制",
        "技术咨询": "咨询 咨询服务",
        "技术服务": "服务",
        "其他": "其它 其他方式 其它方式",
    },
    "maturity": {
        "量产": "批量生产 规模生产 规模化生产",
        "小批": "小批量 小批量生产 小批生产",
        "研发": "正在研发 研发中 在研",
        "其他": "其它",
    },
    "ip_type": {
        "发明专利": "发明",
        "实用新型": "实用新型专利",
        "外观设计": "外观设计专利 外观专利",
        "软件著作权": "软著 计算机软件著作权 软件著作",
        "其他": "其它",
    },
    "field": {
        "电子信息": "电子信息技术",
        "生物与新医药": "生物与新医药技术",
        "航空航天": "航空航天技术",
        "新材料": "新材料技术",
        "高技术服务": "高技术服务业",
        "新能源与节能": "新能源与节能技术",
        "资源与环境": "资源与环境技术",
        "先进制造与自动化": "先进制造与自动化技术",
        "其他": "其它",
    },
}
_ENDINGS = {"maturity": ("阶段",), "field": ("领域",), "industry": ("行业",)}  # words that add nothing to a label there

_COUNT = re.compile(r"[:：]?\d+(?:件|项|个)$")  # 发明专利3件


@functools.cache
def writings_of(column: str) -> frozenset[str]:
    """All writings of the labels of a column, the common forms among them."""
    return frozenset(word for name, words in SYNONYMS.get(column, {}).items() for word in (name, *words.split()))


@functools.cache
def _common(column: str) -> dict[str, str]:
    return {fold(word): fold(name) for name, words in SYNONYMS.get(column, {}).items() for word in words.split()}


def common_label(label: str, column: str = "") -> str:
    """The form in which the writings of a label meet.

    >>> common_label("作价入股", "cooperation"), common_label("中试 阶段", "maturity"), common_label("ＡＩ")
    ('技术入股', '中试', 'ai')
    """
    folded = fold(label)
    if column == "ip_type":
        folded = _COUNT.sub("", folded) or folded
    for ending in _ENDINGS.get(column, ()):
        folded = folded.removesuffix(ending) or folded
    return _common(column).get(folded, folded)
