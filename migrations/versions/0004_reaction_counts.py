"""reaction counts."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import store

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reaction_count",
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reactions", sa.Integer(), nullable=False),
        sa.Column("at", store.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "message"),
    )
    with op.batch_alter_table("channel_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("heard_at", store.UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("mark", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )


def downgrade() -> None:
    with op.batch_alter_table("channel_state", schema=None) as batch_op:
        batch_op.drop_column("mark")
        batch_op.drop_column("heard_at")

    op.drop_table("reaction_count")
