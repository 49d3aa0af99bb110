//! Ports and folders differ from run to run; a picture has the same ones always.

use vt100::Color;

use super::cells::{Line, Paint, Run};

const ADDRESS: &str = "127.0.0.1:2121";
const FOLDER: &str = "/tmp/ftpsh-practice";
const HOST_PORT: &str = "127,0,0,1,195,80";
const ARITHMETIC: &str = "127.0.0.1:50000  (195 x 256 + 80 = 50000)";

/// Replaces the server's address, its scratch folder, and the data port with its arithmetic, each wherever it stands.
///
/// Arithmetic that is wrong is not replaced, and the picture differs.
pub(super) fn replace_what_differs(lines: &mut [Line]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let host_port = between(&text, "227 Entering Passive Mode (", ")");
    let arithmetic = arithmetic(host_port);
    let address = between(&text, "connected to ", "\n");
    let folder = between(&text, "both are in ", "  (folders");
    // The address may be how the arithmetic's begins.
    let replacements = [
        (arithmetic.as_str(), ARITHMETIC),
        (host_port, HOST_PORT),
        (address, ADDRESS),
        (folder, FOLDER),
    ];
    for run in lines.iter_mut().flat_map(|line| &mut line.0) {
        let mut found = replacements.iter();
        if let Some((given, fixed)) = found.find(|(given, _)| run.text.contains(given)) {
            run.text = run.text.replace(given, fixed);
        }
    }
}

/// What the program has to say of the numbers of a 227.
fn arithmetic(host_port: &str) -> String {
    let numbers: Vec<u16> = host_port
        .split(',')
        .map(|number| number.parse::<u16>().expect("a 227 has numbers"))
        .collect();
    let [127, 0, 0, 1, high, low] = numbers[..] else {
        panic!("not on loopback: {host_port}");
    };
    let port = high * 256 + low;
    format!("127.0.0.1:{port}  ({high} x 256 + {low} = {port})")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).expect(before);
    rest.split_once(after).expect(after).0
}

#[test]
fn what_differs_is_replaced_and_nothing_else() {
    // The server's port is how the data port begins, and is the port that stands for all data ports.
    for (port, high, low) in [("5000", 195, 81), ("50000", 4, 1)] {
        let data_port = high * 256 + low;
        assert_eq!(
            replaced(&[
                "  both are in /var/x  (folders)",
                &format!("  connected to 127.0.0.1:{port}"),
                &format!("227 Entering Passive Mode (127,0,0,1,{high},{low})"),
                &format!("  open to 127.0.0.1:{data_port}  ({high} x 256 + {low} = {data_port})"),
            ]),
            [
                "  both are in /tmp/ftpsh-practice  (folders)",
                "  connected to 127.0.0.1:2121",
                "227 Entering Passive Mode (127,0,0,1,195,80)",
                "  open to 127.0.0.1:50000  (195 x 256 + 80 = 50000)",
            ]
        );
    }
}

#[test]
fn arithmetic_that_is_wrong_stays() {
    let wrong = "  open to 127.0.0.1:1025  (4 x 256 + 1 = 1026)";
    let lines = replaced(&[
        "both are in /x  (folders)",
        "connected to 127.0.0.1:9",
        "227 Entering Passive Mode (127,0,0,1,4,1)",
        wrong,
    ]);
    assert_eq!(lines[3], wrong);
}

fn replaced(lines: &[&str]) -> Vec<String> {
    let paint = Paint {
        colour: Color::Default,
        bold: false,
        dim: false,
    };
    let line = |text: &&str| {
        let text = (*text).to_owned();
        Line(Vec::from([Run { paint, text }]))
    };
    let mut lines: Vec<Line> = lines.iter().map(line).collect();
    replace_what_differs(&mut lines);
    lines.iter().map(Line::to_string).collect()
}
