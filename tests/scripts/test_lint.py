# SPDX-License-Identifier: MPL-2.0
"""scripts/lint is run on made-up trees: each rule must fire where it is broken, and only there."""

import subprocess
from pathlib import Path

import pytest

lint = Path(__file__).resolve().parents[2] / "scripts/lint"
licence = "// SPDX-License-Identifier: MPL-2.0\n"


def run_lint(root, **files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return subprocess.run([lint, "--root", root], capture_output=True, text=True, timeout=60)


def includes(*paths):
    return licence + "".join(f"#include {path}\n" for path in paths)


def test_a_tree_in_order_passes_and_its_sizes_are_shown(tmp_path):
    done = run_lint(tmp_path, **{
        "firmware/base/text.cc": includes('"base/text.h"', "<string_view>"),
        "firmware/proto/http.cc": includes('"net/tcp.h"', '"wire/tcp.h"', '"platform/platform.h"', '"proto/http.h"'),
        "firmware/net/loop_test.cc": includes('"platform/host/simulation.h"', "<net/if.h>"),
        "firmware/wire/socket.cc": includes("<net/if.h>"),
        "firmware/platform/platform.h": includes('"base/time.h"'),
        "firmware/platform/bios/undi.cc": includes('"platform/platform.h"', '"wire/ethernet.h"', '"platform/bios/a.h"'),
        "firmware/main.cc": includes('"flow/autoboot.h"', '"platform/bios/undi.h"'),
        "hooks/chainload/core/decide/decide.cc": includes('"core/facts/facts.h"', '"trace.h"', "<vector>"),
        "hooks/chainload/core/machines/stage.h": includes('"core/decide/decide.h"', '"core/machines/moment.h"'),
        "hooks/chainload/core/parameters.h": includes('"core/machines/loop_guard.h"'),
        "hooks/chainload/kea/callouts.cc": includes("<hooks/hooks.h>", '"core/decide/decide.h"'),
    })
    assert done.returncode == 0, done.stdout
    assert "11 source files" in done.stdout and "median" in done.stdout and "p90" in done.stdout


@pytest.mark.parametrize("name, included", [
    ("firmware/base/text.cc", '"wire/dhcp.h"'),
    ("firmware/wire/dhcp.h", '"settings/store.h"'),
    ("firmware/net/tcp.cc", '"proto/http.h"'),
    ("firmware/net/tcp_test.cc", '"proto/http.h"'),
    ("firmware/script/lexer.cc", '"flow/shell.h"'),
    ("firmware/pxeapi/tftp.cc", '"flow/shell.h"'),
    ("firmware/net/tcp.cc", '"../proto/http.h"'),
    ("firmware/net/tcp.cc", '"platform/bios/undi.h"'),
    ("firmware/settings/store.cc", '"platform/platform.h"'),
    ("firmware/platform/platform.h", '"wire/dhcp.h"'),
    ("firmware/platform/bios/undi.cc", '"net/interface.h"'),
    ("firmware/platform/bios/undi.cc", '"platform/efi/snp.h"'),
    ("firmware/platform/host/tap.cc", '"platform/bios/undi.h"'),
])
def test_a_layer_that_includes_one_to_its_right_is_found(tmp_path, name, included):
    done = run_lint(tmp_path, **{name: licence + "// a layer\n#include " + included + "\n"})
    assert done.returncode == 1
    assert f"{name}:3: " in done.stdout and included.strip('"') in done.stdout


def test_a_product_file_that_includes_a_test_bench_is_found(tmp_path):
    done = run_lint(tmp_path, **{
        "firmware/net/loop_bench.h": includes('"platform/host/simulation.h"'),
        "firmware/net/loop_test.cc": includes('"net/loop_bench.h"'),
        "firmware/net/loop.cc": includes('"net/loop_bench.h"'),
    })
    assert done.returncode == 1
    assert "firmware/net/loop.cc:2: includes the test bench" in done.stdout and "1 finding" in done.stdout


def test_angle_brackets_do_not_hide_a_layer(tmp_path):
    done = run_lint(tmp_path, **{"firmware/proto/http.h": licence, "firmware/net/tcp.cc": includes("<proto/http.h>")})
    assert done.returncode == 1
    assert "firmware/net/tcp.cc:2: layer net includes proto/http.h" in done.stdout


@pytest.mark.parametrize("included", [
    "<dhcp/pkt4.h>", '"dhcp/pkt4.h"', "<hooks/hooks.h>", "<cc/data.h>", "<kea_version.h>", '"kea/callouts.h"',
    '"../kea/callouts.h"', '"chainload/kea/log.h"', "<log4cplus/logger.h>",
])
def test_core_that_includes_kea_is_found(tmp_path, included):
    name = "hooks/chainload/core/facts/facts.cc"
    done = run_lint(tmp_path, **{name: includes(included)})
    assert done.returncode == 1
    assert f"{name}:2: core/ includes" in done.stdout


@pytest.mark.parametrize("name, included, finding", [
    ("facts/facts.cc", '"core/rules/rule.h"', "core/facts includes core/rules/rule.h, which does not stand to its left"),
    ("policy/scopes.cc", '"core/decide/decide.h"', "core/policy includes core/decide/decide.h, which does not"),
    ("lint/lint.cc", '"core/explain/known.h"', "core/lint includes core/explain/known.h, which does not"),
    ("decide/decide.h", '"core/parameters.h"', "core/decide includes core/parameters.h, which does not"),
    ("decide/decide.h", '"../facts/facts.h"', "includes ../facts/facts.h: only core/FOLDER/FILE"),
    ("machines/stage.h", '"store/journal.h"', "includes store/journal.h: only core/FOLDER/FILE"),
    ("attic/old.h", '"core/facts/facts.h"', "stands in core/attic/, which has no place"),
])
def test_a_folder_of_core_that_includes_what_stands_to_its_right_is_found(tmp_path, name, included, finding):
    done = run_lint(tmp_path, **{f"hooks/chainload/core/{name}": includes(included)})
    assert done.returncode == 1
    assert finding in done.stdout and "1 finding" in done.stdout


def test_a_file_without_licence_is_found(tmp_path):
    done = run_lint(tmp_path, **{"hooks/chainload/ctl/main.cc": "int main() {}\n", "scripts/tool": "#!/bin/sh\n"})
    assert done.returncode == 1
    assert "hooks/chainload/ctl/main.cc:1: has no line" in done.stdout
    assert "scripts/tool:1: has no line" in done.stdout


def test_a_file_of_501_lines_is_found_and_one_of_500_is_not(tmp_path):
    done = run_lint(tmp_path, **{"a.cc": licence + "//\n" * 499, "b.cc": licence + "//\n" * 500})
    assert done.returncode == 1
    assert "b.cc:501: has 501 lines" in done.stdout
    assert "a.cc:" not in done.stdout


def test_scripts_that_do_not_parse_are_found(tmp_path):
    head = "# SPDX-License-Identifier: MPL-2.0\n"
    done = run_lint(tmp_path, **{"scripts/one": "#!/bin/bash\n" + head + "if true; then\n", "two.py": head + "def (:\n"})
    assert done.returncode == 1
    assert "scripts/one:1: is not correct shell" in done.stdout
    assert "two.py:2: is not correct Python" in done.stdout


def test_a_build_folder_is_not_looked_at(tmp_path):
    done = run_lint(tmp_path, **{"build/x.cc": "int x;\n", "build-hook/y.cc": "int y;\n", "a.cc": licence})
    assert done.returncode == 0, done.stdout


def test_the_project_itself_passes():
    done = subprocess.run([lint], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
