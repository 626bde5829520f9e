"""What a caller may repeat as it stands, and what is a mistake of ours."""

from __future__ import annotations

import asyncpg
import pytest

from common.persistence.database import is_unavailable


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.DiskFullError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.ReadOnlySQLTransactionError(),
        asyncpg.PostgresIOError(),
        asyncpg.QueryCanceledError(),
    ],
)
def test_a_database_that_cannot_be_had_now_is_told_from_a_wrong_statement(error: Exception) -> None:
    assert is_unavailable(error)


@pytest.mark.parametrize("error", [asyncpg.UndefinedColumnError(), asyncpg.UniqueViolationError(), ValueError()])
def test_a_wrong_statement_is_none(error: Exception) -> None:
    assert not is_unavailable(error)
