//! Finds the faults in branches that the chosen recipient's message does not take, and in loops with other numbers of
//! items. For this, it checks the JSON, the markup, and the request of each rendering of [`template::cover`].
//!
//! Only faults of typed text are reported. Whether a value breaks the message depends on the recipient, and the static
//! checks warn of such values.

use std::collections::{HashMap, HashSet};

use super::chat::PatchedText;
use super::inputs::Inputs;
use super::locate::Locator;
use super::not_json;
use super::problems::{self, BodySource};
use super::{diagnose_text, escape_filter};
use crate::diagnostic::{Code, Diagnostic};
use crate::json::{self, Document, Expected, SyntaxErrorKind};
use crate::telegram::{self, CheckFailure, Method};
use crate::template::{self, Arm, Choice, Rendered, Template, Verdict};
use crate::text::Span;

/// The maximum number of different problems that are compared and reported.
const MAX_PROBLEMS: usize = 50;

/// The characters in a value that can change what the markup around the value means.
const DELIMITERS: &[char] = &['_', '*', '~', '|', '`', '[', ']', '<', '>', '&', '\\'];

/// The warnings that are reported for other branches. Any other warning may be caused by a stand-in value.
const WARNINGS: [Code; 5] =
    [Code::AddressToEnd, Code::DroppedLink, Code::MarkupWithoutMode, Code::OddBoolean, Code::OddNumber];

/// A problem, and the indices of the renderings that have it.
struct Fault {
    problem: Diagnostic,
    renderings: Vec<usize>,
    /// Whether a comma is missing or superfluous.
    is_about_comma: bool,
}

/// Returns the faults of all renderings. `method` is the Bot API method that the webhook calls.
///
/// Removes from `static_problems` the warnings of unbalanced branches and loops that the renderings disprove:
/// `{% if x %}"{% endif %}` is right if the other quote has the same condition.
pub(super) fn check(
    inputs: &Inputs<'_>,
    template: &Template,
    method: Option<&str>,
    static_problems: &mut Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let body = BodySource { text: inputs.body, dialect: inputs.dialect };
    let is_shape =
        |problem: &Diagnostic| matches!(problem.code, Code::DifferentBranches | Code::UnbalancedLoop);
    let choice = |problem: &Diagnostic| Choice::new(0, problem.span);
    let suspects: Vec<Choice> =
        static_problems.iter().filter(|problem| is_shape(problem)).map(choice).collect();
    // A parameter in the URL takes precedence over the same key in the body, so a key of the body may have no effect.
    let has_query = inputs.webhook.is_some_and(|webhook| webhook.url.contains('?'));
    let mut faults = Faults {
        literals: template::literal_outputs(template),
        method: method.filter(|method| !has_query && Method::from_name(method).is_some()),
        ..Faults::default()
    };
    let covering =
        template::cover(template, &inputs.context(), &suspects, &mut |rendered| faults.judge(body, rendered));
    static_problems.retain(|problem| !is_shape(problem) || !covering.is_valid_at(choice(problem)));
    let is_unbalanced = static_problems.iter().any(is_shape);
    let mut reported: Vec<Arm> = Vec::new();
    let mut found = Vec::new();
    let mut blamed: Vec<(Vec<Arm>, Fault)> =
        faults.found.into_iter().map(|fault| (covering.arms_of(&fault.renderings), fault)).collect();
    // The faults with the fewest possible causes come first, because their branch is known most exactly. A later syntax
    // error with the same cause is then left out.
    blamed.sort_by_key(|(arms, fault)| (arms.is_empty(), arms.len(), fault.problem.span.start));
    let n_renderings = covering.attempts.len();
    let mut has_unexplained = false;
    for (arms, mut fault) in blamed {
        if fault.problem.code == Code::NotJson {
            // One missing quote makes the parser fail at different places, depending on what follows it. So a second
            // syntax error in a branch that already has one is probably the same mistake.
            let is_explained = match arms.is_empty() {
                true => has_unexplained || !reported.is_empty(),
                false => arms.iter().any(|arm| reported.contains(arm)),
            };
            if is_unbalanced || is_explained {
                continue;
            }
            has_unexplained |= arms.is_empty();
            reported.extend(arms.iter().copied());
        }
        let cause = cause_of(&arms, fault.problem.span);
        match cause.and_then(|arm| covering.describe(template, arm)) {
            Some(place) => fault.problem.message.push_str(&format!(", {place}")),
            None if fault.renderings.len() < n_renderings => {
                fault.problem.message.push_str(", for some recipients");
            }
            None => {}
        }
        found.push(fault.into_problem(cause.is_some_and(|arm| covering.is_of_loop(arm))));
    }
    found
}

