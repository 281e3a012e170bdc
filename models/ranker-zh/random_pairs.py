"""Write `random_pairs.json`: the cosines of 200 pairs that stand for random pairs of a library of real postings.

    python models/ranker-zh/random_pairs.py --data DATA_FOLDER

DATA_FOLDER: market/outcomes.csv. Of all random pairs, in the order of their sums of parts, those at the middles of 200
equal slices are kept. A library counts them among its own pairs (`BaseIndex.sampled_scale`), so that one of a few
records has a notion of chance.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from matcher import Index, read_outcomes
from matcher.matching.library.score_scale import ScoreScale

HERE = Path(__file__).parent
MANY = 200


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    index = Index.build(read_outcomes(parser.parse_args().data / "market" / "outcomes.csv").rows)
    semantic, lexical, _, texts = index.random_pairs()
    order = np.argsort(np.add(*ScoreScale.fit(semantic, lexical, texts).parts(semantic, lexical)), kind="stable")
    kept = order[((np.arange(MANY) + 0.5) / MANY * len(order)).astype(int)]
    content = {"encoder": index.encoder.name, "semantic": semantic[kept], "lexical": lexical[kept]}
    content |= {name: [round(float(one), 4) for one in content[name]] for name in ("semantic", "lexical")}
    (HERE / "random_pairs.json").write_text(json.dumps(content) + "\n", "utf-8")


if __name__ == "__main__":
    main()
