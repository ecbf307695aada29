# SPDX-License-Identifier: Apache-2.0
"""``shangheng people``: the first administrator, and everybody where no browser is at hand."""

import click

from shangheng.kernel.access import queries
from shangheng.kernel.access.concept import ADMINISTRATOR
from shangheng.site import accounts, clock, wiring

ROLE_HELP = "角色，可加辖区与部门 role[@region[/department]]，例如 consumer.officer@320500"


@click.group("people")
def people_command() -> None:
    """人员与岗位 Who can sign in, and as what."""


@people_command.command("set")
@click.argument("name")
@click.option("--role", "roles", multiple=True, help=ROLE_HELP)
@click.option("--reporter", default="", help="报送单位代码 code of the reporter")
@click.option(
    "--password",
    prompt="密码 Password",
    hide_input=True,
    confirmation_prompt="再输一次 Once more",
)
def set_command(name: str, roles: tuple[str, ...], reporter: str, password: str) -> None:
    """新建或重设一个账户 Make an account, or give it this password and exactly these posts."""
    wiring.prepare()
    accounts.make_person(name, password, roles=roles, reporter=reporter)
    _tell(name)


@people_command.command("administrator")
@click.argument("name")
@click.password_option(prompt="密码 Password", confirmation_prompt="再输一次 Once more")
def administrator_command(name: str, password: str) -> None:
    """第一个权限管理员 Make the administrator of posts for the whole place."""
    wiring.prepare()
    accounts.make_person(name, password, roles=(f"{ADMINISTRATOR}@{wiring.place().region}",))
    _tell(name)


@people_command.command("show")
@click.argument("name")
def show_command(name: str) -> None:
    """某人的岗位 The posts that somebody holds."""
    _tell(name)


def _tell(name: str) -> None:
    held = queries.held_by(name, at=clock.now())
    for each in held:
        place = each.region or "全国 all"
        click.echo(f"{name}\t{each.role}\t{place}\t{each.department or each.party}")
    if not held:
        click.echo(f"{name}：没有岗位 no posts")
