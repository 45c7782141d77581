# SPDX-License-Identifier: MPL-2.0
"""Clean machines for packages to be installed on."""
