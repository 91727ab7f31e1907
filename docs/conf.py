# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the guides and of the reference, by Sphinx; make docs builds it."""

from pathlib import Path

import yaml

_GALAXY = yaml.safe_load((Path(__file__).parents[1] / "galaxy.yml").read_text(encoding="utf-8"))

project = f"{_GALAXY['namespace']}.{_GALAXY['name']}"
release = _GALAXY["version"]
html_title = f"{project} {release}"

# Markdown for the guides; the pages of modules and roles come as reStructuredText from antsibull-docs.
extensions = ["myst_parser", "sphinx_antsibull_ext"]
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/*.md",
    "roles/*/README.md",
    "reference/*.rst",
]
root_doc = "README"
# Links lead to headings as on GitHub.
myst_heading_anchors = 4

# Nothing is fetched: neither when the site is built nor when it is read.
intersphinx_mapping = {}
suppress_warnings = [
    "ref.ref",  # to pages of Ansible's own documentation
    "ref.envvar",  # the same, of its variables
    "misc.highlighting_failure",  # a crontab, which Pygments does not know
]

html_theme = "furo"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
pygments_style = "ansible"
