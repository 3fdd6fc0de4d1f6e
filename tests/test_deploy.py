"""The files for those who run newsloom as a service of a machine, in containers, or on their own Prefect server."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint
from prefect.settings import Settings
from prefect.settings.legacy import _get_settings_fields

from flows.data_directory import DataDirectory
from flows.service.deployments import deployments
from flows.settings import Schedule

ROOT = Path(__file__).parent.parent
SYSTEMD = shutil.which("systemd-analyze")


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return found


@pytest.mark.skipif(SYSTEMD is None, reason="NO SYSTEMD HERE: nobody has checked the unit")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    assert SYSTEMD is not None
    unit = (ROOT / "deploy" / "newsloom.service").read_text(encoding="utf-8")
    copy = tmp_path / "newsloom.service"
    copy.write_text(unit.replace("/srv/newsloom/venv/bin/newsloom", "/bin/true"), encoding="utf-8")
    checked = subprocess.run([SYSTEMD, "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False)
    assert [line for line in checked.stderr.splitlines() if "newsloom.service" in line] == []


def test_every_prefect_setting_of_the_containers_exists() -> None:
    services = read("deploy/compose.yaml")["services"].values()
    used = {name for service in services for name in service.get("environment", {}) if name.startswith("PREFECT_")}
    assert used
    assert used <= set(_get_settings_fields(Settings)), "Prefect has no such setting"


def test_only_this_machine_reaches_what_the_containers_open() -> None:
    services = read("deploy/compose.yaml")["services"]
    opened = [port for service in services.values() for port in service.get("ports", [])]
    assert opened == ["127.0.0.1:4200:4200"]


def test_prefect_deploys_what_up_serves_with_the_same_schedules(tmp_path: Path) -> None:
    served = {
        deployment.flow_name: deployment
        for deployment in deployments("x", DataDirectory(tmp_path), tmp_path / "sources.toml", Schedule())
    }
    shipped = {entry["name"]: entry for entry in read("prefect.yaml")["deployments"]}
    crawl_shard = shipped.pop("crawl-shard")  # runs start it, if they are to crawl in shards
    flow: Any = load_flow_from_entrypoint(str(ROOT / crawl_shard["entrypoint"]))
    assert set(flow.parameters.properties) == {"plan", "minutes", "store"}
    assert shipped.keys() == served.keys()
    for name, entry in shipped.items():
        flow = load_flow_from_entrypoint(str(ROOT / entry["entrypoint"]))
        assert set(entry["parameters"]) <= set(flow.parameters.properties)
        assert set(entry["parameters"]) == set(served[name].parameters), name
        mine: list[Any] = [schedule.schedule for schedule in served[name].schedules or []]
        theirs = entry.get("schedules", [])
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            if "cron" in other:
                assert (one.cron, one.timezone) == (other["cron"], other["timezone"])
            else:
                assert one.interval.total_seconds() == other["interval"]
        assert entry["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
