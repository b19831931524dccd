"""What the office has done, read from the database. Reads only."""
