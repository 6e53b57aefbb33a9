//! Attempts to connect: how far one has come on its way to the provider and back.

/// How far an attempt to connect has come. Each step is taken once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptStatus {
    /// Made; no browser has begun it.
    Created,
    /// A browser has been sent to the provider.
    Begun,
    /// The provider has sent the browser back.
    Returned,
    /// What the provider sent is being exchanged for a credential.
    Exchanging,
    /// The instance is connected.
    Finished,
    /// The person or the provider said no.
    Denied,
    /// Something went wrong.
    Failed,
}

impl AttemptStatus {
    const ALL: [Self; 7] =
        [Self::Created, Self::Begun, Self::Returned, Self::Exchanging, Self::Finished, Self::Denied, Self::Failed];

    /// The spelling in the store and for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Begun => "begun",
            Self::Returned => "returned",
            Self::Exchanging => "exchanging",
            Self::Finished => "finished",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }

    /// Reads the spelling in the store.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether nothing comes after it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Denied | Self::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::AttemptStatus;

    #[test]
    fn every_spelling_is_read_back() {
        let all = AttemptStatus::ALL;
        assert_eq!(all.map(|status| AttemptStatus::parse(status.as_str())), all.map(Some));
        assert_eq!(AttemptStatus::parse("Created"), None);
    }

    #[test]
    fn an_attempt_is_over_when_it_has_succeeded_or_not() {
        let over = AttemptStatus::ALL.into_iter().filter(|status| status.is_over());
        assert!(over.eq([AttemptStatus::Finished, AttemptStatus::Denied, AttemptStatus::Failed]));
    }
}
