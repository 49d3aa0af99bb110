//! Certificates for the servers of the tests, made anew for each test.

use std::fs;
use std::path::{Path, PathBuf};

use pkcs8::PrivateKeyInfoRef;
use pkcs8::pkcs5::pbes2::Parameters;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;

/// What every server on loopback may be called.
const LOOPBACK_NAMES: [&str; 4] = ["localhost", "127.0.0.1", "127.0.0.2", "::1"];
const NAME_OF_SOMEBODY_ELSE: &str = "elsewhere.example";

/// An authority that nobody knows but who is given its certificate.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

/// A certificate, mostly a server's, and its key.
#[derive(Clone)]
pub(crate) struct ServerCertificate {
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    /// What is shown after it.
    issuer: Option<CertificateDer<'static>>,
    key: Vec<u8>,
    key_pem: String,
}

impl Authority {
    const FILE: &str = "authority.pem";

    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut params = params(&[]);
        // Two authorities of one name would be taken for one with a bad signature.
        let name = format!("an authority of the tests, {}", folder.path().display());
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = new_key();
        let certificate = params.self_signed(&key).expect("the parameters are whole");
        fs::write(folder.path().join(Self::FILE), certificate.pem())
            .expect("the test's own folder is writable");
        Self {
            issuer: Issuer::new(params, key),
            folder,
        }
    }

    /// The authority's certificate as a file of PEM, for `--ca`.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join(Self::FILE)
    }

    /// A right certificate for `localhost`, 127.0.0.1, 127.0.0.2 and ::1, with a new key each time.
    pub(crate) fn issue(&self) -> ServerCertificate {
        self.sign(&server_params(&LOOPBACK_NAMES))
    }

    /// A client's certificate and its key.
    pub(crate) fn issue_for_client(&self) -> ServerCertificate {
        let mut params = server_params(&["the client"]);
        params.subject_alt_names.clear();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&params)
    }

    /// The authority's certificate.
    pub(crate) fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.file()).expect("it was written")
    }

    /// A certificate for somebody else.
    pub(crate) fn issue_for_somebody_else(&self) -> ServerCertificate {
        self.sign(&server_params(&[NAME_OF_SOMEBODY_ELSE]))
    }

    /// A certificate that was right until the end of 2001.
    pub(crate) fn issue_expired(&self) -> ServerCertificate {
        let mut params = server_params(&LOOPBACK_NAMES);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2001, 12, 31);
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> ServerCertificate {
        let key = new_key();
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("the parameters are whole");
        ServerCertificate::new(&certificate, &key)
    }
}

impl ServerCertificate {
    /// A certificate for `localhost`, 127.0.0.1 and ::1 that nobody has signed but its own key.
    pub(crate) fn self_signed() -> Self {
        let key = new_key();
        let certificate = server_params(&LOOPBACK_NAMES)
            .self_signed(&key)
            .expect("the parameters are whole");
        Self::new(&certificate, &key)
    }

    /// The same, shown with the certificate of its authority.
    pub(crate) fn with_issuer(mut self, authority: &Authority) -> Self {
        self.issuer = Some(authority.der());
        self
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    /// What a server shows.
    pub(crate) fn chain(&self) -> Vec<CertificateDer<'static>> {
        let issuer = self.issuer.iter().cloned();
        std::iter::once(self.der()).chain(issuer).collect()
    }

    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.clone()).into()
    }

    /// Writes `cert.pem`, `key.pem` and, for servers that want one file, `both.pem`; their keys are the owner's only.
    pub(crate) fn write_to(&self, folder: &Path) {
        let (certificate, key) = (&self.certificate_pem, &self.key_pem);
        write_private(&folder.join("cert.pem"), certificate);
        write_private(&folder.join("key.pem"), key);
        write_private(&folder.join("both.pem"), &format!("{key}{certificate}"));
    }

    /// Writes the key as `openssl pkcs8 -topk8` encrypts it.
    pub(crate) fn write_encrypted_key_to(&self, path: &Path, passphrase: &str) {
        let (salt, iv) = ([7; 16], [9; 16]);
        let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(2048, &salt, iv);
        let key = PrivateKeyInfoRef::try_from(self.key.as_slice()).expect("it was made so");
        let encrypted = key
            .encrypt_with_params(parameters.expect("they fit"), passphrase)
            .expect("it can be encrypted");
        let block = pem::Pem::new("ENCRYPTED PRIVATE KEY", encrypted.as_bytes());
        write_private(path, &pem::encode(&block));
    }

    /// The lines of the key in PEM, which must be seen nowhere else.
    pub(crate) fn key_lines(&self) -> Vec<&str> {
        let lines = self.key_pem.lines();
        lines.filter(|line| !line.starts_with("-----")).collect()
    }

    fn new(certificate: &Certificate, key: &KeyPair) -> Self {
        Self {
            certificate: certificate.der().clone(),
            certificate_pem: certificate.pem(),
            issuer: None,
            key: key.serialize_der(),
            key_pem: key.serialize_pem(),
        }
    }
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("plain names");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
}

fn server_params(names: &[&str]) -> CertificateParams {
    let mut params = params(names);
    params
        .distinguished_name
        .push(DnType::CommonName, names.first().copied().unwrap_or("none"));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("the system has random bytes")
}

fn write_private(path: &Path, content: &str) {
    fs::write(path, content).expect("the test's own folder is writable");
    super::server_configuration::only_for_owner(path);
}
