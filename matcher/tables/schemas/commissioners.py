"""Column contracts of what a bureau keeps on its commissioners (科技特派员): villages, persons, service. Data only."""

from __future__ import annotations

from dataclasses import replace

from matcher.tables.schemas.contracts import Contract, column
from matcher.tables.schemas.main import EXPERTS

_COUNTY = replace(
    column("county", "text", "县区", " ".join((EXPERTS["region"].title, *EXPERTS["region"].headers, "所在县 县"))),
    once=True,
)
_TOWN = replace(
    column(
        "town",
        "text",
        "乡镇",
        "镇街 乡镇街道 乡镇（街道） 镇（街道） 镇(街道) 所在乡镇 所属乡镇 所在镇 所属镇 所在镇街 街道 乡 镇 town",
    ),
    once=True,
)
_SERVED = "服务县区 服务县 服务区县 服务县市区 服务地区"  # where a visit was, or a village to be served lies
_VILLAGE = column("village", "text", "村", "村名 村名称 行政村 行政村名称 村庄 服务村 服务村庄 村居 村（社区） village")
_VILLAGE_ID = column("village_id", "id", "村编号", "行政村编号 村代码 村编码 行政村代码 服务村编号")
_PLACE = (
    column("longitude", "number", "经度", "东经 lon lng longitude"),
    column("latitude", "number", "纬度", "北纬 lat latitude"),
)

# One row a village, or a village and need: an id may stand in several rows.
VILLAGES = Contract(
    "villages",
    "村",
    "entry_id",
    (
        column("entry_id", "id", "序号", "行号 No"),
        replace(_VILLAGE_ID, headers=(*_VILLAGE_ID.headers, "编号")),
        _VILLAGE,
        replace(_TOWN, headers=(*_TOWN.headers, "服务乡镇")),
        replace(_COUNTY, headers=(*_COUNTY.headers, *_SERVED.split())),
        column(
            "title",
            "text",
            "主导产业",
            "产业 特色产业 村内主导产业 主要产业 优势产业 产业类型 所属产业 主产业 industry",
            joins=True,
        ),
        column(
            "description",
            "text",
            "技术需求",
            "需求 需求内容 需求描述 服务需求 科技需求 技术难题 急需解决的技术难题 存在问题 "
            "主要问题 产业需求 需求说明 need description",
            lines=True,
        ),
        column("population", "number", "人口", "户籍人口 常住人口 人口数 总人口 population"),
        *_PLACE,
    ),
    any_of=("village",),
    referred=False,
)

# The persons: experts, and what they can serve. A contract of its own, so that 县区 is where a person works.
COMMISSIONERS = Contract(
    "commissioners",
    "特派员",
    "expert_id",
    (
        replace(EXPERTS["expert_id"], title="特派员编号", headers=(*EXPERTS["expert_id"].headers, "专家编号")),
        replace(EXPERTS["name"], headers=("特派员姓名", "特派员", "科技特派员", *EXPERTS["name"].headers)),
        EXPERTS["institution"],
        replace(
            EXPERTS["title"],
            title="专长",
            headers=(*EXPERTS["title"].headers, "研究方向", "服务领域", "服务产业", "服务专业", "特长", "专业"),
        ),
        EXPERTS["description"],
        EXPERTS["position"],
        EXPERTS["keywords"],
        _COUNTY,
        _TOWN,
        column(
            "serves",
            "text",
            "服务县区",
            "拟服务县区 意向服务县区 意向县区 可服务县区 服务县 服务区县 服务县市区 服务县(市、区) 服务地区 服务区域 "
            "拟服务地区 意向服务地区 派驻县区 拟派驻县区 派驻地区 选派县区 受派县区",
        ),
        column("team", "text", "服务团", "团队 所在团队 所属服务团 产业服务团 科技特派团 所在服务团"),
        column("leader", "text", "团长", "是否团长 团内职务 是否负责人 首席专家"),
        column(
            "capacity",
            "number",
            "可服务村数",
            "最多服务村数 服务村数上限 可服务村庄数 可包村数 村数上限",
            open_sum=True,  # 不限 is an answer
        ),
        column(
            "available_days", "number", "可服务天数", "年服务天数 每年可服务天数 年可服务天数 可下乡天数 承诺服务天数"
        ),
        column("age", "number", "年龄", "周岁"),
        column("degree", "text", "学历", "学位 学历学位 最高学历 文化程度"),
        *_PLACE,
    ),
    any_of=("name", "title", "description"),
    referred=False,
    keeps_unread=True,
)

# One row a visit.
SERVICE = Contract(
    "service",
    "服务记录",
    "record_id",
    (
        column("record_id", "id", "记录编号", "序号 编号"),
        column("expert_id", "id", "特派员编号", "专家编号 人员编号"),
        column("name", "text", "姓名", "特派员 特派员姓名 科技特派员 服务人 服务人员 专家姓名"),
        column("institution", "text", "单位", "工作单位 所在单位 派出单位"),
        _VILLAGE_ID,
        replace(
            _VILLAGE, headers=(*_VILLAGE.headers, "服务地点", "服务地", "走访村", "走访村庄", "下乡地点", "服务对象")
        ),
        replace(_TOWN, headers=(*_TOWN.headers, "服务乡镇")),
        replace(_COUNTY, headers=(*_COUNTY.headers, *_SERVED.split())),
        column(
            "date",
            "date",
            "服务日期",
            "日期 时间 服务时间 下乡日期 走访日期 到村日期 服务起止时间 服务起止日期 起止时间 起止日期",
        ),
        column("days", "number", "服务天数", "天数 工作天数 下乡天数 服务时长 累计服务时长"),
        column(
            "content",
            "text",
            "服务内容",
            "内容 服务内容及成效 服务成效 工作内容 服务情况 解决问题 开展工作 备注",
            lines=True,
        ),
        column("trained", "number", "培训人次", "培训人数 培训农民人次 受训人次"),
    ),
    any_of=("name", "expert_id"),
    referred=False,
    by_one=("name", "expert_id"),
    keeps_unread=True,
)
