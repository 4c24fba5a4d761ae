//! Creates certificates for tests: an authority, and server certificates with the name and the validity that a test
//! needs.
//!
//! The DER is written by hand, because a crate for it would add eighteen others to the lock file. X.509 is specified in
//! RFC 5280, its use with Ed25519 in RFC 8410.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];

/// A certificate's period of validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// From 2000 to the end of 2049, the last year that the certificate's time format can express.
    Now,
    /// From 2000 to the end of 2001.
    Expired,
}

/// A certificate authority.
pub struct Authority {
    name: &'static str,
    key: Ed25519KeyPair,
    certificate: Vec<u8>,
}

/// A server's certificate and its key.
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

impl Authority {
    /// Creates an authority with a new key.
    pub fn new(name: &'static str) -> Self {
        let (_, key) = new_key();
        let extensions = [extension(BASIC_CONSTRAINTS, &sequence(&[&der(BOOLEAN, &[0xff])]))];
        let public = key.public_key().as_ref().to_vec();
        let certificate = signed(&key, name, name, &public, Validity::Now, &extensions.concat());
        Self { name, key, certificate }
    }

    /// Returns its certificate in PEM, the format of a CA file.
    pub fn pem(&self) -> String {
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            STANDARD.encode(&self.certificate)
        )
    }

    /// Creates a key and a certificate for `host`, a name or an IP address.
    pub fn certify(&self, host: &str, validity: Validity) -> Identity {
        let (pkcs8, key) = new_key();
        let name = match host.parse() {
            Ok(IpAddr::V4(address)) => der(0x87, &address.octets()),
            Ok(IpAddr::V6(address)) => der(0x87, &address.octets()),
            Err(_) => der(0x82, host.as_bytes()),
        };
        let extensions = extension(SUBJECT_ALT_NAME, &sequence(&[&name]));
        let public = key.public_key().as_ref().to_vec();
        let certificate = signed(&self.key, self.name, host, &public, validity, &extensions);
        Identity { chain: vec![certificate.into()], key: PrivatePkcs8KeyDer::from(pkcs8).into() }
    }
}

fn new_key() -> (Vec<u8>, Ed25519KeyPair) {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let key = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
    (pkcs8.as_ref().to_vec(), key)
}

fn signed(
    signer: &Ed25519KeyPair,
    issuer: &str,
    subject: &str,
    public_key: &[u8],
    validity: Validity,
    extensions: &[u8],
) -> Vec<u8> {
    let algorithm = sequence(&[&der(OBJECT, ED25519)]);
    let until: &[u8] = match validity {
        Validity::Now => b"491231235959Z",
        Validity::Expired => b"011231235959Z",
    };
    let to_be_signed = sequence(&[
        // The certificate is of version 3, which is written as 2.
        &der(0xa0, &der(INTEGER, &[2])),
        &der(INTEGER, &[1]),
        &algorithm,
        &name(issuer),
        &sequence(&[&der(UTC_TIME, b"000101000000Z"), &der(UTC_TIME, until)]),
        &name(subject),
        &sequence(&[&algorithm, &bits(public_key)]),
        &der(0xa3, &der(SEQUENCE, extensions)),
    ]);
    let signature = signer.sign(&to_be_signed);
    sequence(&[&to_be_signed, &algorithm, &bits(signature.as_ref())])
}

fn name(text: &str) -> Vec<u8> {
    let part = sequence(&[&der(OBJECT, COMMON_NAME), &der(UTF8_STRING, text.as_bytes())]);
    sequence(&[&der(SET, &part)])
}

fn extension(object: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&der(OBJECT, object), &der(OCTET_STRING, value)])
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    // The first byte of a BIT STRING is the number of unused bits in the last byte.
    der(BIT_STRING, &[&[0], bytes].concat())
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(SEQUENCE, &parts.concat())
}

/// Encodes a value of up to 65,535 bytes: its tag, its length, the value.
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(value.len()).unwrap().to_be_bytes();
    let head = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, value].concat()
}
