//! The certificates of a definition, made ready for connections.

use std::sync::Arc;

use keyway_connector::{Certificate, Scope};
use keyway_egress::{TlsProfile, TlsProfileError};
use keyway_model::{Problems, Secret};

/// The certificates of a definition; nothing where all of its texts are empty.
pub(crate) fn of(certificate: &Certificate, scope: &Scope<'_>) -> Result<Option<Arc<TlsProfile>>, Problems> {
    let authorities = certificate.authorities.as_ref().and_then(|template| template.fill_if_complete(scope));
    let identity = certificate.identity.as_ref();
    let identity = identity.map(|(shown, key)| (shown.fill_if_complete(scope), key.fill_if_complete(scope)));
    let pair = match &identity {
        Some((Some(shown), Some(key))) => Some((shown, key)),
        Some((None, None)) | None => None,
        Some(_) => return Err(Problems::one("certificate", "needs its key, and a key its certificate")),
    };
    made(authorities.as_ref(), pair)
}

/// Certificates as PEM texts.
pub(crate) fn made(
    authorities: Option<&Secret>,
    identity: Option<(&Secret, &Secret)>,
) -> Result<Option<Arc<TlsProfile>>, Problems> {
    if authorities.is_none() && identity.is_none() {
        return Ok(None);
    }
    let identity = identity.map(|(shown, key)| (shown.expose().as_str(), key));
    let made = TlsProfile::new(authorities.map(|text| text.expose().as_str()), identity);
    let problem = |error: TlsProfileError| match error {
        TlsProfileError::Authorities(fault) => Problems::one("certificate.authorities", fault.to_string()),
        TlsProfileError::Certificate(fault) => Problems::one("certificate.certificate", fault.to_string()),
        TlsProfileError::Key(fault) => Problems::one("certificate.key", fault.to_string()),
    };
    made.map(|profile| Some(Arc::new(profile))).map_err(problem)
}
