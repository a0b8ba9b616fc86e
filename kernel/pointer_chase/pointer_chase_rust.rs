//! `pointer_chase` in Rust: the same loop, with the bounds check that the language asks for anyway.

/// Where one is after so many steps from 0; -1 where Python raises IndexError.
///
/// # Safety
/// `table` points to `length` readable elements, or `length` is 0.
#[no_mangle]
pub unsafe extern "C" fn pointer_chase(table: *const u32, length: usize, steps: i64) -> i64 {
    let table = if length == 0 { &[] } else { std::slice::from_raw_parts(table, length) };
    let mut place = 0;
    for _ in 0..steps {
        match table.get(place as usize) {
            Some(&next) => place = next,
            None => return -1,
        }
    }
    i64::from(place)
}
