# SPDX-License-Identifier: Apache-2.0
"""What decides in consumer protection: rights, mediation, guarantees, warnings, compliance."""
