//! The commands, and what is kept between them.

use crate::bracket::{Counters, Measurement};
use crate::fault::{Fault, Kind};
use crate::pool::{pass_cold, Pass, Pool, Share};
use crate::subject::{decode_tasks, encode_result, load, Function, Task};
use base64::prelude::{Engine, BASE64_STANDARD};
use serde_json::{json, Value};
use std::env;
use std::os::unix::io::RawFd;
use std::sync::Arc;
use std::time::Instant;

pub struct Worker {
    counters: Counters,
    function: Option<Function>,
    tasks: Option<Arc<Vec<Task>>>,
    results: Option<Vec<f64>>,
    pool: Option<Pool>,
}

/// What a run has to say of itself, over all its passes.
#[derive(Default)]
struct Tally {
    rows: Vec<Row>,
    last: Vec<Share>,
}

#[derive(Clone, Default)]
struct Row {
    wall_ns: u64,
    cpu_ns: u64,
    tasks: usize,
}

impl Worker {
    pub fn new(counter_fds: &[RawFd]) -> Worker {
        let counters = Counters::new(counter_fds);
        Worker { counters, function: None, tasks: None, results: None, pool: None }
    }

    pub fn answer(&mut self, command: &Value) -> Result<Value, Fault> {
        match command["cmd"].as_str() {
            Some("hello") => hello(command),
            Some("load") => self.load(command),
            Some("prepare") => self.prepare(command),
            Some("run") => self.run(command),
            Some("results") => self.results(),
            Some("leave") => {
                self.pool = None;
                Ok(json!({}))
            }
            _ => Err(Fault::new(Kind::Usage, format!("unknown command {}", command["cmd"]))),
        }
    }

    fn load(&mut self, command: &Value) -> Result<Value, Fault> {
        (self.function, self.results, self.pool) = (None, None, None);
        let start = Instant::now();
        self.function = Some(load(&command["subject"])?);
        let mut reply = json!({"load_ns": start.elapsed().as_nanos() as u64});
        if let Some(file) = env::current_exe().ok().as_ref().and_then(|path| path.to_str()) {
            reply["file"] = json!(file);
        }
        Ok(reply)
    }

    fn prepare(&mut self, command: &Value) -> Result<Value, Fault> {
        (self.tasks, self.results) = (None, None);
        let tasks = decode_tasks(&command["tasks"])?;
        let reply = json!({"tasks": tasks.len()});
        self.tasks = Some(Arc::new(tasks));
        Ok(reply)
    }

    fn results(&self) -> Result<Value, Fault> {
        match &self.results {
            Some(results) => {
                let encoded: Vec<Value> = results.iter().copied().map(encode_result).collect();
                Ok(json!({"results": encoded}))
            }
            None => Err(Fault::new(Kind::Usage, "there are no results: no run went well yet")),
        }
    }

    fn run(&mut self, command: &Value) -> Result<Value, Fault> {
        let (jobs, loops) = (count(command, "jobs")?, count(command, "loops")?);
        let mode = command["mode"].as_str().unwrap_or("");
        let start = command.get("start").map_or(Some("warm"), Value::as_str).unwrap_or("");
        self.results = None;
        if !matches!(mode, "serial" | "thread" | "empty") || !matches!(start, "cold" | "warm") {
            let text = format!("no {start} {mode} runs in this worker, only serial and thread");
            return Err(Fault::new(Kind::Unsupported, text));
        }
        if mode != "thread" || start == "cold" {
            self.pool = None;
        }
        if mode == "empty" {
            return self.counters.measure(|| Ok(())).map(|measured| reply(&measured));
        }
        let (function, tasks) = match (self.function, &self.tasks) {
            (Some(function), Some(tasks)) => (function, Arc::clone(tasks)),
            _ => return Err(Fault::new(Kind::Usage, "run needs a load and a prepare first")),
        };
        let mut tally = Tally::default();
        let pass = || Pass::new(function, &tasks);
        let measured = match (mode, start) {
            ("serial", _) => {
                self.counters.measure(|| tally.repeat(loops, || Ok(vec![pass().work()])))
            }
            (_, "cold") => {
                self.counters.measure(|| tally.repeat(loops, || pass_cold(&pass(), jobs)))
            }
            _ => {
                let pool = warm(&mut self.pool, jobs, function)?;
                self.counters.measure(|| tally.repeat(loops, || Ok(pool.pass(pass()))))
            }
        }?;
        let mut reply = reply(&measured);
        reply["workers"] = tally.workers();
        self.results = Some(tally.results());
        Ok(reply)
    }
}

