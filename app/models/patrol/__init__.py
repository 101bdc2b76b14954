"""Patrol logs (巡逻日志)."""
