//! Names made from paths: of operations, of models, and in sentences.

/// `/accounts/{id}/notes` as `AccountsByIdNotes`; without its places as `AccountsNotes`.
pub(super) fn pascal(path: &str, with_places: bool) -> String {
    let mut name = String::new();
    for part in path.split('/') {
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(place) if with_places => {
                name.push_str("By");
                push_word(&mut name, place);
            }
            Some(_) => {}
            None => push_word(&mut name, part),
        }
    }
    name
}

/// Letters and digits only, every word with a capital.
fn push_word(name: &mut String, text: &str) {
    let mut capital = true;
    for letter in text.chars() {
        if !letter.is_ascii_alphanumeric() {
            capital = true;
        } else if capital {
            name.push(letter.to_ascii_uppercase());
            capital = false;
        } else {
            name.push(letter);
        }
    }
}

/// `slaPolicies` or `sla-policies` as `sla policies`.
pub(super) fn spoken(word: &str) -> String {
    let mut text = String::new();
    let mut before = ' ';
    for letter in word.chars() {
        let starts = letter.is_uppercase() && before.is_lowercase();
        if starts {
            text.push(' ');
        }
        let letter = if letter == '-' || letter == '_' { ' ' } else { letter };
        before = letter;
        text.extend(if starts { letter.to_lowercase().collect::<Vec<_>>() } else { vec![letter] });
    }
    text
}

/// One of several: `sla policies` as `sla policy`. Good enough for sentences.
pub(super) fn singular(words: &str) -> String {
    if let Some(stem) = words.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if ["sses", "xes", "ches", "shes"].iter().any(|end| words.ends_with(end)) {
        return words.strip_suffix("es").unwrap_or(words).to_owned();
    }
    if ["ss", "us", "is"].iter().any(|end| words.ends_with(end)) {
        return words.to_owned();
    }
    words.strip_suffix('s').unwrap_or(words).to_owned()
}

/// The first free name of `name`, `name2`, `name3` and so on.
pub(super) fn free(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(&name) {
        return name;
    }
    (2..10_000).map(|number| format!("{name}{number}")).find(|name| !is_taken(name)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{free, pascal, singular, spoken};

    #[test]
    fn names_are_made_of_letters_and_digits() {
        assert_eq!(pascal("/accounts/{id}/notes", true), "AccountsByIdNotes");
        assert_eq!(pascal("/accounts/{id}/notes", false), "AccountsNotes");
        assert_eq!(pascal("/payment-methods/{id}/x.y_z", true), "PaymentMethodsByIdXYZ");
    }

    #[test]
    fn sentences_have_words() {
        assert_eq!(spoken("slaPolicies"), "sla policies");
        assert_eq!(spoken("payment-methods"), "payment methods");
        assert_eq!(singular("sla policies"), "sla policy");
        assert_eq!(singular("accounts"), "account");
        assert_eq!(singular("addresses"), "address");
        assert_eq!(singular("status"), "status");
        assert_eq!(singular("me"), "me");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        assert_eq!(free("a".to_owned(), |name| name == "a" || name == "a2"), "a3");
        assert_eq!(free("a".to_owned(), |_| false), "a");
    }
}
