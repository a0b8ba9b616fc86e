//! What went wrong, in the protocol's terms.

use serde_json::{json, Value};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Usage,
    Load,
    Argument,
    Exception,
    Resource,
    Unsupported,
}

#[derive(Clone, Debug)]
pub struct Fault {
    kind: Kind,
    message: String,
    task: Option<usize>,
}

impl Fault {
    pub fn new(kind: Kind, message: impl Into<String>) -> Fault {
        Fault { kind, message: message.into(), task: None }
    }

    /// The same, said of one task.
    pub fn of_task(self, task: usize) -> Fault {
        Fault { task: Some(task), ..self }
    }

    /// The `error` object of a reply.
    pub fn to_json(&self) -> Value {
        let kind = match self.kind {
            Kind::Usage => "usage",
            Kind::Load => "load",
            Kind::Argument => "argument",
            Kind::Exception => "exception",
            Kind::Resource => "resource",
            Kind::Unsupported => "unsupported",
        };
        let mut error = json!({"kind": kind, "message": self.message});
        if self.kind == Kind::Exception {
            error["type"] = json!("panic");
        }
        if let Some(task) = self.task {
            error["task"] = json!(task);
        }
        error
    }
}
