"""Make this folder's model from trained weights: a cut vocabulary, int8.

    python models/pairs-zh/export.py --weights WEIGHTS.npz --model TRANSFORMER_FOLDER --text TEXT_FOLDER --out FOLDER

WEIGHTS.npz: what `train.py` beside this script writes. TRANSFORMER_FOLDER: where the training began. TEXT_FOLDER: the
documents whose pieces stay. Needs onnx, onnxruntime, tokenizers and safetensors; about a minute.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import save_file
from tokenizers import Tokenizer

sys.path.append(str(Path(__file__).parent.parent / "tokens-zh"))
from make import Graph, read_texts, transformer

from matcher.matching.second_stage.pair_reading import FORMAT

RIGHT = 2  # which of the four outputs: "the pair is right"
SPECIAL = 4  # the first pieces: beginning, filling, end, unknown
LEAST = 1  # of these documents a piece must stand in
IN_FULL = ["out product node", "pool product node"]
PIECES = {"need": 112, "outcome": 128}  # pieces of a text that are read

Array = np.ndarray


def read_weights(path: Path) -> dict[str, Array]:
    """Single precision; int8 arrays with `name#`, their scales by row."""
    with np.load(path) as stored:
        return {
            name: stored[name].astype(np.float32) * (stored[f"{name}#"] if f"{name}#" in stored.files else 1)
            for name in stored.files
            if not name.endswith("#")
        }


def build(weights: dict[str, Array], config: dict[str, Any]) -> Any:
    """The graph: ids and sides (pairs, pieces) to log odds (pairs)."""
    graph = Graph()
    layers = range(sum(name.endswith("output.dense.bias") and "attention" not in name for name in weights))
    x = transformer(graph, weights, config, layers, segments=True)
    graph.constant("first", np.array([0]))
    graph.constant("pieces", np.array([1]))
    both = [
        graph.add("Gather", [x, "first"], "opening", axis=1),
        graph.add("ReduceMean", [x, "pieces"], "mean", keepdims=1),
    ]
    pooled = graph.add(
        "MatMul", [graph.add("Concat", both, "both", axis=2), graph.constant("pool", weights["pool.w"])], "pool product"
    )
    pooled = graph.add(
        "Tanh", [graph.add("Add", [pooled, graph.constant("pool bias", weights["pool.b"])], "pool sum")], "pooled"
    )
    out = graph.constant("out", weights["out.w"][:, RIGHT : RIGHT + 1])
    odds = graph.add(
        "Add",
        [graph.add("MatMul", [pooled, out], "out product"), graph.constant("out bias", weights["out.b"][:, RIGHT])],
        "out sum",
    )
    graph.constant("last", np.array([1, 2]))
    graph.add("Squeeze", [odds, "last"], "odds")
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["pairs", "pieces read"]) for name in ("ids", "sides")
    ]
    result = helper.make_tensor_value_info("odds", TensorProto.FLOAT, ["pairs"])
    whole = helper.make_graph(graph.nodes, "pairs-zh", inputs, [result], graph.weights)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("weights", "model", "text", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    weights, config = read_weights(given.weights), json.loads((given.model / "config.json").read_text("utf-8"))
    tokenizer = Tokenizer.from_file(str(given.model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    held = np.zeros(tokenizer.get_vocab_size(), np.int64)
    for row in tokenizer.encode_batch(["\n".join(text) for text in read_texts(given.text)], add_special_tokens=False):
        held[list(set(row.ids))] += 1
    kept = np.union1d(np.arange(SPECIAL), np.flatnonzero(held >= LEAST))
    words = "embeddings.word_embeddings.weight"
    weights[words] = weights[words][kept]
    with tempfile.TemporaryDirectory() as made:
        onnx.save(build(weights, config), f"{made}/whole.onnx")
        quantize_dynamic(
            f"{made}/whole.onnx", given.out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True,
            reduce_range=True, op_types_to_quantize=["MatMul"], nodes_to_exclude=IN_FULL,
            extra_options={"MatMulConstBOnly": True},
        )  # fmt: skip
    save_file({"kept": kept.astype(np.int32)}, given.out / "pieces.safetensors")
    settings = {"format": FORMAT, "name": "pairs-zh", "pieces": PIECES}
    (given.out / "config.json").write_text(json.dumps(settings, indent=1) + "\n", "utf-8")
    print(f"{len(kept)} of {len(held)} pieces kept; {(given.out / 'model.onnx').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
