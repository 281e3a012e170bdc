"""How to read matches: a line for each thing that is shown, in Chinese, and none for what is not."""

from __future__ import annotations

from collections.abc import Set

from matcher.export.advice import (
    CONTACT,
    CONTACT_LEVEL,
    CONTACT_PROBABILITY,
    DECLINED,
    FIELD_LEVEL,
    FIELD_SCORE,
    RECOMMENDED,
    SAME_FIELD,
    SILENT,
    UNRELATED,
)
from matcher.tables.schemas.main import EXPERTS, Contract

_OF_WORKS = {
    "strength": "强：两项以上有力业绩，且均非久远或参与性的；中：一项；弱：没有达到有力程度的业绩；"
    "仅简介：只有本人填写的研究方向或简介相关；无：没有相关内容。",
    "works": "对综合匹配度贡献最大的业绩，至多三项；共同术语、原句和未回应均就其中第一项而言。",
    "unanswered": "需求中在该项业绩文字里找不到对应内容的部分；不等于专家做不到，洽谈时可以先问。",
    "affinity": "专家最相关的几项业绩（论文、专利、项目、成果、本人简介）与需求匹配分的加权平均："
    "排在前面的业绩权重大，参与性的、年代久远的业绩权重小。0 表示没有任何业绩好过随机组合。",
    "score": "把本库的文本与业绩随机两两相配，匹配分低于该综合匹配度的比例，只用于排序，不是合作成功的概率。",
}
_LABELS = {
    "advice": "建议",
    "probability": "相关概率",
    "probability_low": "概率区间",
    "strength": "证据强度",
    "works": "代表业绩",
    "evidence": "证据句",
    "met": "指标对照",
    "answers": "逐项回应",
    "unanswered": SILENT,
    "shared_terms": "共同术语",
    "level": "预计等级",
    "score": "分数",
    "affinity": "综合匹配度",
    "semantic": "语义分、词面分",
    "feedback": "反馈分",
    "good_match": "较强匹配",
}


def legend_of(ask: Contract, answer: Contract, shown: Set[str], *, masked: bool) -> dict[str, str]:
    """Label -> what it means, for the fields that are shown; ask, answer: the two sides."""
    experts = EXPERTS in (ask, answer)
    texts = _texts(answer.title) | (_OF_WORKS if experts else {})
    texts["advice"] = _advice(shown, answer.title, experts)
    contacts = "电话、邮箱和身份证号已遮盖。" if masked else "电话、邮箱和身份证号未遮盖，请妥善保管。"
    return {_LABELS[name]: texts[name] for name in _LABELS if name in shown} | {"联系方式": contacts}


def _advice(shown: Set[str], answer: str, experts: bool) -> str:
    if experts:
        good = "至少有一项业绩（或简介）与需求的匹配分高到库中没有其主题的文本很少能达到，值得先看"
    else:
        good = "分数高到库中没有其主题的文本很少能达到（比例见“误报率”，按本库估计，小库偏宽）"
    if "probability" in shown:
        good += "，相关概率不低于“推荐下限”，需求说得够具体，没有不满足的指标，也没有人拒绝过"
        rest = (
            f"{CONTACT}：达不到{RECOMMENDED}，但相关概率至少 {CONTACT_PROBABILITY:.0%}"
            f"（或预计等级至少 {CONTACT_LEVEL:g}），可以先打个电话问清。"
            f"{SAME_FIELD}：预计等级至少 {FIELD_LEVEL:g}。{UNRELATED}：其余，第三名以后的不写理由。"
            f"{DECLINED}：有人拒绝过这一对，理由见提示。"
        )
    else:
        good += "" if experts else "，需求说得够具体，没有不满足的指标，也没有人拒绝过"
        rest = (
            f"{SAME_FIELD}：分数至少 {FIELD_SCORE:.1%}。{UNRELATED}：其余。"
            + ("" if experts else f"{DECLINED}：有人拒绝过这一对，理由见提示。")
            + f"相关概率未知，所以不分出“{CONTACT}”。"
        )
    return f"{RECOMMENDED}：{good}。{rest}"


def _texts(answer: str) -> dict[str, str]:
    return {
        "probability": "读完双方全文的人会判为“较相关”或“强相关”的可能，按人工评定过的配对估计；不是合作成功的概率。"
        "换一类数据时请先用自己的标注校准（matcher feedback）。",
        "probability_low": "相关概率的 95 % 区间，如“约 41 %（33–49 %）”；区间越宽，依据越少。只有名称的库给不出区间。",
        "evidence": "原文中最能回应所求的一句。",
        "met": "需求写明数值的要求，逐项与成果写的数值比：√ 满足，≈ 接近（差一成以内），× 不满足，"
        "？ 没有提到或无法比较。由程序从文字中读出，签约前请核对原文。",
        "answers": "需求要求的几件事，逐件给出对应的一句；没有的写“未回应”。",
        "unanswered": "所求之中在对方文字里找不到对应内容的部分；不等于对方做不到，洽谈时可以先问。",
        "shared_terms": "双方文字中都出现、并且在本库中不常见的词。",
        "level": "按人工评定过的配对估计：1 无关、2 弱相关、3 较相关、4 强相关。",
        "score": f"把本库的{answer}随机两两相配，分数低于这一对的比例。"
        "例如 99.97% 表示一万对随机组合中约有 9,997 对不如它。只用于排序，它不是合作成功的概率。",
        "semantic": "意思相近和用词相同的程度，均为标准化值：0 是随机组合的平均水平，越高越超出平均。"
        "两者之和决定次序；库中是整段文字时语义占七成、词面占三成，只有名称时反过来，本次的比例见“语义占比”。",
        "feedback": "已标注的配对使这一对升降多少；标注者的意见见“提示”。",
        "good_match": f"“是”即建议一栏的“{RECOMMENDED}”，供其他命令读取。",
    }
