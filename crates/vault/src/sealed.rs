//! The envelope that all ciphertexts share, and the one place that calls the cipher.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use keyway_model::{Entropy, OrganizationId};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroize;

const VERSION: u8 = 1;
const HEADER: usize = 1 + 16;
const NONCE: usize = 12;

/// Where a sealed value belongs. A value moved to another place does not open there.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The tenant; `None` for what belongs to the whole server.
    pub organization: Option<OrganizationId>,
    /// The record that holds the value.
    pub record: Uuid,
    /// The field of that record.
    pub field: &'a str,
}

/// Why a sealed value did not open.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SealError {
    /// The bytes are not an envelope of this format.
    #[error("not a sealed value")]
    Malformed,
    /// Wrong key, wrong place, or altered bytes.
    #[error("the sealed value does not open with this key in this place")]
    Refused,
    /// The bytes opened but hold no UTF-8 text.
    #[error("the sealed value is not text")]
    NotText,
}

/// The id of the key that sealed an envelope.
pub fn key_id_of(sealed: &[u8]) -> Result<Uuid, SealError> {
    match sealed {
        [VERSION, rest @ ..] if rest.len() >= 16 + NONCE => {
            let id = rest[..16].try_into().map_err(|_| SealError::Malformed)?;
            Ok(Uuid::from_bytes(id))
        }
        _ => Err(SealError::Malformed),
    }
}

/// Seals bytes under a key.
pub(crate) fn seal(key: &[u8; 32], id: Uuid, context: &Context<'_>, clear: &[u8], entropy: &Entropy) -> Vec<u8> {
    let nonce = entropy.bytes::<NONCE>();
    let mut envelope = Vec::with_capacity(HEADER + NONCE + clear.len() + 16);
    envelope.push(VERSION);
    envelope.extend_from_slice(id.as_bytes());
    let aad = associated_data(&envelope, context);
    envelope.extend_from_slice(&nonce);
    let mut body = clear.to_vec();
    cipher(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut body)
        .expect("a value shorter than the cipher's limit of 64 GiB seals");
    envelope.extend_from_slice(&body);
    envelope
}

/// Opens an envelope.
pub(crate) fn open(key: &[u8; 32], context: &Context<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    key_id_of(sealed)?;
    let (header, rest) = sealed.split_at(HEADER);
    let (nonce, body) = rest.split_at(NONCE);
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Malformed)?;
    let mut body = body.to_vec();
    let opened = cipher(key).open_in_place(nonce, Aad::from(associated_data(header, context)), &mut body);
    let length = opened.map_err(|_| SealError::Refused)?.len();
    body[length..].zeroize();
    body.truncate(length);
    Ok(body)
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, key).expect("32 bytes are a key of this cipher"))
}

/// Length-prefixed parts, so that no two contexts read the same.
fn associated_data(header: &[u8], context: &Context<'_>) -> Vec<u8> {
    let organization = context.organization.map_or([0; 9], |id| {
        let mut bytes = [1; 9];
        bytes[1..].copy_from_slice(&id.0.to_be_bytes());
        bytes
    });
    let mut data = Vec::with_capacity(64 + context.field.len());
    data.extend_from_slice(b"keyway");
    data.extend_from_slice(header);
    data.extend_from_slice(&organization);
    data.extend_from_slice(context.record.as_bytes());
    data.extend_from_slice(context.field.as_bytes());
    data
}
