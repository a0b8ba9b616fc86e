//! The functions that can be run, and their arguments and results in the protocol's encoding.

use crate::fault::{Fault, Kind};
use serde_json::{json, Value};

pub type Function = fn(u128, u128) -> f64;
pub type Task = (u128, u128);

/// The function that a subject names: {"func": "cpu_intensive"}, which is also what {} means.
pub fn load(subject: &Value) -> Result<Function, Fault> {
    let subject =
        subject.as_object().ok_or_else(|| Fault::new(Kind::Usage, "subject is no object"))?;
    match subject.get("func").map(Value::as_str) {
        None | Some(Some("cpu_intensive")) => Ok(cpu_rust::cpu_intensive),
        Some(Some("cpu_intensive_steps")) => Ok(cpu_rust::cpu_intensive_steps),
        Some(Some(name)) => Err(Fault::new(
            Kind::Load,
            format!(
                "no function {name:?} in this worker, only cpu_intensive and cpu_intensive_steps"
            ),
        )),
        Some(None) => Err(Fault::new(Kind::Usage, "func is no string")),
    }
}

/// A list of tasks: ["t", ["i", "…"], ["i", "…"]] each.
pub fn decode_tasks(tasks: &Value) -> Result<Vec<Task>, Fault> {
    let tasks = tasks.as_array().ok_or_else(|| Fault::new(Kind::Usage, "tasks is no list"))?;
    let decode = |(index, task)| decode_task(task).map_err(|fault| fault.of_task(index));
    tasks.iter().enumerate().map(decode).collect()
}

fn decode_task(task: &Value) -> Result<Task, Fault> {
    match task.as_array().map(Vec::as_slice) {
        Some([name, n, other]) if name == "t" => Ok((decode_integer(n)?, decode_integer(other)?)),
        Some([name, arguments @ ..]) if name == "t" => Err(Fault::new(
            Kind::Argument,
            format!("takes 2 integers, not {} arguments", arguments.len()),
        )),
        _ => Err(Fault::new(Kind::Argument, "is no tuple")),
    }
}

fn decode_integer(value: &Value) -> Result<u128, Fault> {
    let digits = match value.as_array().map(Vec::as_slice) {
        Some([name, Value::String(digits)]) if name == "i" => digits,
        _ => return Err(Fault::new(Kind::Argument, format!("is no integer: {value}"))),
    };
    let bare = digits.strip_prefix('-').unwrap_or(digits);
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::new(Kind::Argument, format!("is no integer: {value}")));
    }
    digits.parse().map_err(|_| {
        Fault::new(Kind::Argument, format!("does not fit u128, an unsigned integer: {digits}"))
    })
}

pub fn encode_result(result: f64) -> Value {
    json!(["f", format!("{:016x}", result.to_bits())])
}
