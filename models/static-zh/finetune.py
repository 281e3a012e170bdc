"""Fine-tune a small transformer on the training texts of static-zh, to see what a better teacher or second stage gives.

    python models/static-zh/finetune.py --data DATA_FOLDER --model TRANSFORMER_FOLDER --out FOLDER [--steps N]

Two views of one document (title, keywords, one or two neighbouring sentences) shall be nearer than views of the other
documents of the batch, half of which are neighbours of each other by static-zh. Measure the result with
`examples/compare_fusions.py --encoder FOLDER`. Nothing that is shipped comes from here; CARD.md says what it reached.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import time
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch.nn import functional
from train import contrast, read_corpus

from matcher.matching.encoding.encoders import StaticEncoder

log = logging.getLogger("finetune")
BATCH, SEEDS, NEAREST, LENGTH = 160, 20, 24, 32  # pairs; of them starts, nearest of each to draw from; tokens of a text
RATE, TEMPERATURE, FROZEN, CHUNKS = 1e-4, 0.03, 6, 8

Document = dict[str, list[str]]


def pair(document: Document, rng: np.random.Generator) -> tuple[str, str]:
    """Two views of a document that share no text."""
    draw = rng.random()
    title, keywords, body = (document.get(part, []) for part in ("title", "keywords", "body"))

    def some_keywords(most: int) -> str:
        picked = rng.choice(len(keywords), int(rng.integers(1, min(most, len(keywords)) + 1)), replace=False)
        return " ".join(keywords[i] for i in sorted(picked))

    def span(parts: list[str]) -> str:
        size = int(rng.integers(1, 3))
        start = int(rng.integers(max(1, len(parts) - size + 1)))
        return "，".join(parts[start : start + size])

    if len(body) > 1 and (draw < 0.2 or not (title or keywords)):
        cut = int(rng.integers(1, len(body)))
        return span(body[:cut]), span(body[cut:])
    if title and body and (draw < 0.75 or not keywords):
        return title[0], span(body)
    if keywords and body:
        return some_keywords(4), span(body)
    return title[0], some_keywords(6)


def batch(documents: list[Document], vectors: np.ndarray, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Pairs of distinct documents: neighbours of a few, filled up by lot."""
    starts = rng.choice(len(documents), SEEDS, replace=False)
    near = np.argpartition(-(vectors[starts] @ vectors.T), NEAREST, axis=1)[:, :NEAREST]
    chosen = dict.fromkeys(starts.tolist())
    for row in near:
        chosen |= dict.fromkeys(rng.permutation(row)[:7].tolist())
    chosen |= dict.fromkeys(rng.choice(len(documents), BATCH, replace=False).tolist())
    return [pair(documents[i], rng) for i in list(chosen)[:BATCH]]


def encode(model: SentenceTransformer, texts: list[str]) -> torch.Tensor:
    """Unit rows; texts of like length are padded together."""
    order = np.argsort([len(text) for text in texts], kind="stable")
    rows = []
    for part in np.array_split(order, CHUNKS):
        tokens = model.tokenizer(
            ["query: " + texts[i] for i in part],
            padding=True,
            pad_to_multiple_of=8,
            truncation=True,
            max_length=LENGTH,
            return_tensors="pt",
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = model[0].auto_model(**{k: tokens[k] for k in ("input_ids", "attention_mask")}).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1).float()
        rows.append((states.float() * mask).sum(1) / mask.sum(1))
    return functional.normalize(torch.cat(rows)[torch.from_numpy(np.argsort(order))], dim=1)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "model", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    rng = np.random.default_rng(given.seed)
    torch.manual_seed(given.seed)
    documents = [{k: [text for text in v if text.strip()] for k, v in one.items()} for one in read_corpus(given.data)]
    documents = [one for one in documents if sum(map(bool, one.values())) > 1 or len(one.get("body", ())) > 1]
    vectors = StaticEncoder.load().encode([" ".join([*itertools.chain(*one.values())][:12]) for one in documents])
    model = SentenceTransformer(str(given.model), device="cpu", local_files_only=True)
    bert = model[0].auto_model
    bert.embeddings.requires_grad_(False)
    bert.encoder.layer[:FROZEN].requires_grad_(False)
    bert.train()
    learned = [weight for weight in bert.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=RATE, weight_decay=0.01)
    start = time.time()
    for step in range(given.steps):
        left, right = zip(*batch(documents, vectors, rng), strict=True)
        loss = contrast(*encode(model, [*left, *right]).split(BATCH), TEMPERATURE)
        progress = step / given.steps
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, 15 * progress + 0.05) * (1 - progress)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        log.info("step %d of %d, loss %.3f, %.0f s", step + 1, given.steps, loss.item(), time.time() - start)
    bert.eval()
    model.save(str(given.out))


if __name__ == "__main__":
    main()
