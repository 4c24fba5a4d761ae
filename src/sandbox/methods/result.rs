//! The answer of a method call that succeeded.

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MethodResult {
    result: Value,
    /// A short text in addition to the result. setWebhook returns "Webhook was set", for example.
    description: Option<&'static str>,
}

impl From<Value> for MethodResult {
    fn from(result: Value) -> MethodResult {
        MethodResult { result, description: None }
    }
}

impl MethodResult {
    pub(crate) fn with_description(description: &'static str) -> MethodResult {
        MethodResult { result: Value::Bool(true), description: Some(description) }
    }

    pub(crate) fn to_json(&self) -> Value {
        match self.description {
            None => json!({ "ok": true, "result": self.result }),
            Some(description) => json!({ "ok": true, "result": self.result, "description": description }),
        }
    }
}
