//! The figures, beside what they should be: as a table for people and as JSON for programs.

use serde_json::{Value, json};

use super::options::Options;
use super::wrk::Load;

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// For information.
    None,
}

/// The median of one way at one number of connections.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) way: String,
    pub(super) connections: u32,
    pub(super) load: Load,
}

#[derive(Debug)]
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    bound: Bound,
}

#[derive(Debug, Default)]
pub(super) struct Report {
    rows: Vec<Row>,
    cells: Vec<Cell>,
    pub(super) errors: u64,
}

impl Bound {
    fn is_reached(self, value: f64) -> Option<bool> {
        match self {
            Self::AtLeast(least) => Some(value >= least),
            Self::AtMost(most) => Some(value <= most),
            Self::None => None,
        }
    }

    fn describe(self, unit: &str) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least} {unit}"),
            Self::AtMost(most) => format!("≤ {most} {unit}"),
            Self::None => "–".to_owned(),
        }
    }
}

impl Report {
    pub(super) fn row(&mut self, name: &str, value: f64, unit: &'static str, bound: Bound) {
        println!("   {name}: {value:.2} {unit}");
        self.rows.push(Row { name: name.to_owned(), value, unit, bound });
    }

    pub(super) fn cell(&mut self, cell: Cell) {
        self.errors += cell.load.errors;
        self.cells.push(cell);
    }

    pub(super) fn markdown(&self, head: &Value, options: &Options) -> String {
        let mut lines = vec!["# Keyway beside nginx".to_owned(), String::new(), measured(head, options)];
        lines.extend(["", "| measure | value | target | reached |", "|---|---:|---:|---|"].map(str::to_owned));
        lines.extend(self.rows.iter().map(Row::markdown));
        if !self.cells.is_empty() {
            let heading = "| way | connections | requests/s | p50 µs | p99 µs | errors |";
            lines.extend(["", heading, "|---|---:|---:|---:|---:|---:|"].map(str::to_owned));
        }
        lines.extend(self.cells.iter().map(Cell::markdown));
        lines.join("\n") + "\n"
    }

    pub(super) fn json(&self, head: Value, options: &Options) -> Value {
        let mut report = head;
        report["seconds"] = json!(options.seconds);
        report["rounds"] = json!(options.rounds);
        report["quick"] = json!(options.quick);
        let row = |row: &Row| {
            json!({
                "name": row.name,
                "value": row.value,
                "unit": row.unit,
                "target": row.bound.describe(row.unit),
                "reached": row.bound.is_reached(row.value),
            })
        };
        report["figures"] = self.rows.iter().map(row).collect();
        let cell = |Cell { way, connections, load }: &Cell| {
            json!({
                "way": way,
                "connections": connections,
                "requestsPerSecond": load.requests_per_second,
                "p50Microseconds": load.p50_us,
                "p99Microseconds": load.p99_us,
                "errors": load.errors,
            })
        };
        report["loads"] = self.cells.iter().map(cell).collect();
        report
    }
}

impl Row {
    fn markdown(&self) -> String {
        let Self { name, value, unit, bound } = self;
        let reached = match bound.is_reached(*value) {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "–",
        };
        format!("| {name} | {value:.2} {unit} | {} | {reached} |", bound.describe(unit))
    }
}

impl Cell {
    fn markdown(&self) -> String {
        let Self { way, connections, load } = self;
        let Load { requests_per_second, p50_us, p99_us, errors } = load;
        format!("| {way} | {connections} | {requests_per_second:.0} | {p50_us:.0} | {p99_us:.0} | {errors} |")
    }
}

/// Where, when and how the figures came about.
fn measured(head: &Value, options: &Options) -> String {
    let machine = &head["machine"];
    format!(
        "{}, commit {}, {} cores of {}, Linux {}; {} s a figure, median of {}.{}",
        plain(&head["date"]),
        plain(&head["commit"]),
        machine["cores"],
        plain(&machine["cpu"]),
        plain(&machine["kernel"]),
        options.seconds,
        options.rounds,
        if options.quick { " A quick run: no evidence." } else { "" },
    )
}

fn plain(value: &Value) -> &str {
    value.as_str().unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Bound, Cell, Report};
    use crate::bench::options::Options;
    use crate::bench::wrk::Load;

    fn report() -> Report {
        let mut report = Report::default();
        report.row("share", 0.5, "×", Bound::AtLeast(0.6));
        report.row("start", 200.0, "ms", Bound::AtMost(300.0));
        report.row("peak", 1.0, "MiB", Bound::None);
        report.cell(Cell { way: "keyway".into(), connections: 16, load: Load { errors: 2, ..Load::default() } });
        report
    }

    #[test]
    fn the_table_says_what_was_reached_and_what_not() {
        let options = Options::parse(&[]).expect("parses");
        let text = report().markdown(&json!({"date": "2026-01-31", "machine": {"cores": 2}}), &options);
        assert!(text.contains("| share | 0.50 × | ≥ 0.6 × | **no** |"), "{text}");
        assert!(text.contains("| start | 200.00 ms | ≤ 300 ms | yes |"), "{text}");
        assert!(text.contains("| peak | 1.00 MiB | – | – |"), "{text}");
        assert!(text.contains("| keyway | 16 | 0 | 0 | 0 | 2 |"), "{text}");
    }

    #[test]
    fn the_json_says_the_same() {
        let options = Options::parse(&[]).expect("parses");
        let report = report();
        assert_eq!(report.errors, 2);
        let json = report.json(json!({}), &options);
        assert_eq!(json["figures"][0]["reached"], json!(false));
        assert_eq!(json["figures"][2]["reached"], json!(null));
        assert_eq!(json["loads"][0]["connections"], json!(16));
    }
}
