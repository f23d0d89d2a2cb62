"""How the documentation is built: `python3 .ci/dev.py docs`. Warnings are errors there.

Weighed: (a) Jupyter Book, which is this and a layer for books of notebooks, which these pages are not; (b) MkDocs, whose
reference of a Python package is a plugin of its own; (c) Sphinx with MyST: the pages are Markdown that reads well in a
checkout, autodoc is the field's standard, and directives of our own give magics, commands and events the same: (c).
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

from sandbox_kernel import __version__  # noqa: E402

project = "sandbox-kernel"
author = "The sandbox-kernel authors"
copyright = "2026, " + author
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "reference"]
exclude_patterns = ["_build", "_ext"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
default_role = "literal"  # docstrings mark code with single backquotes
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
nitpicky = False

html_theme = "furo"
html_title = f"sandbox-kernel {release}"
html_copy_source = False
html_show_sphinx = False
