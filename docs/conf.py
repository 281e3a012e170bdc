"""Sphinx: English pages here, Chinese guides in `zh/`; the pages below `reference/` are written anew for each build."""

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent), str(DOCS)]

import reference  # noqa: E402

import matcher  # noqa: E402

project = "enterprise-matcher"
author = "enterprise-matcher"
copyright = author
version = release = matcher.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["build"]
language = "en"
smartquotes = False  # "--push" is an option, not a dash
html_search_language = "zh"  # segments Chinese, and stems English as well

html_theme = "furo"
html_title = f"enterprise-matcher {version}"
html_show_copyright = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_theme_options = {"top_of_page_buttons": []}
pygments_style = "friendly"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autosummary_generate = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the signature shows them as they are written
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_preprocess_types = False

reference.write(DOCS / "reference")


def setup(app):  # noqa: D103
    app.connect("autodoc-process-docstring", reference.plain_docstring, priority=400)  # before napoleon
    app.connect("autodoc-skip-member", reference.skip_member)
