"""Residents (居民) and the identity rules they share."""
