//! The JavaScript engine: one call in, one answer out, nothing kept in between.

mod deadline;
mod describe;

use std::rc::Rc;

use rquickjs::context::EvalOptions;
use rquickjs::context::intrinsic::{
    Date, Eval, Json, MapSet, Promise as Promises, Proxy, RegExp, RegExpCompiler, TypedArrays,
};
use rquickjs::promise::PromiseState;
use rquickjs::{Context, Ctx, Error, Function, Object, Runtime, Value};

use crate::error::{Fault, Kind};
use crate::options::Limits;
use crate::protocol;
use deadline::Deadline;

/// What scripts find: the language. Nothing that waits, looks at weak references, or measures fine times.
type Builtins = (Date, Eval, RegExpCompiler, RegExp, Json, Proxy, MapSet, TypedArrays, Promises);

const PRELUDE: &str = include_str!("engine/prelude.js");

/// The name of the script in stacks.
const SCRIPT: &str = "script";

/// An engine; it stays on the thread that made it.
pub(crate) struct Engine {
    runtime: Runtime,
    deadline: Rc<Deadline>,
    limits: Limits,
}

impl Engine {
    pub(crate) fn new(limits: Limits) -> Result<Self, Fault> {
        let runtime = Runtime::new().map_err(|_| Fault::new(Kind::Memory, "no memory for the engine"))?;
        runtime.set_memory_limit(limits.memory);
        runtime.set_max_stack_size(limits.stack);
        let deadline = Rc::new(Deadline::default());
        let watched = Rc::clone(&deadline);
        runtime.set_interrupt_handler(Some(Box::new(move || watched.check())));
        Ok(Self { runtime, deadline, limits })
    }

    /// Answers a call. Neither the context nor anything in it outlives the answer.
    pub(crate) fn answer(&self, call: Vec<u8>) -> Vec<u8> {
        self.deadline.set(self.limits.time);
        let outcome = match Context::builder().with::<Builtins>().build(&self.runtime) {
            Ok(context) => context.with(|ctx| {
                let outcome = self.evaluate(&ctx, call);
                // Work that was put off holds on to the context.
                self.settle(&ctx).and(outcome)
            }),
            Err(_) => Err(Fault::new(Kind::Memory, "no memory for a context")),
        };
        self.runtime.run_gc();
        protocol::answer(outcome)
    }

    fn evaluate(&self, ctx: &Ctx<'_>, call: Vec<u8>) -> Result<String, Fault> {
        let source = prepare(ctx, call).map_err(|error| self.fault(ctx, &error, Kind::Threw))?;
        let script = self.compile(ctx, &source)?;
        let value: Value = script.call(()).map_err(|error| self.fault(ctx, &error, Kind::Threw))?;
        let value = self.awaited(ctx, value)?;
        let json = ctx.json_stringify(value).and_then(|text| text.map(|text| text.to_string()).transpose());
        let json = json.map_err(|error| self.fault(ctx, &error, Kind::Result))?;
        Ok(json.unwrap_or_else(|| "null".to_owned()))
    }

    /// An expression is taken as one; what is none must be the body of a function.
    fn compile<'js>(&self, ctx: &Ctx<'js>, source: &str) -> Result<Function<'js>, Fault> {
        let wrap = |before: &str, source: &str, after: &str| {
            // The script begins on the first line, so that lines are counted as its author counts them.
            let text = format!("(function () {{{before}{source}\n{after}}})");
            let function = ctx.eval_with_options::<Function, _>(text, options(SCRIPT));
            function.map_err(|error| self.fault(ctx, &error, Kind::Syntax))
        };
        let expression = source.trim_end().trim_end_matches(';');
        let wrong_expression = match wrap("return (", expression, ")") {
            Err(fault) if fault.kind == Kind::Syntax => fault,
            settled => return settled,
        };
        let returns = source.contains("return") || source.contains("throw");
        match wrap("", source, "") {
            Ok(_) if !returns => Err(Fault::new(Kind::Syntax, "statements need a return to have a result")),
            Err(fault) if !returns && fault.kind == Kind::Syntax => Err(wrong_expression),
            body => body,
        }
    }

    /// What a promise became; any other value as it is.
    fn awaited<'js>(&self, ctx: &Ctx<'js>, value: Value<'js>) -> Result<Value<'js>, Fault> {
        let Some(promise) = value.as_promise() else {
            return Ok(value);
        };
        self.settle(ctx)?;
        if promise.state() == PromiseState::Pending {
            return Err(Fault::new(Kind::Result, "the result is a promise that nothing settles"));
        }
        let settled = promise.result::<Value>().unwrap_or(Err(Error::Unknown));
        settled.map_err(|error| self.fault(ctx, &error, Kind::Threw))
    }

    /// Does what promises have put off, and all that follows from it.
    fn settle(&self, ctx: &Ctx<'_>) -> Result<(), Fault> {
        while ctx.execute_pending_job() {
            if self.deadline.check() {
                return Err(self.late(None));
            }
        }
        Ok(())
    }

    fn late(&self, line: Option<u32>) -> Fault {
        let message = format!("ran longer than {} ms", self.limits.time.as_millis());
        Fault { kind: Kind::Time, line, message }
    }

    /// What an error of the engine means; `ordinary` is what it is when no limit was hit.
    fn fault(&self, ctx: &Ctx<'_>, error: &Error, ordinary: Kind) -> Fault {
        // First of all: describing runs the script's own code, within the same time.
        let is_late = self.deadline.has_stopped();
        let fault = match error {
            Error::Exception => describe::exception(ctx, &ctx.catch(), ordinary),
            Error::Allocation => Fault::new(Kind::Memory, "out of memory"),
            other => Fault::new(ordinary, other.to_string()),
        };
        match fault.kind {
            _ if is_late => self.late(fault.line),
            Kind::Memory => Fault { message: format!("held more than {} bytes", self.limits.memory), ..fault },
            _ => fault,
        }
    }
}

/// Puts the values in place and returns the source.
fn prepare(ctx: &Ctx<'_>, call: Vec<u8>) -> Result<String, Error> {
    let call = ctx.json_parse(call)?.into_object().ok_or(Error::Unknown)?;
    let prelude: Function = ctx.eval_with_options(PRELUDE, options("keyway"))?;
    let values: Object = call.get("values")?;
    prelude.call::<_, ()>((values,))?;
    call.get("source")
}

/// Strict code under a name that stacks show.
fn options(name: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    options.filename = Some(name.to_owned());
    options
}

#[cfg(test)]
mod tests;
