"""How the modules may know each other, what an import costs, and what must never be in them."""

import ast
import importlib.resources
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import matcher

PACKAGE = Path(matcher.__file__).parent
ROOMS = {  # rooms with rooms of their own
    name: {path.stem: path for path in (PACKAGE / name).glob("*.py")} for name in ("policy", "assignment", "pool")
}
POLICY = ROOMS["policy"]
MODULES = sorted([*(path.stem for path in PACKAGE.glob("*.py")), *ROOMS])

# A module knows only those further up; on one line nobody knows the other.
ORDER = [
    {"errors", "progress", "chance"},
    {"contracts", "text", "biff", "output", "strict_yaml"},
    {"cleaning", "encoders", "lexical", "reposts"},
    {"files", "torch_encoder", "estimators", "calibration"},
    {"headers"},
    {"tables"},
    {"index", "policy", "schemes", "scopes"},
    {"filters", "reasons", "fields", "experts"},
    {"feedback"},
    {"storage", "ranking"},
    {"matching", "evaluation", "report", "expert_ranking"},
    {"books", "cli_options"},
    {"assignment", "pool", "teams", "namesakes", "cooperation", "chains"},
    {"partner_options"},
    {"partnering"},
    {"firm_sheets", "partner_book"},
    {
        "cli_policy",
        "cli_discover",
        "cli_history",
        "cli_assign",
        "cli_experts",
        "cli_teams",
        "cli_partners",
        "cli_fields",
        "cli_instruments",
    },
    {"cli_followup"},
    {"cli_pool"},
    {"__init__", "cli"},
]
TABLES = {"cleaning", "contracts", "headers", "files", "biff", "reposts", "tables"}
MATCHING = {"text", "encoders", "chance", "lexical", "index", "storage", "filters", "reasons", "matching", "evaluation"}
MATCHING |= {"calibration", "feedback", "ranking", "experts", "teams", "namesakes"}
# Index.save and Index.load; what the judged pairs teach: these know Index themselves
LAZY = {("index", "storage"), ("index", "ranking"), ("index", "feedback")}


def imported(module: str) -> set[str]:
    """The modules of this package that a module imports, wherever in it; those for type checking alone count too."""
    paths = ROOMS[module].values() if module in ROOMS else [PACKAGE / f"{module}.py"]
    return {name for path in paths for name in imports_of(path)} - {module}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "matcher":
            rest = node.module.split(".")[1:]
            found |= {rest[0]} if rest else {name.name for name in node.names if name.name in MODULES} or {"__init__"}
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("matcher.")}
    return found


def level(module: str) -> int:
    return next(i for i, names in enumerate(ORDER) if module in names)


def test_every_module_has_its_place():
    assert sorted(name for names in ORDER for name in names) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module):
    """`__init__` holds no logic; its version may be read anywhere."""
    known = {name for name in imported(module) - {"__init__"} if (module, name) not in LAZY}
    assert {name for name in known if level(name) >= level(module)} == set()


@pytest.mark.parametrize("room", ROOMS)
def test_imports_within_a_room_run_in_no_circle(room):
    graph = {
        name: set(re.findall(rf"^\s*from matcher\.{room}\.(\w+) import", path.read_text("utf-8"), re.MULTILINE))
        for name, path in ROOMS[room].items()
    }
    assert sorted(TopologicalSorter(graph).static_order()) == sorted(ROOMS[room])


def test_policies_and_matching_do_not_know_each_other():
    assert imported("policy") & MATCHING == set()
    assert {name for name in MATCHING if "policy" in imported(name)} == set()


def test_assignment_works_over_any_pair_table():
    assert imported("assignment") & (MATCHING | {"policy"}) == set()


def test_errors_import_nothing():
    assert imported("errors") == set()


def test_reading_tables_and_matching_do_not_know_each_other():
    assert {name: imported(name) & MATCHING for name in TABLES if imported(name) & MATCHING} == {}
    assert {name: imported(name) & TABLES for name in MATCHING if imported(name) & TABLES} == {}


def test_storage_is_the_only_module_that_knows_how_a_folder_lies():
    """`index` reaches it in two functions only, when they are called."""
    tree = ast.parse((PACKAGE / "index.py").read_text("utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert not any("storage" in ast.dump(node) for node in top)


def test_importing_is_quick_and_loads_nothing_heavy(tmp_path):
    heavy = ("torch", "faiss", "sklearn", "scipy", "pandas", "numpy", "pyarrow", "jieba", "rjieba", "typer")
    code = (
        "import time; start = time.perf_counter(); import matcher; spent = time.perf_counter() - start; "
        f"import sys; print(spent, [name for name in {heavy} if name in sys.modules])"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    told = [run.stdout.strip().split(" ", 1) for run in runs]
    assert {loaded for _, loaded in told} == {"[]"}
    assert min(float(spent) for spent, _ in told) < 0.3


def test_matching_loads_no_torch_and_no_faiss(tmp_path):
    code = (
        "import sys, pandas as pd; from matcher import Index, match; "
        "index = Index.build(pd.DataFrame({'outcome_id': ['C1', 'C2'], 'title': ['机床', '水稻']})); "
        "match(pd.DataFrame({'need_id': ['N1'], 'title': ['机床']}), index); index.save(sys.argv[1]); "
        "print([name for name in ('torch', 'faiss', 'sklearn', 'transformers', 'sentence_transformers', 'jieba') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_loads_and_is_documented():
    assert matcher.__all__ == sorted(matcher.__all__)
    for name in matcher.__all__:
        assert getattr(matcher, name).__doc__, name
        assert name in dir(matcher)
    with pytest.raises(AttributeError, match=r"^module 'matcher' has no attribute 'matching_engine'$"):
        matcher.matching_engine  # noqa: B018


def test_types_are_shipped():
    assert importlib.resources.files("matcher").joinpath("py.typed").is_file()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_unsafe_and_nothing_hidden(path):
    module, text = path.stem, path.read_text("utf-8")
    code = re.sub(r'"""(?:.|\n)*?"""', "", text)
    for word in (r"\bimport pickle", r"\bpickle\.", r"(?<![.\w])eval\(", r"(?<![.\w])exec\(", r"allow_pickle=True"):
        assert not re.search(word, code), f"{module}: {word}"
    for word in (r"os\.environ", r"os\.getenv", r"\bprint\((?!.*file=sys\.stderr)"):
        assert not re.search(word, code) or module.startswith("cli"), f"{module}: {word}"
    assert ast.get_docstring(ast.parse(text)), f"{module} does not say what it hides"
