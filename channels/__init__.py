"""Where things go out. A new channel is its file, a line in `app.py`, a table in config.toml."""
