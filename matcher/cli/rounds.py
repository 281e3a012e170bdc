"""A round of work from one settings file: its commands one after the other, resumed where it stopped, and checked."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from matcher import __version__
from matcher.cli.commands import Command, Group
from matcher.cli.messages import note, usage_sentence
from matcher.cli.messages import report as tell
from matcher.cli.options import DAY, NEW_BOOK, RESULT, argument, option, quiet_option
from matcher.cli.records import hash_of_book
from matcher.cli.settings import read_settings, wrong_colon
from matcher.errors import MatcherError, TableError
from matcher.event_log.places import Address, hidden, is_address

FORMAT = 1
_KEYS = {"日期": "date", "经办人": "person", "步骤": "steps"}


class Step(NamedTuple):
    """One command: its name in the file, the words, and the files among them, relative to the file's folder."""

    name: str
    words: list[str]
    files: list[str]  # read, or a book that is also written to
    results: list[str]


@click.command("run", cls=Command, help="按一份设置文件（YAML）依次完成一轮工作：中断后接着做，输入没变的步骤不重做。")
@argument("plan", "设置文件", "日期、经办人和步骤；写法见 docs/yearly-round.md。")
@option("--again", is_flag=True, help="不看记录，全部重做。")
@option("--verify", is_flag=True, help="不写结果：用同样的输入在临时文件夹重做，与记录逐个文件核对；不同则退出码为 1。")
@option("--list", "listed", is_flag=True, help="只列出步骤和哪些要做。")
@quiet_option
@click.pass_context
def run_command(ctx: click.Context, plan: Path, again: bool, verify: bool, listed: bool, quiet: bool) -> None:
    """Run the steps of a file, but for those whose words and inputs are those of the last time."""
    root = ctx.find_root().command
    steps = _steps(plan, root)
    record = plan.with_name(f"{plan.stem}.record.json")
    done, begun = _read_record(record)
    with contextlib.chdir(plan.parent):
        if verify:
            faults = _verify(steps, done, root)
            note(False, *faults)
            if faults:
                raise click.exceptions.Exit(1)
            tell(quiet, f"{len(steps)} 步：重做的结果与记录一致")
            return
        waiting = _stale(steps, {} if again else done)
        note(False, *(f"{fault}；没有重做（要重做请用 --again）" for fault in _changed(steps, done) if not again))
        if listed:
            tell(False, *(f"{'要做' if step in waiting else '已完成'}  {step.name}：{_line(step)}" for step in steps))
            return
        note(False, *(_put_aside(Path(path)) for path in begun if Path(path).exists()))
        for at, step in enumerate(steps, 1):
            if step in waiting:
                note(quiet, f"[{at}/{len(steps)}] {step.name}：{_line(step)}")
                fault = f"第 {at} 步“{step.name}”没有完成；改正后再运行即从这一步继续"
                new = [path for path in (*step.results, *step.files) if not Path(path).exists()]
                _write_record(record.name, steps, done, new)
                try:
                    done[step.name] = _run(step, root, quiet, fault)
                finally:
                    _write_record(record.name, steps, done)
    tell(quiet, f"{len(steps)} 步完成，其中 {len(steps) - len(waiting)} 步没有变化、没有重做；记录在 {record}")


def _steps(plan: Path, root: click.Command) -> list[Step]:
    """The steps of a file, each checked as its command checks its words, before the first one runs."""
    content = {_KEYS.get(key, key): value for key, value in read_settings(plan).items()}
    if unknown := sorted(set(content) - set(_KEYS.values())):
        raise TableError(f"{plan.name}：没有“{unknown[0][:60]}”这一项；可以写 {'、'.join(_KEYS)}")
    listed = content.get("steps")
    if not isinstance(listed, list) or not listed:
        raise TableError(f"{plan.name}：没有步骤；请在“步骤”下每行写一个 - 名称: 命令")
    common = {
        "--on": DAY.convert(content["date"], None, None).isoformat() if "date" in content else "",
        "--person": content.get("person", ""),
    }
    steps: list[Step] = []
    with contextlib.chdir(plan.parent):
        for at, node in enumerate(listed, 1):
            if not isinstance(node, dict) or len(node) != 1:
                colon = wrong_colon(Path(plan.name)) if isinstance(node, str) else ""
                raise TableError(f"{plan.name}：{colon}{'；' if colon else ''}第 {at} 步应写成 - 名称: 命令")
            name, command = next(iter(node.items()))
            if name in (step.name for step in steps):
                raise TableError(f"{plan.name}：有两步都叫“{name}”；请各起一个名称")
            try:
                words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]
                steps.append(_step(name, words[words[:1] == ["matcher"] :], common, root))
            except (click.ClickException, ValueError) as error:
                why = usage_sentence(error).split("\n")[0] if isinstance(error, click.ClickException) else str(error)
                raise TableError(f"{plan.name}：第 {at} 步“{name}”：{why}") from error
    named = [result for step in steps for result in step.results]
    if twice := next((result for result in named if named.count(result) > 1), None):
        raise TableError(f"{plan.name}：有两步都写“{twice}”；请各用一个文件名")
    return steps


