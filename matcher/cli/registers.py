"""Registers given on the command line: which there are, and the firms with the facts that they show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from matcher.cli.messages import note
from matcher.cli.options import named, option
from matcher.cli.reading import all_problems, read

if TYPE_CHECKING:
    import pandas as pd

    from matcher.policy.policy import Policy
    from matcher.policy.registers.joining import Registered
    from matcher.tables.reading import Reading
    from matcher.tables.schemas.main import Contract

_CONTRACTS = {"contracts": "contracts", "技术合同": "contracts"}  # they become conversions of the seller


class Given(NamedTuple):
    """`files`: kind of register and file; `complete`: the kinds that hold everything; `same_name`: whether rows of the
    very name of one firm are confirmed.
    """

    files: list[tuple[str, Path]]
    complete: list[str]
    same_name: bool = False

    @classmethod
    def parse(cls, register: Sequence[str], complete: Sequence[str], same_name: bool = False) -> Given:
        """The options as they are written. Raises click.BadParameter for a kind that there is not."""
        if not register and not complete:
            return cls([], [])
        from matcher.policy.registers.joining import COMPLETE
        from matcher.policy.registers.schemas import registers

        schemas = registers()
        kinds = {**{kind: kind for kind in schemas}, **{one.title: kind for kind, one in schemas.items()}}
        files = [
            (_kind(kind, {**kinds, **_CONTRACTS}), Path(file))
            for text in register
            for kind, file in named([text], "种类=文件").items()
        ]
        whole = [_kind(word, {word: kind for word, kind in kinds.items() if kind in COMPLETE}) for word in complete]
        if absent := sorted(set(whole) - {kind for kind, _ in files}):
            raise click.BadParameter(f"--complete {absent[0]}：没有给出这种登记表（--register {absent[0]}=文件）")
        return cls(files, whole, same_name)

    def paths(self) -> list[Path]:
        """The files, which no output may overwrite."""
        return [file for _, file in self.files]

    def join(self, firms: pd.DataFrame, policies: Sequence[Policy], on: dt.date, *, quiet: bool) -> Registered | None:
        """The firms with the facts of the registers; None where there are no registers."""
        from matcher.policy.registers.entries import read_register
        from matcher.policy.registers.joining import add_registers
        from matcher.policy.registers.schemas import registers

        if not self.files:
            return None
        schemas = registers()
        tables: dict[str, list[Reading]] = {}
        for kind, file in self.files:
            if kind == "contracts":
                tables.setdefault("conversions", []).append(_conversions(file, schemas["conversions"], on, quiet=quiet))
            else:
                tables.setdefault(kind, []).append(read(read_register, file, schemas[kind], quiet=quiet))
        return add_registers(firms, tables, policies, on=on, complete=self.complete, same_name=self.same_name)


def registers_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that reads registers: `register`, `complete` and `same_name`."""
    complete = option(
        "--complete",
        multiple=True,
        metavar="种类",
        help="登记齐全的种类（rights、conversions、incidents、platforms）：没有记录的企业按没有算。",
    )
    register = option(
        "--register",
        multiple=True,
        metavar="种类=文件",
        help="登记表：rights、projects、conversions、staff、incidents、platforms、contracts（知识产权、研发项目、成果转化、"
        "人员、事故与失信、平台、技术合同），由它们归集出事实；可多次给出，如 rights=专利.xlsx。",
    )
    same_name = option(
        "--same-name",
        is_flag=True,
        help="您确认：登记表中没有代码、名称与唯一一家企业完全相同的行，就是这家企业的。",
    )
    return register(complete(same_name(function)))


def _kind(word: str, kinds: dict[str, str]) -> str:
    if word not in kinds:
        raise click.BadParameter(f"没有叫“{word}”的登记表；可以是 {'、'.join(kinds)}")
    return kinds[word]


def _conversions(file: Path, schema: Contract, on: dt.date, *, quiet: bool) -> Reading:
    """What the registered contracts say of conversions, as a register of its own."""
    from matcher.contracts import check_contracts, contract_conversions, read_contracts
    from matcher.contracts.repeats import repeat_problems
    from matcher.policy.registers.entries import read_register
    from matcher.tables.reading import Reading

    checked = check_contracts(read(read_contracts, file, quiet=quiet).rows, on=on)
    found = contract_conversions(checked)
    repeats = int((found["likely_repeat_id"] != "").sum())
    note(
        quiet,
        f"{file.name}：{len(checked)} 份合同；已登记的开发、转让、许可合同作为卖方的成果转化：{len(found)} 项"
        + (f"，其中 {repeats} 项的合同很可能重复，请核对" if repeats else ""),
    )
    reading, told = read_register(found.drop(columns="likely_repeat_id"), schema), f"{file.name}（折为成果转化）"
    reading = Reading(reading.rows, reading.problems.assign(file=told), reading.columns.assign(file=told))
    twice = Reading(checked, repeat_problems(checked, file=file.name))
    return Reading(reading.rows, all_problems(reading, twice), reading.columns)
