# SPDX-License-Identifier: Apache-2.0
"""Where formulas run and where rows live."""
