//! A body parsed once for many recipients.

use super::http::{self, RequestTemplate};
use super::inputs::Inputs;
use super::{Composed, Skip, branches, content, problems};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::Profile;
use crate::template::{self, RenderOutcome, Template};

/// A campaign's body and webhook, parsed and checked as far as possible without a recipient.
pub(crate) struct Prepared<'a> {
    inputs: Inputs<'a>,
    template: Template,
    request_template: Option<RequestTemplate<'a>>,
    method: Option<String>,
    /// The problems of the body that do not depend on the recipient.
    static_problems: Vec<Diagnostic>,
    /// The problems of messages that take other branches than a recipient's own message.
    branch_problems: Vec<Diagnostic>,
    is_broken: bool,
    uses_event: bool,
}

impl<'a> Prepared<'a> {
    /// Parses and checks the body and the webhook. The profile in `inputs` is not used.
    pub(crate) fn new(inputs: &Inputs<'a>) -> Self {
        let (template, mut found) = template::parse(inputs.body, inputs.partials, inputs.dialect);
        let is_broken = found.iter().any(Diagnostic::is_error);
        if let Some(vocabulary) = inputs.vocabulary {
            // A chat id's default that is not JSON, such as `NULL`, gets no warning. This default is printed only for a
            // recipient without a chat id, and the check of that recipient reports the missing chat id.
            let liquid_spans = template.liquid_spans();
            let is_of_chat = |problem: &Diagnostic| {
                let span = liquid_spans.iter().find(|span| span.touches(problem.span.start));
                span.is_some_and(|span| is_chat_id(inputs.body, span.start))
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
            request_template: RequestTemplate::new(inputs),
            method: http::bot_method(inputs),
            static_problems: found,
            branch_problems: Vec::new(),
            is_broken,
            uses_event,
        }
    }

    /// Also finds the problems of the branches and loops that a recipient's own message does not go through. A survey
    /// of many recipients does without them: its recipients show which branches fail.
    #[must_use]
    pub(crate) fn check_branches(mut self) -> Self {
        let is_json = content(&self.inputs) != template::Content::Text;
        if !self.is_broken && is_json {
            let found = branches::check(
                &self.inputs,
                &self.template,
                self.method.as_deref(),
                &mut self.static_problems,
            );
            self.branch_problems = found;
        }
        self
    }

    /// Builds the message for one recipient. Without a profile, the variable `Profile` is nil. The fixes of its
    /// problems are as the rules propose them: whether they are safe is not proven.
    pub(crate) fn compose_for(&self, profile: Option<&Profile>) -> Composed {
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
            repeated: None,
            skip: None,
            test_chat_error: None,
            diagnostics: self.static_problems.clone(),
            problems_of_others: Vec::new(),
            webhook_problems: Vec::new(),
            locator: None,
        };
        // A template with errors is not rendered. The message would be incomplete, and its errors would only be
        // consequences of the template's errors.
        if !self.is_broken {
            match self.template.render(&inputs.context()) {
                RenderOutcome::Rendered(rendered) => {
                    composed.fill_in(&inputs, self.request_template.as_ref(), rendered)
                }
                RenderOutcome::Aborted { at } => composed.skip = Some(Skip::Aborted(at)),
                RenderOutcome::Failed(problem) => composed.diagnostics.push(problem),
            }
        }
        let liquid = self.template.liquid_spans();
        let of_others = self.branch_problems.iter();
        composed.problems_of_others = of_others
            .filter(|problem| !branches::is_known(&composed.diagnostics, &liquid, problem))
            .cloned()
            .collect();
        composed.diagnostics.extend(composed.problems_of_others.iter().cloned());
        problems::sort_and_dedup(&mut composed.diagnostics, self.inputs.body);
        composed
    }
}

/// Returns whether the value that starts at `at` belongs to a `chat_id` key.
fn is_chat_id(body: &str, at: usize) -> bool {
    // The text is searched backwards instead of parsed, because a body with Liquid need not be valid JSON.
    let key = body.get(..at).and_then(|before| before.trim_end().strip_suffix(':'));
    key.is_some_and(|key| key.trim_end().ends_with("\"chat_id\""))
}
