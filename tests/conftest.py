# SPDX-License-Identifier: MPL-2.0
"""The order of the tests: files with many slow ones first, so that in the end no worker waits long for another."""

import collections


def pytest_collection_modifyitems(items):
    slow = collections.Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])  # a stable sort: files stay whole, and in order
