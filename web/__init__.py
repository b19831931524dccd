"""What the world reaches over HTTP (contracts §6): one file a group of routes."""
