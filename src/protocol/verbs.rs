//! The one table of verbs: hints, completion, help, secrecy, data direction, the ledger and the compliance page
//! all read it.

/// Whether the argument of this verb (in any case) is a secret.
#[must_use]
pub fn is_secret(code: &[u8]) -> bool {
    ["PASS", "ACCT", "ADAT"]
        .iter()
        .any(|verb| code.eq_ignore_ascii_case(verb.as_bytes()))
}
