"""A province's plan of commissioners, timed, on made-up villages and persons with texts, beside a plain peer.

    python examples/benchmark_commissioners.py [VILLAGES PERSONS]

By default 2,000 villages of 12 counties and 1,000 persons with 4,000 works; everything is made up. Measured are reading
the tables from CSV, the plan with reasons and the workbook. The peer is what one would write oneself, in the same run:
TF-IDF of characters and their pairs (scikit-learn) over villages and persons, cosines, and scipy's
linear_sum_assignment with every person twice. It gives no reasons, no bounds of single persons and no bars. `right
kind` is the share of villages whose person works on the village's trade, which the generator knows.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

TRADES = {
    "设施蔬菜": ("番茄 黄瓜 辣椒 茄子 西葫芦", "灰霉病 根结线虫 白粉虱 连作障碍 裂果"),
    "果树": ("桃树 苹果 梨树 樱桃 山楂", "流胶病 腐烂病 大小年 冬季修剪 授粉"),
    "粮油": ("小麦 玉米 花生 大豆 甘薯", "条锈病 倒伏 白绢病 缺苗断垄 水肥一体化"),
    "畜牧": ("肉羊 肉牛 生猪 奶牛 驴", "羔羊腹泻 口蹄疫免疫 青贮饲料 母畜繁殖 粪污处理"),
    "家禽": ("肉鸡 蛋鸡 肉鸭 鹅 鹌鹑", "球虫病 新城疫免疫 产蛋下降 舍内通风 饲料转化"),
    "水产": ("南美白对虾 草鱼 鲤鱼 河蟹 泥鳅", "弧菌病 水质调控 缺氧浮头 苗种培育 尾水治理"),
    "中药材": ("金银花 丹参 黄芩 桔梗 徐长卿", "根腐病 种苗退化 采收加工 连作障碍 有效成分"),
    "食用菌": ("香菇 平菇 木耳 杏鲍菇 羊肚菌", "菌棒污染 出菇管理 菌种退化 菌渣利用 温湿度控制"),
    "茶叶": ("绿茶 红茶 茶苗 茶园 白茶", "茶小绿叶蝉 越冬防冻 机采修剪 炒制工艺 土壤酸化"),
    "苗木花卉": ("牡丹 月季 白蜡 国槐 兰花", "扦插生根 美国白蛾 盆土配方 花期调控 移栽成活"),
    "农产品加工": ("蒜片 果汁 花生油 粉条 煎饼", "褐变控制 保鲜期 黄曲霉毒素 干燥能耗 包装"),
    "乡村电商": ("直播 网店 冷链 品牌 溯源", "物流损耗 产品分级 客户复购 地理标志 短视频"),
}
NEEDS = (
    "我村种养{a}{many}亩，{b}问题突出，希望专家到田间地头指导{b}的防治与管理。",
    "{a}发展较快，缺少{b}方面的技术，请派懂{a}的特派员来培训。",
    "村合作社的{a}去年因{b}减产，需要一套能学会的办法，也想引进新品种。",
)
SKILLS = ("{a}{b}防治技术与推广", "{a}高效生产和{b}研究", "{a}、{c}绿色生产，{b}")
WORKS = ("{a}{b}综合防控技术研究", "一种用于{a}的{b}装置", "{a}优质高效生产技术规程", "{c}{b}影响因素分析")


def made_up(villages: int, persons: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Tables as a bureau has them, the trade of each row in a column that nobody reads (`行业代码`)."""
    rng = np.random.default_rng(14)
    trades = list(TRADES)

    def words(trade: str) -> dict[str, str]:
        things, troubles = (text.split() for text in TRADES[trade])
        a, c = rng.choice(things, 2, replace=False)
        return {"a": str(a), "c": str(c), "b": str(rng.choice(troubles))}

    rows = []
    for i in range(villages):
        trade = trades[rng.integers(len(trades))]
        need = NEEDS[rng.integers(len(NEEDS))].format(**words(trade), many=rng.integers(50, 900))
        county = int(rng.integers(12))
        rows.append(
            (f"V{i:05d}", f"虚构{i % 700}村", f"第{i % 17}镇", f"虚构{county}县",
             trade if rng.random() < 0.7 else "", need, int(rng.integers(300, 4000)),
             117.5 + county % 4 * 0.4 + rng.random() * 0.4, 34.5 + county // 4 * 0.4 + rng.random() * 0.4, trade)
        )  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["村编号", "村名", "乡镇", "县区", "主导产业", "技术需求", "人口", "经度", "纬度", "行业代码"]
    )
    people, works = [], []
    for i in range(persons):
        trade, county = trades[rng.integers(len(trades))], int(rng.integers(12))
        skill = SKILLS[rng.integers(len(SKILLS))].format(**words(trade))
        people.append(
            (f"T{i:05d}", f"虚构人{i}", f"虚构{i % 40}农科院", skill if rng.random() < 0.95 else "", f"虚构{county}县",
             int(rng.integers(2, 5)), 117.5 + county % 4 * 0.4 + rng.random() * 0.4,
             34.5 + county // 4 * 0.4 + rng.random() * 0.4, trade)
        )  # fmt: skip
        for j in range(int(rng.integers(2, 7))):
            title = WORKS[rng.integers(len(WORKS))].format(**words(trade))
            works.append(
                (f"W{i:05d}-{j}", f"T{i:05d}", f"{title}（{i}-{j}）", "论文", f"20{rng.integers(15, 26)}-06-01")
            )
    heads = ["特派员编号", "姓名", "单位", "专长", "县区", "可服务村数", "经度", "纬度", "行业代码"]
    return (
        table,
        pd.DataFrame(people, columns=heads),
        pd.DataFrame(works, columns=["业绩编号", "专家编号", "业绩名称", "类型", "日期"]),
    )


def peer(villages: pd.DataFrame, persons: pd.DataFrame, works: pd.DataFrame) -> np.ndarray:
    """The person of each village by TF-IDF and linear_sum_assignment, every person twice."""
    from scipy.optimize import linear_sum_assignment
    from sklearn.feature_extraction.text import TfidfVectorizer

    done = works.groupby("expert_id")["title"].agg(" ".join)
    texts = persons["title"] + " " + persons["expert_id"].map(done).fillna("")
    needs = villages["title"] + " " + villages["description"]
    model = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit([*needs, *texts])
    scores = (model.transform(needs) @ model.transform(texts).T).toarray()
    times = -(-len(villages) // len(persons))
    rows, columns = linear_sum_assignment(np.tile(scores, times), maximize=True)
    result = np.empty(len(villages), np.int64)
    result[rows] = columns % len(persons)
    return result


def main() -> None:
    """Measure, and print one line a figure."""
    from matcher.commissioners import plan_service, read_commissioners, read_villages
    from matcher.commissioners.workbook import write_plan
    from matcher.tables.reading import read_works

    sizes = [int(word) for word in sys.argv[1:3]] or [2000, 1000]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, table in zip(("v.csv", "p.csv", "w.csv"), made_up(*sizes), strict=True):
            table.to_csv(folder / file, index=False, encoding="utf-8-sig")
        start, used = time.perf_counter(), time.process_time()
        villages, persons = read_villages(folder / "v.csv"), read_commissioners(folder / "p.csv")
        works = read_works(folder / "w.csv")
        read = time.perf_counter()
        plan = plan_service(villages.rows, persons.rows, works.rows, on="2026-11-28")
        planned = time.perf_counter()
        write_plan(folder / "plan.xlsx", plan, problems=villages.problems)
        written, used = time.perf_counter(), time.process_time() - used
        chosen = peer(villages.rows, persons.rows, works.rows)
        ended = time.perf_counter()
    trade = dict(zip(persons.rows["expert_id"], persons.rows["行业代码"], strict=True))
    wanted = villages.rows.set_index("village_id")["行业代码"]
    right = (plan.table["expert_id"].map(trade).to_numpy() == wanted[plan.table["village_id"]].to_numpy()).mean()
    of_peer = (persons.rows["行业代码"].to_numpy()[chosen] == villages.rows["行业代码"].to_numpy()).mean()
    proof = plan.proof
    reasons = (plan.table["shared_terms"] != "").mean()
    print(f"{sizes[0]} villages x {sizes[1]} persons, {len(works.rows)} works, made up; {os.cpu_count()} cores")
    print(f"read {read - start:.1f} s, plan with reasons {planned - read:.1f} s, workbook {written - planned:.1f} s")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"all: {written - start:.1f} s ({used:.1f} s of processor time); memory {memory:.1f} GiB")
    print(f"places {proof['served']} of {proof['wanted']}, at most {proof['most']}; complete: {proof['complete']}")
    print(f"sum of scores: optimal {proof['optimal']}, gap {proof['gap']:.5%}")
    print(f"rows with shared terms {reasons:.1%}; right kind {right:.1%} (peer {of_peer:.1%})")
    print(f"peer: {ended - written:.1f} s; ratio {(planned - read) / (ended - written):.2f} (its plan has no reasons)")


if __name__ == "__main__":
    main()
