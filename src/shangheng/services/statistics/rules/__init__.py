# SPDX-License-Identifier: Apache-2.0
"""What follows from facts: decisions to be made, the frame, the survey, what may be published."""
