"""The batch door: files in, files out, and what happened in a few lines. No logic of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from matcher import __version__
from matcher.cli import assignment, experts, fields, partners, policy, pool, programmes, teams
from matcher.cli.options import say, sheet_of
from matcher.errors import MatcherError, TableError

if TYPE_CHECKING:
    import pandas as pd

    from matcher.matching.encoders import Encoder
    from matcher.matching.index import Index
    from matcher.matching.tokens import Segmenter
    from matcher.tables.reading import Reading


class _Door(TyperGroup):
    """The group of all commands: a mistake in a user's data ends with its message and exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except MatcherError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=_Door,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Match enterprises' technical needs with research outcomes (技术需求 与 科技成果 匹配).",
)

Columns = Annotated[
    list[str] | None, typer.Option("--column", metavar="表头=字段", help="Name a header that nobody foresaw.")
]
BadRows = Annotated[
    Literal["list", "refuse"],
    typer.Option(help="Go on without rows that cannot be used and list them, or refuse the file."),
]
Words = Annotated[Path | None, typer.Option(help="A text file of words of your own to keep whole, one a line.")]
EncoderName = Annotated[
    str | None,
    typer.Option("--encoder", help="A sentence-transformers model (folder or name) or a static encoder folder."),
]
Download = Annotated[bool, typer.Option("--download", help="Allow the encoder to be downloaded.")]
QueryPrompt = Annotated[str | None, typer.Option(help="Put before each asking text, if the encoder wants it.")]
DocumentPrompt = Annotated[str | None, typer.Option(help="Put before each answering text, if the encoder wants it.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary; errors only.")]


@app.command("match")
def match_command(
    needs: Annotated[Path, typer.Argument(help="Table of needs: csv, xlsx, xls, parquet or jsonl.")],
    outcomes: Annotated[Path, typer.Argument(help="Table of outcomes, or the folder of a saved index of them.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .html, .csv or .parquet.")],
    push: Annotated[
        bool, typer.Option("--push", help="The other way: the needs that each outcome could answer.")
    ] = False,
    k: Annotated[int, typer.Option("-k", min=1, help="Rows for each.")] = 10,
    sheet: Annotated[str | None, typer.Option(help="Sheet of the needs' workbook, by name or number.")] = None,
    outcomes_sheet: Annotated[str | None, typer.Option(help="Sheet of the outcomes' workbook.")] = None,
    column: Columns = None,
    outcomes_column: Annotated[
        list[str] | None, typer.Option(metavar="表头=字段", help="The same for the outcomes' table.")
    ] = None,
    bad_rows: BadRows = "list",
    where: Annotated[list[str] | None, typer.Option(metavar="字段=值", help="Only records with this label.")] = None,
    same: Annotated[list[str] | None, typer.Option(metavar="字段", help="Columns in which both must agree.")] = None,
    valid_on: Annotated[str | None, typer.Option(metavar="DATE", help="Leave out records that ended before.")] = None,
    exclude: Annotated[Path | None, typer.Option(help="Table of pairs (need_id, outcome_id) not to show.")] = None,
    judged: Annotated[
        Path | None, typer.Option(help="Table of judged pairs (level, or accepted/declined and why) to learn from.")
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option(metavar="字段=权重", help="What agreement in a column adds to the sum.")
    ] = None,
    false_alarm: Annotated[
        float, typer.Option(help="Share of texts without an answer that may still be marked.")
    ] = 0.05,
    words: Words = None,
    encoder: EncoderName = None,
    download: Download = False,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
    show_contacts: Annotated[
        bool, typer.Option("--show-contacts", help="Do not mask phones, mails and identity numbers.")
    ] = False,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="The date on the report; today by default.")] = None,
    quiet: Quiet = False,
) -> None:
    """Rank outcomes for every need (or, with --push, needs for every outcome), with reasons."""
    from matcher.export.matches import check_output, write_matches
    from matcher.matching.index import Index
    from matcher.matching.matches import match

    check_output(output)
    day = _date(on) if on else dt.date.today()
    asking = _read("needs", needs, sheet, column, bad_rows)
    if outcomes.is_dir():
        _refuse_beside_folder(words=words, outcomes_sheet=outcomes_sheet, outcomes_column=outcomes_column)
        index = Index.load(outcomes, encoder=_encoder(encoder, download, query_prompt, document_prompt))
        if push:
            raise TableError("--push 需要成果表，不能用索引文件夹：反向推送时由需求建立索引")
        problems, records = asking.problems, index.records
        asked, inputs = asking.rows, [needs]
    else:
        answering = _read("outcomes", outcomes, outcomes_sheet, outcomes_column, bad_rows)
        problems = _concat([asking.problems, answering.problems])
        asked, records = (answering.rows, asking.rows) if push else (asking.rows, answering.rows)
        say(quiet, _told(needs, asking), _told(outcomes, answering))
        index = Index.build(
            records,
            encoder=_encoder(encoder, download, query_prompt, document_prompt),
            segmenter=_segmenter(words),
            progress=not quiet,
        )
        inputs = [needs, outcomes]
    if judged:
        index = _learned(index, judged, asked, quiet)
    matches = match(
        asked,
        index,
        k=k,
        where={_field(name, records): value for name, value in _pairs(where).items()},
        same=[_field(name, records, asked) for name in same or ()],
        valid_on=_date(valid_on) if valid_on else None,
        exclude=_read_pairs(exclude) if exclude else None,
        weights={_field(name, records, asked): _number(value) for name, value in _pairs(weight).items()},
        false_alarm=false_alarm,
        progress=not quiet,
    )
    settings = {
        "每条给出": str(k),
        "筛选": "；".join(where or []) or "无",
        "须一致的字段": "、".join(same or []) or "无",
        "有效日期": valid_on or "不限",
        "排除的配对": str(exclude or "无"),
        "采用的标注": f"{len(index.feedback.table)} 对" if index.feedback else "无",
        "字段权重": "；".join(weight or []) or "无",
        "误报率": f"{false_alarm:g}（库中没有其主题的文本，被标为较强匹配的比例，按本库估计）",
    }
    write_matches(
        output,
        matches,
        queries=asked,
        records=records,
        problems=problems,
        about=_about(inputs, index, day) | settings,
        mask=not show_contacts,
    )
    good = matches.groupby(matches.columns[0])["good_match"].any()
    say(quiet, f"{len(good)} 条中 {int(good.sum())} 条有较强匹配；结果已写入 {output}")


