"""Headers that look alike and mean something else (已用机时 and 空闲机时). Two texts in, yes or no out."""

from __future__ import annotations

import re
from functools import cache

from matcher.tables.cells.statements import statement
from matcher.tables.schemas import assessment as assessment_schemas
from matcher.tables.schemas import commissioners as commissioner_schemas
from matcher.tables.schemas import main as schemas
from matcher.tables.schemas import projects as project_schemas
from matcher.tables.schemas import resources as resource_schemas
from matcher.tables.schemas import reviews as review_schemas
from matcher.tables.schemas import single_commands as own_schemas
from matcher.tables.schemas.contracts import Column, Contract

# Of a group, two headers may not name different sides: each side is one meaning.
_OPPOSED = tuple(
    tuple(map(re.compile, sides.split()))
    for sides in (
        "已用|占用|使用机时 空闲|剩余|可用|闲置|开放",
        "总额|总资产|总值|毛 净",
        "成本|费用|支出|投入|开支 收入|收益|利润|营收|产值|销售额|销售量",
        "研发|研究 管理费|销售费|财务费|成本",
        "资产(?!负债率) 负债(?!率)",
        "上年|去年|上一年|前年|往年 本年|今年|当年|下年|明年",
        "期初|年初 期末|年末",
        "增|升 减|降",
        "开始|起始|启动|开工|购置|成立|注册|入职|到岗"
        " 离职|离岗|解聘|结束|终止|截止|完成|竣工|结题|验收|到期|注销|变更|报废|[止]$",
        "发证|颁证|认定|备案|批准|挂牌|上架 到期|有效期|届满|截止",
        "甲方|委托|买方|需方|受让|吸纳|发榜|需求方 乙方|受托|卖方|供方|输出方|出让|让与|揭榜|供给方|持有",
        "需求|难题|难点 成果|专利|供给",
        "计划|目标|预期|预计|预算|拟|应 实际|已|完成|到位|决算|实到",
        "境内|国内|省内|市内|进口 境外|国外|海外|出口|省外|市外",
        "最高|最大|上限 最低|最小|下限",
        "原值 净值|现值|折旧",
        "流动 固定 无形",
        "(?<!不)同意|(?<!不)赞成 反对|不同意|不赞成 弃权 废票|无效票",
        "行业|领域 企业|公司|单位",
        "男 女",
        "(?<!农)村 县区|区县|县市区",
        "指标 得分|分数|打分",
        "输入|流入 输出|流出",
        "第一 第二 第三",
        "发明 实用新型 外观",
        "授权(?!书|人|单位) 申请",
        "榜额|榜金|悬赏 报价|投标",
        "(?<!年)月(?!份)|季 年(?!龄|月)",
        "单位|企业|公司|机构|院校|高校 方式|形式|模式 [^个法]人(?![员数次])|姓名|专家 日期|时间|期限|时限|年月"
        " 编号|编码|代码|id"
        " 金额|费|资金|价|收入|预算|额 内容|描述|简介|说明|难题|指标|方案 数(?!据)|人次 率|占比|比例",
    )
)
# Words that make another figure or another thing of a header wherever the other one lacks them.
_TELLING = tuple(
    re.compile(words)
    for words in (
        *("净", "毛利", "境外|国外|海外|出口", "境内|国内", "平均|人均", "率$|占.{0,8}比$|占比|比例|比重|强度"),
        *(
            "增长|增速|增幅|同比|环比|增加|减少",
            "损失|亏损",
            "余额",
            "成本",
            "税",
            "利润",
            "负债",
            "薪酬|工资|薪金|奖金",
            "抵押|担保|质押",
        ),
        *(
            "编号|编码|代码|号码|序号|登记号|批准号|[证文]号|[工学]号|id",
            "邮编",
            "电话|手机|传真|联系方式",
            "邮箱|邮件",
            "地址",
            "所在[地区县市省]",
        ),
        *(
            "类型|类别|性质|种类|分类",
            "职称|职务|职位|学历|学位|专业|性别|年龄|民族",
            "联系人|负责人|经办|书记|法人|法定代表",
            "证书|证件",
            "子公司|集团|关联",
            "账|银行",
            "附件",
            "通讯(?!地址)",
        ),
        *("已|实际|到位", "未|待|欠", "非", "预计|预期|计划|目标", "上年|去年|上一年|前年", "注销|变更|吊销|撤销"),
        *(
            "符合|标准|条件",
            "中[小型]|大中",
            "产品",
            "创新型",
            "专精特新",
            "科技型",
            "小巨人",
            "居民",
            "首次|初次",
            "高新技术?产品|高品",
        ),
        "日期|时间|期限|时限|年月|机时|起止|有效期",
        *(
            "其中",
            "高价值",
            "主导产品",
            "自主研发|自研",
            "委[托外]|外[包协]|外部",
            "(?<!高)新产品",
            "专科|本科|硕士|博士|研究生|[高中初]级",
            "以[上下内外]",
        ),
        *(
            "(?<!项目)(?<!课题)组(?![成织员合件装])",
            "区域|片区",
            "综合|最[终后]|折算|加权",
            "用户|客户",
            "立项|验收|结题|公示",
            "授奖|[加扣减]分",
        ),
        *("(?:i{1,3}|[一二三123])类", "外聘|兼职", "扣除|抵扣", "固定|流动|无形", "[男女]", "新增", "参保|社保"),
    )
)


