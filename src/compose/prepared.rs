//! A body parsed once for many recipients.

use super::http::{self, RequestTemplate};
use super::inputs::Inputs;
use super::{Composed, Skip, branches, content, problems};
use crate::campaign::ContentFormat;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
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
    /// The places at which only CleverTap's text is not JSON, for the recipients who get there.
    clevertap_faults: Vec<Diagnostic>,
    is_broken: bool,
    uses_event: bool,
}

impl<'a> Prepared<'a> {
    /// Parses and checks the body and the webhook. The profile in `inputs` is not used.
    pub(crate) fn new(inputs: &Inputs<'a>) -> Self {
        let (template, mut found) = template::parse(inputs.body, inputs.partials, inputs.dialect);
        let is_broken = found.iter().any(Diagnostic::is_error);
        if let Some(vocabulary) = inputs.vocabulary {
            template::confirm_names(&mut found, vocabulary);
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
        let mut clevertap_faults = Vec::new();
        if !is_broken {
            let always = always_differing(inputs, &template);
            // An error is only for the recipients who get there.
            let (faults, warnings): (Vec<_>, Vec<_>) = always.into_iter().partition(Diagnostic::is_error);
            clevertap_faults = faults;
            found.extend(warnings);
        }
        let uses_event = ["Event", "ExternalTrigger"].iter().any(|root| template.uses(root));
        Self {
            inputs: *inputs,
            template,
            request_template: RequestTemplate::new(inputs),
            method: http::bot_method(inputs),
            static_problems: found,
            branch_problems: Vec::new(),
            clevertap_faults,
            is_broken,
            uses_event,
        }
    }

    /// Also finds the problems of the branches and loops that a recipient's own message does not go through. A survey
    /// of many recipients does not need this: its recipients go through the branches themselves.
    #[must_use]
    pub(crate) fn check_branches(mut self) -> Self {
        self.branch_problems.extend(self.clevertap_faults.iter().cloned());
        let is_json = content(&self.inputs) != template::Content::Text;
        if !self.is_broken && is_json {
            let found = branches::check(
                &self.inputs,
                &self.template,
                self.method.as_deref(),
                &mut self.static_problems,
            );
            self.branch_problems.extend(found);
        }
        self
    }

    /// Builds the message for one recipient. Without a profile, the variable `Profile` is nil. Whether the fixes that
    /// are marked as safe really are safe is not proven; see the module `gate`.
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
            clevertap: None,
            test_chat_error: None,
            diagnostics: self.static_problems.clone(),
            problems_of_others: Vec::new(),
            webhook_problems: Vec::new(),
            locator: None,
        };
        // A template with errors is not rendered. The message would be incomplete, and its errors would only be
        // consequences of the template's errors.
        if !self.is_broken {
            let (outcome, elsewhere) = match inputs.dialect {
                Dialect::Telecast => (self.template.render(&inputs.context()), None),
                Dialect::CleverTap => {
                    let (outcome, elsewhere) = self.template.render_in_both(&inputs.context());
                    (outcome, Some(elsewhere))
                }
            };
            let own = match (&outcome, &elsewhere) {
                (RenderOutcome::Rendered(rendered), Some(_)) => Some(rendered.text.clone()),
                _ => None,
            };
            match outcome {
                RenderOutcome::Rendered(rendered) => {
                    composed.fill_in(&inputs, self.request_template.as_ref(), rendered)
                }
                RenderOutcome::Aborted { at } => composed.skip = Some(Skip::Aborted(at)),
                RenderOutcome::Failed(problem) => composed.diagnostics.push(problem),
            }
            if let Some(elsewhere) = elsewhere {
                composed.add_clevertap(&inputs, own.as_deref(), elsewhere, &self.clevertap_faults);
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

/// Returns what CleverTap prints otherwise for every recipient.
fn always_differing(inputs: &Inputs<'_>, template: &Template) -> Vec<Diagnostic> {
    match inputs.dialect {
        Dialect::Telecast => Vec::new(),
        Dialect::CleverTap => {
            template::always_differing(template, inputs.campaign.content_format == ContentFormat::Json)
        }
    }
}

/// Returns whether the value that starts at `at` belongs to a `chat_id` key.
fn is_chat_id(body: &str, at: usize) -> bool {
    // The text is searched backwards instead of parsed, because a body with Liquid need not be valid JSON.
    let key = body.get(..at).and_then(|before| before.trim_end().strip_suffix(':'));
    key.is_some_and(|key| key.trim_end().ends_with("\"chat_id\""))
}
