"""Clauses of a cell and their mood: what is said, what is denied, what is planned or under way. Strings in, moods out.

A negation or a plan is a word and no character inside another: it stands before a verb, a thing, a time or the end
(拟开展, not 拟除虫菊酯; 无样机, not 无人机). The denial of a fault (无故障运行, 未发现异常) denies nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

SAID, DENIED, FAILED, PLANNED = "said", "denied", "failed", "planned"


class Clause(NamedTuple):
    """A clause: its text without what denies a mere fault, its mood, and what the word of the mood speaks of (in a
    denial or plan what stands behind that word, else the whole).
    """

    text: str
    mood: str
    target: str


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


# What leads to a thing or is done with it: a negation or a plan stands before one of these.
_ACT = _any(
    "完成 通过 取得 获得 获批 获 开展 开始 启动 着手 进行 实施 组织 推进 形成 实现 达到 建成 建设 建立 建 搭建 投产 投入 投放 投稿 "
    "量产 生产 批产 批量 规模 小批 试产 试制 试用 试验 试运行 研制 研发 研究 开发 制备 制作 制造 制定 加工 装配 组装 总装 安装 部署 "
    "封装 流片 调试 测试 检测 检验 送 验证 验收 鉴定 评审 认证 申请 申报 申领 提交 受理 授权 发表 录用 见刊 撰写 编制 编写 整理 出具 签 "
    "销售 上市 推向 推广 应用 使用 采用 运行 运营 服役 交付 供货 定型 转产 转化 转让 转入 扩 引进 采购 购 委托 联合 合作 选址 放大 小试 "
    "中试 示范 海试 办理 注册 备案 立项 招标 召开 做 组建 增加 优化 改进 布局 返回 到货 到位 开工 竣工 结束"
)
_LEADING = "正式|全面|进一步|逐步|首次|大规模|与|由|于|在|对|向|用|以"
_THING = _any(
    "样机 样品 样件 样片 初样 正样 原型 实物 成品 产品 报告 证书 证明 记录 数据 材料 文件 论文 专著 专利 软著 方案 图纸 仿真 模拟 小试 "
    "中试 实验 试验 试用 示范 应用 用户 客户 使用 海试 检测 检验 测试 验证 验收 鉴定 评审 认证 注册证 许可证 批量 小批 规模 量产 批产 "
    "投产 生产 试产 试制 定型 销售 销量 收入 合同 订单 发票 第三方 相关 此 该 任何 正式 实际 具体 对外 独立"
)
_TIME = (
    r"20\d\d|\d{1,2}月|[明今后来本]年|下[半一个]?[年月季周步]|[上下]半年|年[底内末中]|月底|近期|适时|第?[一二三四]季度"
)
_FAULT = _any(
    "故障 异常 问题 衰减 衰退 超标 超限 超差 事故 失效 失败 投诉 缺陷 不合格 不良 损坏 破损 泄漏 渗漏 丢失 开裂 裂纹 变形 脱落 堵塞 "
    "中断 间断 停机 停产 死亡 残留 污染 退货 返工 返修 误报 漏报 偏差 危害 毒性 副作用 过敏 干扰 腐蚀 老化 下降 降低 波动 影响 隐患 "
    "风险 障碍 失稳 崩溃 宕机 差异 争议 异议 侵权 违规 违约 纠纷 逾期 瑕疵 病害 虫害 倒伏 减产 结块 杂质 异味"
)
_STOPPED = _any(
    "拒绝 取消 中止 终止 搁置 放弃 作废 撤销 撤回 退回 驳回 推迟 延期 延后 暂缓 缓建 叫停 停止 暂停 中断 停滞 受阻 夭折 未果 落选 否决 流产"
)
_IN_USE = "应用|使用|运行|运营|服役|供货|销售|交付|推广|(?:小?批量|规模化)?生产|量产|批产"
_WORK = _any(
    "进行 申请 申报 受理 审批 审核 审查 洽谈 协商 办理 评审 撰写 编写 编制 整理 筹备 筹建 研发 研制 研究 开发 试验 实验 建设 测试 开展 推进 "
    "验证 检测 检验 调试 试制 加工 制作 制备 制造 组装 装配 采购 安装 设计 论证 试用 中试 小试 流片 封装 送检 送审 投稿 审稿 公示 试运行 试生产 试产"
)

_SPLIT = re.compile(
    r"[,;。!?\n、()\[\]【】]+|(?<!\d):|:(?!\d)|(?<=[^\d])\.(?=\s|$)|但是?|不过|然而|,?\bbut\b"
    r"|并(?=[已未拟将]|尚未|正在|计划|通过|完成|提交|取得|获得|实现|开展|投入|出具|进入)"
)
_HARMLESS = re.compile(
    rf"(?:[尚暂并均]?(?:未|没有?)|无|不|零)(?:(?!解决|消除|克服|排除|突破|通过|完成|开展|取得|能|具备)[^,]){{0,7}}?(?:{_FAULT})"
    r"(?:情况|现象|问题|事件|反应|率|项|品)*"
    rf"|(?:{_FAULT})[^,\d]{{0,2}}(?<![\d.])0\s*[次起项件例]|(?:{_FAULT}|{_STOPPED})率"
    rf"|未(?:见|发现|发生|出现|产生|检出|检测到)(?!.{{0,6}}(?:{_THING}))"
)
_FAILURE = re.compile(
    r"(?<![尚还暂])未(?:能|获)?(?:通过|达(?!产)|符合|满足)|不(?:通过|达标|符合|满足|成功)|不合格|失败|不能(?!耗|级|量|源)|\bfailed\b"
)
_DENIAL = re.compile(
    r"未(?!来|知|名|央|婚|成年|必|病)"
    rf"|没有|没(?=$|{_ACT})|[尚暂还并均仍]无|^无$|无需?(?={_THING})"
    r"|[尚暂还]缺|缺[少乏]|^缺(?:$|样|报告|检|证)|[尚暂还]不|尚$|^否(?!则)"
    r"|不(?:具备|可行|会|需|涉及|存在|再|予|支持|打算|做|开展|进行|生产|销售|是|曾)"
    r"|(?<![\d.])0\s*(?:篇|项|件|台|套|份|个|家|吨|批|次|元|万元)"
    rf"|(?:{_STOPPED})(?=$|了|{_ACT}|{_THING})|(?:已|被|因此|遭|均|而|中途|暂时)(?:{_STOPPED})"
    r"|^(?:no|not|none|without|never)\b|\bnot (?:yet|done|started|passed)\b|\b(?:cancell?ed|suspended|refused|postponed)\b"
)
_PLAN = re.compile(
    rf"(?<![模虚比仿草])拟(?={_ACT}|{_LEADING}|{_TIME}|制)"
    rf"|(?<![按照依])(?:计划|规划)(?:$|中$|(?={_LEADING}|{_TIME}|[年月日]产)|(?=(?:{_ACT})(?!管理|系统|软件|平台|调度|排程|计划|院)))"
    rf"|预计|(?:预期|预定|准备)(?={_ACT}|{_LEADING}|{_TIME}|[将可])|准备(?:中|阶段)?$|原[定拟]|原计划|将(?=[要会]|{_ACT}|{_LEADING}|{_TIME})"
    rf"|[尚仍还有亟等]待|待[^,]{{1,10}}后|待(?=[批审补]|用户|客户|{_ACT})|[尚仍还]需|(?<!\d)年内|即将|有望|打算|争取|力争|筹[建备]|明年|后年|来年|下一?步|下个?[月周]"
    rf"|在[建研办审](?=$|中|项目|阶段)"
    r"|\bplan(?:s|ned)?\b|in progress|pending|ongoing|under way|underway|will\b|to be\b"
)
_GOING_ON = re.compile(r"(?!.*(?:(?<![正尚仍还])在|于|从)).*[^其集高初水空心之年途]中$")
_NOW = re.compile(r"正在|[尚仍还]在")
_DOING = re.compile(
    rf"(?P<use>(?<!试)(?:{_IN_USE})(?!研究|验证|测试|考核|试验|许可|准备|线建设|条件|论证|筹备|导入|申请|规划))|{_WORK}|{_ACT}"
)


def folded(text: str) -> str:
    """Half-width and lower case, as the words of this module are written."""
    return unicodedata.normalize("NFKC", text).lower().strip()


def clauses(text: str) -> list[str]:
    """The clauses of a cell, without empty ones; a comma within a number does not part, and titles (《…》) go."""
    joined = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", folded(text))
    return [piece.strip() for piece in _SPLIT.split(re.sub("《[^》]*》", "", joined)) if piece.strip()]


def read_clause(piece: str) -> Clause:
    """A piece of `clauses` with its mood.

    >>> [read_clause(piece).mood for piece in ("已完成", "尚未开始", "未通过评审", "拟开展", "拟除虫菊酯", "无故障运行")]
    ['said', 'denied', 'failed', 'planned', 'said', 'said']
    """
    text = _HARMLESS.sub(" ", piece)
    for mood, pattern in ((FAILED, _FAILURE), (DENIED, _DENIAL), (PLANNED, _PLAN)):
        if found := pattern.search(text):
            return Clause(text, mood, text[found.end() :])
    if _GOING_ON.match(text) and not in_use(text):
        return Clause(text, PLANNED, text)
    for found in _NOW.finditer(text):
        if not in_use(text[found.end() :]):
            return Clause(text, PLANNED, text[found.end() :])
    return Clause(text, SAID, text)


def in_use(text: str) -> bool:
    """Whether the first verb of a text says that something is in use (在矿区运行, 批量生产, not 试生产)."""
    doing = _DOING.search(text)
    return doing is not None and bool(doing["use"])


def is_asserted(piece: str) -> bool:
    """Whether a clause says that something is there: neither denied nor only planned."""
    return read_clause(piece).mood == SAID
