"""What `loa check` looks at, a file a part of the office."""
