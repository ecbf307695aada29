# SPDX-License-Identifier: Apache-2.0
"""``shangheng work``: remind, escalate and deliver, once (from cron) or until stopped."""

import json

import click

from shangheng.site import wiring, work


@click.command("work")
@click.option("--once", is_flag=True, help="做完到期的就退出 do what is due and stop")
@click.option("--every", type=click.FloatRange(min=0.1), default=work.EVERY_S, show_default=True)
def work_command(*, once: bool, every: float) -> None:
    """提醒、督办、投递 Remind, escalate, deliver; `serve` does this too."""
    wiring.ledger()
    if once:
        click.echo(json.dumps(work.once(), ensure_ascii=False))
        return
    work.forever(every)
