//! The practice server: a small, real FTP server on loopback, with faults that can be switched on.
