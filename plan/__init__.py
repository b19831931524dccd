"""What was promised, and when: plan files, cadence, slots, progress. Pure, but for reading."""
