# SPDX-License-Identifier: Apache-2.0
"""The indicator dictionary 指标体系: one function per indicator, its declaration above it."""
