# SPDX-License-Identifier: Apache-2.0
"""The catalogue of error texts, one module per noun; ``messages`` puts them together."""