_ASKS = re.compile("是否|是不是|有无|能否")
_OF_ALL = re.compile("(?:[合总小共]计|总[额数量和])+")
_OF_WHOM = re.compile("^(?:企业|公司|单位|专家|需求|成果|项目|合同)")  # says of whom, and not what


def contradicts(header: str, word: str, title: str) -> bool:
    """Whether a header says something else than a known word that is written nearly alike, or than its field's title.

    >>> contradicts("已用机时", "空闲机时", "空闲机时"), contradicts("企业名称全", "企业名称", "企业名称")
    (True, False)
    >>> [contradicts(text, "企业名称", "企业名称") for text in ("企业诉求", "居民企业")]
    [True, True]
    >>> contradicts("发明专利授权量", "发明专利申请量", "发明专利申请量")
    True
    >>> contradicts("研发费用占营收比", "研发费用", "研发费用（上一年）")
    True
    >>> contradicts("是否科技型中小企业", "是否中小企业", "符合中小企业划型标准")
    True
    """
    whom = _OF_WHOM.match(header)
    if whom and word.startswith(whom[0]) and (what := header[whom.end() :]) and not set(what) & set(word[whom.end() :]):
        return True
    if any(bool(telling.search(header)) != bool(telling.search(word)) for telling in _TELLING):
        return True
    return any(_opposed(header, text) for text in (word, title))


def is_of_another_kind(header: str, column: Column) -> bool:
    """Whether a header, without blanks, asks for yes or no and the column does not, names nothing but a total, or names
    a kind of firm (规上企业) that has no character of the one that the column asks of (软件企业).

    >>> [is_of_another_kind(text, schemas.NEEDS["budget"]) for text in ("是否有预算", "合计", "预算合计")]
    [True, True, False]
    """
    if _OF_ALL.fullmatch(header) or (column.kind != "yesno" and _ASKS.search(header)):
        return True
    own = set("".join(map(_kind_of_firm, (column.title, *column.headers)))) if column.kind == "yesno" else set()
    return bool(own and (kind := _kind_of_firm(header)) and not own & set(kind))


def _kind_of_firm(header: str) -> str:
    """规上 for 是否为规上企业; "" for what does not end in a firm of some kind."""
    words = statement(header).words
    return words.removesuffix("企业") if words.endswith("企业") else ""


def _opposed(header: str, text: str) -> bool:
    for sides in _OPPOSED:
        one, other = ({side.pattern for side in sides if side.search(words)} for words in (header, text))
        if one and other and not one & other:
            return True
    return False


def is_of_another_table(header: str, column: Column) -> bool:
    """Whether a header, without blanks, is known in another kind of table, and nowhere as what `column` is.

    >>> is_of_another_table("专家姓名", schemas.NEEDS["title"]), is_of_another_table("名称", schemas.NEEDS["title"])
    (True, False)
    """
    own = _written(column)
    known = _known().get(header, ())
    return bool(known) and header not in own and not any(column.title in words for words in known)


def _written(column: Column) -> frozenset[str]:
    return frozenset((column.title, *column.headers))


@cache
def _known() -> dict[str, list[frozenset[str]]]:
    """For each header of the kinds of tables that this package knows the words of the columns that have it."""
    known: dict[str, list[frozenset[str]]] = {}
    modules = (
        schemas,
        assessment_schemas,
        commissioner_schemas,
        own_schemas,
        project_schemas,
        resource_schemas,
        review_schemas,
    )
    for contract in (one for module in modules for one in vars(module).values() if isinstance(one, Contract)):
        for column in contract.columns:
            for word in (words := _written(column)):
                known.setdefault(word, []).append(words)
    return known
