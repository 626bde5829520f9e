"""Where a partition of a topic goes on."""

from alembic import op

from common.persistence.migrations import execute_sql_file

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    execute_sql_file(op.get_bind(), "common.messaging", "schema_kafka.sql")
