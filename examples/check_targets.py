"""No command may write over what it reads: count the inputs that a command destroys when it is told to.

    python examples/check_targets.py

Every command that writes is run on copies of the example tables, once for each of its inputs and each of its outputs,
with the input as the output: under its own name, through a link, and as the `.problems.csv` beside another output. An
input counts as destroyed when a byte of it changed; a command that does not refuse (exit status 2) is listed too.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from command_runs import RUNS, Run, execute, inside, prepare


def traps(run: Run) -> list[tuple[str, str, str]]:
    """(output, input, how): every way in which an output of the run can be one of its inputs.

    A workbook has a sheet for its problems; beside another output they stand as CSV.
    """
    tries = []
    for output in run.outputs:
        if output.endswith(".db") or "." not in output:
            continue
        for source in run.inputs:
            if Path(source).suffix in (".csv", ".parquet", ".xlsx"):
                tries += [(output, source, "name"), (output, source, "link")]
                if Path(output).suffix != ".xlsx" and Path(source).suffix == ".csv":
                    tries.append((output, source, "beside"))
    return tries


def _renamed(word: str, old: str, new: str) -> str:
    """A word, or one such as kind=table, that names another table."""
    kind, sign, table = word.rpartition("=")
    return f"{kind}{sign}{new}" if table == old else word


def spring(run: Run, output: str, source: str, how: str) -> tuple[bool, bool]:
    """Run it with the input as the output: whether the input lives, and whether the command refused."""
    as_output = Path(source).with_suffix(Path(output).suffix).name  # a name that the command may write to
    words = list(run.words)
    if how == "beside":
        original, as_output = f"trap.problems{Path(source).suffix}", f"trap{Path(output).suffix}"
        shutil.copy(source, original)
        words = [_renamed(word, source, original) for word in words]
    else:
        original = source if Path(source).suffix == Path(output).suffix else as_output
        if original != source:  # the same table in the form that the command writes
            shutil.copy(source, original)
            words = [_renamed(word, source, original) for word in words]
        as_output = original
        if how == "link":
            as_output = f"link{Path(original).suffix}"
            Path(as_output).unlink(missing_ok=True)
            os.symlink(original, as_output)
    before = Path(original).read_bytes()
    status, message = execute(tuple(as_output if word == output else word for word in words))
    lives = Path(original).read_bytes() == before
    Path(original).write_bytes(before)
    return lives, status == 2 and "就是输入文件" in message


def main() -> int:
    """Print the figures; 1 when an input was destroyed."""
    tried = destroyed = accepted = 0
    with tempfile.TemporaryDirectory() as name, inside(Path(name)) as folder:
        prepare(folder)
        for run in RUNS:
            for output, source, how in traps(run):
                lives, refused = spring(run, output, source, how)
                tried += 1
                destroyed += not lives
                accepted += not refused
                if not (lives and refused):
                    print(f"{' '.join(run.words[:2])}: {output} over {source} ({how})", file=sys.stderr)
            execute(run.words)  # what the next commands need
    commands = len({tuple(word for word in run.words[:2] if "." not in word) for run in RUNS if traps(run)})
    print(f"{commands} commands, {tried} tries: {destroyed} inputs destroyed, {accepted} tries not refused")
    return int(destroyed + accepted > 0)


if __name__ == "__main__":
    sys.exit(main())
