# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-test fetches to put pip into its environments, from what Python brings: nothing has to be fetched."""

import subprocess
import sys

subprocess.run([sys.executable, "-m", "ensurepip"], check=True)
_PACKAGES = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
# In a process of its own, since it replaces the pip that it runs with.
subprocess.run([sys.executable, "-m", "pip", "install", *_PACKAGES], check=True)
