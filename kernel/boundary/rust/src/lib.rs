//! The functions through PyO3, written as its guide writes them: a list becomes a `Vec`.

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

#[pyfunction]
fn nothing() {}

#[pyfunction]
fn two(a: i64, b: i64) -> i64 {
    let _ = b;
    a
}

#[pyfunction]
fn add_ints(values: Vec<i64>) -> i64 {
    values.iter().fold(0, |total, value| total.wrapping_add(*value))
}

#[pyfunction]
fn add_floats(values: Vec<f64>) -> f64 {
    values.iter().fold(0.0, |total, value| total + value)
}

#[pyfunction]
fn add_bytes(values: &[u8]) -> i64 {
    values.iter().map(|value| i64::from(*value)).sum()
}

#[pyfunction]
fn add_buffer(py: Python<'_>, values: PyBuffer<f64>) -> PyResult<f64> {
    let cells = values
        .as_slice(py)
        .ok_or_else(|| PyTypeError::new_err("the buffer is not contiguous"))?;
    Ok(cells.iter().fold(0.0, |total, cell| total + cell.get()))
}

#[pymodule]
fn boundary_pyo3(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(nothing, module)?)?;
    module.add_function(wrap_pyfunction!(two, module)?)?;
    module.add_function(wrap_pyfunction!(add_ints, module)?)?;
    module.add_function(wrap_pyfunction!(add_floats, module)?)?;
    module.add_function(wrap_pyfunction!(add_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(add_buffer, module)?)?;
    Ok(())
}
