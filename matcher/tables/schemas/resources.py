"""Column contracts of what is lent out for research (instruments, pilot lines, computing), and of needs for it."""

from __future__ import annotations

from dataclasses import replace

from matcher.tables.schemas.contracts import Contract, column
from matcher.tables.schemas.main import EXPERTS, NEEDS

RESOURCES = Contract(
    "resources",
    "资源",
    "resource_id",
    (
        column(
            "resource_id",
            "id",
            "资源编号",
            "编号 序号 资源ID 资源号 仪器编号 设备编号 仪器设备编号 资产编号 仪器ID 平台编号 实验室编号 "
            "中试线编号 ID No instrument_id equipment_id platform_id",
        ),
        column(
            "name",
            "text",
            "资源名称",
            "仪器名称 设备名称 仪器设备名称 大型仪器名称 大型科学仪器名称 仪器 设备 平台名称 实验室名称 中试线名称 "
            "中试基地名称 中试平台名称 孵化器名称 载体名称 机构名称 名称 instrument instrument_name equipment "
            "equipment_name platform facility title resource_name resource",
        ),
        column(
            "model", "text", "型号", "规格型号 型号规格 型号/规格 仪器型号 设备型号 规格 品牌型号 model", joins=True
        ),
        column(
            "kind",
            "text",
            "资源类别",
            "类别 类型 资源类型 仪器类别 仪器分类 设备类别 设备分类 平台类别 平台类型 载体类型 孵化器类型 分类 种类 "
            "type category resource_type resource_kind",
        ),
        column(
            "method",
            "text",
            "主要功能",
            "功能 能力 服务能力 检测能力 测试能力 技术能力 方法 检测方法 测试方法 分析方法 检测项目 测试项目 服务项目 "
            "服务内容 可提供服务 主要功能及用途 功能用途 用途 主要用途 应用范围 主要应用范围 应用领域 主要应用领域 "
            "服务领域 适用领域 专业领域 研究方向 学科领域 简介 描述 说明 capability capabilities methods "
            "function functions description service services capability_or_method application",
            lines=True,
        ),
        column(
            "indicators",
            "text",
            "主要技术指标",
            "技术指标 技术参数 主要技术参数 主要参数 性能指标 主要性能指标 主要规格 规格参数 参数 指标 "
            "主要规格及技术指标 主要技术指标及参数 主要指标 "
            "specification specifications parameters technical_specifications",
            lines=True,
        ),
        column(
            "range",
            "text",
            "量程",
            "范围 测量范围 量程范围 测试范围 检测范围 工作范围 参数范围 能力范围 处理能力 规模 产能 measuring_range "
            "measurement_range capacity range_with_unit",
            joins=True,
        ),
        column(
            "precision",
            "text",
            "精度",
            "测量精度 准确度 精度等级 准确度等级 不确定度 分辨率 检出限 accuracy resolution uncertainty",
            joins=True,
        ),
        column(
            "sample",
            "text",
            "样品要求",
            "样品 送样要求 样品说明 试样要求 样品制备要求 sample_requirements samples",
            lines=True,
        ),
        column(
            "standard",
            "text",
            "执行标准",
            "标准 检测标准 测试标准 方法标准 依据标准 标准号 适用标准 采用标准 标准方法 执行标准号 检测依据 "
            "standards test_standard method_standard",
            joins=True,
        ),
        column(
            "institution",
            "text",
            "所在单位",
            "所属单位 依托单位 单位 单位名称 所属机构 所属单位名称 管理单位 建设单位 运营单位 运营机构 共享单位 "
            "放置单位 存放单位 归属单位 owner "
            "institution organization organisation host",
        ),
        column(
            "place",
            "text",
            "所在地",
            "地点 安放地点 存放地点 放置地点 安装地点 服务地点 地址 详细地址 所在城市 location address "
            + " ".join((EXPERTS["region"].title, *EXPERTS["region"].headers)),
            joins=True,
        ),
        column(
            "fee",
            "text",
            "收费标准",
            "收费 费用 对外收费标准 服务收费标准 收费价格 参考收费 参考收费标准 服务价格 价格 单价 "
            "机时费 机时收费 机时单价 收费方式 收费说明 "
            "校外收费 对外收费 院外收费 所外收费 社会收费 校外收费标准 院外收费标准 对外价格 校外价格 收费标准-校外 "
            "收费标准-院外 收费标准-对外 收费标准-社会 收费-校外 收费-对外 "
            "fees price rate charge fee_standard",
            lines=True,
        ),
        column(
            "fee_inside",
            "text",
            "校内收费",
            "校内收费标准 校内价格 院内收费 院内收费标准 所内收费 所内收费标准 内部收费 内部收费标准 内部价格 "
            "收费标准-校内 收费标准-院内 收费标准-内部 收费-校内 收费-内部",
        ),
        column(
            "hours_free",
            "number",
            "空闲机时",
            "剩余机时 可预约机时 可用机时 空闲机时数 free_hours available_hours hours hours_available",
        ),
        column(
            "hours_open",
            "number",
            "开放机时",
            "可开放机时 年开放机时 年可开放机时 年度开放机时 可共享机时 年有效机时 年度有效机时 额定机时 年额定机时 "
            "总机时 年总机时 open_hours",
        ),
        column(
            "hours_used",
            "number",
            "已用机时",
            "已使用机时 已占用机时 已预约机时 使用机时 实际使用机时 年使用机时 年度使用机时 年已用机时 年度已用机时 "
            "本年已用机时 本年度已用机时 今年已用机时 used_hours",
        ),
        column(
            "contact",
            "text",
            "联系方式",
            "联系人 联系电话 电话 手机 邮箱 联系人及电话 联系人及联系方式 负责人 机组负责人 contacts phone email",
            joins=True,
        ),
        column("level", "text", "平台级别", "级别 平台等级 等级 认定级别"),
        column(
            "state",
            "text",
            "运行状态",
            "状态 仪器状态 设备状态 使用状态 开放状态 开放情况 "
            "共享状态 共享情况 开放共享情况 开放共享状态 对外开放情况 是否开放 是否对外开放 "
            "是否开放共享 是否共享 是否对外共享 是否对外服务 是否对外 status",
            joins=True,
        ),
        column("open_to", "text", "服务对象", "开放对象 共享对象 使用对象 面向对象 开放范围 共享范围 open_to"),
        column(
            "note",
            "text",
            "备注",
            "备注说明 开放规定 开放共享规定 对外开放规定 对外开放共享规定 开放说明 remark remarks note notes",
            lines=True,
        ),
    ),
    any_of=("name", "method"),
    keeps_unread=True,
)

