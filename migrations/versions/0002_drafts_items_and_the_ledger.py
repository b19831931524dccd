"""drafts, items and the ledger."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import store

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_state",
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("next_at", store.UtcDateTime(), nullable=True),
        sa.Column("held", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("held_at", store.UtcDateTime(), nullable=True),
        sa.Column("counted_at", store.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "follower_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", store.UtcDateTime(), nullable=False),
        sa.Column("followers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("follower_count", schema=None) as batch_op:
        batch_op.create_index("followers_of_channel", ["channel", "at"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("worker", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("roles", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("started_at", store.UtcDateTime(), nullable=False),
        sa.Column("at", store.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("worker"),
    )
    op.create_table(
        "token",
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("refresh", sa.Text(), nullable=False),
        sa.Column("expires_at", store.UtcDateTime(), nullable=True),
        sa.Column("changed_at", store.UtcDateTime(), nullable=True),
        sa.Column("locked_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("locked_until", store.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("task", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("slot", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", store.UtcDateTime(), nullable=True),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("variants", sa.JSON(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", store.UtcDateTime(), nullable=False),
        sa.Column("changed_at", store.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_slot"), ["slot"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_task"), ["task"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_unit"), ["unit"], unique=False)

    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("task", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("slot", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=False),
        sa.Column("approved_at", store.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["draft.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_hash"), ["hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_unit"), ["unit"], unique=False)

    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("occurrence", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("task", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("slot", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("due_at", store.UtcDateTime(), nullable=False),
        sa.Column("next_at", store.UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ask", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("worker", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("lease_until", store.UtcDateTime(), nullable=True),
        sa.Column("resume_at", store.UtcDateTime(), nullable=True),
        sa.Column("first_try_at", store.UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("absences", sa.Integer(), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("remote_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("url", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("sent_at", store.UtcDateTime(), nullable=True),
        sa.Column("settle_at", store.UtcDateTime(), nullable=True),
        sa.Column("settle_round", sa.Integer(), nullable=False),
        sa.Column("measure_at", store.UtcDateTime(), nullable=True),
        sa.Column("measure_round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follows"],
            ["publication.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash", "channel", "occurrence"),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_measure_at"), ["measure_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_settle_at"), ["settle_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_task"), ["task"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_unit"), ["unit"], unique=False)
        batch_op.create_index("publication_queue", ["channel", "state", "next_at"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("worker", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", store.UtcDateTime(), nullable=False),
        sa.Column("ended_at", store.UtcDateTime(), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attempt_publication_id"), ["publication_id"], unique=False
        )

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("told_to", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("at", store.UtcDateTime(), nullable=False),
        sa.Column("told_at", store.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["draft.id"],
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_unit"), ["unit"], unique=False)

    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("at", store.UtcDateTime(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=True),
        sa.Column("reactions", sa.Integer(), nullable=True),
        sa.Column("comments", sa.Integer(), nullable=True),
        sa.Column("shares", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reading_publication_id"), ["publication_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_publication_id"))

    op.drop_table("reading")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_unit"))

    op.drop_table("notice")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_publication_id"))

    op.drop_table("attempt")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index("publication_queue")
        batch_op.drop_index(batch_op.f("ix_publication_unit"))
        batch_op.drop_index(batch_op.f("ix_publication_task"))
        batch_op.drop_index(batch_op.f("ix_publication_state"))
        batch_op.drop_index(batch_op.f("ix_publication_settle_at"))
        batch_op.drop_index(batch_op.f("ix_publication_measure_at"))
        batch_op.drop_index(batch_op.f("ix_publication_item_id"))

    op.drop_table("publication")
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_unit"))
        batch_op.drop_index(batch_op.f("ix_item_hash"))
        batch_op.drop_index(batch_op.f("ix_item_draft_id"))

    op.drop_table("item")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_unit"))
        batch_op.drop_index(batch_op.f("ix_draft_task"))
        batch_op.drop_index(batch_op.f("ix_draft_state"))
        batch_op.drop_index(batch_op.f("ix_draft_slot"))

    op.drop_table("draft")
    op.drop_table("token")
    op.drop_table("heartbeat")
    with op.batch_alter_table("follower_count", schema=None) as batch_op:
        batch_op.drop_index("followers_of_channel")

    op.drop_table("follower_count")
    op.drop_table("channel_state")
