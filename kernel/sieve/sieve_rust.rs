//! `sieve` in Rust without `unsafe` but for the exported name: an index past the end would stop the
//! program instead of writing into somebody else's memory, and the array frees itself.

/// The number of primes below limit; -1 when there is no memory for limit bytes.
#[no_mangle]
pub extern "C" fn sieve(limit: i64) -> i64 {
    if limit < 3 {
        return 0;
    }
    let limit = limit as usize;
    let mut composite = Vec::new();
    if composite.try_reserve_exact(limit).is_err() {
        return -1;
    }
    composite.resize(limit, false);
    let mut count = 0;
    for number in 2..limit {
        if composite[number] {
            continue;
        }
        count += 1;
        if let Some(square) = number.checked_mul(number) {
            for multiple in (square..limit).step_by(number) {
                composite[multiple] = true;
            }
        }
    }
    count
}
