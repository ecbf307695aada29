# SPDX-License-Identifier: Apache-2.0
"""The books balance after every test, whatever it did; a test that alters them on purpose says so.

A ``conftest`` that names ``books_balance`` asks for it.
"""

from collections.abc import Iterator

import pytest

ALTERED = "alters_the_books"


@pytest.fixture(autouse=True)
def books_balance(request: pytest.FixtureRequest) -> Iterator[None]:
    """Recount every account, hold and unit once a test with a database is over."""
    marks = {each.name for each in request.node.iter_markers()}
    asked = marks & {"django_db"} or {*request.fixturenames} & {"db", "transactional_db"}
    if not asked or ALTERED in marks:
        yield
        return
    request.getfixturevalue("db")
    yield
    from shangheng.kernel.accounts import queries  # noqa: PLC0415 - after the settings

    assert queries.audit().is_clean
