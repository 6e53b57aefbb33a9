//! Runs `wrk` and reads what it prints.

use std::process::Command;

use super::statistics::median;
use crate::exec;
use crate::failure::{Failure, Result};

/// What one run showed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Load {
    pub(super) requests_per_second: f64,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    /// Answers that were not 2xx or 3xx, and connections that failed.
    pub(super) errors: u64,
}

impl Load {
    /// The median of each figure; errors are added up.
    pub(super) fn median(loads: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(&loads.iter().map(figure).collect::<Vec<_>>());
        Self {
            requests_per_second: of(|load| load.requests_per_second),
            p50_us: of(|load| load.p50_us),
            p99_us: of(|load| load.p99_us),
            errors: loads.iter().map(|load| load.errors).sum(),
        }
    }
}

/// Something to send requests to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) url: String,
    /// One more header, `Name: value`.
    pub(super) header: Option<String>,
}

pub(super) fn run(target: &Target, connections: u32, seconds: u32) -> Result<Load> {
    let threads = connections.min(2);
    let mut command = Command::new("wrk");
    command.args(["--latency", "--timeout", "10s"]);
    command.arg(format!("-t{threads}")).arg(format!("-c{connections}")).arg(format!("-d{seconds}s"));
    if let Some(header) = &target.header {
        command.args(["-H", header]);
    }
    let text = exec::capture(command.arg(&target.url))?;
    parse(&text).ok_or_else(|| Failure::new(format!("cannot read what wrk printed:\n{text}")))
}

fn parse(text: &str) -> Option<Load> {
    let value = |label: &str| text.lines().find_map(|line| line.trim().strip_prefix(label)).map(str::trim);
    let failed_answers = value("Non-2xx or 3xx responses:").map_or(Some(0), |count| count.parse().ok())?;
    let failed_sockets = value("Socket errors:").map_or(Some(0), socket_errors)?;
    Some(Load {
        requests_per_second: value("Requests/sec:")?.parse().ok()?,
        p50_us: microseconds(value("50%")?)?,
        p99_us: microseconds(value("99%")?)?,
        errors: failed_answers + failed_sockets,
    })
}

/// `connect 0, read 3, write 0, timeout 1`
fn socket_errors(text: &str) -> Option<u64> {
    text.split(',').map(|part| part.split_whitespace().nth(1)?.parse::<u64>().ok()).sum()
}

/// `77.00us`, `1.02ms`, `2.50s`, `1.10m`
fn microseconds(text: &str) -> Option<f64> {
    let unit = text.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
    let factor = match unit {
        "us" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "m" => 6e7,
        _ => return None,
    };
    Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::{Load, parse};

    const GOOD: &str = "Running 2s test @ http://127.0.0.1:8080/
  2 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   101.40us   55.99us   2.50ms   93.99%
    Req/Sec    77.50k     4.99k   85.10k    75.00%
  Latency Distribution
     50%   77.00us
     75%   99.00us
     90%  150.00us
     99%    1.02ms
  123456 requests in 2.10s, 30.00MB read
Requests/sec:  58788.57
Transfer/sec:     14.29MB
";

    #[test]
    fn a_clean_run_is_read() {
        let load = Load { requests_per_second: 58788.57, p50_us: 77.0, p99_us: 1020.0, errors: 0 };
        assert_eq!(parse(GOOD), Some(load));
    }

    #[test]
    fn errors_are_counted() {
        let more = "  Socket errors: connect 1, read 2, write 0, timeout 3\n  Non-2xx or 3xx responses: 40\n";
        assert_eq!(parse(&format!("{GOOD}{more}")).map(|load| load.errors), Some(46));
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(parse("unable to connect to 127.0.0.1:1 Connection refused\n"), None);
        assert_eq!(parse(&GOOD.replace("1.02ms", "1.02 fortnights")), None);
    }

    #[test]
    fn the_median_is_taken_figure_by_figure() {
        let load = |rps, p50, errors| Load { requests_per_second: rps, p50_us: p50, p99_us: 9.0, errors };
        let median = Load::median(&[load(1.0, 9.0, 0), load(3.0, 7.0, 1), load(2.0, 8.0, 1)]);
        assert_eq!(median, load(2.0, 8.0, 2));
    }
}
