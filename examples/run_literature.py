"""Rank papers for queries: keywords (task A), or an abstract whose related papers are wanted (task B).

    python examples/run_literature.py FOLDER RUN.csv

FOLDER: docs.csv (doc_id, title, abstract) and queries.csv (query_id, task, text). RUN.csv: query_id, doc_id, score; the
best 100 documents a query. For task B a query's own paper (the id behind the dash) is left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from matcher.matching.index import Index
from matcher.matching.matches import match


def run_literature(docs: pd.DataFrame, queries: pd.DataFrame) -> pd.DataFrame:
    """One row a query and document: query_id, doc_id, score."""
    index = Index.build(docs.rename(columns={"doc_id": "work_id", "abstract": "description"}))
    needs = queries.rename(columns={"query_id": "need_id", "text": "description"}).assign(title="")
    own = needs.loc[needs["task"] == "B", "need_id"]
    own = pd.DataFrame({"need_id": own, "work_id": own.str.split("-", n=1).str[1]})
    matches = match(needs, index, k=100, exclude=own, reasons=False)
    return matches.rename(columns={"need_id": "query_id", "work_id": "doc_id"})[["query_id", "doc_id", "score"]]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tables = [
        pd.read_csv(Path(sys.argv[1]) / name, dtype=str, keep_default_na=False) for name in ("docs.csv", "queries.csv")
    ]
    run_literature(*tables).to_csv(sys.argv[2], index=False)
