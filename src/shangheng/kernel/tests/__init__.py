# SPDX-License-Identifier: Apache-2.0
"""Tests of what stands directly in the kernel."""
