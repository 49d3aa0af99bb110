//! What all sessions of one practice server share.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::configuration::Configuration;
use super::faults::{Fault, Faults};
use super::folder::Folder;
use crate::practice::loopback::tls::LoopbackTls;

/// How long a session may be idle unless a fault says otherwise.
const IDLE_LIMIT: Duration = Duration::from_secs(15 * 60);

/// The folder served, who may log in, and what goes wrong.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) folder: Folder,
    pub(super) configuration: Configuration,
    /// For control connections.
    pub(super) tls: LoopbackTls,
    /// For data connections.
    pub(super) data_tls: LoopbackTls,
    has_cut: AtomicBool,
    is_stopping: AtomicBool,
}

impl Service {
    /// # Errors
    ///
    /// When no certificate can be made.
    pub(super) fn new(folder: Folder, configuration: Configuration) -> io::Result<Self> {
        let tls = LoopbackTls::self_signed()?;
        let data_tls = if configuration.faults.has(&Fault::OtherDataCertificate) {
            LoopbackTls::self_signed()?.without_resumption()
        } else {
            tls.clone().without_tickets()
        };
        Ok(Self {
            folder,
            configuration,
            tls,
            data_tls,
            has_cut: AtomicBool::new(false),
            is_stopping: AtomicBool::new(false),
        })
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.configuration.faults
    }

    /// Whether this fault, which has no value, is switched on.
    pub(super) fn has(&self, fault: &Fault) -> bool {
        self.faults().has(fault)
    }

    pub(super) fn idle_limit(&self) -> Duration {
        self.faults().idle_limit().unwrap_or(IDLE_LIMIT)
    }

    /// The octets after which a transfer is to be cut, as long as none was.
    pub(super) fn cut_after(&self) -> Option<u64> {
        self.faults()
            .cut_after()
            .filter(|_| !self.has_cut.load(Ordering::SeqCst))
    }

    /// Whether the caller is the one transfer that is cut.
    pub(super) fn claim_cut(&self) -> bool {
        !self.has_cut.swap(true, Ordering::SeqCst)
    }

    pub(super) fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::SeqCst)
    }
}
