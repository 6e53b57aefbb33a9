//! One entry of a connector's form.

/// How a field is filled in; also its wire type in the platform dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text of at most so many characters.
    Text(usize),
    /// Several lines of text.
    Area,
    /// Hidden while typed, masked in every answer.
    Password,
    /// `true` or `false`.
    Boolean,
    /// One of these values.
    Choice(Vec<String>),
}

impl FieldKind {
    /// The platform dialect's name of the type (section 2.3, `configuration[]`).
    pub fn wire_name(&self) -> &'static str {
        match self {
            Self::Text(..=32) => "TEXTFIELD_32",
            Self::Text(..=64) => "TEXTFIELD_64",
            Self::Text(..=100) => "TEXTFIELD_100",
            Self::Text(..=128) => "TEXTFIELD_128",
            Self::Text(..=256) => "TEXTFIELD_256",
            Self::Text(_) => "TEXTFIELD_1000",
            Self::Area => "TEXTAREA",
            Self::Password => "PASSWORD",
            Self::Boolean => "BOOLEAN",
            Self::Choice(_) => "COMBO",
        }
    }
}

/// A configuration entry.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its number, unique in the connector: the position in the form, counted from 1.
    pub id: i64,
    /// Its key, such as `base.url`.
    pub key: String,
    /// Label for people.
    pub label: String,
    /// Where to find the value.
    pub help: String,
    /// How it is filled in.
    pub kind: FieldKind,
    /// Whether an instance cannot do without it.
    pub required: bool,
    /// Whether it stays off the form.
    pub hidden: bool,
    /// Whether only answers of the provider set it.
    pub internal: bool,
    /// What an instance that omits it gets.
    pub default: Option<String>,
    /// What takes its place at every use, computed from other entries.
    pub computed: Option<crate::Template>,
    /// The methods that ask for it; empty means all.
    pub methods: Vec<String>,
}

impl Field {
    /// Whether answers mask its value.
    pub fn is_masked(&self) -> bool {
        // Section 3.3: passwords, the client registration and tokens are masked whatever their type.
        let by_name =
            matches!(self.key.as_str(), "oauth.api.key" | "oauth.api.secret") || self.key.starts_with("oauth.user.");
        self.kind == FieldKind::Password || by_name
    }

    /// Whether a method asks for it.
    pub fn belongs_to(&self, method: &str) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|name| name == method)
    }
}
