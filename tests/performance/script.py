# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job as uri.yml does it, without Ansible: threads and requests, to show how much of the time is Ansible's."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

APPLICATIONS = ("iManage Tracker", "iManage Tracker CC configuration")


def onboard(base: str, client_id: str, tenant: dict[str, str]) -> None:
    """Onboard one tenant, reading before writing."""
    with requests.Session() as session:
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        form = {
            "grant_type": "password",
            "client_id": client_id,
            "username": tenant["imanage_username"],
            "password": tenant["imanage_password"],
            "scope": "admin",
        }
        token = _call(session, "POST", f"{base}/auth/oauth2/token", data=form)["access_token"]
        session.headers["X-Auth-Token"] = token
        user = _call(session, "GET", f"{base}/api")["data"]["user"]
        api = f"{base}/work/api/v2/customers/{user['customer_id']}"
        apps = {row["name"]: row for row in _call(session, "GET", f"{api}/apps?limit=500")["data"]}
        for name in APPLICATIONS:
            if apps[name]["status"] != "enabled":
                _call(session, "PATCH", f"{api}/apps/{apps[name]['id']}", json={"status": "enabled"})
        policy = f"{api}/settings/{apps[APPLICATIONS[1]]['id']}/oauth2.tokens"
        read = session.get(policy)
        value = read.json()["data"]["value"] if read.status_code == 200 else {}
        if not value.get("allow_refresh_token"):
            value["allow_refresh_token"] = True
            _call(session, "PUT", policy, json={"type": "value", "value": value})
        tracker = f"{base}/tracker/api/v2/customers/{user['customer_id']}/libraries"
        for row in _call(session, "GET", f"{tracker}?limit=500")["data"]:
            if not row.get("authorized_by"):
                _call(session, "POST", f"{tracker}/{row['id']}/authorization", json={"email": user["email"]})
        session.post(f"{base}/auth/oauth2/revoke-token", data={"access_token": token}).raise_for_status()


def _call(session: requests.Session, method: str, url: str, **body: Any) -> Any:
    reply = session.request(method, url, **body)
    reply.raise_for_status()
    return reply.json()


if __name__ == "__main__":
    group = json.loads(Path(sys.argv[1]).read_text())["imanage_tenants"]
    with ThreadPoolExecutor(int(sys.argv[2])) as pool:
        jobs = [
            pool.submit(onboard, os.environ["IMANAGE_URL"], group["vars"]["imanage_client_id"], tenant)
            for tenant in group["hosts"].values()
        ]
    for job in jobs:
        job.result()
