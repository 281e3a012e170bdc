"""What the tests of the core share: an encoder whose vectors are known, and tables small enough to read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from matcher import Index

EXAMPLES = Path(__file__).parents[1] / "examples"
FIELDS = ("机械", "医药", "农业", "电子")


class Known:
    """One axis a field word, and one for all texts: a vector is (1, how often each of `FIELDS` occurs)."""

    fingerprint = "known-1"
    name = "known"

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.array([[1.0, *(text.count(field) for field in FIELDS)] for text in texts])


OUTCOMES = pd.DataFrame(
    [
        ("C1", "机械手", "机械手抓取机械零件。", "兰山区", "装备制造-自动化", "2026-06-30", 7),
        ("C2", "医药中间体", "医药中间体合成。收率高。", "罗庄区", "生物医药", None, 8),
        ("C3", "农业灌溉", "农业节水灌溉。", "兰山区,河东区", "现代农业", "2026-01-31", 9),
        ("C4", "电子秤", "电子秤校准。", "罗庄区", "电子信息", "2026-12-31", 6),
        ("C5", "机械臂", "机械臂与电子控制。", "河东区", "装备制造", None, 5),
        ("C6", "医药包装", "医药包装机械。", "兰山区", "装备制造-包装,生物医药", "2026-06-29", 4),
    ],
    columns=["outcome_id", "title", "description", "region", "field", "valid_until", "trl"],
).assign(valid_until=lambda table: pd.to_datetime(table["valid_until"]))

NEEDS = pd.DataFrame(
    [
        ("N1", "机械手抓取", "需要机械手。", "兰山区", "装备制造"),
        ("N2", "医药包装", "", "罗庄区", "生物医药"),
        ("N3", "", "农业灌溉，电子控制", "", "现代农业-灌溉"),
        ("N4", "量子", "xyz", "莒南县", ""),
    ],
    columns=["need_id", "title", "description", "region", "field"],
)


def build(records: pd.DataFrame = OUTCOMES) -> Index:
    return Index.build(records, encoder=Known())
