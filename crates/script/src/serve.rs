//! A worker from within: confined first, then one call after the other until the pipe closes.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use crate::confine::confine;
use crate::engine::Engine;
use crate::frame;
use crate::options::Limits;
use crate::protocol::{Hello, longest_frame};

/// The longest frame before the limits are known.
const LIMITS_FRAME: usize = 4096;

/// The whole life of a worker process. The program calls this before it starts any thread, and ends with its code.
pub fn worker_main() -> ExitCode {
    match serve(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // The other side has gone or talks nonsense; there is nobody to tell.
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    let Some(limits) = frame::read(input, LIMITS_FRAME)? else {
        return Ok(());
    };
    let limits: Limits = serde_json::from_slice(&limits)?;
    let started = confine(&limits)
        .map_err(|error| error.to_string())
        .and_then(|()| Engine::new(limits).map_err(|fault| fault.message));
    let engine = match started {
        Ok(engine) => engine,
        Err(reason) => return frame::write(output, &serde_json::to_vec(&Hello::Refused(reason))?),
    };
    frame::write(output, &serde_json::to_vec(&Hello::Ready)?)?;
    while let Some(call) = frame::read(input, longest_frame(limits.memory))? {
        frame::write(output, &engine.answer(call))?;
    }
    Ok(())
}
