//! The TLS configuration. It trusts Mozilla's root certificates and those in the user's CA file.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::ClientError;
use crate::disk::explain;

pub(super) fn config(ca_file: Option<&Path>) -> Result<ClientConfig, ClientError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        add_certificates(&mut roots, path)
            .map_err(|reason| ClientError::CaFile { path: path.to_owned(), reason })?;
    }
    // The crypto provider is given explicitly. The default applies to the whole process, so another dependency could
    // change it. If a dependency adds a second provider, rustls cannot choose a default at all.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Only HTTP/1.1 is offered, because reqwest is built without HTTP/2. If `h2` were offered too, a server such as
    // Telegram's would choose `h2`. hyper-util, which is built without the code for HTTP/2, would then panic.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn add_certificates(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let text = std::fs::read(path).map_err(|error| explain(&error))?;
    let mut n_added = 0;
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
        n_added += 1;
    }
    match n_added {
        0 => Err("it contains no certificate in PEM format".into()),
        _ => Ok(()),
    }
}
