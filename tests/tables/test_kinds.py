"""A result without rows has the columns of one with rows, in their kinds: parts of a table join without change."""

import pandas as pd
import pytest

from matcher import Experts, Index, classify, match, rank_experts, score
from matcher.errors import ArgumentError

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


def test_ids_in_the_index_of_a_table_are_not_lost():
    """They were counted 1, 2, 3 instead."""
    with pytest.raises(ArgumentError, match="enterprise_id' as its index"):
        score(FIRMS.set_index("enterprise_id"), "hte", on="2026-11-24")
    for firms in (FIRMS, FIRMS.set_index(pd.Index([7])), FIRMS.set_index("enterprise_id", drop=False)):
        assert score(firms, "hte", on="2026-11-24").summary["enterprise_id"].tolist() == ["Q1"]
    bare = FIRMS[["employees_total"]].rename_axis("row")
    assert score(bare, "hte", on="2026-11-24").summary["enterprise_id"].tolist() == ["1"]