def _step(name: str, words: list[str], common: dict[str, str], root: click.Command) -> Step:
    if any(hidden(word) != word for word in words):
        raise ValueError("地址里的口令会写进记录；请从地址中删去，放在 ~/.pgpass 或环境变量 PGPASSWORD 中")
    command, rest = _command(root, words)
    names = {opt for one in command.params for opt in one.opts}
    more = [
        word for opt, value in common.items() if value and opt in names and opt not in rest for word in (opt, value)
    ]
    values = command.make_context(name, [*rest, *more]).params
    kinds = {one.name: one.type for one in command.params}
    paths: dict[bool, list[str]] = {False: [], True: []}
    for key, value in values.items():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Path | Address):
                paths[kinds[key] in (RESULT, NEW_BOOK)].append(str(one))
            elif isinstance(one, str) and "=" in one and not one.endswith("="):  # 种类=文件
                paths[False].append(one.partition("=")[2])
    return Step(name, [*words, *more], paths[False], paths[True])


def _command(root: click.Command, words: Sequence[str]) -> tuple[click.Command, list[str]]:
    """The command that some words mean, and the words behind its name."""
    command, rest = root, list(words)
    while isinstance(command, Group):
        inner = command.get_command(click.Context(command), rest[0]) if rest else None
        if inner is not None:
            rest = rest[1:]
        elif command.default is None or not rest:
            raise click.UsageError(f"没有命令“{rest[0] if rest else ''}”")
        command = inner or command.commands[str(command.default)]
    if command.name == "run" and command.callback is run_command.callback:
        raise click.UsageError("一轮工作的步骤里不能再有 run")
    return command, rest


def _line(step: Step) -> str:
    return " ".join(["matcher", *(f'"{word}"' if " " in word or not word else word for word in step.words)])


def _hash(path: str) -> str:
    """The hash of a file, or of what a book in PostgreSQL holds; "" for none."""
    if is_address(path):
        return hash_of_book(path)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if Path(path).is_file() else ""


