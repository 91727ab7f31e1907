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
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False

# The reference has colours of its own, for a white page. These follow the theme, in both of its schemes.
_SHARED = {
    "links-background": "var(--color-background-secondary)",
    "links-background-active": "var(--color-background-hover)",
    "links-focus-outline": "var(--color-brand-primary)",
    "links-text": "var(--color-brand-content)",
    "table-background-header": "var(--color-table-header-background)",
    "table-background-even": "var(--color-background-secondary)",
    "table-background-odd": "var(--color-background-primary)",
    "table-border": "var(--color-table-border)",
    "narrowtable-background": "var(--color-background-secondary)",
    "option-sample-header": "var(--color-foreground-primary)",
    "deprecation-border": "var(--color-foreground-primary)",
    "deprecation-background": "var(--color-background-secondary)",
    "deprecation-color": "var(--color-foreground-primary)",
}
_KINDS = {
    "option-type": ("#7a1fa2", "#d29bf0"),
    "option-elements": ("#7a1fa2", "#d29bf0"),
    "option-required": ("#b3261e", "#ff8a80"),
    "option-version-added": ("#1b5e20", "#81c784"),
    "option-aliases": ("#1b5e20", "#81c784"),
    "option-default": ("#1a4fc4", "#82b1ff"),
    "option-sample": ("#1a4fc4", "#82b1ff"),
    "attribute-support-none": ("#b3261e", "#ff8a80"),
    "attribute-support-partial": ("#7a5a00", "#e0c060"),
    "attribute-support-full": ("#1b5e20", "#81c784"),
}
html_theme_options = {
    f"{scheme}_css_variables": {
        f"antsibull-{name}": colour
        for name, colour in {**_SHARED, **{name: pair[index] for name, pair in _KINDS.items()}}.items()
    }
    for index, scheme in enumerate(("light", "dark"))
}
