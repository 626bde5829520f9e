"""The event log, what consumers and relays keep, agencies with their keys, and the service's own read model."""

from __future__ import annotations

from alembic import op

from common.persistence.migrations import execute_sql_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute_sql_file(op.get_bind(), "common.eventsourcing", "schema.sql")
    execute_sql_file(op.get_bind(), "common.messaging", "schema.sql")
    execute_sql_file(op.get_bind(), "common.security", "schema.sql")
    execute_sql_file(op.get_bind(), "incidents.migrations", "read_model.sql")
