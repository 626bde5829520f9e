"""API keys on a real database: shown once, at most two alive, revoked at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from common.kernel.errors import NotFound
from common.persistence.database import open_database
from common.security.agencies import Agencies, AgencyExists, NoSuchAgency
from common.security.api_keys import ApiKeys
from common.security.key_store import BeyondAgency, KeyNotLive, NoSuchKey, TooManyKeys
from common.security.principal import Unauthenticated

START = datetime(2026, 1, 1, tzinfo=UTC)


class Now:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
async def pool(log_database: str) -> AsyncIterator[asyncpg.Pool[Any]]:
    async with open_database(log_database) as database:
        await Agencies(database.pool).add("rs-moi", "Ministry", ["RS", "ME"])
        yield database.pool


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
async def keys(pool: asyncpg.Pool[Any], now: Now) -> AsyncIterator[ApiKeys]:
    async with ApiKeys(pool, clock=now) as keys:
        yield keys


async def refused(keys: ApiKeys, text: str) -> bool:
    try:
        await keys.authenticate(text)
    except Unauthenticated:
        return True
    return False


async def test_a_key_is_known_by_its_text_and_kept_as_a_hash(keys: ApiKeys, pool: asyncpg.Pool[Any]) -> None:
    new = await keys.create("rs-moi", ["agency"], jurisdictions=["RS"])
    key = await keys.authenticate(new.text)
    assert (key.agency, key.roles, key.jurisdictions) == ("rs-moi", ("agency",), frozenset({"RS"}))
    secret = new.text.rpartition("_")[2]
    assert secret not in str(await pool.fetch("SELECT * FROM api_key"))
    assert len((await pool.fetchrow("SELECT secret_hash FROM api_key"))["secret_hash"]) == 32


async def test_a_key_covers_what_its_agency_covers_unless_narrowed(keys: ApiKeys) -> None:
    assert (await keys.create("rs-moi", ["agency"])).key.jurisdictions == {"RS", "ME"}
    with pytest.raises(BeyondAgency):
        await keys.create("rs-moi", ["agency"], jurisdictions=["RS", "AL"])
    assert (await keys.create(None, ["service"])).key.jurisdictions is None


@pytest.mark.parametrize("text", ["", "sw_", "sw_abc_def", "x" * 5_000, "sw_000000000000_" + "a" * 43, "sw_\0_\ud800"])
async def test_what_is_no_key_is_refused(keys: ApiKeys, text: str) -> None:
    assert await refused(keys, text)


async def test_the_right_id_with_another_secret_is_refused(keys: ApiKeys) -> None:
    new = await keys.create("rs-moi", ["agency"])
    wrong = new.text[:-1] + ("A" if new.text[-1] != "A" else "B")
    assert await refused(keys, wrong)
    assert not await refused(keys, new.text)


async def test_a_revoked_key_is_refused_at_once(keys: ApiKeys) -> None:
    new = await keys.create("rs-moi", ["agency"])
    await keys.authenticate(new.text)
    await keys.revoke(new.key.id)
    await keys.revoke(new.key.id)
    assert await refused(keys, new.text)
    with pytest.raises(NoSuchKey):
        await keys.revoke("nothing")


async def test_another_process_refuses_it_when_its_memory_ends(keys: ApiKeys, pool: asyncpg.Pool[Any]) -> None:
    async with ApiKeys(pool, clock=lambda: START, cache_seconds=0.05) as elsewhere:
        new = await keys.create("rs-moi", ["agency"])
        await elsewhere.authenticate(new.text)
        await keys.revoke(new.key.id)
        await asyncio.sleep(0.06)
        assert await refused(elsewhere, new.text)


async def test_an_expired_key_is_refused_from_memory_too(keys: ApiKeys, now: Now) -> None:
    new = await keys.create("rs-moi", ["agency"], expires_at=START + timedelta(hours=1))
    await keys.authenticate(new.text)
    now.time += timedelta(hours=1)
    assert await refused(keys, new.text)


async def test_rotation_overlaps_and_then_the_old_one_ends(keys: ApiKeys, now: Now) -> None:
    old = await keys.create("rs-moi", ["agency"], jurisdictions=["RS"])
    await keys.authenticate(old.text)
    new = await keys.rotate(old.key.id, timedelta(days=1))
    assert (new.key.roles, new.key.jurisdictions) == (old.key.roles, old.key.jurisdictions)
    assert not await refused(keys, old.text)
    assert not await refused(keys, new.text)
    with pytest.raises(TooManyKeys):
        await keys.rotate(new.key.id, timedelta(days=1))
    now.time += timedelta(days=1)
    assert await refused(keys, old.text)
    assert not await refused(keys, new.text)
    with pytest.raises(KeyNotLive):
        await keys.rotate(old.key.id, timedelta())


async def test_rotation_without_overlap_ends_the_old_key_now(keys: ApiKeys) -> None:
    first = await keys.create("rs-moi", ["agency"])
    await keys.create("rs-moi", ["agency"])
    await keys.authenticate(first.text)
    await keys.rotate(first.key.id, timedelta())
    assert await refused(keys, first.text)


async def test_rotation_never_prolongs_a_key(keys: ApiKeys) -> None:
    ends = START + timedelta(hours=1)
    old = await keys.create("rs-moi", ["agency"], expires_at=ends)
    await keys.rotate(old.key.id, timedelta(days=9))
    assert [key.expires_at for key in await keys.of_agency("rs-moi")] == [ends, ends]


async def test_two_live_keys_at_most_even_when_asked_at_once(keys: ApiKeys) -> None:
    made = await asyncio.gather(*(keys.create("rs-moi", ["agency"]) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(result, TooManyKeys) for result in made) == 6
    assert len(await keys.of_agency("rs-moi")) == 2
    for _ in range(4):
        await keys.create(None, ["service"])  # our own services are not counted


async def test_many_requests_at_once_are_one_look_up(keys: ApiKeys) -> None:
    new = await keys.create("rs-moi", ["agency"])
    found = await asyncio.gather(*(keys.authenticate(new.text) for _ in range(100)))
    assert len({id(key) for key in found}) == 1


async def test_a_caller_that_gives_up_does_not_spoil_it_for_others(keys: ApiKeys) -> None:
    new = await keys.create("rs-moi", ["agency"])
    hasty = asyncio.create_task(keys.authenticate(new.text))
    patient = asyncio.create_task(keys.authenticate(new.text))
    await asyncio.sleep(0)
    hasty.cancel()
    assert (await patient).id == new.key.id


async def test_last_seen_is_written_in_the_background(keys: ApiKeys, now: Now) -> None:
    new = await keys.create("rs-moi", ["agency"])
    assert new.key.last_seen is None
    await keys.authenticate(new.text)
    now.time += timedelta(minutes=1)
    await keys.authenticate(new.text)
    await keys.flush()
    assert (await keys.get(new.key.id)).last_seen == START + timedelta(minutes=1)


async def test_agencies_are_added_once(pool: asyncpg.Pool[Any], keys: ApiKeys) -> None:
    agencies = Agencies(pool)
    await agencies.add("al-asp", "Police", ["AL"])
    with pytest.raises(AgencyExists):
        await agencies.add("al-asp", "Other", [])
    assert [agency.code for agency in await agencies.all()] == ["al-asp", "rs-moi"]
    assert (await agencies.get("al-asp")).name == "Police"
    with pytest.raises(NoSuchAgency):
        await agencies.get("xx")
    with pytest.raises(NotFound):
        await keys.create("xx", ["agency"])
