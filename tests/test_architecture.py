"""The laws of the house: which package knows which, what an import costs, and what must never be in a module."""

import ast
import importlib
import importlib.resources
import inspect
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import matcher

ROOT = Path(matcher.__file__).parent
MODULES = {".".join(("matcher", *path.relative_to(ROOT).with_suffix("").parts)): path for path in ROOT.rglob("*.py")}
LEVELS = [  # a package imports what lies on lower levels; on one level nobody knows the other
    {"errors", "progress", "forks"},
    {"tables", "event_log"},
    {"needs"},
    {"matching", "export"},
    {"integrity"},
    {"experts", "fields", "policy", "assignment", "contracts", "assessment"},
    {"pool", "partners", "challenges", "commissioners", "projects", "resources", "review"},
    {"web", "spark"},
    {"cli"},
]
PACKAGES = sorted(set().union(*LEVELS))
WRITERS = r"\bimport xlsxwriter|\bimport jinja2|\.to_csv\(|\.to_parquet\(|\.to_excel\(|\bParquetWriter\(|\.to_html\("


@cache
def code_of(path: Path) -> str:
    """The text of a module without docstrings and comments."""
    return ast.unparse(_without_docstrings(ast.parse(path.read_text("utf-8"))))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0].value.value = ""
    return tree


def imports(path: Path) -> set[str]:
    """The modules of this library that a module imports, wherever in it; those for type checking count too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "matcher":
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                names.add(inner if inner in MODULES or f"{inner}.__init__" in MODULES else node.module)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.startswith("matcher.")}
    return {f"{name}.__init__" if f"{name}.__init__" in MODULES else name for name in names if name != "matcher"}


def package(module: str) -> str:
    return module.split(".")[1]


def level(name: str) -> int:
    return next(at for at, names in enumerate(LEVELS) if name in names)


def test_the_root_holds_a_face_a_door_and_three_helpers():
    names = ["__init__.py", "__main__.py", "errors.py", "forks.py", "progress.py"]
    assert sorted(path.name for path in ROOT.glob("*.py")) == names
    assert sorted({package(name) for name in MODULES} - {"__init__", "__main__"}) == PACKAGES


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_know_only_what_lies_below(name):
    """The version stands in the face and may be read anywhere."""
    known = {
        (module, other)
        for module, path in MODULES.items()
        if package(module) == name
        for other in imports(path)
        if package(other) not in (name, "__init__") and level(package(other)) >= level(name)
    }
    assert known == set()


def test_modules_import_one_another_in_no_circle():
    """But for index and storage: `Index.save` and `Index.load` are methods, and what lies in a folder is an Index."""
    graph = {name: imports(path) for name, path in MODULES.items() if not name.endswith("__init__")}
    graph["matcher.matching.index"] = graph["matcher.matching.index"] - {"matcher.matching.library.storage"}
    assert set(TopologicalSorter(graph).static_order()) >= set(graph)


def test_only_export_writes_for_people():
    """What an index saves for itself is Parquet too, but nobody reads it."""
    writers = {name for name, path in MODULES.items() if re.search(WRITERS, code_of(path))}
    writers -= {"matcher.matching.library.storage", "matcher.matching.library.folders"}
    assert {package(name) for name in writers} == {"export"}
    count = {
        word: sum(word in code_of(path) for path in MODULES.values()) for word in ("xlsxwriter.Workbook(", "jinja2.")
    }
    assert count == {"xlsxwriter.Workbook(": 1, "jinja2.": 1}


def test_commands_hold_no_titles_and_no_writers():
    for name, path in MODULES.items():
        if package(name) == "cli":
            words = r"(?<![.\w])open\(|\.write_bytes\(|\.write_text\(|_TITLES|_HEADERS"
            assert not re.search(words, code_of(path)), name


def test_a_title_stands_once():
    """Titles of results are written in one place; a Chinese header of a field is no literal of another module."""
    from matcher.export import titles

    tables = [value for name, value in vars(titles).items() if name.isupper()]
    assert all(isinstance(table, dict) for table in tables)
    repeated = {
        name: {key for key, title in table.items() if titles.TITLES.get(key) == title}
        for name, table in vars(titles).items()
        if name.isupper() and name not in ("TITLES", "CARD_FILE")  # CARD_FILE is the order of a file that is read again
    }
    assert {name: keys for name, keys in repeated.items() if keys} == {}
    for name, path in MODULES.items():
        if not name.startswith(("matcher.export.titles", "matcher.tables.schemas.main")):
            assert not re.search(r"^_?[A-Z_]*(TITLES|HEADS) = ", path.read_text("utf-8"), re.MULTILINE), name


def test_no_public_name_is_the_name_of_its_module_or_package():
    for name in (*PACKAGES, ""):
        space = importlib.import_module(f"matcher.{name}".rstrip("."))
        for public in getattr(space, "__all__", []):
            home = getattr(space, public)
            if inspect.isfunction(home):
                assert public not in home.__module__.split("."), f"{home.__module__}.{public}"


def test_the_public_face_is_small_and_documented():
    assert len(matcher.__all__) <= 20
    for name in matcher.__all__:
        assert inspect.getdoc(getattr(matcher, name)), name
        assert name in dir(matcher)
    for space in sorted(set(PACKAGES) - {"errors", "progress", "forks", "cli", "needs"}):
        names = getattr(matcher, space).__all__
        assert 3 <= len(names) <= 13, space
        for name in names:
            assert inspect.getdoc(getattr(getattr(matcher, space), name)), f"{space}.{name}"
    with pytest.raises(AttributeError, match=r"^No matcher attribute matching_engine$"):
        matcher.matching_engine  # noqa: B018


def test_help_reads_as_a_guide():
    text = inspect.getdoc(matcher)
    for name in matcher.__all__:
        if not name.startswith("read_"):
            assert name in text, name


def test_importing_is_quick_and_loads_nothing_heavy():
    heavy = ("torch", "faiss", "sklearn", "scipy", "pandas", "numpy", "pyarrow", "jieba", "rjieba", "click", "rich")
    code = (
        "import time; start = time.perf_counter(); import matcher; spent = time.perf_counter() - start; "
        f"import sys; print(spent, [name for name in {heavy} if name in sys.modules])"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    results = [run.stdout.strip().split(" ", 1) for run in runs]
    assert {loaded for _, loaded in results} == {"[]"}
    assert min(float(spent) for spent, _ in results) < 0.3


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


def test_types_are_shipped():
    assert importlib.resources.files("matcher").joinpath("py.typed").is_file()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_unsafe_and_nothing_hidden(module):
    path = MODULES[module]
    code = code_of(path)
    for word in (r"\bimport pickle", r"\bpickle\.", r"(?<![.\w])eval\(", r"(?<![.\w])exec\(", r"allow_pickle=True"):
        assert not re.search(word, code), word
    for word in (r"os\.environ", r"os\.getenv", r"(?<![.\w])print\("):
        assert not re.search(word, code), word
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "it does not say what it hides"
