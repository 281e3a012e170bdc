"""Every Chinese column title of a result, once. A title that differs by table stands with its table."""

TITLES = {
    "good_match": "较强匹配", "shared_terms": "共同术语", "evidence": "证据句", "unanswered": "未回应",
    "semantic": "语义分", "lexical": "词面分", "preference": "偏好分", "feedback": "反馈分",
    "strength": "证据强度", "speaking": "有力业绩数", "work_ids": "代表业绩编号", "affinity": "综合匹配度",
    "need_sentence": "需求原句", "work_sentence": "业绩原句", "good_count": "可推荐数",
    "best_score": "最佳分数", "duplicate_of": "疑似重复于", "enterprise_id": "企业编号", "partner": "伙伴",
    "outcome_id": "成果编号", "expert_id": "专家编号", "way": "合作方式", "before": "现在", "after": "之后",
    "gain_low": "该项低限变化", "gain_high": "该项高限变化", "total_gain_low": "总分低限变化",
    "total_gain_high": "总分高限变化", "conditions_met": "新满足条件", "decision_before": "现在结论",
    "decision_after": "之后结论", "probability_from": "把握来自", "expected_gain": "预计得分",
    "cost": "费用（元）", "net": "扣除费用后", "together_low": "累计总分低限", "together_high": "累计总分高限",
    "article": "依据", "verified": "已核实", "need_id": "需求编号", "state": "状态", "entered_on": "入库日期",
    "left_on": "出库日期", "left_reason": "出库原因", "tier": "梯队", "tier_at_best": "最好情形",
    "lead_days_at_best": "最好情形天数", "decision": "结论", "edition": "政策版本", "total_low": "最低得分",
    "total_high": "最高得分", "open_rules": "未满足的条件", "state_before": "原状态", "state_after": "现状态",
    "tier_before": "原梯队", "tier_after": "现梯队", "cause": "原因", "detail": "说明", "contract": "合同类型",
    "amount": "合同金额（元）", "counts": "计入成果转化", "step": "环节代码", "items": "项数",
    "of_pushed": "占推送的比例", "of_before": "占上一环节的比例", "median_days": "中位天数",
    "target_id": "目标编号", "unit": "单位", "goal": "目标值", "due": "完成日期", "actual": "实际值",
    "share": "完成比例", "a_month": "每月须完成", "visits": "走访次数", "chance_if_helped": "帮扶后通过概率",
    "adds": "增加的达标概率", "seen": "您看到的", "yours": "您改为", "theirs": "他人已改为", "reasons": "理由",
    "ask": "先问什么", "on": "日期", "instrument": "政策编号", "stage": "阶段", "amount_low": "最低金额",
    "amount_high": "最高金额", "cap": "金额上限", "source": "依据", "what_to_do": "处理", "team": "方案",
    "leads": "主答要点", "of_need_id": "所属需求", "point": "要点序号", "expert_id_a": "编号甲",
    "expert_id_b": "编号乙", "coauthors": "合作者分", "topics": "主题分", "years": "年份分",
    "accepted": "是否合并", "id": "编号", "code": "编码", "words": "依据词", "cluster": "集群", "order": "顺序",
    "link": "环节", "required": "必备", "needs": "需求数", "outcomes": "成果数", "firm_ids": "企业编号",
    "need_ids": "需求编号", "outcome_ids": "成果编号", "supply": "可由谁补", "elsewhere": "外地成果数",
    "links": "涉及环节数", "link_names": "涉及环节", "points_low": "未知事实最差时评分",
    "points_high": "未知事实最好时评分", "known": "已知项数", "rule": "项目代码", "bin": "档",
    "neutral": "未知时分值", "most": "最高分", "work_id": "业绩编号", "rank": "排名", "score": "分数",
    "level": "预计等级", "probability": "相关概率", "name": "企业名称", "kind": "类别", "title": "名称",
    "policy": "政策", "reason": "理由", "value": "数值", "note": "备注", "better": "方向", "rows": "例数",
    "passed_share": "历史通过率", "measure": "指标", "group": "组", "passed": "实际通过", "round": "轮次",
    "use": "用途", "total": "总分", "completeness": "完整度", "route": "去向", "questions": "补问", "asks": "要求项数",
    "recommended": "可推荐", "advice": "建议", "met": "指标对照", "answers": "逐项回应", "next_step": "下一步",
    "probability_low": "概率下端（95%）", "probability_high": "概率上端（95%）", "contact_count": "可联系数",
    "best_advice": "最佳建议",
}  # fmt: skip
PROBLEMS = {
    "file": "文件", "sheet": "工作表", "row": "行", "column": "列", "value": "原值", "problem": "问题",
    "action": "处理", "kept": "保留该行",
}  # fmt: skip
COLUMNS = {
    "file": "文件", "sheet": "工作表", "header": "表头", "field": "字段", "title": "字段名称", "use": "去向",
    "nearest": "最接近的字段", "hint": "可写 --column",
}  # fmt: skip
DECLINES = {
    "outcome_title": "成果名称", "need_title": "需求名称", "institution": "完成单位", "reason": "拒绝理由",
    "day": "日期", "count": "次数",
}  # fmt: skip
MATCHES = {"note": "提示", "works": "代表业绩"}
PARTNERS = {"policy": "政策编号", "title": "条款", "probability": "适合的把握", "lead_days": "约需天数"}
POOL = {
    "title": "环节", "lead_days": "还需天数", "reason": "拒绝理由", "status": "跟进状态", "day": "日期",
    "person": "经办人", "verdict": "结论",
}  # fmt: skip
TARGETS = {
    "probability": "达标概率", "name": "名称", "status": "状态", "expected": "时间进度", "missing": "还差",
    "reason": "无法计算的原因", "chance": "通过概率", "firms": "帮扶企业数",
}  # fmt: skip
TRIAGE = {
    "title": "需求名称", "enterprise": "企业名称", "part": "内容", "points": "得分", "of": "满分", "text": "原文",
    "field": "所在栏", "rank": "次序", "question": "问题", "adds": "答后可加分", "answer": "企业答复",
    "source": "哪些征集通知要求",
}  # fmt: skip
CONFLICTS = {"column": "列", "day": "改动日期", "person": "改动人"}
LEAPS = {**CONFLICTS, "yours": "写入", "theirs": "此前"}
DISCOVERY = {"rank": "名次", "chance": "通过的可能", "uscc": "统一社会信用代码", "status": "登记情况"}
ASSUMED = {"column": "字段", "title": "按假设取值的事实", "low": "最低", "likely": "最可能", "high": "最高"}
EXPECTED = {"expected": "预计通过", "firms": "企业数", "low": "下端", "high": "上端"}
PROGRAMMES = {
    "title": "政策工具", "missing": "缺少的事实", "available": "今天可申请", "asks": "还要问清的政策工具",
    "amount_low": "可得金额下限", "amount_high": "可得金额上限", "cap": "封顶", "deduction_low": "少计所得下限",
    "deduction_high": "少计所得上限",
}  # fmt: skip
TEAMS = {
    "score": "得分", "works": "成果分", "name": "姓名", "reason": "依据", "verdict": "建议",
    "missing": "无人回应", "points": "可回应要点", "why": "理由", "institution": "单位分",
}  # fmt: skip
ASSIGNMENTS = {
    "score": "匹配分", "value": "匹配分", "sum": "合计匹配分", "slot": "时段", "room": "会议室", "change": "改动",
    "from_slot": "原时段", "from_room": "原会议室",
}  # fmt: skip
FIELDS = {
    "level": "层级", "probability": "概率", "name": "名称", "missing": "缺失", "firms": "企业数",
    "text_title": "原表名称", "firm_names": "企业名称", "need_names": "需求名称", "outcome_names": "成果名称",
}  # fmt: skip
CARD = {
    "probability": "历史经验概率", "title": "项目", "low": "概率下端（90%）", "high": "概率上端（90%）",
    "points": "评分", "why": "各项得分",
}  # fmt: skip
CARD_FILE = {
    "kind": "类别", "id": "编号", "title": "名称", "better": "方向", "unit": "单位", "low": "从", "high": "到",
    "points": "分值", "value": "数值", "rows": "家数", "passed": "通过", "source": "依据",
}  # fmt: skip
CHECK = {"low": "区间下端（95%）", "high": "区间上端（95%）"}
GROUPS = {"expected": "平均预计概率", "low": "通过率下端（95%）", "high": "通过率上端（95%）"}
HISTORY = {"expected": "平均预计概率", "reason": "未列入的原因", "note": "说明", "rank": "名次"}
SCORING = {
    "passes_on": "最早符合日",
    "title": "条款", "passed": "结论", "limit": "要求", "gap": "差距", "points_low": "最低得分",
    "points_high": "最高得分", "points_max": "满分", "in_force_since": "施行", "edition": "版本", "ask": "先问",
    "rank": "次序", "fact": "事实", "written": "表中写的", "column": "列名", "settles": "问清后可定的机会",
    "rules_verified": "条文核实",
    "why": "说明", "seen_as": "所见",
}  # fmt: skip
CHANGES = {
    "effect": "变化", "edition_before": "原版本", "edition_after": "新版本", "decision_before": "原结论",
    "decision_after": "新结论", "starts_on": "新版本施行", "because": "因为", "what_to_do": "该做什么", "title": "条款",
    "passed_before": "原来", "passed_after": "新版本下", "value": "企业现值", "limit_before": "原要求",
    "limit_after": "新要求", "gap": "差", "source_before": "原依据", "source": "新依据", "change": "改动",
    "title_before": "原条文", "title_after": "新条文", "firms": "企业数", "untouched": "不受影响",
}  # fmt: skip
DEADLINES = {
    "event": "事项", "due": "截止日期", "due_text": "日期说明", "days_left": "还有天数", "what_to_do": "该做什么",
    "kind": "事项类别", "firms": "企业数", "firm_names": "企业",
}  # fmt: skip
REGISTERS = {
    "register": "登记表", "file": "文件", "row": "行", "item": "哪一项", "problem": "问题", "counted": "是否计入",
    "what_to_do": "怎么办", "title": "事实", "column": "列名", "by_register": "登记表的数", "by_table": "企业表的数",
    "used": "采用", "differs": "两表不符", "written": "登记表写的", "how": "怎样归户",
}  # fmt: skip
CHALLENGES = {
    "challenge_id": "榜单编号", "name": "榜单名称", "wording": "攻关内容", "fields": "所属领域",
    "indicators": "技术指标", "deadline": "完成期限", "money": "资金投入", "rights": "成果归属",
    "bidder_conditions": "揭榜条件", "cooperation": "合作方式", "owner": "发榜单位", "owner_id": "发榜单位编号",
    "postings": "去重后需求数", "firms": "企业数", "unnamed": "未写企业的需求数", "lead_need_id": "主要需求",
    "outcomes_elsewhere": "外地可推荐成果数", "experts_elsewhere": "外地可推荐专家数", "number": "序号",
    "quantity": "指标", "relation": "关系", "condition": "条件", "text": "原文", "call": "规则",
    "title": "条件", "state": "结论", "missing": "缺什么", "limit": "要求", "need_title": "需求名称", "ready": "可发布",
    "conflicts": "说法不一致",
    "problem_id": "问题编号", "outcomes": "可推荐成果数", "experts": "可推荐专家数", "stage": "进度", "count": "项数",
    "target": "目标", "share": "占目标", "column": "哪一列", "said": "写着",
}  # fmt: skip
BIDS = {
    "challenge_id": "榜单编号", "name": "榜单名称", "bid_id": "揭榜编号", "bidder": "揭榜单位", "formal": "形式检查",
    "mean": "平均分", "experts": "评分专家数", "proposed": "拟揭榜", "public_from": "公示开始",
    "public_until": "公示结束", "check": "检查项代码", "title": "检查项", "state": "结论",
    "number": "序号", "asked": "榜单要求", "offered": "揭榜响应", "margin": "好（差）多少", "spread": "专家间离差",
    "lowest": "最低分", "highest": "最高分", "bids": "揭榜数", "milestones": "里程碑数", "done": "已完成",
    "overdue": "逾期", "next_milestone": "下一里程碑", "next_due": "应完成日期", "stage": "进度", "count": "项数",
    "target": "目标", "share": "占目标",
}  # fmt: skip
REVIEW = {
    "item": "项目编号", "title": "项目名称", "reviewer": "评委编号", "score": "得分", "comment": "评审意见",
    "reviews": "评审数", "mean": "平均分", "trimmed_mean": "去掉最高最低的平均分", "median": "中位数",
    "z_mean": "按各评委尺度折算的平均分", "shrunk_mean": "评委少时向总平均靠的平均分",
    "adjusted_mean": "扣除评委松严的平均分", "bayes": "综合估计分",
    "low": "下限（九成把握）", "high": "上限（九成把握）", "rank": "名次", "ranks": "各算法中的名次",
    "changes": "换算法会怎样", "changed": "换下几项", "text": "谁入选、谁落选",
    "group": "评审组（组间没有共同评委）", "p_first": "入选把握",
    "methods": "几种算法入选", "method": "算法", "error": "现在判错的可能",
    "gain": "加评一次可减少", "leniency": "偏松（负为偏严）", "spread": "拉开差距（占应有）",
    "agreement": "与其他评委一致的程度", "unlike": "次序不一致",
    "submitted_on": "提交日期", "unit": "第一完成单位", "award": "奖种", "grade": "等级",
    "summary": "简介", "file": "文件", "highest": "给最高分的占比", "lowest": "给最低分的占比", "remarks": "提示",
}  # fmt: skip
FORMAL_CHECK = {
    "item": "项目编号", "title": "项目名称", "host": "第一完成单位", "failed": "不通过的条数",
    "unknown": "未知的条数", "remarks": "要办的事", "check": "检查项", "state": "结论", "missing": "缺什么",
    "limit": "要求", "seen_as": "所见", "fact": "核对什么", "found": "在名单中看到", "note": "说明",
}  # fmt: skip
VOTES = {
    "item": "项目编号", "title": "项目名称", "award": "奖种", "grade": "等级", "members": "应到委员数",
    "present": "到会委员数", "votes_for": "同意票数", "votes_against": "反对票数", "abstained": "弃权票数",
    "recused": "回避委员数（已从应到减去）", "share": "同意占到会", "place": "本奖种名次", "remarks": "依据",
}  # fmt: skip
PUBLICATION = {
    "number": "序号", "item": "项目编号", "title": "项目名称", "award": "奖种", "grade": "等级", "units": "完成单位",
    "persons": "完成人", "nominator": "提名单位",
}  # fmt: skip
OBJECTIONS = {
    "objection_id": "异议编号", "item": "项目编号", "received_on": "收到日期", "in_time": "在期限内", "form": "形式",
    "due": "办理期限", "days_left": "剩余天数", "result": "处理结果",
}  # fmt: skip
FAIRNESS = {
    "group": "分组", "unit": "第一完成单位", "region": "地区", "award": "奖种", "items": "申报数", "chosen": "入选数",
    "share": "入选率", "low": "下限", "high": "上限", "expected": "按总体应有", "p_value": "p值",
    "p_holm": "校正p值", "reviewers": "评委人数",
}  # fmt: skip
DUPLICATES = {
    "new_id": "新项目编号", "new_title": "新项目名称", "old_id": "已有项目编号", "old_title": "已有项目名称",
    "overlap": "重合", "likeness": "用字相近", "meaning": "含义相近", "adds": "新增来源", "flagged": "提示",
    "because": "提示原因", "case": "情形",
    "funded": "已有项目已立项", "sections": "各部分重合", "promised": "误报率有把握",
    "number": "句号", "new_sentence": "新项目的句子",
    "old_sentence": "已有项目的句子", "how": "关系", "value": "程度", "copied": "照抄句数", "reworded": "改写句数",
    "new": "新内容句数",
}  # fmt: skip
COMMISSIONERS = {
    "county": "县区", "town": "乡镇", "village": "村", "village_id": "村编号", "expert_id": "特派员编号",
    "name": "特派员", "institution": "单位", "speciality": "专长", "match": "文字匹配", "distance": "距离（公里）",
    "place": "远近", "days": "服务天数", "wanted": "应派人数", "found": "已派人数", "reason": "原因",
    "capacity": "可服务村数", "villages": "村数", "village_names": "服务的村", "covered": "已覆盖村数",
    "share": "覆盖率", "population": "已覆盖人口", "persons": "派入人数", "from_county": "其中本县",
    "good_match": "匹配较强", "to_check": "待核对行数", "mean_score": "平均分数", "title": "条件", "state": "结论",
    "missing": "缺什么", "rules": "规则",
    "work_sentence": "专长或业绩原句", "works": "代表业绩",
}  # fmt: skip
SERVICE = {
    "county": "县区", "town": "乡镇", "village": "村", "village_id": "村编号", "expert_id": "特派员编号",
    "name": "特派员", "institution": "单位", "villages": "方案村数", "visited": "已走访村数", "visits": "服务次数",
    "days": "已服务天数", "open_days": "没写天数的次数", "doubtful": "可能是本人的存疑记录",
    "required": "全年应服务天数", "due_days": "到今天应服务天数",
    "missing_days": "全年还差天数", "elsewhere": "方案外或不明的村", "last_visit": "最近一次", "people": "派驻特派员",
    "month": "月份", "persons": "服务人数", "share": "当月走访率", "reached": "累计走访村数",
    "reached_share": "累计走访率", "trained": "培训人次", "record_id": "记录编号", "date": "服务日期", "reason": "原因",
    "counted": "怎样计", "scheme": "考核办法", "title": "考核项", "measure": "按什么计", "count": "数量",
    "low": "得分低限", "high": "得分高限",
}  # fmt: skip
CONTRACTS = {
    "contract_id": "合同编号", "subject": "项目名称", "kind": "合同类别", "kind_written": "表中类别", "seller": "卖方",
    "seller_code": "卖方统一社会信用代码", "buyer": "买方", "buyer_code": "买方统一社会信用代码", "region": "地区",
    "signed_on": "签订日期", "applied_on": "申请日期", "accepted_on": "受理日期", "registered_on": "登记日期",
    "amount": "合同成交额（元）", "technical_amount": "技术交易额（元）", "edition": "适用版本", "accepted": "能否登记",
    "warnings": "提示", "unverified": "依据有未核实的", "duplicate_of": "与哪份重复", "standing": "统计口径",
    "likely_repeat_id": "很可能与哪份相同", "likely_repeats": "其中疑似重复项数",
    "likely_repeats_amount": "其中疑似重复的成交额（元）", "likely_repeats_income": "其中疑似重复的所得上限（元）",
    "counted_on": "统计日期", "decide_by": "办结期限", "apply_by": "申请期限",
    "vat_exempt_low": "免征增值税的价款下限（元）", "vat_exempt_high": "免征增值税的价款上限（元）",
    "related": "双方百分之百关联", "transfer_income": "技术转让所得（元）",
    "rule": "检查项代码", "title": "检查项", "answer": "结论", "text": "说明", "month": "月份", "contracts": "登记项数",
    "inexact": "金额不确切、没有计入合计的份数",
    "open": "待定项数", "open_amount": "待定合同成交额（元）", "refused": "不予登记项数", "year": "年度",
    "withdrawn": "已撤销项数",
    "income_low": "所得下限（元）", "income_high": "所得上限（元）", "exempt_low": "免税所得下限（元）",
    "exempt_high": "免税所得上限（元）", "half_low": "减半所得下限（元）", "half_high": "减半所得上限（元）",
    "deduction_low": "减少应纳税所得额下限（元）", "deduction_high": "减少应纳税所得额上限（元）", "part": "部分",
    "source": "所见出处", "registered_as": "已在登记表中", "firm_id": "企业", "outcome": "成果",
    "converted_on": "转化日期", "evidence": "证明", "conversions": "转化项数",
}  # fmt: skip
PLATFORMS = {"kind": "平台类别", "level": "平台级别", "year": "认定年份", "platforms": "平台数"}
INNOVATION = {
    "stage": "企业阶段", "known": "已知指标数", "indicators": "指标总数", "base_low": "基础分最低",
    "base_high": "基础分最高", "bonus_low": "加分最低", "bonus_high": "加分最高", "local_low": "地方分最低",
    "local_high": "地方分最高", "total_max": "满分", "missing": "缺少的事实", "number": "序号", "block": "一级指标",
    "indicator": "二级指标", "value_low": "最低", "value_high": "最高", "part": "部分", "points_low": "得分最低",
    "points_high": "得分最高", "points_max": "满分",
}  # fmt: skip
ASSESSMENT = {
    "checked": "核对情况",
    "title": "成果名称", "kind": "成果类型", "readiness": "技术就绪度", "readiness_low": "就绪度下限",
    "readiness_high": "就绪度上限", "readiness_name": "级别名称", "conflict": "矛盾的证据",
    "basis": "依据什么", "evidence": "证据",
    "to_raise": "升级需要的证据", "level13_low": "13级量表下限", "level13_high": "13级量表上限",
    "stage": "成果所处阶段",
    "proposed_level": "文字提示的级别", "proposed_by": "提示来自", "proposed_sentence": "提示的原句",
    "confirmed_level": "确认成熟度等级", "evidence_level": "证据显示的级别", "scientific": "科学价值",
    "technological": "技术价值", "economic": "经济价值", "social": "社会价值", "cultural": "文化价值",
    "social_cultural": "社会和文化价值", "potential": "转化推广潜力", "value_low": "综合价值下限",
    "value_high": "综合价值上限", "weights": "权重（使用者给出）", "unjudged": "未评的价值", "primary": "主要看的价值",
    "judged_by": "由谁评", "innovation": "技术创新度", "advancement": "技术先进度", "a1": "技术创新程度",
    "a2": "技术经济指标先进程度", "a3": "技术难度和复杂程度", "a4": "重现性和成熟度", "market_low": "市场法下限（元）",
    "market_high": "市场法上限（元）", "income_low": "收益法下限（元）", "income_high": "收益法上限（元）",
    "cost_low": "成本法下限（元）", "cost_high": "成本法上限（元）", "economic_low": "经济价值下限（元）",
    "economic_high": "经济价值上限（元）", "remarks": "提示", "column": "哪一栏", "quote": "栏中的话", "level": "级别",
    "present": "有无", "approach": "方法", "low": "下限（元）", "high": "上限（元）", "inputs": "算式和所用数据",
    "missing": "还缺", "problem": "问题", "registered_number": "批准登记号", "recommended_by": "推荐单位",
    "registered_on": "批准登记日期", "started_on": "研究起始日期", "ended_on": "研究终止日期", "secrecy": "成果密级",
    "attribute": "成果属性", "keywords": "关键词", "form": "成果体现形式", "standing": "成果水平",
    "evaluated_by": "评价方式", "evaluation": "评价结论", "evaluated_on": "评价日期", "use_state": "应用状态",
    "institution": "完成单位", "persons": "完成人", "contact": "联系方式", "announced_on": "公示日期",
    "announcement_days": "公示天数", "ends_on": "公示截止日期", "objections": "异议数",
    "objections_settled": "已处理异议数",
    "economic_inputs": "经济价值的算式和所用数据", "economic_missing": "经济价值还缺",
}  # fmt: skip
SCALES = {
    "part": "部分", "title": "项目", "text": "内容", "document": "文件", "number": "文号", "since": "文件日期",
    "seen": "所见", "address": "网址",
}  # fmt: skip
RESOURCES = {
    "need_title": "需求名称", "title": "需求名称", "resource_id": "资源编号", "resource_name": "资源名称",
    "name": "资源名称", "model": "型号", "institution": "所在单位", "place": "所在地", "fee": "收费标准",
    "contact": "联系方式", "hours": "所需机时", "hours_free": "空闲机时", "met_count": "满足项数",
    "missed_count": "不满足项数", "unknown_count": "未说明项数", "cost_low": "费用下限（元）",
    "cost_high": "费用上限（元）", "cost_note": "费用说明", "unavailable_count": "合适但不可用的个数",
    "state": "运行状态", "outcome_title": "成果名称", "expert_name": "专家姓名", "value": "方案得分",
    "missing": "缺", "same_unit": "同单位", "budget": "预算（元）", "money": "经费",
    "works": "代表业绩", "outcome_fit": "成果合适度", "expert_fit": "专家合适度", "resource_fit": "资源合适度",
    "load": "至多承接", "evidence": "依据", "reason": "原因",
}  # fmt: skip
INTEGRITY = {
    "row_id": "编号", "person": "姓名", "state": "结论", "records": "有关记录",
    "field": "在哪一栏", "name": "姓名或名称", "record_id": "记录编号", "kind": "失信行为", "grade": "情节",
    "starts_on": "限制起始日期", "start_note": "起始日期说明", "ends_on": "限制截止日期", "end_note": "截止日期说明",
    "basis": "处理文号和依据", "why": "需核实什么",
    "appeal": "申诉情况", "subject_kind": "对象类别", "applicant": "申报", "reviewer": "评审", "nominee": "提名",
    "open": "需核实什么",
}  # fmt: skip
LIFECYCLE = {
    "seen_on": "所见日期",
    "seq": "记录编号", "event": "事项", "entered_by": "经办人", "from_file": "来自", "void": "作废原因",
    "project_id": "项目编号", "title": "项目名称", "person": "项目负责人", "institution": "承担单位",
    "uscc": "统一社会信用代码", "partners": "参与单位", "programme": "计划类别", "year": "年度",
    "starts_on": "开始日期", "ends_on": "结束日期", "since": "阶段日期", "grade": "验收结论", "extensions": "延期次数",
    "rules": "规则", "what": "要办什么", "due": "最后一天", "days_left": "还有天数（负为逾期）", "done_on": "办理日期",
    "basis": "依据（说的是）", "source": "出处", "remark": "提示", "item": "名称", "wanted": "任务书要求",
    "reached": "完成", "margin": "好（差）多少", "how": "怎样判断", "evidence": "证明材料", "reached_on": "填报日期",
    "category": "经费科目", "planned": "预算（元）", "spent": "支出（元）", "left": "结余（元）", "share": "支出比例",
    "received": "到账（元）", "items": "指标数", "met": "完成数", "share_low": "完成比例低限",
    "share_high": "完成比例高限", "late_days": "逾期天数", "proposed": "按规则", "given": "已记结论",
    "kind": "产出类别", "day": "日期", "way": "转化形式", "amount": "金额（元）", "part": "部分", "rule": "条目",
    "limit": "限值", "says": "说的是", "in_force": "施行日", "number": "文号", "document": "文件",
    "address": "所见网址",
}  # fmt: skip
OUTPUT_REGISTERS = {
    "uscc": "统一社会信用代码", "outcome": "成果名称", "kind": "转化形式", "converted_on": "转化日期",
    "evidence": "转化证明", "project_id": "来自项目", "amount": "合同或产值（元）", "title": "成果名称",
    "description": "成果简介", "keywords": "关键词", "field": "技术领域", "institution": "完成单位",
    "ip_type": "知识产权类型", "cooperation": "合作方式", "posted_on": "发布日期",
}  # fmt: skip
