//! The names that stand for secrets in a recording.

use sha2::{Digest, Sha256};

use crate::protocol::Verb;

/// Which secret has which name: the same secret always the same, another one another. Of the secrets only digests are kept.
#[derive(Default)]
pub(super) struct SecretNames {
    known: Vec<(String, [u8; 32])>,
}

impl SecretNames {
    /// `password` for the first behind PASS, `password_2` for another one.
    pub(super) fn name_of(&mut self, before: &[u8], secret: &[u8]) -> String {
        let verb = Verb::new(before.trim_ascii());
        let name = match verb {
            verb if verb.is("ACCT") => "account",
            verb if verb.is("ADAT") => "adat",
            _ => "password",
        };
        let digest = Sha256::digest(secret).into();
        let is_of_kind = |known: &str| {
            known
                .strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
        };
        let mut of_kind = self.known.iter().filter(|(known, _)| is_of_kind(known));
        if let Some((known, _)) = of_kind.clone().find(|(_, known)| *known == digest) {
            return known.clone();
        }
        let name = match of_kind.by_ref().count() {
            0 => name.to_owned(),
            others => format!("{name}_{}", others + 1),
        };
        self.known.push((name.clone(), digest));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::SecretNames;

    #[test]
    fn the_same_secret_has_the_same_name_and_another_one_another() {
        let mut names = SecretNames::default();
        for (before, secret, name) in [
            ("PASS ", "right", "password"),
            (" pass ", "wrong", "password_2"),
            ("PASS ", "right", "password"),
            ("ACCT ", "right", "account"),
            ("ADAT ", "right", "adat"),
            ("PASS ", "third", "password_3"),
        ] {
            assert_eq!(names.name_of(before.as_bytes(), secret.as_bytes()), name);
        }
    }
}
