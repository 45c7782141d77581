# SPDX-License-Identifier: MPL-2.0
"""The machines that packages are installed on: nothing of them outlives their tests, or is seen by the host."""

import os
import subprocess
import sys
from pathlib import Path

from boxkit.box import own_groups, sweep
from labkit.process import wait_until

# Makes a box in "$1" over the layers "$2", says who its first process is, and waits to be killed.
MAKER = """
import sys, time
from pathlib import Path
from boxkit.box import Box
box = Box(Path(sys.argv[1]), sys.argv[2].split(":"), {})
box.run("systemd-run sleep 1000")
print(box.first_process, box.folder, flush=True)
time.sleep(1000)
"""


def test_a_box_whose_test_is_killed_ends_and_is_swept_away(layers):
    lower = ":".join(str(layer) for layer in layers.clean())
    here = Path(__file__).resolve().parent
    paths = ":".join(str(path) for path in (here, here.parent / "lab"))
    maker = subprocess.Popen([sys.executable, "-B", "-c", MAKER, str(layers.boxes), lower],
                             stdout=subprocess.PIPE, text=True, env=dict(os.environ, PYTHONPATH=paths))
    try:
        first, folder = maker.stdout.readline().split()
    finally:
        maker.kill()
        maker.wait()
        maker.stdout.close()
    wait_until(lambda: not Path(f"/proc/{first}").exists(), 20, "the box to end")
    assert Path(folder).exists()
    sweep(layers.boxes)
    assert not Path(folder).exists()
    assert not list(own_groups().glob(f"chainload-box-{maker.pid}-*"))


def test_nothing_of_a_box_is_mounted_where_the_host_sees_it(layers, make_box):
    box = make_box()
    mounts = Path("/proc/self/mountinfo").read_text()
    assert str(layers.folder) not in mounts and str(box.folder) not in mounts
    box.run("touch /etc/written")
    assert not any((layer / "etc/written").exists() for layer in layers.clean())
