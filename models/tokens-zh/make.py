"""Make this folder's model from multilingual-e5-small: fewer layers, int8, and a projection of its token vectors.

    python models/tokens-zh/make.py --model TRANSFORMER_FOLDER --text TEXT_FOLDER --out FOLDER [--seed 0]

TRANSFORMER_FOLDER: a sentence-transformers folder of a BERT with `model.safetensors`, `config.json` and
`tokenizer.json`. TEXT_FOLDER: the files FILES, with `title` and `abstract` or `direction`. No label is looked at. Needs
onnx, onnxruntime, tokenizers and safetensors; about five minutes on two quiet cores.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from matcher.matching.second_stage.late_interaction import FORMAT, TokenModel, max_sim

KEPT = (0, 2, 4, 6, 8, 9, 10, 11)  # of the twelve layers
DROPPED, DIMENSIONS = 2, 96  # strongest directions left out, directions kept
SAMPLE = 2000  # texts that give the directions
SCALE, PAIRS = 400, 4000  # of these, texts that give the scale; random pairs of them
FILES = ("papers-chinaxiv", "patents", "papers-csl-keywords", "papers-disciplines", "nsfc-directions")
PIECES = {"asking": 128, "record": 64}  # pieces of a text that are read

Array = np.ndarray


def read_texts(folder: Path) -> list[tuple[str, str]]:
    """Title and abstract of every document, one of them empty where it has none."""
    texts = []
    for name in FILES:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            rows = map(json.loads, file)
            texts += [(row.get("title") or row.get("direction") or "", row.get("abstract") or "") for row in rows]
    return texts


class Graph:
    """An ONNX graph as it grows; every method gives the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def constant(self, name: str, values: Any) -> str:
        """A fixed array."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, inputs: list[str], name: str, **settings: Any) -> str:
        """What an operator makes of its inputs."""
        self.nodes.append(helper.make_node(kind, inputs, [name], name=f"{name} node", **settings))
        return name


def transformer(graph: Graph, weights: dict[str, Array], config: dict[str, Any], kept: Sequence[int],
                segments: bool = False) -> str:  # fmt: skip
    """The layers over `ids` (texts, pieces): (texts, pieces, hidden). `segments`: `sides` (texts, pieces) choose a row
    of weights["seg"] that is added to each piece.
    """
    heads = config["num_attention_heads"]
    hidden, epsilon = config["hidden_size"], config["layer_norm_eps"]
    width = hidden // heads

    def linear(x: str, part: str, name: str) -> str:
        weight = graph.constant(f"{part}.weight", weights[f"{part}.weight"].T)
        product = graph.add("MatMul", [x, weight], f"{name} product")
        return graph.add("Add", [product, graph.constant(f"{part}.bias", weights[f"{part}.bias"])], name)

    def norm(x: str, part: str, name: str) -> str:
        pair = [graph.constant(f"{part}.{one}", weights[f"{part}.{one}"]) for one in ("weight", "bias")]
        return graph.add("LayerNormalization", [x, *pair], name, axis=-1, epsilon=epsilon)

    words = weights["embeddings.word_embeddings.weight"]
    scale = np.abs(words).max(axis=1, keepdims=True) / 127
    graph.constant("words", np.rint(words / scale).astype(np.int8))
    graph.constant("scales", scale.astype(np.float32))
    table = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    graph.constant("places", table)
    graph.constant("start", np.array([0]))
    found = graph.add("Cast", [graph.add("Gather", ["words", "ids"], "rows")], "whole rows", to=TensorProto.FLOAT)
    found = graph.add("Mul", [found, graph.add("Gather", ["scales", "ids"], "row scales")], "embedded")
    length = graph.add("Shape", ["ids"], "length", start=1, end=2)
    place = graph.add("Slice", ["places", "start", length], "placed")
    found = graph.add("Add", [found, place], "sum")
    if segments:
        side = graph.add("Gather", [graph.constant("seg", weights["seg"]), "sides"], "side")
        found = graph.add("Add", [found, side], "sided")
    x = norm(found, "embeddings.LayerNorm", "layer 0")

    graph.constant("split", np.array([0, 0, heads, width]))
    graph.constant("join", np.array([0, 0, hidden]))
    graph.constant("root", np.float32(width**-0.5))
    for number, layer in enumerate(kept, start=1):
        part = f"encoder.layer.{layer}."
        turned = {}
        for name, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
            row = linear(x, f"{part}attention.self.{name}", f"{name} {number}")
            row = graph.add("Reshape", [row, "split"], f"{name} {number} split")
            turned[name] = graph.add("Transpose", [row], f"{name} {number} turned", perm=order)
        scores = graph.add("MatMul", [turned["query"], turned["key"]], f"scores {number}")
        scores = graph.add("Mul", [scores, "root"], f"scaled {number}")
        share = graph.add("Softmax", [scores], f"attention {number}", axis=-1)
        mixed = graph.add("Transpose", [graph.add("MatMul", [share, turned["value"]], f"mixed {number}")],
                          f"mixed {number} turned", perm=[0, 2, 1, 3])  # fmt: skip
        mixed = graph.add("Reshape", [mixed, "join"], f"mixed {number} joined")
        mixed = linear(mixed, f"{part}attention.output.dense", f"attended {number}")
        x = norm(graph.add("Add", [mixed, x], f"attended {number} sum"), f"{part}attention.output.LayerNorm",
                 f"attended {number} norm")  # fmt: skip
        inner = graph.add("Gelu", [linear(x, f"{part}intermediate.dense", f"inner {number}")], f"gelu {number}")
        inner = linear(inner, f"{part}output.dense", f"outer {number}")
        x = norm(graph.add("Add", [inner, x], f"outer {number} sum"), f"{part}output.LayerNorm", f"layer {number}")
    return x


def build(weights: dict[str, Array], config: dict[str, Any], projection: tuple[Array, Array] | None) -> Any:
    """The graph: ids (texts, pieces) to vectors (texts, pieces, d), unit ones behind a projection."""
    graph, size = Graph(), config["hidden_size"]
    x = transformer(graph, weights, config, KEPT)
    if projection is not None:
        size = projection[1].shape[1]
        x = graph.add("Sub", [x, graph.constant("centre", projection[0])], "centred")
        x = graph.add("MatMul", [x, graph.constant("projection", projection[1])], "projected")
        graph.constant("last", np.array([-1]))
        x = graph.add("Div", [x, graph.add("ReduceL2", [x, "last"], "norms", keepdims=1)], "unit")
    graph.add("Identity", [x], "vectors")
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "pieces"])
    out = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", "pieces", size])
    whole = helper.make_graph(graph.nodes, "tokens-zh", [ids], [out], graph.weights)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def session_of(model: Any) -> Any:
    """A session that runs a graph held in memory."""
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def directions(vectors: Array) -> tuple[Array, Array]:
    """Centre, and the directions behind the strongest ones (principal components, signs fixed)."""
    centre = vectors.mean(axis=0, dtype=np.float64)
    centred = vectors - centre
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, DROPPED : DROPPED + DIMENSIONS]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(DIMENSIONS)])
    return centre.astype(np.float32), axes.astype(np.float32)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "text", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(given.seed)
    stored = load_file(given.model / "model.safetensors")
    weights = {name.removeprefix("bert."): values.astype(np.float32) for name, values in stored.items()}
    config = json.loads((given.model / "config.json").read_text("utf-8"))
    tokenizer = Tokenizer.from_file(str(given.model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    texts = read_texts(given.text)

    held = np.zeros(tokenizer.get_vocab_size(), np.int64)
    for row in tokenizer.encode_batch(["\n".join(text) for text in texts], add_special_tokens=False):
        held[list(set(row.ids))] += 1
    idf = np.log((1 + len(texts)) / (1 + held)) + 1

    sample = [texts[i] for i in rng.choice(len(texts), SAMPLE, replace=False)]
    titles, bodies = map(list, zip(*sample, strict=True))
    plain = TokenModel(tokenizer, session_of(build(weights, config, None)), idf, PIECES)
    projection = directions(np.concatenate([one.vectors for one in plain.encode(titles, bodies, "record")]))

    with tempfile.TemporaryDirectory() as made:
        onnx.save(build(weights, config, projection), f"{made}/whole.onnx")
        quantize_dynamic(
            f"{made}/whole.onnx", given.out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True,
            reduce_range=True, op_types_to_quantize=["MatMul"], nodes_to_exclude=["projected node"],
            extra_options={"MatMulConstBOnly": True},
        )  # fmt: skip
    shutil.copyfile(given.model / "tokenizer.json", given.out / "tokenizer.json")
    save_file({"idf": idf.astype(np.float16)}, given.out / "idf.safetensors")

    model = TokenModel(tokenizer, session_of(onnx.load(given.out / "model.onnx")), idf, PIECES)
    asking, records = (model.encode(titles[:SCALE], bodies[:SCALE], role) for role in ("asking", "record"))
    pairs = rng.integers(SCALE, size=(PAIRS, 2))
    scores = [max_sim(asking[a], [records[b]], idf)[0] for a, b in pairs if a != b]
    settings = {
        "format": FORMAT,
        "name": "tokens-zh",
        "pieces": PIECES,
        "centre": round(float(np.mean(scores)), 5),
        "spread": round(float(np.std(scores)), 5),
        "layers": list(KEPT),
        "seed": given.seed,
    }
    (given.out / "config.json").write_text(json.dumps(settings, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
