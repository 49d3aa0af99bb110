//! Local files that something else changes while they are sent or received.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Instant, SystemTime};

use tempfile::TempDir;

use super::scripted::{compared, greeted, local, passive, put_back, run, verified};
use crate::support::DEADLINE;
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
        let running = scope.spawn(|| run(server.address(), folder, &[line, "why"]));
        gates.0.wait();
        change(&folder.path().join("f"));
        gates.1.open();
        running.join().expect("the run ends")
    });
    (finished, server.finish().data)
}

/// Five bytes are there and are compared; the change comes before APPE is answered.
fn upload_paused(gates: &(Arc<Gate>, Arc<Gate>)) -> Script {
    let script = passive(compared(greeted()))
        .open(&gates.0)
        .pause_until(&gates.1)
        .expect("SIZE f")
        .send("213 5\r\n")
        .expect("APPE f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n");
    put_back(verified(script, b"I am zfive5"))
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
    assert!(said.contains("resume-local-changed"), "{said}");
}

/// The transfer begins, `first` comes, the change is made, `second` comes.
fn download_paused(first: &str, second: &str, gates: &(Arc<Gate>, Arc<Gate>)) -> Script {
    let script = passive(greeted().expect("SIZE f").send("213 11\r\n"))
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data(first)
        .open(&gates.0)
        .pause_until(&gates.1)
        .send_data(second)
        .close_data()
        .send("226 done\r\n");
    put_back(script)
}

/// What `resume --get` said, and the local file afterwards.
fn downloaded(
    here: Option<&str>,
    data: [&str; 2],
    change: impl FnOnce(&Path),
) -> (Finished, Vec<u8>) {
    let (gates, folder) = (
        (Gate::new(), Gate::new()),
        TempDir::new().expect("a temporary folder"),
    );
    if let Some(here) = here {
        fs::write(folder.path().join("f"), here).expect("the folder is writable");
    }
    let script = download_paused(data[0], data[1], &gates);
    let (finished, _) = run_with_change(script, &gates, &folder, "resume --get f", change);
    (
        finished,
        fs::read(folder.path().join("f")).expect("the folder is writable"),
    )
}

/// Waits until what came first is in the file.
fn wait_for_size(here: &Path, bytes: u64) {
    let deadline = Instant::now() + DEADLINE;
    while fs::metadata(here).map_or(0, |metadata| metadata.len()) != bytes {
        assert!(Instant::now() < deadline, "{bytes} bytes come");
        thread::yield_now();
    }
}

fn add(here: &Path, text: &str) {
    let mut file = fs::File::options()
        .append(true)
        .open(here)
        .expect("the folder is writable");
    file.write_all(text.as_bytes())
        .expect("the folder is writable");
}

#[test]
fn what_something_else_adds_during_a_download_is_not_cut_where_too_much_comes() {
    let change = |here: &Path| {
        wait_for_size(here, 7);
        add(here, "THEIRS");
    };
    let data = ["I am zf", "ive5 and more"];
    let (finished, here) = downloaded(Some("I am "), data, change);
    let said = finished.code(8).stderr;
    assert!(
        said.contains("something else wrote to the local file"),
        "{said}"
    );
    assert_eq!(here, b"I am zfTHEIRS");
}

#[test]
fn what_something_else_adds_during_a_download_is_not_cut_nor_called_whole() {
    let change = |here: &Path| {
        wait_for_size(here, 7);
        add(here, "THEIRS");
    };
    // The second has just the bytes that make up for those that are missing.
    for (second, size) in [("ive5", 17), ("", 13)] {
        let (finished, here) = downloaded(Some("I am "), ["I am zf", second], change);
        let said = finished.code(8).stderr;
        assert!(said.contains(&format!("and has {size}")), "{said}");
        assert_eq!(here, format!("I am zfTHEIRS{second}").as_bytes());
    }
}

#[test]
fn nothing_is_added_after_what_something_else_added_before() {
    let change = |here: &Path| add(here, "THEIRS");
    let (finished, here) = downloaded(Some("I am "), ["I am ", "zfive5"], change);
    let said = finished.code(7).stderr;
    assert!(said.contains("something else wrote to it"), "{said}");
    assert_eq!(here, b"I am THEIRS");
}

#[test]
fn a_local_file_that_appears_during_a_download_is_left_alone() {
    let change = |here: &Path| fs::write(here, "THEIRS").unwrap();
    for (second, code) in [("I am zfive5", 7), ("", 7), ("more than eleven", 8)] {
        let (finished, here) = downloaded(None, ["", second], change);
        let _ = finished.code(code);
        assert_eq!(here, b"THEIRS");
    }
}
