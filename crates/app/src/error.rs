//! What a use-case can end in, without a word about HTTP.

use keyway_model::Problems;
use thiserror::Error;

/// The result of a use-case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use-case did not do what was asked.
#[derive(Debug, Error)]
pub enum Error {
    /// What was named does not exist for this caller.
    #[error("{0}")]
    NotFound(String),
    /// The input is wrong, field by field.
    #[error("{0}")]
    Invalid(#[from] Problems),
    /// The input is right, but what it asks for cannot be.
    #[error("{0}")]
    Refused(String),
    /// It exists already, or somebody else changed it meanwhile.
    #[error("{0}")]
    Conflict(String),
    /// No secret, or one that opens nothing.
    #[error("Invalid Organization or User secret, or invalid Element token provided.")]
    Unauthenticated,
    /// The provider takes the instance's credential no longer; a person has to authenticate it again.
    #[error("{0}")]
    ReconnectNeeded(String),
    /// The same error for several who waited for one thing.
    #[error(transparent)]
    Shared(std::sync::Arc<Self>),
    /// The caller is known but may not.
    #[error("{0}")]
    Forbidden(String),
    /// Too many tries.
    #[error("too many attempts; try again in {retry_after} seconds")]
    Limited {
        /// Seconds until another try is worthwhile.
        retry_after: u64,
    },
    /// The provider said no.
    #[error("{message}")]
    Provider {
        /// The provider's status.
        status: u16,
        /// Our words.
        message: String,
        /// The provider's words.
        provider_message: String,
        /// When it wants to be asked again, as it said it.
        retry_after: Option<String>,
    },
    /// More was sent than a call may carry (section 12: 8 MB).
    #[error("{0}")]
    TooLarge(String),
    /// The provider gave no answer.
    #[error("{message}")]
    Gateway {
        /// Whether it was too slow, rather than not there.
        timeout: bool,
        /// What happened.
        message: String,
    },
    /// Something that this server needs is away.
    #[error("{0}")]
    Unavailable(String),
    /// A defect or a broken disk: logged once at the boundary, never shown.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// One wrong field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Problems::one(field, message))
    }

    /// Whether a person has to authenticate the instance again.
    pub fn is_reconnect(&self) -> bool {
        match self {
            Self::ReconnectNeeded(_) => true,
            Self::Shared(error) => error.is_reconnect(),
            _ => false,
        }
    }

    /// Whether the same may succeed later: the provider or something of this server is away or busy.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Gateway { .. }
            | Self::Unavailable(_)
            | Self::Internal(_)
            | Self::Provider { status: 429 | 500.., .. } => true,
            Self::Shared(error) => error.is_passing(),
            _ => false,
        }
    }

    /// Something unexpected.
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }
}

impl From<keyway_store::Error> for Error {
    fn from(error: keyway_store::Error) -> Self {
        match error {
            keyway_store::Error::Unavailable(reason) => {
                Self::Unavailable(format!("the store cannot be reached: {reason}"))
            }
            other => Self::internal(other),
        }
    }
}

impl From<keyway_egress::Error> for Error {
    fn from(error: keyway_egress::Error) -> Self {
        Self::Gateway { timeout: matches!(error, keyway_egress::Error::Timeout(_)), message: error.to_string() }
    }
}
