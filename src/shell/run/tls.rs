//! The built-in `tls`: what protects the connections.

use crate::client::Status;
use crate::protocol::parameters::ProtectionLevel;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, agreed, certificate_lines};
use crate::tls::{Secured, Trust};

/// Prints what protects both connections.
pub(crate) fn describe(status: &Status, painter: &Painter) {
    match &status.control_tls {
        None => painter.plain("control connection    in the clear; AUTH TLS asks for TLS"),
        Some(secured) => describe_secured("control connection", secured, painter),
    }
    let level = match status.learnt.parameters.protection {
        Some(ProtectionLevel::Private) => "under TLS from the next transfer on (PROT P)",
        _ => "in the clear; PBSZ 0 and PROT P ask for TLS",
    };
    painter.plain(&format!("data connections      {level}"));
    if let Some(secured) = &status.data_tls {
        describe_secured("last data connection", secured, painter);
    }
}

fn describe_secured(which: &str, secured: &Secured, painter: &Painter) {
    let session = if secured.resumed {
        "session resumed"
    } else {
        "new session"
    };
    painter.plain(&format!("{which:<20}  {}, {session}", agreed(secured)));
    let trust = match &secured.trust {
        Trust::Verified => "verified".to_owned(),
        Trust::Known(reason) => format!("trusted by you; {}", escape(reason.as_bytes())),
        Trust::Unverified(reason) => {
            format!("NOT VERIFIED (--insecure); {}", escape(reason.as_bytes()))
        }
    };
    painter.plain(&format!("  certificate         {trust}"));
    for (index, certificate) in secured.chain.iter().enumerate() {
        if index > 0 {
            painter.plain("  issued by");
        }
        for line in certificate_lines(certificate) {
            painter.plain(&format!("    {line}"));
        }
    }
}
