"""Keys, passwords and masking; no Qt, no database."""
