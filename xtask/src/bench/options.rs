//! What the command line of the benchmark asks for.

use crate::failure::{Failure, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Requests per second and latency beside nginx.
    Calls,
    Memory,
    Start,
    /// The same calls with one instance in the store and with many.
    Instances,
    /// A list through the hub API beside the same body through nginx.
    Hub,
    /// What the log of calls costs.
    Log,
    /// Many tokens that end at once.
    Refresh,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    part: Option<Part>,
    pub(super) quick: bool,
    /// How long each figure is measured each time.
    pub(super) seconds: u32,
    /// How often; the median counts, because machines are noisy.
    pub(super) rounds: u32,
    pub(super) instances: u32,
}

impl Options {
    pub(super) fn parse(args: &[String]) -> Result<Self> {
        let quick = args.iter().any(|arg| arg == "--quick");
        let (seconds, rounds, instances) = if quick { (2, 1, 2_000) } else { (5, 3, 100_000) };
        let mut options = Self { part: None, quick, seconds, rounds, instances };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--quick" => {}
                "--seconds" => options.seconds = seconds_of(args.next())?,
                name if options.part.is_none() => options.part = Some(part(name)?),
                extra => {
                    return Err(Failure::usage(format!("bench takes one part, not `{extra}` too")));
                }
            }
        }
        Ok(options)
    }

    pub(super) fn includes(&self, part: Part) -> bool {
        self.part.is_none_or(|chosen| chosen == part)
    }

    /// `bench`, or what part of it this is: a part never overwrites the whole.
    pub(super) fn file_name(&self) -> String {
        let part = match self.part {
            None => "bench",
            Some(Part::Calls) => "bench-calls",
            Some(Part::Memory) => "bench-memory",
            Some(Part::Start) => "bench-start",
            Some(Part::Instances) => "bench-instances",
            Some(Part::Hub) => "bench-hub",
            Some(Part::Log) => "bench-log",
            Some(Part::Refresh) => "bench-refresh",
        };
        format!("{part}{}", if self.quick { "-quick" } else { "" })
    }
}

fn part(name: &str) -> Result<Part> {
    match name {
        "calls" => Ok(Part::Calls),
        "memory" => Ok(Part::Memory),
        "start" => Ok(Part::Start),
        "instances" => Ok(Part::Instances),
        "hub" => Ok(Part::Hub),
        "log" => Ok(Part::Log),
        "refresh" => Ok(Part::Refresh),
        _ => {
            let parts = "calls, memory, start, instances, hub, log, refresh";
            Err(Failure::usage(format!("bench has no part `{name}` ({parts})")))
        }
    }
}

fn seconds_of(value: Option<&String>) -> Result<u32> {
    let seconds = value.and_then(|value| value.parse().ok()).filter(|seconds| (1..=600).contains(seconds));
    seconds.ok_or_else(|| Failure::usage("--seconds wants a number from 1 to 600"))
}

#[cfg(test)]
mod tests {
    use super::{Options, Part};

    fn parse(words: &[&str]) -> crate::failure::Result<Options> {
        Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn parts_and_flags_are_read() {
        let all = parse(&[]).expect("parses");
        assert!(all.includes(Part::Start) && all.includes(Part::Calls));
        assert_eq!((all.seconds, all.rounds, all.instances), (5, 3, 100_000));
        let quick = parse(&["--quick", "start", "--seconds", "1"]).expect("parses");
        assert!(quick.includes(Part::Start) && !quick.includes(Part::Calls));
        assert_eq!((quick.seconds, quick.rounds, quick.instances), (1, 1, 2_000));
        assert_eq!(quick.file_name(), "bench-start-quick");
    }

    #[test]
    fn nonsense_is_refused() {
        for words in [&["speed"][..], &["start", "calls"], &["--seconds"], &["--seconds", "0"], &["--slow"]] {
            assert_eq!(parse(words).expect_err("refused").code, 2, "{words:?}");
        }
    }
}
