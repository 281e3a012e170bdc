"""The lowest versions that users may have are those that the tests also run with."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def versions(lines: list[str], sign: str) -> dict[str, list[int]]:
    """Package -> its version, without zeros at the end, of each line that gives one behind the sign."""
    found = {}
    for line in lines:
        if match := re.fullmatch(rf"([\w-]+){sign}([\d.]+)", line.strip()):
            numbers = [int(part) for part in match[2].split(".")]
            while numbers[-1] == 0:
                numbers.pop()
            found[match[1].lower().replace("_", "-")] = numbers
    return found


def test_the_floors_of_the_package_are_those_that_are_tested():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    direct, extras = project["dependencies"], project["optional-dependencies"]
    tested = versions((ROOT / ".ci" / "floors.txt").read_text("utf-8").splitlines(), "==")
    stated = versions(direct, ">=")
    assert len(stated) == len(direct)
    accurate = versions(extras["accurate"], ">=")
    assert stated | accurate == tested