/// Returns whether the problem of another message is already among the problems of this message. `liquid` are the spans
/// of the body's Liquid, in order.
pub(super) fn is_known(own: &[Diagnostic], liquid: &[Span], problem: &Diagnostic) -> bool {
    let is_typed = |span: Span| {
        let n_before = liquid.partition_point(|liquid| liquid.start <= span.start);
        n_before.checked_sub(1).is_none_or(|last| liquid[last].end <= span.start)
    };
    own.iter().any(|known| {
        let is_same_place =
            known.span.start == problem.span.start && (known.is_error() || known.code == problem.code);
        // The JSON parser stops at the first fault, so the same fault may be found at another place.
        let is_same_fault =
            known.code == Code::NotJson && problem.code == Code::NotJson && is_typed(known.span);
        is_same_place || is_same_fault
    })
}

/// Chooses the arm that the message names: the last one whose tag is before the fault, or else the first one.
fn cause_of(arms: &[Arm], fault: Span) -> Option<Arm> {
    let before = arms.iter().filter(|arm| arm.choice.file == 0 && arm.choice.start <= fault.start);
    before.max_by_key(|arm| (arm.choice.start, std::cmp::Reverse(arm.index))).or(arms.first()).copied()
}

#[derive(Default)]
struct Faults<'a> {
    found: Vec<Fault>,
    /// The index in `found` of the problem with this code and span.
    known: HashMap<(Code, Span), usize>,
    n_renderings: usize,
    /// The outputs and tags that print only literals. Such text counts as typed.
    literals: HashSet<Span>,
    /// The method whose rules the request is checked by, if it is known.
    method: Option<&'a str>,
}

