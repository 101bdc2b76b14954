"""Recall of search: everything a plain scan finds, and nothing else, for any text."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.models.text import search_fold
from app.store import search
from app.store.search import SearchTerms
from tests.store.search_file import found_ids, search_file


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with search_file(tmp_path / "search.db") as opened:
        opened.exec_driver_sql("BEGIN IMMEDIATE")
        yield opened
        opened.exec_driver_sql("COMMIT")


ANYTHING = st.text(st.characters(codec=None), max_size=12)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(ANYTHING, max_size=3), ANYTHING)
def test_any_text_can_be_stored_and_searched(connection: Connection, stored: list[str], query: str) -> None:
    terms = SearchTerms(tuple(stored), tuple(stored), tuple(stored))
    search.index(connection, "a", "x", terms)
    search.find(connection, query)
    for text in stored:
        if len(search_fold(text).encode(errors="ignore").decode()) >= 2 and text.isalnum():
            assert found_ids(connection, text) == ["x"], text


def test_every_substring_of_two_or_more_is_found(connection: Connection) -> None:
    """Recall and precision against a plain scan of every folded text."""
    chance = random.Random(7)
    alphabet = "村民张王水沟地田，。a1𠮷𪚥"
    texts = {f"r{n}": "".join(chance.choices(alphabet, k=chance.randrange(1, 40))) for n in range(400)}
    for record_id, text in texts.items():
        search.index(connection, "a", record_id, SearchTerms(texts=(text,)))
    queries = {"".join(chance.choices(alphabet, k=k)) for k in (2, 2, 2, 3, 4) for _ in range(60)}
    for text in texts.values():
        start = chance.randrange(len(text))
        queries.add(text[start : start + chance.randrange(2, 25)])
    for query in queries:
        if len(query) >= 2:
            word = search_fold(query)
            expected = [record_id for record_id, text in texts.items() if word in search_fold(text)]
            assert sorted(found_ids(connection, query, limit=500)) == sorted(expected), query


def test_a_word_of_one_character_beside_others_is_found_anywhere(connection: Connection) -> None:
    chance = random.Random(8)
    texts = {f"r{n}": "".join(chance.choices("村民水沟地田", k=chance.randrange(2, 9))) for n in range(200)}
    for record_id, text in texts.items():
        search.index(connection, "a", record_id, SearchTerms((text[0],), texts=(text[1:],)))
    for first in ("村民", "水沟", "沟水", "田地"):
        for second in "地田民":
            expected = {i for i, text in texts.items() if first in text[1:] and second in text}
            assert set(found_ids(connection, f"{first} {second}", limit=500)) == expected


def test_digits_in_texts_are_found_at_any_place(connection: Connection) -> None:
    chance = random.Random(9)
    texts = {f"r{n}": f"欠款{chance.randrange(10**9)}元于{chance.randrange(10**5)}号" for n in range(300)}
    for record_id, text in texts.items():
        search.index(connection, "a", record_id, SearchTerms(texts=(text,)))
    for text in texts.values():
        start = chance.randrange(len(text) - 2)
        query = text[start : start + chance.randrange(2, 12)]
        expected = [record_id for record_id, text in texts.items() if query in text]
        assert sorted(found_ids(connection, query, limit=500)) == sorted(expected), query
