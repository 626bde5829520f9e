"""Receipts of batches, written with the chunks they tell of."""

from alembic import op

from common.persistence.migrations import execute_sql_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    execute_sql_file(op.get_bind(), "incidents.migrations", "receipts.sql")
