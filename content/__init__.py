"""From a blank page to an approved item."""
