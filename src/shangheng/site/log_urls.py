# SPDX-License-Identifier: Apache-2.0
"""The addresses of the log; ``/log/`` is the prefix of C2SP tlog-tiles."""

from django.urls import path

from shangheng.site.pages import log

urlpatterns = [
    path("log/", log.index, name="log"),
    path("witness/add-checkpoint", log.add_checkpoint, name="add-checkpoint"),
    path("witness/key", log.witness_key, name="witness-key"),
    path("log/verify/", log.verify, name="verify"),
    path("log/<path:path>", log.file, name="log-file"),
]
