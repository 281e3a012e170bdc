"""A result without rows has the columns of one with rows, in their kinds: parts of a table join without change."""

import pandas as pd
import pytest

from matcher import Experts, Index, classify, match, rank_experts, score

NEEDS = pd.DataFrame({"need_id": ["N1"], "title": ["齿轮磨削烧伤怎样检测"]})
OUTCOMES = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["齿轮磨削烧伤检测", "大蒜烘干"]})
PEOPLE = pd.DataFrame({"expert_id": ["E1"], "title": ["齿轮检测"]})
WORKS = pd.DataFrame({"work_id": ["W1"], "expert_id": ["E1"], "title": ["齿轮磨削烧伤检测方法"]})
FIRMS = pd.DataFrame({"enterprise_id": ["Q1"], "employees_total": [120.0]})


def scored(table):
    return lambda firms: getattr(score(firms, ["hte", "tech-sme"], on="2026-11-24"), table)


@pytest.mark.parametrize(
    ("work", "table"),
    [
        (lambda needs: match(needs, Index.build(OUTCOMES)), NEEDS),
        (lambda needs: match(needs, Index.build(OUTCOMES), reasons=False), NEEDS),
        (lambda needs: rank_experts(needs, Experts.build(PEOPLE, WORKS)), NEEDS),
        (lambda texts: classify(texts, "hte"), OUTCOMES),
        (scored("summary"), FIRMS),
        (scored("verdicts"), FIRMS),
    ],
)
def test_no_rows_have_the_kinds_of_some(work, table):
    some, none = work(table), work(table.iloc[:0])
    assert not len(none)
    kinds = {name: str(kind) for name, kind in some.dtypes.items()}
    assert {name: str(kind) for name, kind in none.dtypes.items()} == kinds
    assert {name: str(kind) for name, kind in pd.concat([some, none]).dtypes.items()} == kinds
