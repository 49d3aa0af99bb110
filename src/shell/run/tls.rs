//! The built-in `tls`: what protects the connections.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use crate::client::Status;
use crate::protocol::parameters::ProtectionLevel;
use crate::shell::exit::Exit;
use crate::shell::screen::escape::escape;
use crate::shell::screen::page::{Layout, Page};
use crate::shell::screen::painter::{Painter, Tone, agreed, certificate_rows};
use crate::tls::{Certificate, Secured, ShownCertificate, Trust};

/// What protects both connections, as a text so many columns wide.
pub(crate) fn describe(status: &Status, columns: usize) -> String {
    let mut table = Table::new(columns);
    match &status.control_tls {
        None => table.row(
            0,
            "control connection",
            "in the clear; AUTH TLS asks for TLS",
        ),
        Some(secured) => describe_secured("control connection", secured, &mut table),
    }
    let level = match status.learnt.parameters.protection {
        Some(ProtectionLevel::Private) => "under TLS from the next transfer on (PROT P)",
        _ => "in the clear; PBSZ 0 and PROT P ask for TLS",
    };
    table.row(0, "data connections", level);
    if let Some(secured) = &status.data_tls {
        describe_secured("last data connection", secured, &mut table);
    }
    table.page.into_text()
}

/// Writes the certificates of the control connection to a file: the server's own, then those of its issuers.
pub(crate) fn write_chain(
    status: &Status,
    path: &Path,
    may_replace: bool,
    painter: &Painter,
) -> Exit {
    let Some(secured) = &status.control_tls else {
        let text = "the control connection is in the clear, so there is no certificate: AUTH TLS asks for TLS";
        return painter.refuse(&text);
    };
    let chain: String = secured.chain.iter().map(Certificate::pem).collect();
    if let Err(error) = write(path, chain.as_bytes(), may_replace) {
        return painter.refuse_file(path, &error);
    }
    let count = match secured.chain.len() {
        1 => "1 certificate".to_owned(),
        count => format!("{count} certificates"),
    };
    let path = escape(path.as_os_str().as_encoded_bytes());
    painter.say(Tone::Note, &format!("{count} in {path}"));
    Exit::Done
}

fn write(path: &Path, bytes: &[u8], may_replace: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if may_replace {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let mut file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => io::Error::new(error.kind(), EXISTS),
        _ => error,
    })?;
    file.write_all(bytes)
}

fn describe_secured(which: &str, secured: &Secured, table: &mut Table) {
    let session = if secured.resumed {
        "session resumed"
    } else {
        "new session"
    };
    table.row(0, which, &format!("{}, {session}", agreed(secured)));
    if let Some(group) = &secured.group {
        table.row(2, "key exchange", group);
    }
    if let Some(signature) = &secured.signature {
        table.row(2, "signed with", signature);
    }
    if let Some(shown) = &secured.shown {
        table.row(2, "shown by you", &described(shown));
    }
    let trust = match (&secured.trust, &secured.name) {
        (Trust::Verified, None) => "verified".to_owned(),
        (Trust::Verified, Some(name)) => format!("verified for {}", escape(name.as_bytes())),
        (Trust::Known(objection), _) => {
            format!("trusted by you; {}", escape(objection.reason.as_bytes()))
        }
        (Trust::Unverified(objection), _) => {
            let reason = escape(objection.reason.as_bytes());
            format!("NOT VERIFIED (--insecure); {reason}")
        }
    };
    table.row(2, "certificate", &trust);
    for (index, certificate) in secured.chain.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).map(|before| &secured.chain[before]) {
            let is_issuer = before.issuer == certificate.subject;
            // Servers send chains in any order.
            let label = if is_issuer { "issued by" } else { "sent too" };
            table.row(2, label, "");
        }
        for (label, text) in certificate_rows(certificate, table.fingerprint_bytes()) {
            table.row(4, label, &text);
        }
    }
}

fn described(shown: &ShownCertificate) -> String {
    match shown {
        ShownCertificate::NotAsked => "no certificate: the server did not ask for one".to_owned(),
        ShownCertificate::None => {
            "no certificate, though the server asked for one; `set tls-cert FILE` names one"
                .to_owned()
        }
        ShownCertificate::Unfit => {
            "no certificate: the server takes no signature of this kind of key".to_owned()
        }
        ShownCertificate::Shown(subject) => {
            format!("certificate of {}", escape(subject.as_bytes()))
        }
    }
}

/// Labels with their texts in a column of their own; on a narrow screen that column is nearer to the left.
struct Table {
    page: Page,
    is_narrow: bool,
}

impl Table {
    fn new(columns: usize) -> Self {
        Self {
            page: Page::new(columns),
            is_narrow: columns < WIDE_COLUMNS,
        }
    }

    fn fingerprint_bytes(&self) -> usize {
        if self.is_narrow { 8 } else { 16 }
    }

    /// A row that is indented by 0, 2 or 4 columns.
    fn row(&mut self, indent: usize, label: &str, text: &str) {
        match (indent, self.is_narrow) {
            (0, true) => {
                self.page.paragraph(0, label);
                self.page.paragraph(2, text);
            }
            (0 | 2, false) => self.page.labelled(indent, label, LABEL_COLUMNS, text),
            (_, false) => self.page.labelled(indent, label, INNER_LABEL_COLUMNS, text),
            (_, true) => {
                let indent = indent.min(2);
                self.page
                    .labelled(indent, label, NARROW_LABEL_COLUMNS, text);
            }
        }
    }
}

const EXISTS: &str = "it exists already; with --replace it is replaced";
/// From here on a fingerprint takes two lines.
const WIDE_COLUMNS: usize = 66;
const LABEL_COLUMNS: usize = 22;
const INNER_LABEL_COLUMNS: usize = 17;
const NARROW_LABEL_COLUMNS: usize = 15;
