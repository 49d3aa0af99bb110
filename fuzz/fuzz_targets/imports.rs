#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| ftpsh_fuzz::imports::hold(octets));
