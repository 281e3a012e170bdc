"""Chinese needs against English outcomes, on a larger test. All texts are made up (虚构).

    python examples/abroad.py [--transformer FOLDER]

100 Chinese needs (abroad_needs.csv), each with one English outcome that answers it (abroad_answers.csv) among 400 of
all fields (abroad_outcomes.csv). They were written before the English words were learned; the half "development" may be
looked at when something is chosen, the half "held" only told. Prints hit@1, hit@5 and MRR of `match` and of the encoder
alone for both halves, with 95 % bootstrap intervals over needs, and of the other way round (English needs, Chinese
outcomes: the 100 Chinese texts as outcomes). Random order has 0.003 / 0.013 / 0.016.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from matcher.matching.encoding.encoders import Encoder, StaticEncoder, encode_texts, load_encoder
from matcher.matching.index import Index
from matcher.matching.matches import match

HERE = Path(__file__).parent


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(HERE / f"abroad_{name}.csv", dtype=str, keep_default_na=False)


def ranks(encoder: Encoder, needs: pd.DataFrame, outcomes: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """The rank of each need's answer, by `match` and by the encoder's cosine alone."""
    found = match(needs, Index.build(outcomes, encoder=encoder), k=len(outcomes), reasons=False)
    by_match = answers.merge(found, on=["need_id", "outcome_id"], validate="1:1").set_index("need_id")["rank"]
    texts = [(table["title"] + "\n" + table["description"]).tolist() for table in (needs, outcomes)]
    cosine = encode_texts(encoder, texts[0], role="query") @ encode_texts(encoder, texts[1], role="document").T
    place = dict(zip(outcomes["outcome_id"], range(len(outcomes)), strict=True))
    of = answers.set_index("need_id")["outcome_id"].map(place)[needs["need_id"]].to_numpy()
    own = cosine[np.arange(len(needs)), of][:, None]
    alone = 1 + (cosine > own).sum(axis=1) + ((cosine == own).sum(axis=1) - 1) / 2
    halves = answers.set_index("need_id")["half"]
    table = pd.DataFrame({"half": halves, "match": by_match})
    return table.assign(**{"encoder alone": pd.Series(alone, needs["need_id"])})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transformer")
    given = parser.parse_args()
    encoders: dict[str, Encoder] = {"default": StaticEncoder.load()}
    if given.transformer:
        encoders["transformer"] = load_encoder(given.transformer)
    needs, outcomes, answers = map(read, ("needs", "outcomes", "answers"))
    turned = (
        outcomes[outcomes["outcome_id"].isin(answers["outcome_id"])].rename(columns={"outcome_id": "need_id"}),
        needs.rename(columns={"need_id": "outcome_id"}),
        answers.rename(columns={"need_id": "outcome_id", "outcome_id": "need_id"}),
    )
    for name, encoder in encoders.items():
        for way, tables in {"zh-en": (needs, outcomes, answers), "en-zh": turned}.items():
            for half, table in ranks(encoder, *tables).groupby("half"):
                drawn = np.random.default_rng(0).integers(len(table), size=(2000, len(table)))
                for how in ("match", "encoder alone"):
                    rank = table[how].to_numpy(float)
                    for figure, values in {"hit@1": rank <= 1, "hit@5": rank <= 5, "MRR": 1 / rank}.items():
                        low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
                        print(
                            name, way, half, how, figure, f"{values.mean():.3f}", f"[{low:.3f}, {high:.3f}]", sep="\t"
                        )


if __name__ == "__main__":
    main()
