"""The event log, what consumers and relays keep, the service's own read model, and the roadmaps of kpi."""

from __future__ import annotations

from alembic import op

from common.persistence.migrations import execute_sql_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    for package, file in (
        ("common.eventsourcing", "schema.sql"),
        ("common.eventsourcing", "append.sql"),
        ("common.messaging", "schema.sql"),
        ("common.messaging", "schema_kafka.sql"),
        ("funds.migrations", "read_model.sql"),
    ):
        execute_sql_file(op.get_bind(), package, file)
    op.execute("CREATE SCHEMA roadmaps")
    op.execute("SET LOCAL search_path TO roadmaps, public")
    execute_sql_file(op.get_bind(), "funds.migrations", "roadmaps.sql")
    op.execute("SET LOCAL search_path TO public")
