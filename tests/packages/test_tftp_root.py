# SPDX-License-Identifier: MPL-2.0
"""chainload-tftp-root, of the firmware's package: what it puts into TFTP folders, and what it never touches."""

import pytest

images = ("undionly.0", "undionly.kkpxe", "undionly.kpxe")


@pytest.fixture
def box(packages, make_box):
    made = make_box()
    made.run(f"dpkg -i {packages.put_into(made, '/root/packages', ['chainload-firmware'])}/*.deb; mkdir -p /srv/tftp /srv/tftp2")
    return made


def there(box, folder="/srv/tftp"):
    return sorted(path.name for path in box.path(folder).iterdir())


def test_copies_by_default_and_links_where_asked(box):
    assert box.run("chainload-tftp-root").split() == [f"/srv/tftp/{name}" for name in images]
    box.run("chainload-tftp-root --link /srv/tftp2/")
    for name in images:
        image, copy = box.path(f"/usr/lib/chainload/{name}").read_bytes(), box.path(f"/srv/tftp/{name}")
        assert not copy.is_symlink() and copy.read_bytes() == image and copy.stat().st_mode & 0o777 == 0o644
        assert str(box.path(f"/srv/tftp2/{name}").readlink()) == f"/usr/lib/chainload/{name}"
    assert there(box) == there(box, "/srv/tftp2") == list(images)


def test_without_srv_the_folder_is_that_of_later_servers(box):
    box.run("rmdir /srv/tftp; mkdir /var/lib/tftpboot && chainload-tftp-root")
    assert there(box, "/var/lib/tftpboot") == list(images)
    box.run("chainload-tftp-root --remove && rmdir /var/lib/tftpboot")
    refused = box.try_run("chainload-tftp-root")
    assert refused.returncode == 1
    assert "there is no folder /srv/tftp or /var/lib/tftpboot: name the one that your TFTP server serves" in refused.stderr


def test_removing_one_folder_leaves_the_other(box):
    box.run("chainload-tftp-root && chainload-tftp-root /srv/tftp2 && chainload-tftp-root --remove /srv/tftp")
    assert there(box) == [] and there(box, "/srv/tftp2") == list(images)
    box.run("rm /srv/tftp2/* && chainload-tftp-root --refresh")
    assert there(box) == [] and there(box, "/srv/tftp2") == list(images)


def test_files_of_another_origin_are_never_touched(box):
    box.path("/srv/tftp/undionly.kpxe").write_text("of someone else")
    refused = box.try_run("chainload-tftp-root")
    assert refused.returncode == 1 and "/srv/tftp/undionly.kpxe did not come from this package" in refused.stderr
    assert there(box) == ["undionly.kpxe"]
    box.run("rm /srv/tftp/undionly.kpxe && chainload-tftp-root")
    box.path("/srv/tftp/undionly.kpxe").write_text("changed by hand since")
    for words in ("--refresh", "--remove"):
        done = box.try_run(f"chainload-tftp-root {words}")
        assert "/srv/tftp/undionly.kpxe" in done.stderr
        assert box.path("/srv/tftp/undionly.kpxe").read_text() == "changed by hand since"
    assert there(box) == ["undionly.kpxe"]


def test_a_package_upgrade_is_not_stopped_by_a_folder_that_is_gone(box):
    box.run("chainload-tftp-root && rm -r /srv/tftp")
    assert "/srv/tftp is gone" in box.try_run("dpkg -i /root/packages/*.deb").stderr
    assert box.run("dpkg-query -W -f '${db:Status-Status}' chainload-firmware") == "installed"


@pytest.mark.parametrize("words, status, sentence", [
    ("--wrong", 2, "unknown option --wrong"),
    ("/srv/tftp /srv/tftp2", 2, "too much"),
    ("--refresh /srv/tftp", 2, "too much"),
    ("/nowhere", 1, "there is no folder /nowhere: name the one that your TFTP server serves"),
])
def test_wrong_words_are_refused_with_a_sentence(box, words, status, sentence):
    done = box.try_run(f"chainload-tftp-root {words}")
    assert done.returncode == status and sentence in done.stderr
