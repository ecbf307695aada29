# SPDX-License-Identifier: Apache-2.0
"""Tests of the tree of regions, its history and its names."""
