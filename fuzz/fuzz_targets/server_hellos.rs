#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ftpsh_fuzz::server_hellos::hold(bytes));
