//! What is read as what, and what is said about the rest.

use super::{Expression, Literal, MAX_CHARACTERS, MAX_DEPTH, MAX_VALUES, Operator, parse};

fn compare(field: &str, operator: Operator, value: Literal) -> Expression {
    Expression::Compare { field: field.to_owned(), operator, value }
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

fn number(text: &str) -> Literal {
    Literal::Number(text.to_owned())
}

fn refusal(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

#[test]
fn every_operator_is_read() {
    for (written, operator) in [
        ("=", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<>", Operator::NotEqual),
        ("<", Operator::Less),
        ("<=", Operator::LessOrEqual),
        (">", Operator::Greater),
        (">=", Operator::GreaterOrEqual),
    ] {
        let expected = compare("a.b", operator, number("-1.50"));
        assert_eq!(parse(&format!("a.b{written}-1.50")), Ok(expected.clone()), "{written}");
        assert_eq!(parse(&format!("  a.b\t{written}\n-1.50 ")), Ok(expected), "{written}");
    }
}

#[test]
fn and_binds_closer_than_or_and_keywords_have_any_case() {
    let leaf = |name: &str| compare(name, Operator::Equal, number("1"));
    let read = parse("a=1 Or b=1 aNd NoT c=1 OR (d=1 or e=1)").unwrap();
    let and = Expression::And(vec![leaf("b"), Expression::Not(Box::new(leaf("c")))]);
    assert_eq!(read, Expression::Or(vec![leaf("a"), and, Expression::Or(vec![leaf("d"), leaf("e")])]));
    let read = parse("NOT a=1 AND b=1").unwrap();
    assert_eq!(read, Expression::And(vec![Expression::Not(Box::new(leaf("a"))), leaf("b")]));
}

#[test]
fn values_have_the_type_that_they_are_written_in() {
    let date = |text: &str| Literal::Date(text.to_owned());
    for (written, value) in [
        ("'x'", text("x")),
        ("\"x\"", text("x")),
        ("''", text("")),
        ("'it''s'", text("it's")),
        ("'a\"b'", text("a\"b")),
        ("\"a\"\"b'\"", text("a\"b'")),
        ("'1'", text("1")),
        ("'%'", text("%")),
        ("1", number("1")),
        ("-0.50", number("-0.50")),
        ("1e+3", number("1e+3")),
        ("TRUE", Literal::Boolean(true)),
        ("false", Literal::Boolean(false)),
        ("2020-01-01", date("2020-01-01")),
        ("2020-01-01T00:00:00", date("2020-01-01T00:00:00")),
        ("2020-01-01T00:00:00.123Z", date("2020-01-01T00:00:00.123Z")),
        ("2020-01-01T00:00:00+05:30", date("2020-01-01T00:00:00+05:30")),
        ("'2020-01-01T00:00:00Z'", date("2020-01-01T00:00:00Z")),
        ("'2020-01-01'", text("2020-01-01")),
        ("'2020-99-01T00:00:00Z'", text("2020-99-01T00:00:00Z")),
    ] {
        assert_eq!(parse(&format!("a = {written}")), Ok(compare("a", Operator::Equal, value)), "{written}");
    }
}

#[test]
fn lists_patterns_and_nulls_are_read() {
    let (field, negated) = ("a".to_owned(), false);
    let values = vec![text("x"), number("2"), Literal::Boolean(true)];
    let list = Expression::In { field: field.clone(), values: values.clone(), negated };
    assert_eq!(parse("a in('x',2 , true)"), Ok(list));
    assert_eq!(parse("a Not In ('x',2,true)"), Ok(Expression::In { field: field.clone(), values, negated: true }));
    let like = |negated| Expression::Like { field: field.clone(), pattern: "x%".to_owned(), negated };
    assert_eq!(parse("a LIKE 'x%'"), Ok(like(false)));
    assert_eq!(parse("a NOT LIKE 'x%'"), Ok(like(true)));
    let null = |negated| Expression::IsNull { field: field.clone(), negated };
    for written in ["a IS NULL", "a = null", "a=NULL"] {
        assert_eq!(parse(written), Ok(null(false)), "{written}");
    }
    for written in ["a IS NOT NULL", "a != null", "a <> NULL"] {
        assert_eq!(parse(written), Ok(null(true)), "{written}");
    }
}

#[test]
fn fields_are_bare_or_in_back_quotes() {
    for (written, name) in [
        ("a.b-c", "a.b-c"),
        ("_x$1", "_x$1"),
        ("größe", "größe"),
        ("`a.b c`", "a.b c"),
        ("`and`", "and"),
        ("`a``b`", "a`b"),
        ("`' OR 1=1`", "' OR 1=1"),
        ("notes", "notes"),
        ("`1`", "1"),
    ] {
        let read = parse(&format!("{written} = 1")).unwrap();
        assert_eq!(read, compare(name, Operator::Equal, number("1")), "{written}");
        assert_eq!(parse(&read.to_string()), Ok(read), "{written}");
    }
}

#[test]
fn a_refusal_says_where_and_what() {
    const VALUE: &str = "expected a value (a quoted text, a number, true, false or a date), found";
    const RELATION: &str = "expected a comparison, [NOT] IN, [NOT] LIKE or IS [NOT] NULL, found";
    for (written, message) in [
        ("", "at position 1: expected a field, NOT or `(`, found the end".to_owned()),
        ("a", format!("at position 2: {RELATION} the end")),
        ("a = ", format!("at position 5: {VALUE} the end")),
        ("a = open", format!("at position 5: {VALUE} `open`")),
        ("é = 'é' AND ü 5", format!("at position 15: {RELATION} `5`")),
        ("a == 1", "at position 3: expected one of = != <> < <= > >=, found `==`".to_owned()),
        ("a < null", format!("at position 5: {VALUE} `null`")),
        ("a = 2020-13-01", format!("at position 5: {VALUE} `2020-13-01`")),
        ("a = 'x", "at position 7: expected a closing ' for the ' at position 5, found the end".to_owned()),
        ("`a = 1", "at position 7: expected a closing ` for the ` at position 1, found the end".to_owned()),
        ("`` = 1", "at position 1: expected the name of a field, found two back-quotes".to_owned()),
        ("(a = 1", "at position 7: expected AND, OR or `)`, found the end".to_owned()),
        ("a = 1)", "at position 6: expected AND, OR or the end, found `)`".to_owned()),
        ("a = 1 b = 2", "at position 7: expected AND, OR or the end, found `b`".to_owned()),
        ("a IN ()", format!("at position 7: {VALUE} `)`")),
        ("a IN (1 2)", "at position 9: expected `,` or `)`, found `2`".to_owned()),
        ("a IN (null)", format!("at position 7: {VALUE} `null`")),
        ("a NOT = 1", "at position 7: expected IN or LIKE, found `=`".to_owned()),
        ("a LIKE 1", "at position 8: expected a quoted text, found `1`".to_owned()),
        ("a IS 1", "at position 6: expected NULL or NOT NULL, found `1`".to_owned()),
        ("and = 1", "at position 1: expected a field, NOT or `(`, found `and`".to_owned()),
        ("'a' = 1", "at position 1: expected a field, NOT or `(`, found the text 'a'".to_owned()),
        ("a = 1; b", "at position 6: expected a condition, found the character ';'".to_owned()),
    ] {
        assert_eq!(refusal(written), message, "{written}");
    }
}

#[test]
fn a_refusal_repeats_only_the_beginning_of_a_long_word() {
    assert!(refusal(&format!("a = 1 {}", "ü".repeat(5000))).len() < 200);
}

#[test]
fn the_limits_are_kept_and_named() {
    let filled = |length: usize| format!("a = '{}'", "é".repeat(length - 6));
    assert!(parse(&filled(MAX_CHARACTERS)).is_ok());
    assert_eq!(refusal(&filled(MAX_CHARACTERS + 1)), "at position 8001: expected at most 8000 characters, found more");
    let nested = |depth: usize| format!("{}a = 1{}", "NOT (".repeat(depth / 2), ")".repeat(depth / 2));
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    let message = "at position 161: expected at most 64 parentheses and NOTs within each other, found more";
    assert_eq!(refusal(&nested(MAX_DEPTH + 2)), message);
    assert!(refusal(&"(".repeat(8000)).contains("at most 64"));
    let list = |values: usize| format!("a IN ({})", vec!["1"; values].join(","));
    assert!(parse(&list(MAX_VALUES)).is_ok());
    assert_eq!(refusal(&list(MAX_VALUES + 1)), "at position 1006: expected at most 500 values, found more");
}

#[test]
fn a_pattern_is_short_because_trying_it_costs_its_length_times_the_texts() {
    let like = |length: usize| parse(&format!("a like '{}'", "%".repeat(length)));
    assert!(like(256).is_ok());
    let refused = like(257).unwrap_err().to_string();
    assert!(refused.contains("at most 256 characters"), "{refused}");
}
