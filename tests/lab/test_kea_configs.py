# SPDX-License-Identifier: MPL-2.0
"""Every configuration in kea-configs/ is checked by Kea and then really started, with our library in it."""

import subprocess

import pytest

from labkit import kea, paths

configurations = sorted((paths.root / "kea-configs").glob("*.json"))


def test_there_are_configurations():
    assert paths.kea_short_config in configurations


@pytest.mark.parametrize("path", configurations, ids=lambda path: path.stem)
def test_configuration_is_loaded(lab, path):
    if "-ha-" in path.stem:
        lab.network.ip("addr", "add", "198.18.77.2/24", "dev", "br0")  # the second server's
    started = lab.start_kea(kea.read_config(path))
    checked = subprocess.run(lab.network.command("kea-dhcp4", "-t", started.config_path), capture_output=True, text=True,
                             timeout=60, env=started.environment, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    answer = started.command("config-test", kea.read_config(started.config_path))
    assert answer["result"] == 0, answer
    assert started.command("chainload-status")["result"] == 0
