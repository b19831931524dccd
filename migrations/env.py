"""Alembic's entry: runs the steps on the connection that `Store.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

import models

assert models  # importing it puts every table into the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
