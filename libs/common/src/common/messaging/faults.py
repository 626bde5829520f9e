"""Which failures pass by themselves, which are about the data, and how long to wait before the next attempt."""

from __future__ import annotations

import random

import asyncpg

TRANSIENT = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server went away in mid-operation
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
    asyncpg.InvalidCachedStatementError,  # a rebuild has just switched the tables
)


def about_data(error: Exception) -> bool:
    """Whether the event itself is at fault, so that it would fail again. A statement that names a column which is not
    there fails every event alike: that is the code's fault and stops the consumer."""
    if isinstance(error, ValueError):  # asyncpg's refusal of an argument is an InterfaceError as well
        return True
    return not isinstance(error, (*TRANSIENT, asyncpg.SyntaxOrAccessError, asyncpg.InternalServerError))


def backoff(attempt: int) -> float:
    """Seconds to wait after failure number `attempt` (from 0): doubling from 0.2 to 10, half of it at random."""
    longest: float = min(10.0, 0.2 * 2 ** min(attempt, 16))
    return longest * random.uniform(0.5, 1)  # noqa: S311  spreads retries, keeps no secret