impl Tally {
    fn repeat(
        &mut self,
        loops: usize,
        mut pass: impl FnMut() -> Result<Vec<Share>, Fault>,
    ) -> Result<(), Fault> {
        for _ in 0..loops {
            self.add(pass()?)?;
        }
        Ok(())
    }

    /// A cold pass has threads of its own: over passes they are told apart by their place.
    fn add(&mut self, mut shares: Vec<Share>) -> Result<(), Fault> {
        if let Some(fault) = shares.iter_mut().find_map(|share| share.fault.take()) {
            return Err(fault);
        }
        self.rows.resize(shares.len(), Row::default());
        for (row, share) in self.rows.iter_mut().zip(&shares) {
            row.wall_ns += share.wall_ns;
            row.cpu_ns += share.cpu_ns;
            row.tasks += share.results.len();
        }
        self.last = shares;
        Ok(())
    }

    /// The `workers` of a reply.
    fn workers(&self) -> Value {
        let row = |(id, row): (usize, &Row)| {
            let Row { wall_ns, cpu_ns, tasks } = row;
            json!({"id": id, "wall_ns": wall_ns, "cpu_ns": cpu_ns, "tasks": tasks})
        };
        self.rows.iter().enumerate().map(row).collect()
    }

    /// The results of the last pass in the order of its tasks.
    fn results(self) -> Vec<f64> {
        let mut results: Vec<_> = self.last.into_iter().flat_map(|share| share.results).collect();
        results.sort_unstable_by_key(|&(index, _)| index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

fn hello(command: &Value) -> Result<Value, Fault> {
    if command["protocol"] != 1 {
        return Err(Fault::new(Kind::Usage, "this worker speaks protocol 1 alone"));
    }
    let runtime = json!({
        "name": "rust",
        "version": env!("RUSTC_VERSION"),
        "debug": cfg!(debug_assertions),
    });
    Ok(json!({
        "protocol": 1,
        "runtime": runtime,
        "modes": ["serial", "thread"],
        "pid": std::process::id(),
    }))
}

fn count(command: &Value, name: &str) -> Result<usize, Fault> {
    match command.get(name).map_or(Some(1), Value::as_u64) {
        Some(value) if value >= 1 => Ok(value as usize),
        _ => Err(Fault::new(Kind::Usage, format!("{name} is no integer of 1 or more"))),
    }
}

/// The pool of the last warm run where it has the right size, else a new one.
fn warm(pool: &mut Option<Pool>, jobs: usize, function: Function) -> Result<&mut Pool, Fault> {
    if pool.as_ref().map(Pool::jobs) != Some(jobs) {
        *pool = None; // its threads end before the new ones start
        *pool = Some(Pool::start(jobs, function)?);
    }
    Ok(pool.as_mut().expect("it was made just now"))
}

fn reply(measured: &Measurement) -> Value {
    let encode = |all: &[Vec<u8>]| -> Vec<String> {
        all.iter().map(|one| BASE64_STANDARD.encode(one)).collect()
    };
    json!({
        "wall_ns": measured.wall_ns,
        "cpu_ns": measured.cpu_ns,
        "before": encode(&measured.before),
        "after": encode(&measured.after),
    })
}
