# SPDX-License-Identifier: Apache-2.0
"""What a shell, a page or a step of a case asks: one firm, an application, all firms."""
