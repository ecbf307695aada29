# SPDX-License-Identifier: Apache-2.0
"""Shangheng 商衡: measure, supervise and serve e-commerce."""
