//! Why a provider gave nothing, in the classes that decide what becomes of a grant.

use keyway_model::Problems;
use keyway_script::ScriptError;
use thiserror::Error;

/// Why a provider gave nothing. No message holds what was sent.
#[derive(Debug, Error)]
pub enum Failure {
    /// The provider says that the grant is over; only a person can bring a new one.
    #[error("the provider says that the authorization is over: {code}")]
    Dead {
        /// Its status.
        status: u16,
        /// Its error code.
        code: String,
        /// Its own words.
        words: String,
    },
    /// The provider answered, but not with what was asked for. The grant may be good.
    #[error("the provider answered with status {status}")]
    Refused {
        /// Its status.
        status: u16,
        /// Its own words.
        words: String,
        /// When it wants to be asked again, as it said it.
        retry_after: Option<String>,
    },
    /// There is no answer.
    #[error(transparent)]
    Unreachable(#[from] keyway_egress::Error),
    /// The answer broke off or is too large.
    #[error("the provider's answer {0}")]
    Broken(String),
    /// What came cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// The request cannot be made of what is there.
    #[error("{0}")]
    Problems(#[from] Problems),
    /// A script of the definition failed.
    #[error(transparent)]
    Script(#[from] ScriptError),
}

impl Failure {
    /// Whether the provider may have done what was asked although nobody knows: a refresh token may be used up.
    pub const fn is_uncertain(&self) -> bool {
        match self {
            Self::Unreachable(error) => {
                matches!(error, keyway_egress::Error::Timeout(stage) if !matches!(stage, keyway_egress::Stage::Connect))
                    || matches!(error, keyway_egress::Error::Broken(_))
            }
            Self::Broken(_) | Self::Unusable(_) | Self::Script(_) => true,
            // A gateway in front of the provider may have given up waiting.
            Self::Refused { status, .. } => *status >= 500,
            Self::Dead { .. } | Self::Problems(_) => false,
        }
    }

    /// Whether the provider has not said all that it will say: it was away, broken or busy, and may answer later.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(error) => {
                !matches!(error, keyway_egress::Error::Tls { .. } | keyway_egress::Error::Blocked { .. })
            }
            Self::Broken(_) | Self::Refused { status: 429 | 500.., .. } => true,
            Self::Refused { .. } | Self::Dead { .. } | Self::Unusable(_) | Self::Problems(_) | Self::Script(_) => false,
        }
    }
}
