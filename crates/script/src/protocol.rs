//! What the two sides of the pipe say to each other, as JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Fault, Kind};

/// What an answer begins with that carries a result.
const VALUE: &[u8] = b"{\"value\":";

/// The most that a frame may have besides what a script may hold.
const MARGIN: usize = 64 * 1024;

/// What a worker says to the limits that it was given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Hello {
    /// It is confined, and waits for calls.
    Ready,
    /// It will run nothing, and why.
    Refused(String),
}

#[derive(Serialize)]
struct Call<'a> {
    source: &'a str,
    values: &'a Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reply {
    Value(Value),
    Error(Fault),
}

/// The longest call or answer, where a script may hold `memory` bytes. An answer can be twice as long as the text that
/// it was in the engine, which stores Latin letters in one byte.
pub(crate) fn longest_frame(memory: usize) -> usize {
    memory.saturating_mul(2).saturating_add(MARGIN)
}

/// The frame that asks for a script to be run.
pub(crate) fn call(source: &str, values: &Map<String, Value>) -> Result<Vec<u8>, Fault> {
    let written = serde_json::to_vec(&Call { source, values });
    written.map_err(|error| Fault::new(Kind::Memory, format!("the values cannot be handed over: {error}")))
}

/// The frame that answers it. The result is JSON already.
pub(crate) fn answer(outcome: Result<String, Fault>) -> Vec<u8> {
    match outcome {
        Ok(json) => [VALUE, json.as_bytes(), b"}"].concat(),
        Err(fault) => serde_json::to_vec(&Reply::Error(fault)).expect("a fault is plain JSON"),
    }
}

/// What an answer says.
pub(crate) fn outcome(answer: &[u8]) -> Result<Value, Fault> {
    match serde_json::from_slice(answer) {
        Ok(Reply::Value(value)) => Ok(value),
        Ok(Reply::Error(fault)) => Err(fault),
        // Halves of characters, and lists too deep for us, are no fault of the worker.
        Err(error) if answer.starts_with(VALUE) => {
            Err(Fault::new(Kind::Result, format!("the result cannot be read: {error}")))
        }
        Err(_) => Err(Fault::new(Kind::Crashed, "the worker answered nonsense")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{answer, outcome};
    use crate::error::{Fault, Kind};

    #[test]
    fn results_and_faults_arrive_as_they_were() {
        assert_eq!(outcome(&answer(Ok("[1,\"a\"]".to_owned()))), Ok(json!([1, "a"])));
        let fault = Fault { kind: Kind::Threw, line: Some(2), message: "Error: no".to_owned() };
        assert_eq!(outcome(&answer(Err(fault.clone()))), Err(fault));
    }

    #[test]
    fn unreadable_answers_are_told_from_unreadable_results() {
        assert_eq!(outcome(&answer(Ok("\"\\ud800\"".to_owned()))).unwrap_err().kind, Kind::Result);
        assert_eq!(outcome(b"hello").unwrap_err().kind, Kind::Crashed);
    }
}
