//! Hostile data in scripts: raw where a program reads them.

#[cfg(unix)]
use std::fs;

use crate::support::ftpsh::Ftpsh;
#[cfg(unix)]
use crate::support::home::Home;
use crate::support::practice::practice_server;

use super::assert_harmless;

#[cfg(unix)]
#[test]
fn files_pipes_and_standard_output_have_the_raw_bytes() {
    let home = Home::new();
    let server = practice_server(&["hostile-text"]);
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin(
            "TYPE I\nPASV\nRETR hostile.bin > file\nPASV\nRETR hostile.bin | cat > piped\n\
             PASV\nRETR hostile.bin > -\nPASV\nRETR hostile.bin\nPASV\nRETR hostile.bin >> file\n",
        )
        .run()
        .success();
    let content = fs::read(server.server_folder().join("hostile.bin")).unwrap();
    assert!(content.contains(&0x1b));
    let read = |name: &str| fs::read(home.path().join(name)).unwrap();
    assert_eq!(read("file"), content.repeat(2));
    assert_eq!(read("piped"), content);
    assert_eq!(finished.stdout, content.repeat(2));
    assert_harmless(finished.stderr.as_bytes());
}

#[test]
fn what_a_script_shows_of_hostile_names_is_escaped() {
    let server = practice_server(&["hostile-text"]);
    let finished = Ftpsh::new()
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("PWD\nSTAT\nSTAT /\nFEAT\nHELP\nSYST\nMLST hostile.bin\nMDTM nosuch\nXYZZY\nMKD x\n")
        .run()
        .code(1);
    assert!(finished.stderr.contains("\\x1b]0;title\\x07"));
    assert_harmless(finished.stderr.as_bytes());
}
