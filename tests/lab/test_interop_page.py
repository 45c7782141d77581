# SPDX-License-Identifier: MPL-2.0
"""docs/interop.md says what the tests show: no line without a test, no test's line missing."""

from labkit import interop


def test_page_holds_the_rows_that_the_tests_show():
    written = interop.rows_in(interop.page.read_text())
    shown = interop.as_tuples(interop.declared())
    assert written == shown, "scripts/test --lab -- --write-interop writes the page anew"
