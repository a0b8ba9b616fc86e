//! Threads that share the tasks of a run: each takes the next one until none is left.

use crate::bracket::cpu_ns;
use crate::fault::{Fault, Kind};
use crate::subject::{Function, Task};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

/// One pass over the tasks.
pub struct Pass {
    function: Function,
    tasks: Arc<Vec<Task>>,
    next: AtomicUsize,
}

/// What one thread did in one pass.
#[derive(Default)]
pub struct Share {
    pub wall_ns: u64,
    pub cpu_ns: u64,
    pub results: Vec<(usize, f64)>,
    pub fault: Option<Fault>,
}

impl Pass {
    pub fn new(function: Function, tasks: &Arc<Vec<Task>>) -> Pass {
        Pass { function, tasks: Arc::clone(tasks), next: AtomicUsize::new(0) }
    }

    /// Takes tasks until none is left. A task that panics is a fault, and no more are taken.
    pub fn work(&self) -> Share {
        let (start, cpu_start) = (Instant::now(), cpu_ns(libc::CLOCK_THREAD_CPUTIME_ID));
        let mut share = Share::default();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let (n, other) = match self.tasks.get(index) {
                Some(&task) => task,
                None => break,
            };
            match catch_unwind(AssertUnwindSafe(|| (self.function)(n, other))) {
                Ok(result) => share.results.push((index, result)),
                Err(_) => {
                    let panicked = Fault::new(Kind::Exception, "panicked; stderr says why");
                    share.fault = Some(panicked.of_task(index));
                    self.stop();
                }
            }
        }
        share.wall_ns = start.elapsed().as_nanos() as u64;
        share.cpu_ns = cpu_ns(libc::CLOCK_THREAD_CPUTIME_ID) - cpu_start;
        share
    }

    /// Lets no thread take another task.
    fn stop(&self) {
        self.next.store(self.tasks.len(), Ordering::Relaxed);
    }
}

fn no_thread(error: std::io::Error) -> Fault {
    Fault::new(Kind::Resource, format!("a thread cannot be started: {error}"))
}

/// A pass by threads that live only for it; one share per thread.
pub fn pass_cold(pass: &Pass, jobs: usize) -> Result<Vec<Share>, Fault> {
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..jobs {
            match Builder::new().spawn_scoped(scope, || pass.work()) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    pass.stop();
                    return Err(no_thread(error));
                }
            }
        }
        Ok(threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect())
    })
}

#[derive(Default)]
struct State {
    pass: Option<Arc<Pass>>,
    number: u64, // of the pass; a thread that has seen it waits for the next
    shares: Vec<Option<Share>>,
    busy: usize,
    leave: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    begin: Condvar,
    end: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under this lock, so it is never poisoned.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn serve(&self, id: usize) {
        let mut seen = 0;
        let mut state = self.lock();
        loop {
            while state.number == seen && !state.leave {
                state = self.begin.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner());
            }
            if state.leave {
                return;
            }
            seen = state.number;
            let pass = state.pass.clone();
            drop(state);
            let share = pass.map(|pass| pass.work());
            state = self.lock();
            state.shares[id] = share;
            state.busy -= 1;
            if state.busy == 0 {
                self.end.notify_one();
            }
        }
    }
}

/// Threads that stay between passes.
pub struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `jobs` threads and lets each run a pass without tasks, so that all of them are up.
    pub fn start(jobs: usize, function: Function) -> Result<Pool, Fault> {
        let mut pool = Pool { shared: Arc::default(), threads: Vec::new() };
        for id in 0..jobs {
            let shared = Arc::clone(&pool.shared);
            let thread = Builder::new().spawn(move || shared.serve(id)).map_err(no_thread)?;
            pool.threads.push(thread);
        }
        pool.pass(Pass::new(function, &Arc::default()));
        Ok(pool)
    }

    pub fn jobs(&self) -> usize {
        self.threads.len()
    }

    /// One pass by all threads; one share per thread.
    pub fn pass(&mut self, pass: Pass) -> Vec<Share> {
        let mut state = self.shared.lock();
        state.pass = Some(Arc::new(pass));
        state.number += 1;
        state.busy = self.threads.len();
        state.shares.clear();
        state.shares.resize_with(self.threads.len(), || None);
        self.shared.begin.notify_all();
        while state.busy > 0 {
            let waited = self.shared.end.wait(state);
            state = waited.unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        state.shares.drain(..).map(Option::unwrap_or_default).collect()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().leave = true;
        self.shared.begin.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // it cannot have panicked, and there is nobody left to tell
        }
    }
}
