"""How a plan document is read: extraction, noise, structure, and what its words mean."""
