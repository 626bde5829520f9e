"""The dictionary of kinds: combinations of values that fact rows name by a code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

import msgspec

from common.messaging.ports import Connection

Kind: TypeAlias = tuple[str, tuple[str, ...]]
"""What it is a kind of, and its names in order."""


async def codes(connection: Connection, kinds: Collection[Kind]) -> Mapping[Kind, int]:
    """Their codes; those that are new get one, in the caller's transaction."""
    wanted = {(of, msgspec.json.encode(names).decode()): (of, names) for of, names in kinds}
    known = await _known(connection, wanted)
    if missing := sorted(wanted.keys() - known.keys()):  # in order, for two writers may miss the same ones
        await connection.execute(
            "INSERT INTO kind (of, names) SELECT * FROM unnest($1::text[], $2::text[])"
            " ON CONFLICT (of, md5(names)) DO NOTHING",
            *map(list, zip(*missing, strict=True)),
        )
        known |= await _known(connection, missing)
    return {wanted[key]: code for key, code in known.items()}


async def names(connection: Connection, codes: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """What the codes stand for."""
    rows = await connection.fetch("SELECT code, names FROM kind WHERE code = ANY($1::integer[])", list(codes))
    return {row["code"]: decoded(row["names"]) for row in rows}


async def every(connection: Connection, of: str) -> Mapping[int, tuple[str, ...]]:
    """All kinds of one thing, by code."""
    rows = await connection.fetch("SELECT code, names FROM kind WHERE of = $1", of)
    return {row["code"]: decoded(row["names"]) for row in rows}


def decoded(names: str) -> tuple[str, ...]:
    return msgspec.json.decode(names, type=tuple[str, ...])


async def _known(connection: Connection, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    rows = await connection.fetch(
        "SELECT of, names, code FROM kind"
        " JOIN unnest($1::text[], $2::text[]) AS w (of, names) USING (of, names) WHERE md5(kind.names) = md5(w.names)",
        *map(list, zip(*wanted, strict=True)),
    )
    return {(row["of"], row["names"]): row["code"] for row in rows}
