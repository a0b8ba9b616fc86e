//! The bracket around the work: counters, clock, work, clock, counters.

use crate::fault::{Fault, Kind};
use std::fs::File;
use std::io::{self, Read};
use std::mem::ManuallyDrop;
use std::os::unix::io::{FromRawFd, RawFd};
use std::time::Instant;

const READ_SIZE: usize = 4096; // a group of 254 events

/// The counter groups that payoff has opened on this process; they stay payoff's.
pub struct Counters(Vec<ManuallyDrop<File>>);

pub struct Measurement {
    pub wall_ns: u64,
    pub cpu_ns: u64,
    pub before: Vec<Vec<u8>>,
    pub after: Vec<Vec<u8>>,
}

impl Counters {
    pub fn new(fds: &[RawFd]) -> Counters {
        // Safety: payoff hands these descriptors over for exactly this; they are never closed here.
        let open = |&fd: &RawFd| ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
        Counters(fds.iter().map(open).collect())
    }

    fn room(&self) -> Vec<Vec<u8>> {
        vec![vec![0; READ_SIZE]; self.0.len()]
    }

    /// One reading. While a thread that the group counts is just ending, the kernel answers ECHILD;
    /// that takes some µs, and the limit is there so that nothing can hang.
    fn read_one(mut file: &File, bytes: &mut [u8]) -> io::Result<usize> {
        let mut tries = 0;
        loop {
            match file.read(bytes) {
                Err(error) if error.raw_os_error() == Some(libc::ECHILD) && tries < 1_000_000 => {
                    tries += 1;
                }
                // Nothing: the subject may have closed the descriptor.
                Err(error) if error.raw_os_error() != Some(libc::ECHILD) => return Ok(0),
                outcome => return outcome,
            }
        }
    }

    /// One plain read() per group.
    fn read(&self, into: &mut [Vec<u8>]) -> Result<(), Fault> {
        for (file, bytes) in self.0.iter().zip(into) {
            let length = Self::read_one(file, bytes).map_err(|error| {
                Fault::new(Kind::Resource, format!("a counter cannot be read: {error}"))
            })?;
            bytes.truncate(length);
        }
        Ok(())
    }

    /// Measures `work`, which says itself what went wrong in it.
    pub fn measure(&self, work: impl FnOnce() -> Result<(), Fault>) -> Result<Measurement, Fault> {
        let (mut before, mut after) = (self.room(), self.room());
        let cpu_start = cpu_ns(libc::CLOCK_PROCESS_CPUTIME_ID);
        self.read(&mut before)?;
        let start = Instant::now();
        let outcome = work();
        let wall_ns = start.elapsed().as_nanos() as u64;
        self.read(&mut after)?;
        let cpu_ns = cpu_ns(libc::CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
        outcome.map(|()| Measurement { wall_ns, cpu_ns, before, after })
    }
}

/// CPU time of this process (with threads that have ended) or of the calling thread.
pub fn cpu_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // Safety: clock_gettime writes to the timespec alone; both clocks exist on every Linux.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
