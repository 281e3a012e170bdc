"""The static encoder as a sentence-transformers module. Apart from `encoders` because it imports torch."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules.input_module import InputModule

from matcher.matching.encoding.encoders import StaticEncoder


class StaticModule(InputModule):
    """What `modules.json` of a static encoder's folder names: `SentenceTransformer(folder, trust_remote_code=True)`.

    Its vectors are those of `StaticEncoder`. It is not trained further here; `models/static-zh/train.py` does that.
    """

    def __init__(self, encoder: StaticEncoder, folder: Path) -> None:
        """`folder` is where `encoder` was read from."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.encoder, self.folder = encoder, folder
        self.register_buffer("vectors", torch.from_numpy(encoder.vectors))
        self.register_buffer("scales", torch.from_numpy(encoder.scales))

    def preprocess(self, inputs: Any, prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:
        """A list of texts to unit rows."""
        texts = [prompt + text for text in inputs] if prompt else inputs
        return {"sentence_embedding": torch.from_numpy(self.encoder.encode(texts))}

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        """The rows as they are."""
        return features

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return self.encoder.dim

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Copy the folder's files, and those of the English words where there are any."""
        for folder in ("", "english") if self.encoder.english else ("",):
            (Path(output_path) / folder).mkdir(exist_ok=True)
            for name in ("config.json", "vocabulary.txt", "model.safetensors"):
                shutil.copyfile(self.folder / folder / name, Path(output_path) / folder / name)

    @classmethod
    def load(cls, model_name_or_path: str, *_: Any, **__: Any) -> StaticModule:
        """Read a local folder."""
        return cls(StaticEncoder.load(model_name_or_path), Path(model_name_or_path))