RESOURCE_NEEDS = replace(
    NEEDS,
    columns=(
        *NEEDS.columns,
        column(
            "capability",
            "text",
            "所需能力",
            "需要的能力 能力要求 能力需求 检测项目 测试项目 测试需求 检测需求 资源需求 所需方法 所需资源 所需仪器 "
            "所需设备 能力 方法 capability method capability_asked required_capability",
            lines=True,
        ),
        column(
            "range",
            "text",
            "所需量程",
            "量程 范围 量程要求 范围要求 参数范围 测试条件 试验条件 测量范围 required_range range_asked",
            joins=True,
        ),
        column(
            "precision",
            "text",
            "精度要求",
            "精度 所需精度 准确度要求 分辨率要求 检出限要求 accuracy resolution",
            joins=True,
        ),
        column("sample", "text", "样品情况", "样品 样品说明 试样 样品描述 samples_description", joins=True),
        column(
            "standard",
            "text",
            "执行标准",
            "标准 标准要求 检测标准 测试标准 依据标准 标准号 方法标准 standards required_standard standard_asked",
            joins=True,
        ),
        column(
            "hours", "number", "所需机时", "机时 需要机时 预计机时 使用时长 预计使用时长 hours_needed machine_hours"
        ),
        column(
            "sample_count", "number", "样品数量", "样品数 送样数量 样品个数 试样数量 sample_number number_of_samples"
        ),
    ),
    any_of=("title", "description", "capability"),
)
