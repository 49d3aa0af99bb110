//! `send synch` by hand: what goes in front of ABOR, without it.

use super::connected;

#[test]
fn the_iac_of_a_synch_is_urgent_and_the_prompt_comes_back_at_once() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("send synch");
    control.expect_synch();
    terminal.expect("→ FF F4, FF urgent, F2  (Telnet IP, DM)");
    terminal.expect("ftp> ");
    control.send("225 interrupted\r\n");
    terminal.expect("an unexpected reply:");
    terminal.expect("225 interrupted");
    terminal.send_line("NOOP");
    control.expect("NOOP");
    control.send("200 fine\r\n");
    terminal.expect("200 fine");
}
