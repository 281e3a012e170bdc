"""What an encoder reaches when the need is Chinese and the outcome English. All texts are invented (虚构).

    python examples/across_languages.py [--transformer FOLDER]

20 needs, each with one English outcome that answers it, among 20 more English outcomes of the same trades. Prints, for
the default encoder and for a sentence-transformers folder: hit@1, hit@5 and MRR with 95 % bootstrap intervals over
needs, by `match` (both channels) and by the encoder alone. Random order has 0.025 / 0.125 / 0.107.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from matcher.matching.encoding.encoders import Encoder, StaticEncoder, encode_texts, load_encoder
from matcher.matching.index import Index
from matcher.matching.matches import match

ANSWERED = [
    ("提高数控机床主轴的热稳定性", "Thermal error compensation for machine tool spindles"),
    ("装载机液压系统油温过高", "Cooling and heat balance of hydraulic circuits in wheel loaders"),
    ("中药浸膏喷雾干燥时粘壁", "Preventing wall deposition in spray drying of herbal extracts"),
    ("金银花有效成分提取率低", "Ultrasonic extraction of chlorogenic acid from honeysuckle flowers"),
    ("板材甲醛释放量超标", "Formaldehyde-free soy protein adhesive for plywood"),
    ("桃子采后保鲜期太短", "Controlled atmosphere storage extends the shelf life of peaches"),
    ("锂电池热失控早期预警", "Early detection of thermal runaway in lithium-ion batteries by gas sensing"),
    ("电镀废水中重金属去除", "Chelating resins that remove heavy metals from electroplating wastewater"),
    ("不锈钢焊缝缺陷自动检测", "Deep learning inspection of weld defects in stainless steel"),
    ("冷库制冷能耗偏高", "Energy-saving control of refrigeration in cold storage warehouses"),
    ("大蒜收获机损伤率高", "Low-damage garlic harvester with flexible clamping"),
    ("物流车辆路径优化", "Vehicle routing for urban freight with time windows"),
    ("高炉煤气脱硫", "Dry desulfurization of blast furnace gas"),
    ("石墨烯导热膜制备", "Preparation of graphene films with high thermal conductivity"),
    ("注射用冻干粉针复溶慢", "Shorter reconstitution times of lyophilized injectable powders"),
    ("塑料薄膜可降解替代", "Biodegradable mulch film made of PBAT and starch"),
    ("仓库机器人定位不准", "Accurate localization of mobile robots in warehouses using lidar"),
    ("盐碱地小麦育种", "Breeding of salt-tolerant wheat varieties"),
    ("永磁电机噪声大", "Noise and vibration reduction of permanent magnet motors"),
    ("养殖场臭气治理", "Biofilters for odour control in livestock farms"),
]
OTHERS = [
    "Balancing of high-speed turbine rotors",
    "Leak detection in buried water pipelines",
    "Coating of tablets for sustained release",
    "Fermentation of probiotics for infant formula",
    "Fire-retardant treatment of bamboo panels",
    "Mechanical pruning of apple orchards",
    "Recycling of cathode materials from spent batteries",
    "Membrane bioreactors for municipal sewage",
    "Laser cladding of worn mining tools",
    "Solar dryers for vegetables",
    "Potato planter with automatic seed filling",
    "Blockchain records for cold chain transport",
    "Recovery of zinc from steelmaking dust",
    "Silicon carbide ceramics by reaction sintering",
    "Monoclonal antibodies against swine fever",
    "Toughening of recycled polypropylene",
    "Gripper for sorting of parcels",
    "Drip irrigation of greenhouse tomatoes",
    "Sensorless control of stepper drives",
    "Feed additives that improve egg quality",
]


def ranks(encoder: Encoder) -> dict[str, list[int]]:
    """The rank of each need's answer among the 40 outcomes."""
    titles = [title for _, title in ANSWERED] + OTHERS
    outcomes = pd.DataFrame({"outcome_id": [f"C{i:02}" for i in range(len(titles))], "title": titles})
    needs = pd.DataFrame({"need_id": [f"N{i:02}" for i in range(20)], "title": [title for title, _ in ANSWERED]})
    found = match(needs, Index.build(outcomes, encoder=encoder), k=len(titles), reasons=False)
    own = found["need_id"].str[1:] == found["outcome_id"].str[1:]
    asking, answering = (encode_texts(encoder, texts, role="query") for texts in (needs["title"].tolist(), titles))
    cosine = asking @ answering.T
    alone = 1 + (cosine > cosine[np.arange(20), np.arange(20)][:, None]).sum(axis=1)
    ties = (cosine == cosine[np.arange(20), np.arange(20)][:, None]).sum(axis=1) - 1
    return {"match": found.loc[own, "rank"].tolist(), "encoder alone": (alone + ties / 2).tolist()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transformer")
    given = parser.parse_args()
    encoders: dict[str, Encoder] = {"default": StaticEncoder.load()}
    if given.transformer:
        encoders["transformer"] = load_encoder(given.transformer)
    drawn = np.random.default_rng(0).integers(20, size=(2000, 20))
    for name, encoder in encoders.items():
        for how, found in ranks(encoder).items():
            rank = np.array(found, float)
            for figure, values in {"hit@1": rank <= 1, "hit@5": rank <= 5, "MRR": 1 / rank}.items():
                low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
                print(name, how, figure, f"{values.mean():.3f}", f"[{low:.3f}, {high:.3f}]", sep="\t")


if __name__ == "__main__":
    main()
