"""What must hold of every command: persons are protected, and what a command reads it never destroys."""

import check_privacy
import check_targets
from command_runs import RUNS

from matcher.cli.app import main_group


def test_every_command_that_writes_is_among_those_that_are_run():
    """But for those that write no file for people, or only into a book or an index."""
    quiet = {"index", "learn", "list", "check", "rules", "exit", "replay", "template", "serve"}
    names = {word for run in RUNS for word in run.words[:2]}
    defaults = {"rank", "run", "propose", "classify"}  # may be left out
    aliases = {"firm-file": "firm-file", "chains": "chains", "timetable": "timetable", "allocate-visits": "help-whom"}
    for group, command in main_group.commands.items():
        inner = getattr(command, "commands", {group: command})
        missing = {name for name in inner if name not in names | quiet | defaults and aliases.get(name) not in names}
        assert missing == set(), group


def test_no_output_of_any_command_shows_a_contact(capsys):
    assert check_privacy.main() == 0, capsys.readouterr().err


def test_no_command_writes_over_what_it_reads(capsys):
    assert check_targets.main() == 0, capsys.readouterr().err
