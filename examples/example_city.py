"""The example city: 3,000 made-up firms as a registry lists them, with most facts missing, and who of them would pass.

    python examples/example_city.py [FOLDER]        # writes city.csv and city_passes.csv there

Facts, what the registry hides of them and the truth are those of `made_up_city.py` (family classes, seed 0). Here they
get what a bureau's table has: names, districts, a 经营范围 in the words of a licence, Chinese headers, the capital in
万元. The first 48 firms are those that `needs.csv` names, with the figures of `partner_firms.csv` where the registry
shows them; their truth is not known. Everything is invented; a likeness to a real firm is chance.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from made_up_city import PLAIN, TECH, city

from matcher import load_policy, read_firms, read_needs

HERE = Path(__file__).parent
DISTRICTS = ("兰山", "罗庄", "河东", "沂南", "郯城", "沂水", "兰陵", "费县", "平邑", "莒南", "蒙阴", "临沭")
FIRST = "鑫恒瑞泰金华盛永德佳宏润博科智嘉隆祥丰信诚源明正天蓝沂蒙鲁齐"
SECOND = "达源通盛和康茂晟泽翔凯辉林森宇航铭旺发顺鼎锐拓创新力邦合远安"
TRADES = {
    "装备": ("机械", "液压", "重工", "智能装备"),
    "电子": ("电子", "信息技术", "光电", "物联网科技"),
    "医药": ("医药", "生物科技", "医疗器械", "药业"),
    "材料": ("新材料", "材料科技", "合金", "化工"),
    "木业": ("木业", "板材", "家居", "木制品"),
    "商贸": ("商贸", "贸易", "建材", "百货"),
    "物流": ("物流", "货运", "仓储", "供应链管理"),
    "农业": ("农业发展", "农业科技", "果蔬", "牧业"),
    "服务": ("广告", "餐饮管理", "物业服务", "家政服务"),
}
DONE = {
    "装备": "{}制造", "电子": "{}研发与制造", "医药": "{}生产", "材料": "{}制造", "木业": "{}制造", "商贸": "{}销售",
    "物流": "{}", "农业": "{}", "服务": "{}",
}  # fmt: skip
SAID = {  # what the generator puts into every trade's scope, in the words of a licence
    "销售": "机械设备销售", "租赁": "机械设备租赁", "安装": "普通机械设备安装服务", "维修": "专用设备修理",
    "技术服务": "技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广", "技术咨询": "信息技术咨询服务",
}  # fmt: skip
LICENSED = {"道路货物运输", "餐饮", "医疗器械", "原料药", "生物制剂", "畜禽养殖"}
OWN = (  # of the firms of needs.csv, QY001 to QY048
    "齿轮及传动部件、变速箱制造 液压阀、液压系统制造 园林机具、割草机、绿篱机制造 "
    "挖掘机、装载机、工程机械制造 生物质颗粒机、制粒机械制造 矿用车辆、矿山机械制造 中药提取物、中成药生产 "
    "医用输液器具、医疗器械生产 骨科植入器材生产 中药材种植、中药饮片加工 医疗信息系统、软件开发 "
    "药物中间体、原料药研发 印制电路板、电子元器件制造 锂电池、新能源电池制造 磁性材料、铁氧体磁芯制造 "
    "LED照明、户外照明灯具制造 水泥机械、建材机械制造 石墨制品、碳化硅热场制造 不锈钢板、不锈钢冶炼 "
    "镍铁合金冶炼 炼铁、炼钢、烧结 特种钢板、钢压延加工 球墨铸铁件、汽车铸件制造 钢材轧制、钢铁冶炼 "
    "胶合板、人造板制造 旋切单板、木材干燥加工 杨木单板、板材加工 阻燃多层板、细木工板制造 "
    "刨花板、纤维板制造 沙发、软体家具制造 改性塑料、聚丙烯材料制造 陶瓷岩板、新型建材制造 "
    "玄武岩纤维、复合材料制造 塑料薄膜、农用地膜制造 石英砂、石英矿开采加工 水性涂料、防腐涂料制造 "
    "水果罐头、食品加工 大蒜制品、生物提取物加工 蜜桃种植、果品保鲜 设施蔬菜种植、番茄种植 "
    "肉鸭养殖、有机肥生产 樱桃种植、果品销售 零担货物运输 城市配送、道路货物运输 仓储服务、货物装卸 "
    "冷链运输、冷库仓储 快递服务、邮件分拣 货运信息服务、货运代理"
)
HEADERS = {
    "enterprise_id": "企业编号", "name": "企业名称", "region": "地区", "scope": "经营范围",
    "capital": "注册资本（万元）", "patents_granted_3y": "近三年专利授权数",
}  # fmt: skip


def main(folder: Path) -> None:
    made = city(3000, family="classes", hiding="sources", seed=0)
    policy = load_policy("hte")
    rng, own = np.random.default_rng(2026), OWN.split(" ")
    table, full = made.seen.copy(), made.full
    asking = read_needs(HERE / "needs.csv").rows.drop_duplicates("enterprise_id").sort_values("enterprise_id")
    asking = asking[asking["enterprise_id"].notna() & (asking["enterprise_id"] != "")]
    known = read_firms(HERE / "partner_firms.csv", [policy]).rows.set_index("enterprise_id")
    places = np.flatnonzero(~made.passes)[: len(asking)]
    others = np.setdiff1d(np.arange(len(table)), places)
    order = np.r_[places, others]
    table, full, passes = table.iloc[order].reset_index(drop=True), full.iloc[order], made.passes[order]

    words = full["scope"].str.split("、").tolist()
    trades = [_trade(each) for each in words]
    table["enterprise_id"] = [f"QY{n:04d}" for n in range(1, len(table) + 1)]
    table["name"], table["region"] = _names(trades, rng)
    table["scope"] = [_scope(each, rng) for each in words]
    for row, need in enumerate(asking.to_dict("records")):
        firm = need["enterprise_id"]
        table.loc[row, ["enterprise_id", "name", "region"]] = [firm, need["enterprise"], need["region"]]
        table.loc[row, "scope"] = f"一般项目：{own[int(firm[2:]) - 1].replace('、', '；')}；货物进出口。"
        if firm in known.index:
            for name in table.columns.intersection(known.columns):
                if name not in ("name", "region") and pd.notna(table.at[row, name]):
                    table.at[row, name] = known.at[firm, name]

    titles = {**{name: fact.headers[0] for name, fact in policy.columns.items() if fact.headers}, **HEADERS}
    bools = [name for name, fact in policy.columns.items() if name in table and fact.kind == "yesno"]
    for name in bools:
        table[name] = table[name].map(lambda cell: None if pd.isna(cell) else "是" if cell else "否")
    for name in table.columns.difference([*HEADERS, *bools, "registered_on"]):
        table[name] = pd.to_numeric(table[name]).round().astype("Int64")
        if policy.columns[name].kind == "yuan":
            titles[name] += "（元）"
    table["capital"] = (pd.to_numeric(table["capital"]) / 1e4).round().astype("Int64")
    table["patents_granted_3y"] = pd.to_numeric(table["patents_granted_3y"]).astype("Int64")
    table["registered_on"] = pd.to_datetime(table["registered_on"]).dt.strftime("%Y-%m-%d")
    table = table.dropna(axis=1, how="all")
    first = ["enterprise_id", "name", "region", "scope", "registered_on", "capital"]
    table = table[[*first, *table.columns.difference(first, sort=False)]]
    table.rename(columns=titles).to_csv(folder / "city.csv", index=False, encoding="utf-8-sig")
    truth = table.loc[passes, ["enterprise_id"]]
    truth.to_csv(folder / "city_passes.csv", index=False, encoding="utf-8-sig")
    empty = table.drop(columns=first).isna().to_numpy().mean()
    print(f"{len(table)} firms, {empty:.0%} of the facts missing; {len(truth)} would pass")


def _trade(words):
    kinds = {**TECH, **PLAIN}
    return max(kinds, key=lambda kind: sum(word in kinds[kind].split() for word in words))


def _names(trades, rng):
    seen, names, regions = set(), [], []
    for trade in trades:
        while True:
            place = DISTRICTS[rng.integers(len(DISTRICTS))]
            core = FIRST[rng.integers(len(FIRST))] + SECOND[rng.integers(len(SECOND))]
            name = f"{place}{core}{TRADES[trade][rng.integers(4)]}有限公司"
            if name not in seen:
                break
        seen.add(name)
        names.append(name)
        regions.append(f"临沂市{place}{'区' if place in DISTRICTS[:3] else '' if place == '费县' else '县'}")
    return names, regions


def _scope(words, rng):
    """The generator's words in one of the two forms that licences have; its own words stay in the text."""
    kinds = {word: kind for kind, text in {**TECH, **PLAIN}.items() for word in text.split()}
    words = [word for word in words if word not in ("一般项目", "依法须经批准的项目除外")]
    said = {word: DONE[kinds[word]].format(word) if word in kinds else SAID.get(word, word) for word in words}
    if rng.random() < 0.35:  # before 2019
        return "、".join(said.values()) + "（依法须经批准的项目，经相关部门批准后方可开展经营活动）"
    licensed = [text for word, text in said.items() if word in LICENSED]
    general = [text for word, text in said.items() if word not in LICENSED]
    text = ""
    if general:
        text += f"一般项目：{'；'.join(general)}。（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）"
    if licensed:
        text += (
            f"许可项目：{'；'.join(licensed)}。（依法须经批准的项目，经相关部门批准后方可开展经营活动，"
            "具体经营项目以审批结果为准）"
        )
    return text


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
