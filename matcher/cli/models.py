"""What commands that search have in common: the encoder and the words of the user."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.cli.options import (
    FILE,
    Decorated,
    option,
)
from matcher.errors import EncoderError, TableError

if TYPE_CHECKING:
    from matcher.matching.encoding.encoders import Encoder
    from matcher.matching.texts.tokens import Segmenter


def model_options(function: Decorated) -> Decorated:
    """How texts are read: words and encoder."""
    for decorate in reversed(
        (
            option("--words", type=FILE, metavar="文件", help="自己的词表（文本文件，每行一个词），分词时保持完整。"),
            option(
                "--encoder", metavar="模型", help="sentence-transformers 模型的文件夹或名称，或静态编码器的文件夹。"
            ),
            option("--download", is_flag=True, help="允许下载编码器；不写则只读本机文件。"),
            option("--query-prompt", metavar="文字", help="编码器要求加在提问一方文字前的提示语。"),
            option("--document-prompt", metavar="文字", help="编码器要求加在被找一方文字前的提示语。"),
        )
    ):
        function = decorate(function)
    return function


def segmenter_of(words: Path | None) -> Segmenter:
    """The segmenter, with the words of a file of the user's."""
    from matcher.matching.texts.tokens import Segmenter

    if words is None:
        return Segmenter()
    data = words.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return Segmenter(data.decode(encoding).split())
    raise TableError(f"{words.name}：不是文本文件；请存为 UTF-8 文本，每行一个词")


def refuse_beside_folder(**given: object) -> None:
    """What was settled when an index was built is not asked for again, and not passed over in silence."""
    for name, value in given.items():
        if value:
            option_name = "--" + name.replace("_", "-")
            raise TableError(f"{option_name} 在建立索引时给出，不能用于已保存的索引；要改请重新建立索引（--replace）")


def encoder_of(
    name: str | None, download: bool, query_prompt: str | None, document_prompt: str | None
) -> Encoder | None:
    """The encoder that the user names; None for the default one."""
    from matcher.matching.encoding.encoders import load_encoder

    if name is None:
        return None
    try:
        return load_encoder(name, download=download, query_prompt=query_prompt, document_prompt=document_prompt)
    except EncoderError as error:
        more = "" if download else "，允许下载请加 --download"
        why = str(error).splitlines()[0]
        raise EncoderError(f"--encoder {name}：不是能用的编码器（本机文件夹或模型名{more}）：{why}") from error