@app.command("index")
def index_command(
    table: Annotated[Path, typer.Argument(help="Table of outcomes (or, with --needs, of needs).")],
    folder: Annotated[Path, typer.Argument(help="Folder to save the index in.")],
    needs: Annotated[bool, typer.Option("--needs", help="The table holds needs.")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Add to the folder's index; known ids are replaced.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the table's ids out of the folder's index.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Put a new index in the place of the folder's.")] = False,
    sheet: Annotated[str | None, typer.Option(help="Sheet of the workbook, by name or number.")] = None,
    column: Columns = None,
    bad_rows: BadRows = "list",
    words: Words = None,
    encoder: EncoderName = None,
    download: Download = False,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
    quiet: Quiet = False,
) -> None:
    """Save an index of a table in a folder, or change the one that is there, for quick matching later."""
    from matcher.matching.index import Index

    if update + remove + replace > 1:
        raise TableError("--update、--remove、--replace 只能选一个")
    reading = _read("needs" if needs else "outcomes", table, sheet, column, bad_rows, ids_only=remove)
    say(quiet, _told(table, reading))
    model = _encoder(encoder, download, query_prompt, document_prompt)
    if update or remove:
        _refuse_beside_folder(words=words)
        index = Index.load(folder, encoder=model)
        if index.id_column not in reading.rows:
            raise TableError(f"{folder}：索引按 {index.id_column} 编号，{table.name} 不是这类表")
        ids = reading.rows[index.id_column]
        known = ids.isin(set(index.records[index.id_column]))
        index = index.remove(ids[known])
        if update:
            index = index.add(reading.rows, progress=not quiet)
            say(quiet, f"更新 {known.sum()} 条，新增 {(~known).sum()} 条")
        else:
            unknown = f"；{(~known).sum()} 个编号不在索引中：{'、'.join(ids[~known][:10])}" if not known.all() else ""
            say(quiet, f"移除 {known.sum()} 条{unknown}")
    else:
        index = Index.build(reading.rows, encoder=model, segmenter=_segmenter(words), progress=not quiet)
    index.save(folder, replace=replace)
    say(quiet, f"索引共 {len(index)} 条，已保存到 {folder}")


@app.command("feedback")
def feedback_command(
    folder: Annotated[Path, typer.Argument(help="Folder of a saved index.")],
    judged: Annotated[
        Path,
        typer.Argument(help="Table of judged pairs: both ids and a level (1 to 4), or accepted/declined and why."),
    ],
    texts: Annotated[
        Path | None,
        typer.Argument(help="The table whose rows were matched (needs, for an index of outcomes), to learn from."),
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Forget these pairs again.")] = False,
    quiet: Quiet = False,
) -> None:
    """Teach a saved index by judged pairs (等级, or 采纳/拒绝 with 拒绝理由), or make it forget them."""
    from matcher.matching.feedback import withdraw_feedback
    from matcher.matching.index import Index

    index = Index.load(folder)
    before = len(index.feedback.table) if index.feedback else 0
    if withdraw:
        index = withdraw_feedback(index, _read_pairs(judged))
    elif texts is None:
        raise TableError("还需要当时拿来匹配的那张表（成果库的索引要需求表），才知道这些编号说的是什么")
    else:
        kind: Literal["needs", "outcomes"] = "needs" if index.id_column == "outcome_id" else "outcomes"
        index = _learned(index, judged, _read(kind, texts, None, None, "list").rows, quiet)
    index.save(folder)
    say(quiet, f"{folder} 原有标注 {before} 对，现有 {len(index.feedback.table) if index.feedback else 0} 对")


@app.command("evaluate")
def evaluate_command(
    needs: Annotated[Path, typer.Argument(help="Table of needs.")],
    outcomes: Annotated[Path, typer.Argument(help="Table of outcomes.")],
    judged: Annotated[Path, typer.Argument(help="Table of judged pairs: need_id, outcome_id, level (1 to 4).")],
    k: Annotated[int, typer.Option("-k", min=1, help="Measure the first k.")] = 10,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the figures as CSV too.")] = None,
    encoder: EncoderName = None,
    download: Download = False,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
    words: Words = None,
    quiet: Quiet = False,
) -> None:
    """Measure the ranking on judged pairs: nDCG, recall, hit and MRR with 95 % intervals."""
    from matcher.matching.evaluation import evaluate
    from matcher.matching.index import Index
    from matcher.matching.matches import match

    asking = _read("needs", needs, None, None, "list")
    answering = _read("outcomes", outcomes, None, None, "list")
    index = Index.build(
        answering.rows,
        encoder=_encoder(encoder, download, query_prompt, document_prompt),
        segmenter=_segmenter(words),
        progress=not quiet,
    )
    matches = match(asking.rows, index, k=max(1, len(index)), reasons=False, progress=not quiet)
    pairs = _read_pairs(judged)
    known = pairs["need_id"].isin(asking.rows["need_id"]) & pairs["outcome_id"].isin(answering.rows["outcome_id"])
    if not known.all():
        lost = "、".join(pairs.loc[~known, "need_id"] + "-" + pairs.loc[~known, "outcome_id"][:5])
        say(quiet, f"{judged.name}：{(~known).sum()} 对的编号不在两张表里，按没有找到计：{lost}")
    figures = evaluate(matches, pairs, k=k)
    for row in figures.itertuples():
        print(f"{row.measure}\t{row.value:.4f}\t[{row.low:.4f}, {row.high:.4f}]\t{row.queries}")
    if output:
        output.write_bytes(figures.to_csv(index=False).encode("utf-8-sig"))


for commands in (policy, experts, teams, assignment, partners, pool, fields, programmes):
    commands.add_commands(app)


def main() -> None:
    """Run the command line: a mistake of the user ends with its message and exit status 2, without a traceback."""
    try:
        status = app(standalone_mode=False)
    except (ValueError, KeyError) as error:
        _fail(str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error))
    except OSError as error:
        _fail(f"{error.filename or ''}：无法读写（{error.strerror or error}）")
    except KeyboardInterrupt:
        _fail("已中断，没有写入任何结果", status=130)
    except typer.Abort:
        _fail("已中断，没有写入任何结果", status=130)
    except Exception as error:
        if (shown := getattr(error, "format_message", None)) is None:  # not one of the parser's own
            raise
        _fail(shown())
    if status:  # typer gives a status back where it caught Ctrl-C itself
        _fail("已中断，没有写入任何结果" if status == 130 else "", status=int(status))


def _fail(message: str, *, status: int = 2) -> None:
    if message:
        print(message, file=sys.stderr)
    raise SystemExit(status)


def _told(path: Path, reading: Reading) -> str:
    from matcher.tables.reading import describe

    left_out = reading.problems.loc[~reading.problems["kept"].astype(bool), "row"].nunique()
    told = f"{path.name}：读入 {len(reading.rows)} 条" + (f"，{left_out} 行未用（见“问题”）" if left_out else "")
    return f"{told}\n{describe(reading.problems)}" if len(reading.problems) else told


def _read(
    kind: Literal["needs", "outcomes"],
    path: Path,
    sheet: str | None,
    column: Sequence[str] | None,
    bad_rows: Literal["list", "refuse"],
    *,
    ids_only: bool = False,
) -> Reading:
    from matcher.tables.reading import NEEDS, OUTCOMES, read_table

    contract = NEEDS if kind == "needs" else OUTCOMES
    if ids_only:
        contract = dataclasses.replace(contract, any_of=(), reposts=())
    return read_table(path, contract, sheet=sheet_of(sheet), columns=_pairs(column) or None, bad_rows=bad_rows)


def _pairs(options: Sequence[str] | None) -> dict[str, str]:
    found = {}
    for option in options or ():
        name, sign, value = option.partition("=")
        if not sign or not name or not value:
            raise ValueError(f"“{option}”应写成 名称=值")
        found[name] = value
    return found


def _field(name: str, *tables: pd.DataFrame) -> str:
    """The column that a user means by its name or by its Chinese title, which all the tables must have."""
    from matcher.tables.schemas import NEEDS, OUTCOMES

    titles = {column.name: column.title for contract in (NEEDS, OUTCOMES) for column in contract.columns}
    for found in (name, *(field for field, title in titles.items() if title == name)):
        if all(found in table for table in tables):
            return found
    shared = [column for column in tables[0] if all(column in table for table in tables)]
    known = "、".join(f"{titles[column]}（{column}）" if column in titles else str(column) for column in shared)
    raise ValueError(f"没有字段“{name}”；可用的有：{known}")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"权重“{text}”不是数字") from None


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"日期“{text}”应写成 2026-03-31 这样") from None


