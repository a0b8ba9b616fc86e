//! `cpu_intensive` in Rust, as published: 128-bit integers, and with them the right answer.
//!
//! `u128` is the reason why this port was right at the first attempt, and also where its time goes:
//! three wide multiplications and a library call for the conversion to `f64` per term, none of
//! which can be vectorised. Unlike Python's integers it is unsigned, and wraps in a release build
//! when i³ + i² + i·n leaves 128 bits, which the published sizes never come near.

/// The published form: ten million steps per multiplier.
pub fn cpu_intensive(n: u128, multiplier: u128) -> f64 {
    cpu_intensive_steps(n, 10_000_000 * multiplier)
}

/// The same with the loop bound as an argument.
pub fn cpu_intensive_steps(n: u128, steps: u128) -> f64 {
    let mut result: f64 = 0.0;
    for i in 0..steps {
        result += ((i.pow(3) + i.pow(2) + i * n) as f64).sqrt();
    }
    result
}

/// For callers of the C library. A C `double` cannot raise, so an argument that `u128` does not
/// hold, a negative one, gives NaN.
fn unsigned(function: fn(u128, u128) -> f64, n: i64, other: i64) -> f64 {
    match (u128::try_from(n), u128::try_from(other)) {
        (Ok(n), Ok(other)) => function(n, other),
        _ => f64::NAN,
    }
}

mod c_library {
    //! The exported names; in a module of their own because they are those of the functions above.

    #[no_mangle]
    pub extern "C" fn cpu_intensive(n: i64, multiplier: i64) -> f64 {
        super::unsigned(super::cpu_intensive, n, multiplier)
    }

    #[no_mangle]
    pub extern "C" fn cpu_intensive_steps(n: i64, steps: i64) -> f64 {
        super::unsigned(super::cpu_intensive_steps, n, steps)
    }
}
