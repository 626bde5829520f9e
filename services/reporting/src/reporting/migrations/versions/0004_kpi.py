"""What reporting knows of the KPIs, in a schema of its own: it is made anew without the incidents."""

from __future__ import annotations

from alembic import op

from common.persistence.migrations import execute_sql_file

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("CREATE SCHEMA readmodel_kpi")
    op.execute("SET LOCAL search_path = readmodel_kpi, public")
    execute_sql_file(op.get_bind(), "reporting.readmodel.kpi", "tables.sql")
    op.execute("SET LOCAL search_path = DEFAULT")


def downgrade() -> None:
    op.execute("DROP SCHEMA readmodel_kpi CASCADE")
    op.execute("DELETE FROM checkpoint WHERE publisher = 'kpi'")
    op.execute("DELETE FROM parked_event WHERE publisher = 'kpi'")
