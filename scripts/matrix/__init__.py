# SPDX-License-Identifier: MPL-2.0
"""What scripts/kea-matrix is made of."""
