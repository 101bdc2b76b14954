"""Resident service visits (来访走访)."""
