"""The desk on screen: everything that uses Qt."""
