//! How programs write a command or a reply into a log: the table, and what its rows find in a line.

use std::net::IpAddr;
use std::sync::LazyLock;

use regex::bytes::{Captures, Regex, RegexSet};

use super::super::items::CodedLine;
use super::{quoted, screen};

/// Who speaks in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    Client,
    Server,
    /// What is said tells which.
    Either,
    /// The program that writes the log.
    Program,
}

/// What a row of the table finds in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The number of the row.
    pub(super) row: usize,
    pub(super) program: Option<&'static str>,
    pub(super) speaker: Speaker,
    /// What tells its session from others.
    pub(super) session: Option<Vec<u8>>,
    /// The command, or lines of a reply.
    pub(super) texts: Vec<Vec<u8>>,
    /// The address from which a server sees its client.
    pub(super) client: Option<IpAddr>,
    /// The code of the reply to this command, where one line has both.
    pub(super) code: Option<Vec<u8>>,
}

struct Notation {
    speaker: Speaker,
    program: &'static str,
    expression: &'static str,
}

/// What the rows find in a line, in the order of the table.
pub(super) fn find(line: &[u8]) -> impl Iterator<Item = Found> + '_ {
    let rows = SET.matches(line).into_iter();
    rows.filter_map(move |row| {
        let (notation, expression) = ROWS.get(row)?;
        Some(notation.found(row, &expression.captures(line)?))
    })
}

/// Whether a row finds a command or a reply in the line.
pub(super) fn is_dialogue(line: &[u8]) -> bool {
    let is_said = |text: &Vec<u8>| screen::is_verb(text) || CodedLine::of(text).is_some();
    find(line).any(|found| match found.speaker {
        Speaker::Client | Speaker::Server => true,
        Speaker::Either => found.texts.iter().any(is_said),
        Speaker::Program => false,
    })
}

impl Found {
    /// The same row with another line of the same text, which the quotes of a language have cut.
    pub(super) fn continued(&self, line: &[u8]) -> Self {
        Self {
            texts: quoted::lines(line.trim_ascii_start()),
            ..self.clone()
        }
    }
}

impl Notation {
    fn found(&self, row: usize, captures: &Captures<'_>) -> Found {
        let group = |name| captures.name(name).map(|group| group.as_bytes());
        let texts = match (group("quoted"), group("verb")) {
            (Some(text), _) => quoted::lines(text),
            (None, Some(verb)) => {
                let command = [verb, b" ", group("rest").unwrap_or_default()].concat();
                vec![command.trim_ascii_end().to_vec()]
            }
            (None, None) => group("text").map(<[u8]>::to_vec).into_iter().collect(),
        };
        Found {
            row,
            program: Some(self.program).filter(|name| *name != "-"),
            speaker: self.speaker,
            session: group("id").map(<[u8]>::to_vec),
            client: group("client").and_then(address),
            texts,
            code: group("code").map(<[u8]>::to_vec),
        }
    }
}

fn address(text: &[u8]) -> Option<IpAddr> {
    let address: IpAddr = str::from_utf8(text).ok()?.parse().ok()?;
    Some(address.to_canonical())
}

/// The rows of the table; of what cannot be read, the number of the line.
fn read(table: &'static str) -> impl Iterator<Item = Result<Notation, usize>> {
    let lines = table.lines().enumerate();
    let rows = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    rows.map(|(index, line)| {
        let mut fields = line.splitn(2, "  ");
        let speaker = match fields.next() {
            Some("client") => Speaker::Client,
            Some("server") => Speaker::Server,
            Some("either") => Speaker::Either,
            Some("program") => Speaker::Program,
            _ => return Err(index + 1),
        };
        let rest = fields.next().ok_or(index + 1)?.trim_start();
        let (program, expression) = rest.split_once("  ").ok_or(index + 1)?;
        Ok(Notation {
            speaker,
            program,
            expression: expression.trim_start(),
        })
    })
}

static ROWS: LazyLock<Vec<(Notation, Regex)>> = LazyLock::new(|| {
    let rows = read(TABLE).filter_map(Result::ok);
    let compile = |expression| Regex::new(expression).expect(IS_TESTED);
    rows.map(|row| (compile(row.expression), row))
        .map(|(expression, row)| (row, expression))
        .collect()
});
static SET: LazyLock<RegexSet> = LazyLock::new(|| {
    let rows = read(TABLE).filter_map(Result::ok);
    RegexSet::new(rows.map(|row| row.expression)).expect(IS_TESTED)
});

