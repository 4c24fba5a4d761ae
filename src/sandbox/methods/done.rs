//! The answer of a method that was done.

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    result: Value,
    /// Words beside the result, as setWebhook has them.
    description: Option<&'static str>,
}

impl From<Value> for Done {
    fn from(result: Value) -> Done {
        Done { result, description: None }
    }
}

impl Done {
    pub fn said(description: &'static str) -> Done {
        Done { result: Value::Bool(true), description: Some(description) }
    }

    pub fn to_json(&self) -> Value {
        match self.description {
            None => json!({ "ok": true, "result": self.result }),
            Some(description) => json!({ "ok": true, "result": self.result, "description": description }),
        }
    }
}
