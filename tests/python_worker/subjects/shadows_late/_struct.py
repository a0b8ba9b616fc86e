"""Stands where the standard library's may not be taken from."""

raise RuntimeError("imported")