const IS_TESTED: &str = "a test compiles every expression of the table";
const TABLE: &str = include_str!("notations.table");

#[cfg(test)]
mod tests {
    use super::{Regex, Speaker, TABLE, find, read};

    #[test]
    fn every_row_of_the_table_can_be_read_and_says_where_its_text_is() {
        let rows: Result<Vec<_>, usize> = read(TABLE).collect();
        let rows =
            rows.unwrap_or_else(|line| panic!("notations.table:{line}: WHO  PROGRAM  EXPRESSION"));
        for row in rows {
            let expression = Regex::new(row.expression);
            let expression = expression.unwrap_or_else(|error| panic!("{error}"));
            let names: Vec<&str> = expression.capture_names().flatten().collect();
            let has_text = ["text", "quoted", "verb"]
                .iter()
                .any(|it| names.contains(it));
            assert_eq!(
                has_text,
                row.speaker != Speaker::Program,
                "{}",
                row.expression
            );
            let is_known =
                |it: &&str| ["text", "quoted", "verb", "rest", "code", "id", "client"].contains(it);
            assert!(names.iter().all(is_known), "{}", row.expression);
        }
    }

    #[test]
    fn each_program_is_known_by_its_lines() {
        for (line, program, text) in [
            (
                r#"2024/01/02 10:00:00 DEBUG : FTP Rx: "220 (vsFTPd 3.0.3)""#,
                "rclone",
                "220 (vsFTPd 3.0.3)",
            ),
            ("*cmd* 'TYPE I'", "Python ftplib", "TYPE I"),
            ("*resp* '200 a\\'b'", "Python ftplib", "200 a'b"),
            ("[connection] < '220 ready\\r\\n'", "node-ftp", "220 ready"),
            (
                r#"Sun Nov 29 10:00:00 2026 [pid 12] [bob] FTP command: Client "127.0.0.1", "RETR a "b"""#,
                "vsftpd",
                r#"RETR a "b""#,
            ),
            (
                "[D 2026-11-29 10:00:00] 127.0.0.1:55678-[bob] <- SIZE f",
                "pyftpdlib",
                "SIZE f",
            ),
            (
                "pure-ftpd: (bob@127.0.0.1) [DEBUG] Command [retr] [a b]",
                "Pure-FTPd",
                "retr a b",
            ),
            (
                "2026-11-29T10:00:00.000Z << [FTP Session 1 127.0.0.1 bob] 230 in",
                "FileZilla Server",
                "230 in",
            ),
            (
                "(000003)11/29/2026 10:00:00 AM - (not logged in) (127.0.0.1)> USER bob",
                "FileZilla Server",
                "USER bob",
            ),
            ("> 2026-11-29 10:00:00.120 USER bob", "WinSCP", "USER bob"),
            (
                "2026-11-29 10:00:00 123 1 Response:\t220 ready",
                "FileZilla",
                "220 ready",
            ),
            (
                "System.Net Information: 0 : [7] FtpControlStream#1 - Sending command [PASV]",
                ".NET",
                "PASV",
            ),
            ("Net::FTP=GLOB(0x55)>>> PASV", "Perl Net::FTP", "PASV"),
            (
                r#"127.0.0.1 - bob [29/Nov/2026:10:00:00 +0000] "RETR f" 550 -"#,
                "an access log",
                "RETR f",
            ),
            (
                "10:22:31.1 IP 203.0.113.7.21 > 198.51.100.9.50122: Flags [P.], length 34: FTP: 331 word?",
                "tcpdump",
                "331 word?",
            ),
            ("<--- 220 ready", "lftp", "220 ready"),
            ("get: 220 ready", "Ruby Net::FTP", "220 ready"),
            ("10:00:00.123456 [0-0] < 220 ready", "-", "220 ready"),
        ] {
            let found = find(line.as_bytes())
                .next()
                .unwrap_or_else(|| panic!("{line}"));
            assert_eq!(found.program.unwrap_or("-"), program, "{line}");
            assert_eq!(found.texts, [text.as_bytes()], "{line}");
        }
    }
}
