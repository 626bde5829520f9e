"""What a relay to Kafka keeps."""

from alembic import op

from common.persistence.migrations import execute_sql_file

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    execute_sql_file(op.get_bind(), "common.messaging", "schema_kafka.sql")
