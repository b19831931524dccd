"""The ledger: never a silent duplicate, never a silent loss (design §6).

`queue` claims a publication, `outcome` writes what came of it, `send` calls the channel between
the two, `settle` looks up what is unknown, `measure` reads engagement, `sweep` finds what was lost.
"""
