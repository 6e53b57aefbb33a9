//! Where calls are answered: a process at the other end of two pipes, or an engine on the same thread.

use std::io::{self, BufReader, ErrorKind};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use super::leash::Leash;
use crate::engine::Engine;
use crate::frame;
use crate::options::SandboxOptions;
use crate::protocol::{Hello, longest_frame};

/// Where the calls of one worker are answered.
pub(super) enum Station {
    Process { input: ChildStdin, output: BufReader<ChildStdout>, longest_answer: usize },
    Thread(Box<Engine>),
}

impl Station {
    /// Opens what the options ask for; the error says why that cannot be had.
    pub(super) fn open(options: &SandboxOptions, leash: &Leash) -> Result<Self, String> {
        if options.in_process {
            let engine = Engine::new(options.limits()).map_err(|fault| fault.message)?;
            return Ok(Self::Thread(Box::new(engine)));
        }
        let mut process = Self::spawn(options, leash).map_err(|error| format!("cannot start a worker: {error}"))?;
        match process.greet(options) {
            Ok(Hello::Ready) => Ok(process),
            Ok(Hello::Refused(reason)) => Err(reason),
            Err(error) => Err(format!("a worker did not start: {error}")),
        }
    }

    /// Passes a call on and waits for its answer.
    pub(super) fn exchange(&mut self, call: Vec<u8>) -> io::Result<Vec<u8>> {
        match self {
            Self::Process { input, output, longest_answer } => {
                frame::write(input, &call)?;
                frame::read(output, *longest_answer)?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
            }
            Self::Thread(engine) => Ok(engine.answer(call)),
        }
    }

    fn spawn(options: &SandboxOptions, leash: &Leash) -> io::Result<Self> {
        let mut child = Command::new(&options.program)
            .args(&options.arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        leash.hold(child);
        let (input, output) = pipes.ok_or(ErrorKind::BrokenPipe)?;
        let longest_answer = longest_frame(options.memory_limit);
        Ok(Self::Process { input, output: BufReader::new(output), longest_answer })
    }

    /// Tells the limits, and listens whether the worker could confine itself.
    fn greet(&mut self, options: &SandboxOptions) -> io::Result<Hello> {
        let hello = self.exchange(serde_json::to_vec(&options.limits())?)?;
        Ok(serde_json::from_slice(&hello)?)
    }
}
