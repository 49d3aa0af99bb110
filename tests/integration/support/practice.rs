//! The practice server, inside the test.

use ftpsh::practice::{Configuration, Fault, PracticeServer};

/// A practice server with these faults.
pub(crate) fn practice_server(faults: &[&str]) -> PracticeServer {
    practice_server_for("A", faults)
}

/// The same with another password of user `A`.
pub(crate) fn practice_server_for(password: &str, faults: &[&str]) -> PracticeServer {
    let fault = |name: &&str| name.parse::<Fault>().expect("a known fault");
    let configuration = Configuration {
        faults: faults.iter().map(fault).collect(),
        password: password.to_owned(),
        ..Configuration::default()
    };
    PracticeServer::start(configuration).expect("loopback has a free port")
}
