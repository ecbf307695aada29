# SPDX-License-Identifier: Apache-2.0
"""What follows from a firm's facts: pure functions, one module per kind of provision."""
