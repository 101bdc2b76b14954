"""枫桥工作台: an offline-first desk for village stations, and its district server."""

__version__ = "0.1.0"
