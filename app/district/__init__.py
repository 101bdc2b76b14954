"""The district server: takes what stations push, keeps every revision once, shows what arrived from whom."""
