//! The whole of it in Rust: the published function, threads of the standard library, and the worker
//! protocol of payoff (profiler/workers/PROTOCOL.md) around them. No Python anywhere.
//!
//!     PAYOFF_COMMAND_FD=3 PAYOFF_REPLY_FD=4 PAYOFF_COUNTER_FDS=5,6 rust_worker
//!
//! Modes: serial and thread. It does not fork: processes are what Python needs to get around its
//! GIL, and a Rust program has none.

mod bracket;
mod fault;
mod pool;
mod subject;
mod worker;

use serde_json::{json, Value};
use std::env;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::io::{FromRawFd, RawFd};
use std::process::ExitCode;
use worker::Worker;

const LINE_MAX: u64 = 64 << 20;

fn descriptor(name: &str) -> Result<RawFd, String> {
    let text =
        env::var(name).map_err(|_| format!("{name} is not set: start this through payoff"))?;
    text.trim().parse().map_err(|_| format!("{name} is no file descriptor: {text:?}"))
}

fn counters() -> Result<Vec<RawFd>, String> {
    let text = env::var("PAYOFF_COUNTER_FDS").unwrap_or_default();
    let named = text.split(',').map(str::trim).filter(|one| !one.is_empty());
    named
        .map(|one| one.parse().map_err(|_| format!("PAYOFF_COUNTER_FDS: {one:?} is no descriptor")))
        .collect()
}

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("rust_worker: {message}");
            ExitCode::from(64)
        }
    }
}

/// Answers commands until `leave`, or until there are no more.
fn serve() -> Result<(), String> {
    let (command, reply) = (descriptor("PAYOFF_COMMAND_FD")?, descriptor("PAYOFF_REPLY_FD")?);
    let mut worker = Worker::new(&counters()?);
    // Safety: payoff hands both over to this program, and nothing else here uses them.
    let commands = unsafe { File::from_raw_fd(command) };
    let mut replies = unsafe { File::from_raw_fd(reply) };
    // Safety: no handler is installed. payoff decides what Ctrl-C ends.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_IGN) };

    let mut commands = BufReader::new(commands);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut commands).take(LINE_MAX).read_until(b'\n', &mut line);
        read.map_err(|error| format!("cannot read commands: {error}"))?;
        if line.last() != Some(&b'\n') {
            let too_long = line.len() as u64 == LINE_MAX;
            return if too_long { Err("a command longer than 64 MiB".into()) } else { Ok(()) };
        }
        let (reply, last) = answer(&mut worker, &line);
        let sent = replies.write_all(format!("{reply}\n").as_bytes());
        sent.map_err(|error| format!("cannot reply: {error}"))?;
        if last {
            return Ok(());
        }
    }
}

/// The reply to one line, and whether it is the last one.
fn answer(worker: &mut Worker, line: &[u8]) -> (Value, bool) {
    let command: Value = match serde_json::from_slice(line) {
        Ok(command) => command,
        Err(error) => {
            let message = format!("the command is no JSON: {error}");
            return (refusal(&Value::Null, &json!({"kind": "usage", "message": message})), false);
        }
    };
    let id = match &command["id"] {
        Value::Number(id) if id.is_i64() => command["id"].clone(),
        _ => {
            let error = json!({"kind": "usage", "message": "a command has an `id`, an integer"});
            return (refusal(&Value::Null, &error), false);
        }
    };
    match worker.answer(&command) {
        Ok(mut reply) => {
            reply["id"] = id;
            reply["ok"] = json!(true);
            (reply, command["cmd"] == "leave")
        }
        Err(fault) => (refusal(&id, &fault.to_json()), false),
    }
}

fn refusal(id: &Value, error: &Value) -> Value {
    json!({"id": id, "ok": false, "error": error})
}