def _result_hash(path: str) -> str:
    """The hash of a result; of a folder that of all its files with their places."""
    place = Path(path)
    if not place.is_dir():
        return _hash(path)
    files = sorted(one for one in place.rglob("*") if one.is_file())
    lines = [f"{one.relative_to(place).as_posix()} {_hash(str(one))}\n" for one in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _stale(steps: Sequence[Step], done: dict[str, Any]) -> list[Step]:
    """The steps that are to be run: new words, other inputs, a result that is gone; and what follows from them.

    A file that steps write into (a book) is not compared; a step is run again where one before it is that writes there.
    """
    books = {path for entry in done.values() for path in entry["books"]}
    stale: list[Step] = []
    renewed: set[str] = set()
    for step in steps:
        entry = done.get(step.name)
        if (
            entry is None
            or (entry["words"], entry["software"]) != (step.words, __version__)
            or any(_hash(path) != digest for path, digest in entry["inputs"].items() if path not in books)
            or any(not _result_hash(path) for path in [*entry["results"], *entry["books"]])
            or renewed & {*step.files, *entry["books"]}
        ):
            stale.append(step)
            renewed |= {*step.results, *(books & set(step.files))}
    return stale


def _changed(steps: Sequence[Step], done: dict[str, Any]) -> list[str]:
    """Which results are not as they were written, but for those that a later step writes into: Chinese sentences."""
    books = {path for entry in done.values() for path in entry["books"]}
    written = [(step, path, digest) for step in steps for path, digest in _results(step, done) if path not in books]
    return [
        f"“{step.name}”的结果“{path}”在记录之后改过"
        for step, path, digest in written
        if (now := _result_hash(path)) and now != digest
    ]


def _results(step: Step, done: dict[str, Any]) -> list[tuple[str, str]]:
    return list(done[step.name]["results"].items()) if step.name in done else []


def _put_aside(path: Path) -> str:
    """Rename what a step left that was broken off, so that the step can be done again; a Chinese sentence."""
    names = (path.with_name(f"{path.stem}.中断{many or ''}{path.suffix}") for many in itertools.count())
    kept = next(name for name in names if not name.exists())
    path.rename(kept)
    return f"“{path}”是上次没有做完的一步留下的，已改名为“{kept.name}”"


def _run(step: Step, root: click.Command, quiet: bool, fault: str) -> dict[str, Any]:
    """Run a step; its words, and the hashes of what it read, changed and wrote."""
    before = {path: _hash(path) for path in step.files}
    command, _ = _command(root, step.words)
    silent = ["-q"] if quiet and any("-q" in one.opts for one in command.params) else []
    try:
        status = root.main(args=[*step.words, *silent], prog_name="matcher", standalone_mode=False)
    except (MatcherError, click.ClickException, OSError) as error:
        why = error.message if isinstance(error, click.ClickException) else str(error)
        raise TableError(f"{why}\n{fault}") from error
    if isinstance(status, int) and status:
        raise TableError(fault)
    after = {path: _hash(path) for path in step.files}
    return {
        "words": step.words,
        "software": __version__,
        "inputs": {path: digest for path, digest in before.items() if digest and digest == after[path]},
        "books": [path for path, digest in after.items() if digest and digest != before[path]],
        "results": {path: _result_hash(path) for path in step.results},
    }


def _verify(steps: Sequence[Step], done: dict[str, Any], root: click.Command) -> list[str]:
    """What differs where the steps are run again, elsewhere, on the inputs of now: Chinese sentences."""
    if faults := [f"“{step.name}”没有记录，还没有做过" for step in steps if step.name not in done]:
        return faults
    faults += _changed(steps, done)
    results = {path for step in steps for path in (*step.results, *done[step.name]["books"])}
    files = {path: f"{at}.db" for at, path in enumerate(sorted(filter(is_address, results)))}  # what is there stays
    inputs = {path: digest for step in steps for path, digest in done[step.name]["inputs"].items()}
    for path, digest in inputs.items():
        if path not in results and _hash(path) != digest:
            faults.append(f"输入“{path}”与记录的不同（SHA-256）")
    with _copied([path for path in inputs if path not in results and not is_address(path)], {*results} - {*files}):
        for step in steps:
            _run(_instead(step, files), root, True, f"“{step.name}”重做不成")
            for path, digest in done[step.name]["results"].items():
                if (hash_of_book(files[path]) if path in files else _result_hash(path)) != digest:
                    faults.append(f"“{step.name}”的结果“{path}”与记录的不同")
    return faults


def _instead(step: Step, files: dict[str, str]) -> Step:
    """A step with files in the place of books in PostgreSQL."""

    def put(text: str) -> str:
        for address in sorted(files, key=len, reverse=True):  # pool2 before pool
            text = text.replace(address, files[address])
        return text

    return Step(step.name, *(list(map(put, part)) for part in step[1:]))


@contextlib.contextmanager
def _copied(paths: Sequence[str], results: Iterable[str]) -> Iterator[None]:
    """A folder of a moment with copies of the files, in which the steps run; those named by a full path stay.

    results: what they will write there.
    """
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            target = Path(folder) / path
            if target.is_relative_to(folder) and ".." not in target.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(here / path, target)
        for result in results:
            if (place := (Path(folder) / result).parent).is_relative_to(folder):
                place.mkdir(parents=True, exist_ok=True)
        with contextlib.chdir(folder):
            yield


def _read_record(path: Path) -> tuple[dict[str, Any], list[str]]:
    """The steps that were done; and what the step that was under way when the work stopped may have left."""
    from matcher.tables.json import parse_json

    if not path.exists():
        return {}, []
    try:
        content = parse_json(path.read_bytes())
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise TableError(f"{path.name}：不是一轮工作的记录；请移走这个文件再运行")
    return dict(content["steps"]), list(content.get("begun", []))


def _write_record(name: str, steps: Sequence[Step], done: dict[str, Any], begun: Sequence[str] = ()) -> None:
    """What is done of the steps; begun: files that were not there before the step that is now run."""
    from matcher.export.formats import json_bytes
    from matcher.export.targets import save_files

    content = {"format": FORMAT, "steps": {step.name: done[step.name] for step in steps if step.name in done}}
    save_files({Path(name): json_bytes(content | ({"begun": list(begun)} if begun else {}))})
