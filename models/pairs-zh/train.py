"""Train the model that reads a need and an outcome together.

    python models/pairs-zh/train.py --model TRANSFORMER_FOLDER --data DATA_FOLDER --out FOLDER [--seconds 95] [--seed 0]

TRANSFORMER_FOLDER: multilingual-e5-small with a cut vocabulary. DATA_FOLDER: `market`, `market-judged` and `text`.
First, without labels and for so many seconds: which of five texts goes with a title or with the other sentences of a
document, and masked pieces. Then four epochs on the judged open pairs, five times without a fold of needs (near copies
of a need share its fold) and once on all. Writes `out_of_fold.csv` and `weights.npz` for `export.py`.
Needs torch and transformers; minutes on a large GPU, days without one.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import re
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertModel

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "ranker-zh"))
from train_texts import read_pairs  # noqa: E402

FILES = ("papers-chinaxiv", "patents", "papers-csl-keywords", "papers-disciplines")
START, FILL, END, UNKNOWN, COLON = 0, 1, 2, 3, 12
NEED, OUTCOME = 112, 128  # pieces
SENTENCE = re.compile(r"(?<=[。；;！？!?\n])|(?<=[，,：:])(?=.{12})")
CHOICES, NEAR = 5, 20  # texts that a query chooses among; nearest ones that wrong texts are drawn from
QUERIES, MASKED, BY_MASKS = 64, 0.15, 0.5  # in a step; share of pieces hidden; weight of guessing them
PAIRS, EPOCHS, FOLDS = 32, 4, 5
RATE_OF_TEXTS, RATE, OUT_FASTER = 2e-4, 3e-5, 5  # learning rates; how much faster the outputs learn
OUTPUTS = (0.5, 0.5, 1.0, 0.25)  # weights of: at least weakly related, nearly right, right, strongly
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

Text = tuple[list[int], list[int]]  # pieces of a title and of a body


class Reader(torch.nn.Module):
    """A BERT that is told the two sides, and outputs of its first and its mean vector."""

    def __init__(self, folder: Path, outputs: int) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32)
        kinds = self.bert.embeddings.token_type_embeddings.weight
        kinds.data[1] = kinds.data[0]
        size = self.bert.config.hidden_size
        self.pool, self.guess = torch.nn.Linear(2 * size, size), torch.nn.Linear(size, size)
        self.out = torch.nn.Linear(size, outputs)
        torch.nn.init.eye_(self.guess.weight)
        self.drop = torch.nn.Dropout(0.1)

    def forward(self, ids: torch.Tensor, sides: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Outputs (pairs, n) and vectors (pairs, pieces, d)."""
        there = (ids != FILL).long()
        x = self.bert(ids, attention_mask=there, token_type_ids=sides).last_hidden_state
        mean = (x * there[..., None]).sum(1) / there.sum(1, keepdim=True)
        return self.out(self.drop(torch.tanh(self.pool(torch.cat([x[:, 0], mean], -1))))), x


def joined(pairs: list[tuple[Text, Text]]) -> tuple[torch.Tensor, torch.Tensor]:
    """ids and sides (pairs, pieces)."""
    rows = []
    for (title, body), (other, text) in pairs:
        need, outcome = [*title, COLON, *body][:NEED], [*other, COLON, *text][:OUTCOME]
        rows.append(([START, *need, END, END, *outcome, END], len(need) + 2))
    longest = max(len(row) for row, _ in rows)
    ids = torch.tensor([row + [FILL] * (longest - len(row)) for row, _ in rows], device=DEVICE)
    place = torch.arange(longest, device=DEVICE)
    return ids, (place >= torch.tensor([[at] for _, at in rows], device=DEVICE)).long()


def steps_of(model: Reader, rate: float) -> tuple[torch.optim.Optimizer, list[float]]:
    """An optimiser and the rates of its groups."""
    out = {id(parameter) for parameter in model.out.parameters()}
    rest = [parameter for parameter in model.parameters() if parameter.requires_grad and id(parameter) not in out]
    groups = [{"params": rest}, {"params": list(model.out.parameters())}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), weight_decay=0.01), [rate, rate * OUT_FASTER]


def step(model: Reader, optimiser: torch.optim.Optimizer, rates: list[float], part: float, loss: torch.Tensor) -> None:
    """One step with the rates of this part (0 to 1) of the training: a warm-up, then falling."""
    for group, rate in zip(optimiser.param_groups, rates, strict=True):
        group["lr"] = rate * min(1.0, part / 0.1 + 0.01) * max(0.02, 1 - part)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)


