"""Stories told in a process of their own: what forks is tried where nothing else has threads."""

import subprocess
import sys
from pathlib import Path


def told(story: str) -> None:
    """Run a program that is silent when all is well. Warnings are errors, and it may import what the tests have."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", story],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=Path(__file__).parent,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
