"""The commands of `loa`, a file a group. Each asks, calls one function, and prints."""