def _segmenter(words: Path | None) -> Segmenter:
    from matcher.matching.tokens import Segmenter

    if words is None:
        return Segmenter()
    data = words.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return Segmenter(data.decode(encoding).split())
    raise TableError(f"{words.name}：不是文本文件；请存为 UTF-8 文本，每行一个词")


def _refuse_beside_folder(**given: object) -> None:
    """What was settled when an index was built is not asked for again, and not passed over in silence."""
    for name, value in given.items():
        if value is not None:
            option = "--" + name.replace("_", "-")
            raise TableError(f"{option} 在建立索引时给出，不能用于已保存的索引；要改请重新建立索引（--replace）")


def _encoder(name: str | None, download: bool, query_prompt: str | None, document_prompt: str | None) -> Encoder | None:
    from matcher.matching.encoders import load_encoder

    if name is None:
        return None
    return load_encoder(name, download=download, query_prompt=query_prompt, document_prompt=document_prompt)


def _read_pairs(path: Path) -> pd.DataFrame:
    from matcher.tables.reading import read_table
    from matcher.tables.schemas import PAIRS

    rows = read_table(path, PAIRS).rows
    if (rows[["need_id", "outcome_id"]] == "").any(axis=None):
        raise TableError(f"{path.name}：每一行都要有需求编号和成果编号")
    return rows


def _learned(index: Index, judged: Path, asked: pd.DataFrame, quiet: bool) -> Index:
    """The index taught by a file of judged pairs; what the index cannot learn from yet is told."""
    from matcher.matching.feedback import fit_feedback

    pairs = _read_pairs(judged)
    if away := int((~pairs[index.id_column].isin(set(index.ids.astype(str)))).sum()):
        say(quiet, f"{judged.name}：{away} 对的编号（{index.id_column}）不在库中，入库后才起作用")
    return fit_feedback(index, asked, pairs)


def _concat(tables: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]


def _about(inputs: list[Path], index: Index, day: dt.date) -> dict[str, str]:
    name = getattr(index.encoder, "name", type(index.encoder).__name__)
    return {
        "日期": day.isoformat(),
        "软件": f"enterprise-matcher {__version__}",
        **{f"输入 {path.name}": f"SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in inputs},
        "编码器": f"{name}（{index.fingerprint[:16]}）",
        "分词": f"{index.segmenter.engine}，自带领域词 + 用户词 {len(index.segmenter.words)} 个",
    }