def learn_texts(model: Reader, texts: list[tuple[str, str]], tokenizer: Tokenizer, seconds: float, seed: int) -> None:
    """Which text goes with a query, among near ones; and hidden pieces."""
    rng, queries = np.random.default_rng(seed), min(QUERIES, len(texts) // 50)
    counted = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), max_df=0.05, sublinear_tf=True)
    vectors = counted.fit_transform([f"{title}\n{body[:250]}" for title, body in texts]).tocsr()
    documents = [
        (pieces(tokenizer, title), [pieces(tokenizer, part) for part in SENTENCE.split(body) if part.strip()])
        for title, body in texts
    ]
    optimiser, rates = steps_of(model, RATE_OF_TEXTS)
    model.train()
    start = time.monotonic()
    while (part := (time.monotonic() - start) / seconds) < 1:
        drawn = rng.integers(len(documents), size=queries)
        near = np.asarray((vectors[drawn] @ vectors.T).todense())
        near[np.arange(queries), drawn] = -1
        pairs = []
        for i, likeness in zip(drawn, near, strict=True):
            title, sentences = documents[i]
            first = int(rng.integers(0, max(1, len(sentences) // 2)))
            query = (title if not first or rng.random() < 0.5 else [], chained(sentences[:first]))
            named = bool(first) and not query[0] and rng.random() < 0.7
            rest = sentences[first:] if first or len(sentences) < 3 else sentences[1:]  # the first repeats the title
            wrong = [
                *rng.choice(np.argpartition(-likeness, NEAR)[:NEAR], CHOICES - 2, replace=False),
                rng.integers(len(documents)),
            ]
            others = [(documents[j][0] if named else [], chained(documents[j][1][rng.integers(2) :])) for j in wrong]
            pairs += [(query, text) for text in [(title if named else [], chained(rest)), *others]]
        ids, sides = joined(pairs)
        hidden = (torch.rand(ids.shape, device=DEVICE) < MASKED) & (ids > UNKNOWN)
        with torch.autocast(DEVICE, torch.bfloat16):
            out, x = model(torch.where(hidden, UNKNOWN, ids), sides)
            guess = functional.layer_norm(functional.gelu(model.guess(x[hidden])), x.shape[-1:])
            guess = 0.1 * guess @ model.bert.embeddings.word_embeddings.weight.T
        right = torch.zeros(queries, dtype=torch.long, device=DEVICE)
        loss = functional.cross_entropy(out[:, 0].float().reshape(-1, CHOICES), right)
        step(model, optimiser, rates, part, loss + BY_MASKS * functional.cross_entropy(guess.float(), ids[hidden]))


def learn_pairs(model: Reader, pairs: list[tuple[Text, Text]], levels: np.ndarray, rng: np.random.Generator) -> None:
    """Judged pairs: soft steps of the level; the words' vectors stay."""
    model.out = torch.nn.Linear(model.out.in_features, len(OUTPUTS)).to(DEVICE)
    model.bert.embeddings.word_embeddings.requires_grad_(False)
    model.bert.embeddings.position_embeddings.requires_grad_(False)
    optimiser, rates = steps_of(model, RATE)
    steps = np.column_stack(
        [(levels - 1).clip(0, 1), (levels - 1.5).clip(0, 1), levels >= 2.5, (levels - 3).clip(0, 1)]
    )
    wanted = torch.tensor(steps, dtype=torch.float32, device=DEVICE)
    weights = torch.tensor(OUTPUTS, device=DEVICE)
    model.train()
    batches = [
        batch
        for _ in range(EPOCHS)
        for batch in np.array_split(rng.permutation(len(pairs)), max(1, len(pairs) // PAIRS))
    ]
    for number, batch in enumerate(batches):
        with torch.autocast(DEVICE, torch.bfloat16):
            out, _ = model(*joined([pairs[i] for i in batch]))
        loss = functional.binary_cross_entropy_with_logits(out.float(), wanted[batch], reduction="none")
        step(model, optimiser, rates, number / len(batches), (loss * weights).sum(1).mean())


@torch.no_grad()
def odds_of(model: Reader, pairs: list[tuple[Text, Text]]) -> np.ndarray:
    """(n) log odds of being right."""
    model.eval()
    return np.concatenate([
        model(*joined(pairs[i : i + 64]))[0][:, 2].float().cpu().numpy() for i in range(0, len(pairs), 64)
    ])  # fmt: skip


def chained(parts: list[list[int]]) -> list[int]:
    """Pieces of sentences, one behind the other."""
    return list(itertools.chain.from_iterable(parts))


def pieces(tokenizer: Tokenizer, text: str) -> list[int]:
    """The numbers of a text's pieces."""
    return tokenizer.encode(text, add_special_tokens=False).ids


def folds_of(needs: pd.DataFrame, seed: int) -> dict[str, int]:
    """The fold of each need; needs that are nearly equal share one."""
    near = np.zeros((len(needs), len(needs)), bool)
    titles, texts = needs["title"].fillna(""), needs["title"].fillna("") + "\n" + needs["description"].fillna("")
    for some, sizes, least in ((titles, (1, 2), 0.6), (texts, (2, 2), 0.35)):
        has = CountVectorizer(analyzer="char", ngram_range=sizes, binary=True).fit_transform(some).astype(float)
        common, size = (has @ has.T).toarray(), np.asarray(has.sum(axis=1)).ravel()
        near |= common >= least * np.maximum(size[:, None] + size - common, 1)
    count, group = connected_components(near)
    place = np.random.default_rng(seed).permutation(count) % FOLDS
    return dict(zip(needs["need_id"], place[group].tolist(), strict=True))


def export(model: Reader) -> dict[str, np.ndarray]:
    """Weights by the names that `export.py` reads."""
    weights = {name: value.float().cpu().numpy() for name, value in model.bert.state_dict().items()}
    kinds = "embeddings.token_type_embeddings.weight"
    weights["seg"], weights[kinds] = weights[kinds], np.zeros_like(weights[kinds])
    for name, part in (("pool", model.pool), ("out", model.out)):
        weights[f"{name}.w"] = part.weight.detach().float().cpu().numpy().T
        weights[f"{name}.b"] = part.bias.detach().float().cpu().numpy()[None]
    return weights


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "data", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=95)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, help="only so many pairs, to try the script")
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    rng = np.random.default_rng(given.seed)
    tokenizer = Tokenizer.from_file(str(given.model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    needs, outcomes, judged = read_pairs(given.data)
    judged = judged.head(given.first or len(judged))
    texts = [
        (str(row.get("title") or "")[:80], row["abstract"][:520])
        for name in FILES
        for row in map(
            json.loads, gzip.decompress((given.data / "text" / f"{name}.jsonl.gz").read_bytes()).splitlines()
        )
        if len(row.get("abstract") or "") >= 60
    ]
    asking = needs[needs["need_id"].isin(judged["need_id"])].reset_index(drop=True)
    for table in (outcomes, asking):
        texts += [
            (a, b[:520])
            for a, b in zip(table["title"].fillna(""), table["description"].fillna(""), strict=True)
            if len(b) >= 30
        ]
    model = Reader(given.model, 1).to(DEVICE)
    learn_texts(model, texts[: given.first and 200], tokenizer, given.seconds, given.seed)
    begun = {name: value.clone() for name, value in model.state_dict().items() if not name.startswith("out.")}

    sides = [
        {
            name: (pieces(tokenizer, title), pieces(tokenizer, body))
            for name, title, body in zip(
                table.iloc[:, 0], table["title"].fillna(""), table["description"].fillna(""), strict=True
            )
        }
        for table in (asking.set_index("need_id", drop=False), outcomes)
    ]
    pairs = [(sides[0][a], sides[1][b]) for a, b in zip(judged["need_id"], judged["outcome_id"], strict=True)]
    fold, levels = judged["need_id"].map(folds_of(asking, given.seed)).to_numpy(), judged["level"].to_numpy()
    odds = np.zeros(len(pairs))
    for out in range(FOLDS + 1):  # the last one is trained on all
        model.load_state_dict(begun, strict=False)
        known, left = np.flatnonzero(fold != out), np.flatnonzero(fold == out)
        learn_pairs(model, [pairs[i] for i in known], levels[known], rng)
        if len(left):
            odds[left] = odds_of(model, [pairs[i] for i in left])
    given.out.mkdir(parents=True, exist_ok=True)
    judged.assign(odds=odds.round(2))[["need_id", "outcome_id", "odds"]].to_csv(
        given.out / "out_of_fold.csv", index=False
    )
    np.savez(given.out / "weights.npz", **export(model))


if __name__ == "__main__":
    main()
