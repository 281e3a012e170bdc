"""The learned reading of a cell: how it is weighed with the rules, and what is asked about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matcher.assessment import assess_outcomes, read_assessed_outcomes
from matcher.assessment.cell_model import BUCKETS, SAYS, CellModel
from matcher.assessment.states import read_state


def saying(nothing: float, no: float, yes: float) -> CellModel:
    """A model that says the same of every cell, with these chances."""
    return CellModel(np.zeros((BUCKETS, 3), np.float32), np.log([nothing, no, yes]).astype(np.float32))


@pytest.mark.parametrize(
    ("text", "chances", "read"),
    [
        ("样机2台，尚未检测", (0.2, 0.2, 0.6), True),  # the rules say yes
        ("样机2台，尚未检测", (0.1, 0.8, 0.1), False),  # 0.1 e^1.5 is less than 0.8
        ("样机2台，尚未检测", (0.5, 0.25, 0.25), None),  # 0.25 e^1.5 of 0.75 + 0.25 e^1.5 is 0.599: unsure
        ("见面谈", (0.05, 0.05, 0.9), True),  # the rules say nothing: 0.9 of 0.95 + 0.05 e^2 is 0.68
        ("见面谈", (0.08, 0.07, 0.85), None),  # 0.85 of 0.92 + 0.08 e^2 is 0.56: unsure
        ("见面谈", (0.05, 0.6, 0.35), False),
        ("样机图纸已完成，尚未加工", (0.07, 0.08, 0.85), None),  # 0.85 of 0.92 + 0.08 e^2 is 0.56
        ("样机图纸已完成，尚未加工", (0.1, 0.2, 0.7), False),  # 0.2 e^2 is 1.5
        ("样机图纸已完成，尚未加工", (0.03, 0.02, 0.95), True),
        ("国外公司已有样机，我们没有", (0.01, 0.01, 0.98), False),  # of others: no yes of the model counts
        ("据说做过一台", (0.1, 0.05, 0.85), None),
    ],
)
def test_how_much_the_answer_of_the_rules_counts(text: str, chances: tuple[float, ...], read: bool | None) -> None:
    assert read_state(text, "prototype", model=saying(*chances)) is read


def test_bare_answers_are_taken_as_they_are() -> None:
    for chances in ((0.98, 0.01, 0.01), (0.01, 0.98, 0.01), (0.01, 0.01, 0.98)):
        model = saying(*chances)
        read = [read_state(text, "pilot", model=model) for text in ("有", "√", "3批", "无", "0", "不详", "")]
        assert read == [True, True, True, False, False, None, None]


def test_an_unsure_yes_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CellModel, "shipped", classmethod(lambda cls: saying(0.2, 0.35, 0.45)))
    handed = read_assessed_outcomes(pd.DataFrame([{"成果编号": "C1", "中试": "见面谈"}]))
    row = assess_outcomes(handed.rows).table.iloc[0]
    assert (row["readiness_high"], row["remarks"]) == (9, "中试写“见面谈”，没有看懂，未计入")


def test_turns_that_no_list_of_words_holds() -> None:
    cells = {
        ("sales", "2022年前没有销售，2023年起每年约600万元"): True,
        ("prototype", "第一版不能用，第二版已经能用"): True,
        ("production", "一旦土地批下来就能上量"): False,
        ("field_trial", "试验场地已落实，等雨季过后进场"): False,
    }
    assert {cell: read_state(cell[1], cell[0]) for cell in cells} == cells


def test_the_shipped_weights_are_whole() -> None:
    model = CellModel.shipped()
    assert (model.grams.shape, model.cut.shape) == ((BUCKETS, len(SAYS)), (len(SAYS),))
    assert np.isfinite(model.grams).all()


@pytest.mark.parametrize(
    ("kind", "cell", "there"),
    [
        ("pilot", "旧工艺中试未过，新工艺中试通过", True),
        ("test_report", "旧配方检测不合格，新配方检测合格", True),
        ("prototype", "新配方样品3份，旧配方样品不合格", True),
        ("pilot", "旧工艺中试通过，新工艺尚未中试", False),
        ("pilot", "旧工艺产线试验通过", None),
        ("pilot", "中试线建成", True),
        ("pilot", "中试线未建成", False),
        ("pilot", "待中试线建成", False),
        ("prototype", "厂房建成", False),
        ("field_trial", "隔壁村试种30亩", True),
        ("field_trial", "拟在邻村试种30亩", False),
        ("field_trial", "试种0亩", False),
        ("field_trial", "隔壁村种了别家的品种", None),
        ("field_trial", "隔壁课题组试种30亩", None),
    ],
)
def test_what_is_said_of_others_and_former_things_does_not_weigh(kind, cell, there):
    assert read_state(cell, kind) is there
