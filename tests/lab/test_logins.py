# SPDX-License-Identifier: MPL-2.0
"""The image logs in at a real web server, and no password is seen on the way or on the screen."""

import pytest

from labkit import expect, lighttpd
from labkit.machine import default_mac


@pytest.mark.parametrize("place, algorithm", [("basic", "MD5"), ("digest", "MD5"), ("digest", "SHA-256")])
def test_script_behind_a_login_runs_and_its_password_stays_secret(chain, place, algorithm):
    folder = chain.files / place
    folder.mkdir()
    (folder / "first.gpxe").write_text("#!gpxe\necho first one of ${cwduri}\nchain second.gpxe?a=b\n")
    (folder / "second.gpxe").write_text("#!gpxe\necho second one\nexit\n")
    server = chain._keep(lighttpd.Lighttpd(chain.network, chain.files, chain.run / "lighttpd", algorithm))
    address = f"http://{lighttpd.user}:{lighttpd.password}@198.18.77.1:{lighttpd.port}/{place}/first.gpxe"
    chain.web.set_script(default_mac, f"chain {address}")
    machine = chain.start_machine(icount=True)
    machine.expect(expect.booting, 60)
    machine.expect(rf"http://{lighttpd.user}:\*\*\*@198\.18\.77\.1:{lighttpd.port}/{place}/first\.gpxe\.\.\. ok", 30)
    machine.expect("first one of http://boot:", 10)
    machine.expect("second one", 30)
    assert lighttpd.password not in machine.text
    server.stop()
    statuses = [status for status, _, _ in server.requests()]
    assert statuses == [401, 200, 200]
    scheme = place.capitalize()
    assert [authorization.split()[0] for _, _, authorization in server.requests()] == ["-", scheme, scheme]
    if place == "digest":
        assert all(lighttpd.password not in authorization for _, _, authorization in server.requests())
