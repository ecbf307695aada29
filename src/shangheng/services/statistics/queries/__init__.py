# SPDX-License-Identifier: Apache-2.0
"""What can be asked: who reported what, who belongs to the frame, what the survey tells."""
