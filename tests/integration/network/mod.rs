//! How connections leave this machine: source address, address family, ports of active mode, proxies.

mod addresses;
mod data_ports;
mod fake_proxy;
mod hostile_proxies;
mod noting_server;
mod proxies;
mod proxy_secrets;
#[cfg(target_os = "linux")]
mod sources;

use crate::support::ftpsh::{Finished, Ftpsh};

/// Runs these lines with these arguments; a wait has 20 s.
fn run<'a>(arguments: &[&str], lines: impl IntoIterator<Item = &'a str>) -> Finished {
    script(arguments, lines).run()
}

fn script<'a>(arguments: &[&str], lines: impl IntoIterator<Item = &'a str>) -> Ftpsh {
    let program = Ftpsh::new().telling_events();
    let program = program.args(["--timeout", "20"]).args(arguments);
    let lines = lines.into_iter();
    lines.fold(program, |program, line| program.args(["-c", line]))
}
