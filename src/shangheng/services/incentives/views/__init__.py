# SPDX-License-Identifier: Apache-2.0
"""The pages: what a firm may receive, who deserves what, funds, budget effects, publicity."""