impl Faults<'_> {
    fn judge(&mut self, body: BodySource<'_>, rendered: Rendered) -> Verdict {
        let index = self.n_renderings;
        self.n_renderings += 1;
        // A body that prints nothing for some recipients skips them on purpose.
        if rendered.text.trim().is_empty() {
            return Verdict::Unclear;
        }
        let locator = Locator::new(rendered.map, PatchedText::unchanged(&rendered.text));
        let document = match json::parse(locator.text()) {
            Ok(document) => document,
            Err(error) => {
                let is_typed = locator.starts_typed_or_in(not_json::place_of(&error), &self.literals);
                if !is_typed && not_json::typed_quote(&locator, &error).is_none() {
                    return Verdict::Unclear;
                }
                // A problem at an output or a tag was caused by what this output or tag printed. Only a literal counts
                // as typed.
                let is_typed = |problem: &Diagnostic| {
                    let source = problem.span.of(body.text).trim();
                    self.literals.contains(&problem.span)
                        || (!source.ends_with("}}") && !source.ends_with("%}"))
                };
                let found = not_json::diagnose(body, &locator, &error);
                let Some(problem) = found.into_iter().find(is_typed) else { return Verdict::Unclear };
                let misses_comma = matches!(
                    error.kind,
                    SyntaxErrorKind::Expected(Expected::CommaOrBrace | Expected::CommaOrBracket)
                ) && matches!(error.span.of(locator.text()), "{" | "[" | "\"");
                self.add(index, problem, misses_comma || error.kind == SyntaxErrorKind::TrailingComma);
                return Verdict::Faulty;
            }
        };
        let comma = document.trailing_comma;
        if let Some(comma) = comma.filter(|comma| locator.starts_typed_or_in(*comma, &self.literals)) {
            let mut problem = problems::trailing_comma(&locator, comma);
            if !locator.starts_typed(comma) {
                // An output or a tag prints this comma. The fix would remove all of the output or tag.
                problem.fixes.clear();
            }
            self.add(index, problem, true);
        }
        let verdict = self.judge_text(index, body, &locator, &document);
        if verdict != Verdict::Valid {
            return verdict;
        }
        self.judge_request(index, body, &locator, &document)
    }

    fn judge_text(
        &mut self,
        index: usize,
        body: BodySource<'_>,
        locator: &Locator,
        document: &Document,
    ) -> Verdict {
        let Some((text, mode, found)) = diagnose_text(document) else { return Verdict::Valid };
        let (errors, mut reported): (Vec<Diagnostic>, Vec<Diagnostic>) =
            found.into_iter().partition(Diagnostic::is_error);
        let mut verdict = Verdict::Valid;
        if errors.is_empty() {
            // A warning at typed text can still be about a value, such as the address of a link.
            let has_value = locator.prints_in(text.span);
            reported.retain(|problem| !has_value && WARNINGS.contains(&problem.code));
        } else {
            let is_typed = |problem: &Diagnostic| {
                locator.starts_typed_or_in(text.raw_span(problem.span), &self.literals)
            };
            if locator.prints_any(DELIMITERS, &self.literals) || !errors.iter().all(is_typed) {
                return Verdict::Unclear;
            }
            (reported, verdict) = (errors, Verdict::Faulty);
        }
        let escape = mode.map(escape_filter);
        for problem in reported.into_iter().take(MAX_PROBLEMS) {
            let problem = problems::from_text_problem(body, locator, text, problem, escape);
            self.add(index, problem, false);
        }
        verdict
    }

    /// Checks the typed parts of the request by the rules of the Bot API. A problem of a stand-in value or of the
    /// request as a whole is ignored, because it shows nothing about the template.
    fn judge_request(
        &mut self,
        index: usize,
        body: BodySource<'_>,
        locator: &Locator,
        document: &Document,
    ) -> Verdict {
        let Some(method) = self.method else { return Verdict::Valid };
        let Some(arguments) = telegram::Arguments::from_json(document, locator.text()) else {
            return Verdict::Valid;
        };
        let is_typed = |location: &telegram::ArgumentLocation| {
            let node = document.root.at_path(&location.path).filter(|_| !location.path.is_empty());
            node.is_some_and(|node| {
                // An empty list or text is the result of a loop without items or of a branch that is not taken.
                let has_content = node.span.of(locator.text()).contains(char::is_alphanumeric);
                has_content && !locator.prints_in(node.span)
            })
        };
        let checked = telegram::check(method, &arguments);
        let warnings = checked.warnings.iter();
        let typed: Vec<&telegram::Finding> = warnings
            .filter(|finding| WARNINGS.contains(&finding.code) && is_typed(&finding.place))
            .take(MAX_PROBLEMS)
            .collect();
        if !typed.is_empty() {
            let members = problems::MemberIndex::of(document);
            for finding in typed {
                self.add(index, problems::from_finding(body, locator, &members, finding), false);
            }
        }
        let Err(error) = checked.result else { return Verdict::Valid };
        let is_of_text = matches!(
            error.cause,
            Some(
                CheckFailure::Markup
                    | CheckFailure::InputTooLong
                    | CheckFailure::TooLong(_)
                    | CheckFailure::NoText
            )
        );
        if is_of_text || !error.location.as_ref().is_some_and(is_typed) {
            return Verdict::Valid;
        }
        self.add(index, problems::from_api_error(body, locator, document, &error), false);
        Verdict::Faulty
    }

    fn add(&mut self, rendering: usize, problem: Diagnostic, is_about_comma: bool) {
        let key = (problem.code, problem.span);
        match self.known.get(&key) {
            Some(index) => {
                // A loop prints the same fault once for each item.
                let renderings = &mut self.found[*index].renderings;
                if renderings.last() != Some(&rendering) {
                    renderings.push(rendering);
                }
            }
            None if self.found.len() < MAX_PROBLEMS => {
                self.known.insert(key, self.found.len());
                self.found.push(Fault { problem, renderings: vec![rendering], is_about_comma });
            }
            None => {}
        }
    }
}

impl Fault {
    fn into_problem(self, is_of_loop: bool) -> Diagnostic {
        let mut problem = self.problem;
        // A comma that is right after one item can be wrong after another, so adding or removing it is no fix.
        if is_of_loop && self.is_about_comma {
            problem.fixes.clear();
            problem.help = Some(
                "between the items, write the comma as `{% unless forloop.last %},{% endunless %}`"
                    .to_owned(),
            );
        }
        // A fix at another place, such as an end tag at the end of the text, would also change the other branches, and
        // would be a fault there.
        let span = problem.span;
        problem.fixes.retain(|fix| {
            fix.edits.iter().all(|edit| span.start <= edit.span.start && edit.span.end <= span.end)
        });
        problem
    }
}

#[cfg(test)]
mod tests;
