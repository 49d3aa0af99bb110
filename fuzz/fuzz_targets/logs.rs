#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ftpsh_fuzz::logs::hold(bytes));
