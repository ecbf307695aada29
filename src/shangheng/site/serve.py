# SPDX-License-Identifier: Apache-2.0
"""Serving the site: one process with threads; more of them behind a proxy when needed."""

import gc
from typing import Any

import waitress  # type: ignore[import-untyped]
from django.conf import settings

from shangheng.site import charts, warming, wiring, work
from shangheng.site.pages.intake import desk, take
from shangheng.site.wsgi import application

BODY_BYTES_MAX = 64 * 1024**3
"""The largest body that is taken; waitress keeps bodies on disk, not in memory."""
BODY_IN_MEMORY_BYTES = 4 * 1024**2
CONNECTIONS_MAX = 500
CHANNEL_TIMEOUT_S = 300
LOCAL = "127.0.0.1"
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not bound


def serve(host: str, port: int, threads: int = 8) -> None:
    """Serve until stopped; uploads that an earlier run left are gone on with."""
    wiring.engine()
    charts.warm_up()
    desk().resume(take)
    work.start()
    gc.collect()
    gc.freeze()  # what stands now stays: to look through all of it again and again stops everyone
    warming.start(f"http://{LOCAL if host in EVERYWHERE else host}:{port}")
    waitress.serve(
        application,
        host=host,
        port=port,
        threads=threads,
        connection_limit=CONNECTIONS_MAX,
        channel_timeout=CHANNEL_TIMEOUT_S,
        max_request_body_size=BODY_BYTES_MAX,
        inbuf_overflow=BODY_IN_MEMORY_BYTES,
        ident=None,
        clear_untrusted_proxy_headers=True,
        **_believed(settings.PROXY),
    )


def _believed(proxy: str) -> dict[str, Any]:
    """Return how far a reverse proxy is believed about who asked, and over which protocol."""
    if not proxy:
        return {}
    headers = "x-forwarded-for x-forwarded-proto x-forwarded-host"
    return {"trusted_proxy": proxy, "trusted_proxy_headers": headers}
