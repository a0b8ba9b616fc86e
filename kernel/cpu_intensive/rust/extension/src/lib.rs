//! The Python module `rust_extension`, as published, against Python's stable ABI.
//!
//! The published functions hold the GIL for as long as they run: in a process pool that costs
//! nothing, in threads they queue up. `cpu_intensive_nogil` is the same call without the GIL.
//! A negative argument raises OverflowError, because `u128` is unsigned.

use pyo3::prelude::*;

#[pyfunction]
fn cpu_intensive(n: u128, multiplier: u128) -> f64 {
    cpu_rust::cpu_intensive(n, multiplier)
}

#[pyfunction]
fn cpu_intensive_steps(n: u128, steps: u128) -> f64 {
    cpu_rust::cpu_intensive_steps(n, steps)
}

#[pyfunction]
fn cpu_intensive_nogil(py: Python<'_>, n: u128, multiplier: u128) -> f64 {
    py.allow_threads(|| cpu_rust::cpu_intensive(n, multiplier))
}

#[pymodule]
fn rust_extension(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(cpu_intensive, module)?)?;
    module.add_function(wrap_pyfunction!(cpu_intensive_steps, module)?)?;
    module.add_function(wrap_pyfunction!(cpu_intensive_nogil, module)?)?;
    Ok(())
}
