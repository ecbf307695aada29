# SPDX-License-Identifier: Apache-2.0
"""The virus scanner: a command of the machine that is given each attached file.

``SHANGHENG_SCAN`` names it, such as ``clamdscan --no-summary --fdpass``; the path of the file is
added. It ends with 0 for a clean file and with 1 for an infected one, as ClamAV does. Whatever
else happens (no such program, no answer in time), the file is not taken: it fails closed.
"""

import shlex
import subprocess
import tempfile

import structlog
from django.conf import settings

from shangheng.kernel.registers.concept.attachments import Verdict

ANSWER_S = 30
CLEAN, INFECTED = 0, 1
_log = structlog.get_logger("shangheng.site")


def verdict(content: bytes) -> Verdict:
    """Return what the scanner says of a file; that none is set up is an answer too."""
    if not settings.SCAN:
        return "unasked"
    with tempfile.NamedTemporaryFile(prefix="shangheng-scan-") as file:
        file.write(content)
        file.flush()
        try:
            ended = subprocess.run(  # noqa: S603 - the command is the operator's own
                [*shlex.split(settings.SCAN), file.name], capture_output=True, timeout=ANSWER_S,
                check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            _log.error("not_scanned", why=str(error))
            return "unscanned"
    if ended.returncode == CLEAN:
        return "clean"
    if ended.returncode == INFECTED:
        return "infected"
    _log.error("not_scanned", code=ended.returncode, why=ended.stderr.decode(errors="replace"))
    return "unscanned"
