"""What reporting knows of the funds, in a schema of its own: it is made anew without the others."""

from __future__ import annotations

from alembic import op

from common.persistence.migrations import execute_sql_file

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("CREATE SCHEMA readmodel_funds")
    op.execute("SET LOCAL search_path = readmodel_funds, public")
    execute_sql_file(op.get_bind(), "reporting.readmodel.funds", "tables.sql")
    op.execute("SET LOCAL search_path = DEFAULT")


def downgrade() -> None:
    op.execute("DROP SCHEMA readmodel_funds CASCADE")
    op.execute("DELETE FROM checkpoint WHERE publisher = 'funds'")
    op.execute("DELETE FROM parked_event WHERE publisher = 'funds'")
