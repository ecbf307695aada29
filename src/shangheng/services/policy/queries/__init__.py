# SPDX-License-Identifier: Apache-2.0
"""What can be asked: of the documents, of targets, of tasks, of the evaluation."""
