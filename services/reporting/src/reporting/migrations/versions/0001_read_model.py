"""The read model, in a schema of its own, and what a consumer remembers."""

from __future__ import annotations

from alembic import op

from common.persistence.migrations import execute_sql_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute_sql_file(op.get_bind(), "common.messaging", "schema.sql")
    op.execute("CREATE SCHEMA readmodel")
    op.execute("SET LOCAL search_path = readmodel, public")
    execute_sql_file(op.get_bind(), "reporting.readmodel", "tables.sql")
    op.execute("SET LOCAL search_path = DEFAULT")


def downgrade() -> None:
    op.execute("DROP SCHEMA readmodel CASCADE")
    op.execute("DROP TABLE checkpoint, parked_event, relay")
