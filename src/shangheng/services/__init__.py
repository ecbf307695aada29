# SPDX-License-Identifier: Apache-2.0
"""One package for each service that the authority offers; none imports another."""
