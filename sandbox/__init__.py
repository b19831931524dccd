"""Stand-ins of the services over real HTTP, for rehearsal, training and tests."""
