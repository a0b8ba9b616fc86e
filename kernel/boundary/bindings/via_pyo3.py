"""The functions through PyO3, and the loops that call them."""

from boundary_pyo3 import add_buffer, add_bytes, add_floats, add_ints, nothing, two
from reference import drivers

__all__ = ["add_buffer", "add_bytes", "add_floats", "add_ints", "calls", "twos"]

calls, twos = drivers(nothing, two)
