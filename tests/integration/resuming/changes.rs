//! Local files that something else changes while they are sent or received.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::SystemTime;

use tempfile::TempDir;

use super::scripted::{compared, greeted, local, passive, put_back, run};
use crate::support::ftpsh::Finished;
use crate::support::scripted_server::{Gate, Script};

/// Runs `line` and calls `change` with the local file once the script has opened the first gate; then opens the second.
fn run_with_change(
    script: Script,
    gates: &(Arc<Gate>, Arc<Gate>),
    folder: &TempDir,
    line: &str,
    change: impl FnOnce(&Path),
) -> (Finished, Vec<Vec<u8>>) {
    let server = script.start();
    let finished = thread::scope(|scope| {
        let running = scope.spawn(|| run(server.address(), folder, &[line]));
        gates.0.wait();
        change(&folder.path().join("f"));
        gates.1.open();
        running.join().expect("the run ends")
    });
    (finished, server.finish().data)
}

/// Five octets are there and are compared; the change comes before APPE is answered.
fn upload_paused(gates: &(Arc<Gate>, Arc<Gate>)) -> Script {
    let script = passive(compared(greeted()))
        .open(&gates.0)
        .pause_until(&gates.1)
        .expect("SIZE f")
        .send("213 5\r\n")
        .expect("APPE f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("SIZE f")
        .send("213 11\r\n");
    put_back(script)
}

#[test]
fn a_file_that_takes_the_place_of_the_one_being_sent_is_not_mixed_with_it() {
    let (gates, folder) = ((Gate::new(), Gate::new()), local());
    let swap = |here: &Path| {
        let other = here.with_file_name("other");
        fs::write(&other, "YOU ARE six").unwrap();
        let opened = fs::File::options().write(true).open(&other).unwrap();
        opened.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        fs::rename(&other, here).unwrap();
    };
    let (finished, data) =
        run_with_change(upload_paused(&gates), &gates, &folder, "resume f", swap);
    let said = finished.code(8).stderr;
    assert_eq!(data[1], b"zfive5");
    assert!(
        said.contains("the local file changed while it was sent"),
        "{said}"
    );
}

#[test]
fn a_file_that_grows_while_it_is_sent_is_not_called_whole() {
    let (gates, folder) = ((Gate::new(), Gate::new()), local());
    let grow = |here: &Path| fs::write(here, "I am zfive5 and more").unwrap();
    let (finished, data) =
        run_with_change(upload_paused(&gates), &gates, &folder, "resume f", grow);
    let said = finished.code(8).stderr;
    assert_eq!(data[1], b"zfive5");
    assert!(
        said.contains("the local file changed while it was sent"),
        "{said}"
    );
}
