# SPDX-License-Identifier: Apache-2.0
"""The shape of a facts file: strict YAML, and the facts that it may state."""
