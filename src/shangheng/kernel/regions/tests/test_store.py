# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from shangheng.kernel.regions import concept, queries, store

DATA = Path(store.__file__).parent / "data"


def test_the_lists_stay_small() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 3_000_000


def test_every_list_is_sourced() -> None:
    said = (DATA / "SOURCES.md").read_text("utf-8")
    assert [p.name for p in DATA.iterdir() if p.name not in {*said.split("`"), "SOURCES.md"}] == []


def test_every_township_and_village_hangs_on_a_valid_place() -> None:
    today = {code for code, spans in store.atlas().spans.items() if spans[-1].until is None}
    assert set(store.townships_by_county()) <= today
    assert set(store.villages_by_township()) <= set(store.townships())


def test_every_successor_is_a_known_code_that_outlived_the_ended_one() -> None:
    for code, after in store.atlas().successions.items():
        _, ended = queries.find(code).valid_from, queries.find(code).valid_until
        assert ended is not None
        for successor in after.codes:
            until = queries.find(successor).valid_until
            assert until is None or until > ended, (code, successor)
            level = concept.level_of(successor)
            undivided = successor not in store.atlas().children  # 儋州市 became a city so
            assert level == concept.level_of(code) or undivided


def test_the_whole_country_is_there() -> None:
    today = [c for c, spans in store.atlas().spans.items() if spans[-1].until is None]
    levels = [concept.level_of(code) for code in today]
    assert levels.count("province") == 34
    assert levels.count("city") > 330
    assert levels.count("county") > 2900
    assert len(store.townships()) == 41_352
    assert len(store.villages()) == 78_288
