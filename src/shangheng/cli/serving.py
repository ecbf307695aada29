# SPDX-License-Identifier: Apache-2.0
"""``shangheng serve``."""

import click

from shangheng.site import wiring
from shangheng.site.serve import serve


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--threads", type=int, default=8, show_default=True)
def serve_command(host: str, port: int, threads: int) -> None:
    """提供网站与接口 Serve the site and the API."""
    wiring.ledger()
    wiring.refuse_outdated()
    click.echo(f"http://{host}:{port}")
    serve(host, port, threads)
