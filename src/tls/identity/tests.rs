use super::{ClientIdentity, ClientKey, IdentityError};

/// Made by `openssl req -x509 -subj /CN=client` with the key that is in each of the files but two.
const CERTIFICATE: &[u8] = include_bytes!("../samples/client.pem");
const PASSPHRASE: &str = "open.sesame";

/// The same key, in clear.
const IN_CLEAR: [(&str, &[u8]); 3] = [
    ("PKCS #8", include_bytes!("../samples/pkcs8.pem")),
    ("SEC 1", include_bytes!("../samples/sec1.pem")),
    (
        "PKCS #8 after the certificate",
        include_bytes!("../samples/both.pem"),
    ),
];

/// The same key, as `openssl pkcs8 -topk8` encrypts it: by itself, with SHA-512, in the manner of OpenSSL 1.0, with
/// scrypt.
const ENCRYPTED: [(&str, &[u8]); 4] = [
    ("AES-256", include_bytes!("../samples/aes256.pem")),
    ("AES-128", include_bytes!("../samples/aes128.pem")),
    ("3DES", include_bytes!("../samples/des3.pem")),
    ("scrypt", include_bytes!("../samples/scrypt.pem")),
];

fn opened(key: &[u8], passphrase: &str) -> Result<ClientIdentity, IdentityError> {
    let key = ClientKey::from_pem(key)?.decrypt(passphrase)?;
    ClientIdentity::new(CERTIFICATE, &key)
}

#[test]
fn a_key_is_read_in_every_form() {
    for (form, key) in IN_CLEAR {
        let key = ClientKey::from_pem(key).unwrap();
        assert!(!key.is_encrypted(), "{form}");
        assert!(ClientIdentity::new(CERTIFICATE, &key).is_ok(), "{form}");
    }
    for (form, key) in ENCRYPTED {
        let key = ClientKey::from_pem(key).unwrap();
        assert!(key.is_encrypted(), "{form}");
        let locked = ClientIdentity::new(CERTIFICATE, &key);
        assert_eq!(locked, Err(IdentityError::Locked), "{form}");
        let opened = key.decrypt(PASSPHRASE).unwrap();
        assert!(ClientIdentity::new(CERTIFICATE, &opened).is_ok(), "{form}");
    }
}

#[test]
fn a_wrong_passphrase_is_told_from_a_key_that_is_unusable() {
    for (form, key) in ENCRYPTED {
        for wrong in ["", "open.sesam", "open.sesame ", "OPEN.SESAME"] {
            assert_eq!(
                opened(key, wrong),
                Err(IdentityError::WrongPassphrase),
                "{form}"
            );
        }
    }
    let broken = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert_eq!(opened(broken, ""), Err(IdentityError::UnusableKey));
    let curve = include_bytes!("../samples/p521.pem");
    assert_eq!(opened(curve, ""), Err(IdentityError::UnusableKey));
}

#[test]
fn an_old_encryption_names_the_command_that_replaces_it() {
    for old in [
        &include_bytes!("../samples/legacy.pem")[..],
        include_bytes!("../samples/pbes1.pem"),
    ] {
        let error = opened(old, PASSPHRASE).unwrap_err();
        assert_eq!(error, IdentityError::OldEncryption);
        assert!(error.to_string().contains("`openssl pkcs8 -topk8"));
    }
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    assert_eq!(opened(other.as_bytes(), ""), Err(IdentityError::OtherKey));
}

#[test]
fn what_is_missing_is_said() {
    let key = ClientKey::from_pem(IN_CLEAR[0].1).unwrap();
    let no_certificate = ClientIdentity::new(b"", &key);
    assert_eq!(no_certificate, Err(IdentityError::NoCertificate));
    assert_eq!(opened(CERTIFICATE, ""), Err(IdentityError::NoKey));
    assert_eq!(opened(b"\x00\xff nothing", ""), Err(IdentityError::NoKey));
    let cut = &IN_CLEAR[0].1[..100];
    assert!(matches!(
        opened(cut, ""),
        Err(IdentityError::NoKey | IdentityError::NotPem)
    ));
}

#[test]
fn a_debug_print_shows_no_key() {
    let key = ClientKey::from_pem(IN_CLEAR[0].1).unwrap();
    assert_eq!(format!("{key:?}"), "ClientKey(open)");
    let identity = ClientIdentity::new(CERTIFICATE, &key).unwrap();
    assert_eq!(format!("{identity:?}"), "ClientIdentity(\"CN=client\")");
}

#[test]
fn a_certificate_of_x509_version_1_is_refused_with_the_way_to_make_another() {
    let sample = include_bytes!("../samples/version1.pem");
    let key = ClientKey::from_pem(sample).unwrap();
    let refused = ClientIdentity::new(sample, &key).unwrap_err();
    assert_eq!(refused, IdentityError::OldVersion(1));
    assert!(refused.to_string().contains("basicConstraints=CA:FALSE"));
}
