# SPDX-License-Identifier: MPL-2.0
"""The lab's parts: networks, servers, virtual machines, captures. One file per purpose."""
