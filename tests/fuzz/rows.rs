//! From the bytes of a pipe to the rows of a console: however they are cut, the rows are the same, and nothing panics.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sidestage::engine::check_rows;

fuzz_target!(|bytes: &[u8]| check_rows(bytes, &[5, 1, 30]));
