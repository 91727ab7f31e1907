# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration: previews five tenants, onboards them, and onboards them again without a change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sandbox import sandbox_from_file, serve

HERE = Path(__file__).parent
REPORT = HERE.parent / "demo-report"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
SIGNING = ("requestToken", "revokeToken")


def main() -> int:
    """Run the playbooks against a sandbox in this process. Return the exit code."""
    sandbox = sandbox_from_file(HERE.parent / "tests" / "sandbox" / "demo.yml")
    REPORT.mkdir(exist_ok=True)
    with serve(sandbox) as server:
        names = ", ".join(tenant.name for tenant in sandbox.tenants)
        print(f"A sandbox Control Center with the tenants {names} answers at {server.url}\n")
        for title, playbook, may_write in (
            ("1. Preview: nothing is written", "preview", False),
            ("2. Onboard", "onboard", True),
            ("3. Onboard again: nothing is left to do", "onboard", True),
        ):
            print(f"{'=' * 78}\n{title}\n{'=' * 78}", flush=True)
            sandbox.clear_log()
            code = _play(playbook, server.url)
            writes = [row for row in sandbox.log if row.method in WRITES and row.operation not in SIGNING]
            applied = [row for row in writes if (row.status or 0) < 400]
            print(f"Control Center saw {len(sandbox.log)} requests; {len(applied)} changed something.\n")
            if code or (writes and not may_write):
                return code or 1
        left = [row["tenant"] for row in json.loads((REPORT / "report.json").read_text())["tenants"] if row["changed"]]
    print(f"The report: {REPORT.name}/report.html")
    return 1 if left or applied else 0


def _play(playbook: str, url: str) -> int:
    # Keep the user's own connection settings out of the demonstration.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IMANAGE_")}
    environment.update(
        IMANAGE_URL=url,
        ANSIBLE_CALLBACKS_ENABLED="imanage.control_center.progress",
        ANSIBLE_DISPLAY_SKIPPED_HOSTS="false",
    )
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        *("-i", str(HERE / "inventory.yml")),
        *("-e", f"imanage_report={REPORT}"),
        f"imanage.control_center.{playbook}",
    ]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
