//! Lists of final replies that several verbs share.

/// A download or a listing before its 1yz. 550 and 553 are what every server answers for a missing file; 521 and 522
/// are RFC 4217 section 10.2, 534 and 535 RFC 2228 section 8.2, 554 and 555 RFC 1123 section 4.1.3.4.
pub(super) const RECEIVING: &[u16] = &[
    425, 426, 450, 451, 521, 522, 534, 535, 550, 551, 553, 554, 555,
];
/// An upload before its 1yz. 550 is what every server answers where it may not write.
pub(super) const SENDING: &[u16] = &[
    425, 426, 450, 451, 452, 521, 522, 532, 534, 535, 550, 551, 552, 553, 554, 555,
];
/// APPE before its 1yz. A server without APPE may answer 202; pyftpdlib answers 450 if a REST stands.
pub(super) const APPENDING: &[u16] = &[
    202, 425, 426, 450, 451, 452, 521, 522, 532, 534, 535, 550, 551, 552, 553, 554, 555,
];
/// A download or a listing after its 1yz. vsftpd answers 522 to a data connection that did not resume the TLS
/// session; others answer 550 for a missing file only now.
pub(super) const RECEIVED: &[u16] = &[
    226, 250, 425, 426, 450, 451, 521, 522, 534, 535, 550, 551, 553, 554, 555,
];
/// An upload after its 1yz.
pub(super) const SENT: &[u16] = &[
    226, 250, 425, 426, 450, 451, 452, 521, 522, 534, 535, 550, 551, 552, 553, 554, 555,
];
/// The algorithm verbs: GlobalSCAPE answers 250, the drafts 213 and 251; ProFTPD uses all three.
pub(super) const HASHED: &[u16] = &[213, 250, 251, 252, 450, 451, 550, 551, 552, 553, 556];
/// Any security command may be refused with 533 (RFC 2228 section 8.2); protected replies are 631 to 633.
pub(super) const PROTECTED: &[u16] = &[533, 535, 537, 631, 632, 633];
/// Replies to a message for a user of the server (RFC 765).
pub(super) const MESSAGE: &[u16] = &[250, 354, 450, 451, 452, 550, 552, 553];
