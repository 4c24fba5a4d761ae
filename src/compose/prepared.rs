//! A body read once for many recipients: preview takes one of them, the audience all.

use super::http::{self, Around};
use super::inputs::Inputs;
use super::{Composed, Skip, content, problems};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::Profile;
use crate::template::{self, Outcome, Template};

/// A campaign with its templates parsed and checked, as far as that does not depend on the recipient.
pub struct Prepared<'a> {
    inputs: Inputs<'a>,
    template: Template,
    around: Option<Around<'a>>,
    method: Option<String>,
    found: Vec<Diagnostic>,
    is_broken: bool,
    uses_event: bool,
}

impl<'a> Prepared<'a> {
    /// Parses and checks the body and the webhook; whose profile the inputs name makes no difference.
    pub fn new(inputs: &Inputs<'a>) -> Self {
        let (template, mut found) = template::parse(inputs.body, inputs.partials, inputs.dialect);
        let is_broken = found.iter().any(Diagnostic::is_error);
        if let Some(vocabulary) = inputs.vocabulary {
            // A chat id that may be missing is told in plain words for the profile at hand.
            let holes = template.holes();
            let is_of_chat = |problem: &Diagnostic| {
                let hole = holes.iter().find(|hole| hole.touches(problem.span.start));
                hole.is_some_and(|hole| is_chat_id(inputs.body, hole.start))
            };
            let checked = template::check(&template, vocabulary, content(inputs)).into_iter();
            found.extend(
                checked.filter(|problem| problem.code != Code::DefaultNotJson || !is_of_chat(problem)),
            );
        }
        let uses_event = ["Event", "ExternalTrigger"].iter().any(|root| template.uses(root));
        Self {
            inputs: *inputs,
            template,
            around: Around::new(inputs),
            method: http::bot_method(inputs),
            found,
            is_broken,
            uses_event,
        }
    }

    /// Makes the message of one recipient; none stands for somebody of whom nothing is known.
    pub fn compose_for(&self, profile: Option<&Profile>) -> Composed {
        let inputs = Inputs { profile, ..self.inputs };
        let mut composed = Composed {
            body: inputs.body.to_owned(),
            now: inputs.now,
            tokens: self.template.tokens().to_vec(),
            blocks: self.template.blocks().to_vec(),
            uses_event: self.uses_event,
            rendered: None,
            document: None,
            http: None,
            method: self.method.clone(),
            request: None,
            skip: None,
            chat_unset: None,
            diagnostics: self.found.clone(),
            webhook_problems: Vec::new(),
            locator: None,
        };
        if !self.is_broken {
            match self.template.render(&inputs.context()) {
                Outcome::Rendered(rendered) => composed.fill_in(&inputs, self.around.as_ref(), rendered),
                Outcome::Aborted { at } => composed.skip = Some(Skip::Aborted(at)),
                Outcome::Failed(problem) => composed.diagnostics.push(problem),
            }
        }
        problems::tidy(&mut composed.diagnostics, self.inputs.body);
        composed
    }
}

/// Whether the value that begins at `at` is a `chat_id`, whatever Liquid stands around it.
fn is_chat_id(body: &str, at: usize) -> bool {
    let key = body.get(..at).and_then(|before| before.trim_end().strip_suffix(':'));
    key.is_some_and(|key| key.trim_end().ends_with("\"chat_id\""))
}
