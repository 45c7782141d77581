# SPDX-License-Identifier: MPL-2.0
"""Every configuration in kea-configs/ is checked by Kea and then really started, with our library in it."""

import pytest

from labkit import kea, paths

configurations = sorted((paths.root / "kea-configs").glob("*.json"))


def test_there_are_configurations():
    assert paths.kea_short_config in configurations


@pytest.mark.parametrize("path", configurations, ids=lambda path: path.stem)
def test_configuration_is_loaded(lab, path):
    started = lab.start_kea(kea.read_config(path))
    answer = started.command("config-test", kea.read_config(started.config_path))
    assert answer["result"] == 0, answer
    assert started.command("chainload-status")["result"] == 0
