"""The door for experts: needs, people and works in, ranked people with the works that speak for them out."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from pathlib import Path
from typing import Annotated

import typer


def add_commands(app: typer.Typer) -> None:
    """Put the command on an app."""
