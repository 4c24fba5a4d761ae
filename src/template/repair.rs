//! Finds what was meant where Liquid is mistyped, and offers it as a fix.
//!
//! A candidate replaces a window: an output or tag, and possibly some text after it. It is accepted only if the result,
//! parsed on its own, is one complete output or tag without a problem. The scanner starts anew after each output and
//! tag, so everything outside the window is read as before: no Liquid there becomes text, and no text becomes Liquid.
//!
//! Likely mistakes are tried first: a mistyped delimiter, then braces inside braces, then a missing delimiter. Mistakes
//! inside the delimiters are corrected by [`mend`].

mod apart;
mod characters;
mod conditions;
mod delimiters;
mod foreign;
mod mend;
mod mender;
mod values;
mod window;

use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::dialect::Dialect;
use crate::json::QuoteState;
use crate::text::Span;

use super::flavour::Flavour;
use super::parser::{self, ParsedLiquid};
use super::tags::{NO_ELSIF, NO_ELSIF_HELP};

pub(crate) use characters::{OddCharacter, with_plain_characters};
use mender::Mistake;
pub(crate) use values::confirm_names;
pub(super) use window::is_whole_markup;
use window::{MAX_REPAIRS, MAX_WINDOW, difference, floor_line};

/// Parses a template, and looks for what was meant where Liquid is mistyped.
pub(super) fn parse(source: &str, flavour: Flavour) -> ParsedLiquid {
    let mut parsed = parser::parse(source, flavour);
    for text in std::mem::take(&mut parsed.texts) {
        parsed.problems.extend(apart::find(source, text, flavour));
    }
    improve(source, flavour, &mut parsed);
    parsed
}

/// Replaces problems of `parsed` by more precise ones, with fixes, where it is clear what was meant.
fn improve(source: &str, flavour: Flavour, parsed: &mut ParsedLiquid) {
    // Shopify's rules are used by scripts that compare telecast with Shopify, and they do not need fixes.
    if flavour == Flavour::Shopify || parsed.problems.is_empty() {
        return;
    }
    let mut problems = std::mem::take(&mut parsed.problems);
    problems.sort_by_key(|problem| problem.span);
    let repairer = Repairer { source, flavour, parsed };
    let mut improved: Vec<Diagnostic> = Vec::new();
    // The end of the last window with an accepted candidate. The candidate has no problem, so other problems in the
    // window have the same cause.
    let mut repaired_to = 0;
    let mut n_tried = 0;
    for problem in problems {
        // A warning is about text that only looks like Liquid.
        if !problem.is_error() || !is_about_one_markup(problem.code) {
            improved.push(problem);
            continue;
        }
        if problem.span.start < repaired_to {
            continue;
        }
        if MAX_REPAIRS <= n_tried {
            improved.push(with_choices(problem));
            continue;
        }
        n_tried += 1;
        match repairer.repair(&problem) {
            Repair::Fixed(better, window) => {
                repaired_to = window.end;
                improved.push(*better);
            }
            Repair::Explained(better) => {
                // What else is wrong in an unclosed output or tag comes from its wrong end.
                if better.code == Code::UnclosedLiquid {
                    repaired_to = better.span.end;
                }
                improved.push(*better);
            }
            Repair::None => improved.push(with_choices(problem)),
        }
    }
    parsed.problems = improved;
}

/// Whether problems with this code come from the text of a single output or tag.
fn is_about_one_markup(code: Code) -> bool {
    matches!(
        code,
        Code::LiquidSyntax
            | Code::UnclosedLiquid
            | Code::UnclosedString
            | Code::UnknownFilter
            | Code::UnknownTag
            | Code::FilterArgument
    )
}

/// Turns the fixes of a problem that could not be confirmed into choices. A fix of a single name stays safe, because it
/// does not depend on the rest of the tag.
fn with_choices(mut problem: Diagnostic) -> Diagnostic {
    if matches!(problem.code, Code::LiquidSyntax | Code::UnclosedLiquid | Code::UnclosedString) {
        problem.fixes.iter_mut().for_each(|fix| fix.safe = false);
    }
    problem
}

enum Repair {
    /// The problem with a fix, and the window that the fix may change.
    Fixed(Box<Diagnostic>, Span),
    /// The problem with a better explanation, but without a fix.
    Explained(Box<Diagnostic>),
    None,
}

/// A possible reading of a part of the source.
struct Attempt {
    window: Span,
    /// What the window may have been meant to be.
    text: String,
    /// The mistake in the delimiters; `None` if they are right.
    mistake: Option<Mistake>,
    is_safe: bool,
    /// Whether mistakes inside the delimiters are corrected as well.
    is_mendable: bool,
}

struct Repairer<'s> {
    source: &'s str,
    flavour: Flavour,
    parsed: &'s ParsedLiquid,
}

impl Repairer<'_> {
    fn repair(&self, problem: &Diagnostic) -> Repair {
        let Some(markup) = self.markup_around(problem.span.start) else { return Repair::None };
        let text = markup.of(self.source);
        let is_closed = problem.code != Code::UnclosedLiquid;
        // The lines of `{% liquid %}` are no markup of their own.
        if text.trim_start_matches(['{', '%', '-', ' ', '\n']).starts_with("liquid") {
            return Repair::None;
        }
        let is_elsif = |fix: &Fix| fix.edits.iter().any(|edit| edit.replacement == "elsif");
        if self.flavour == Flavour::Dialect(Dialect::CleverTap)
            && problem.fixes.iter().any(is_elsif)
            && self.is_in_unless(markup)
        {
            let problem = Diagnostic::error(problem.code, problem.span, NO_ELSIF).with_help(NO_ELSIF_HELP);
            return Repair::Explained(Box::new(problem));
        }
        if is_closed && problem.code != Code::UnclosedString && self.confirms(problem, markup) {
            return Repair::Fixed(Box::new(problem.clone()), markup);
        }
        if let Some(mistake) = delimiters::in_string(self, markup) {
            return Repair::Explained(Box::new(mistake.diagnostic(Code::LiquidSyntax)));
        }
        let mut explained = None;
        for attempt in delimiters::attempts(self, markup, is_closed) {
            if let Some(mistake) = &attempt.mistake
                && self.accepts(&attempt.text)
            {
                return self.fixed(problem, &attempt, mistake, &attempt.text, attempt.is_safe, Vec::new());
            }
            if !attempt.is_mendable {
                continue;
            }
            let mended = mend::mend(&attempt.text, self.flavour, &|text| self.accepts(text));
            if attempt.mistake.is_none() && explained.is_none() {
                explained = mended.explanation.map(|mistake| {
                    let whole = mended.whole.filter(|text| self.parses(text)).map(|text| {
                        Fix::replace(mistake.title.clone(), attempt.window, text).unsafe_to_apply()
                    });
                    (mistake.shifted(attempt.window.start), whole)
                });
            }
            let Some(found) = mended.found else { continue };
            if self.flavour == Flavour::Dialect(Dialect::CleverTap)
                && found.text.trim_start_matches(['{', '%', '-', ' ']).starts_with("elsif")
                && self.is_in_unless(markup)
            {
                let mistake = Mistake {
                    message: NO_ELSIF.to_owned(),
                    help: NO_ELSIF_HELP.to_owned(),
                    ..found.mistake.shifted(attempt.window.start)
                };
                return Repair::Explained(Box::new(mistake.diagnostic(Code::UnknownTag)));
            }
            let mistake = match &attempt.mistake {
                Some(mistake) => mistake.clone(),
                None => found.mistake.shifted(attempt.window.start),
            };
            let choices = found.negated.and_then(|operand| self.unless(attempt.window, &operand));
            let is_safe = attempt.is_safe && found.is_safe;
            return self.fixed(
                problem,
                &attempt,
                &mistake,
                &found.text,
                is_safe,
                choices.into_iter().collect(),
            );
        }
        match explained {
            Some((mistake, whole)) => {
                let problem = mistake.diagnostic(Code::LiquidSyntax);
                Repair::Explained(Box::new(Diagnostic { fixes: whole.into_iter().collect(), ..problem }))
            }
            None if is_closed => Repair::None,
            None => {
                let problem = Diagnostic { fixes: Vec::new(), ..problem.clone() };
                Repair::Explained(Box::new(problem))
            }
        }
    }

    fn fixed(
        &self,
        problem: &Diagnostic,
        attempt: &Attempt,
        mistake: &Mistake,
        text: &str,
        is_safe: bool,
        better: Vec<Fix>,
    ) -> Repair {
        let code = match problem.code {
            Code::UnclosedLiquid | Code::UnclosedString | Code::UnknownTag => problem.code,
            _ => Code::LiquidSyntax,
        };
        let mut fix = Fix {
            title: mistake.title.clone(),
            edits: vec![difference(self.source, attempt.window, text)],
            safe: is_safe,
        };
        if self.leaves_remnants(attempt.window) {
            fix.safe = false;
        }
        let mut diagnostic = mistake.diagnostic(code);
        diagnostic.fixes = better;
        diagnostic.fixes.push(fix);
        Repair::Fixed(Box::new(diagnostic), attempt.window)
    }

    /// Whether the first fix that the parser offers leaves the markup without a problem.
    fn confirms(&self, problem: &Diagnostic, markup: Span) -> bool {
        let Some(fix) = problem.fixes.first() else { return false };
        let edits = fix.edits.iter().map(|edit| {
            let start = edit.span.start.checked_sub(markup.start)?;
            let end = edit.span.end.checked_sub(markup.start)?;
            Some(TextEdit { span: Span::new(start, end), replacement: edit.replacement.clone() })
        });
        let Some(edits) = edits.collect::<Option<Vec<TextEdit>>>() else { return false };
        crate::diagnostic::apply_edits(&edits, markup.of(self.source)).is_some_and(|text| self.accepts(&text))
    }

    /// Returns the output or tag that contains the byte `at`, or ends there.
    fn markup_around(&self, at: usize) -> Option<Span> {
        let spans = &self.parsed.liquid_spans;
        let index = spans.partition_point(|span| span.start <= at).checked_sub(1)?;
        // The chips of CleverTap are never wrong.
        spans.get(index).copied().filter(|span| at <= span.end && span.of(self.source).starts_with('{'))
    }

    fn accepts(&self, text: &str) -> bool {
        is_whole_markup(text, self.flavour)
    }

    fn parses(&self, text: &str) -> bool {
        parser::parse(text, self.flavour).problems.is_empty()
    }

    /// Whether a delimiter without a partner follows the window, before the next output, tag, or line.
    fn leaves_remnants(&self, window: Span) -> bool {
        let at = window.end;
        let end = crate::text::floor_char_boundary(self.source, (at + MAX_WINDOW).min(self.source.len()));
        let rest = self.source.get(at..end).unwrap_or_default();
        let stops = ["{{", "{%", "\n"].into_iter().filter_map(|stop| rest.find(stop));
        let rest = &rest[..stops.min().unwrap_or(rest.len())];
        if rest.contains("%}") || rest.starts_with('%') {
            return true;
        }
        if rest.starts_with(')') {
            let from = floor_line(self.source, window.start);
            let line = self.source.get(from..window.start).unwrap_or_default();
            if line.matches('(').count() <= line.matches(')').count() {
                return true;
            }
        }
        // JSON has `}` as well, but only outside its strings.
        let brace = rest.find(['{', '}']).filter(|brace| rest[*brace..].starts_with('}'));
        if brace.is_some_and(|brace| matches!(self.brace_role(at + brace, window), BraceRole::Text)) {
            return true;
        }
        // JSON has `}}` as well, but only after a value, which is a quote, a number, or this output.
        rest.find("}}").is_some_and(|found| {
            let before = &rest[..found];
            before.contains('|') || (before.contains(char::is_alphabetic) && !before.contains('"'))
        })
    }

    /// Returns the fix that turns `{% if not x %}` into `{% unless x %}`, if the block has no `elsif`, to which the
    /// negation would not apply in every engine.
    fn unless(&self, opener: Span, operand: &str) -> Option<Fix> {
        let tags = self.parsed.blocks.get(&opener)?;
        let name_of = |tag: &Span| tag.of(self.source).trim_start_matches(['{', '%', '-', ' ']).to_owned();
        let [.., end] = tags.as_slice() else { return None };
        if tags.iter().any(|tag| name_of(tag).starts_with("elsif")) || !name_of(end).starts_with("endif") {
            return None;
        }
        let text = opener.of(self.source);
        let left = if text.starts_with("{%-") { "{%-" } else { "{%" };
        let right = if text.ends_with("-%}") { "-%}" } else { "%}" };
        let start = format!("{left} unless {operand} {right}");
        let at = end.start + end.of(self.source).find("endif")?;
        let edits = vec![
            TextEdit { span: opener, replacement: start.clone() },
            TextEdit { span: Span::new(at, at + "endif".len()), replacement: "endunless".to_owned() },
        ];
        self.accepts(&start).then(|| Fix { title: "use `unless`".to_owned(), edits, safe: false })
    }

    /// Whether the innermost block around the markup is an `unless`.
    fn is_in_unless(&self, markup: Span) -> bool {
        let around = self.parsed.blocks.iter().filter(|(opener, tags)| {
            opener.end <= markup.start && tags.last().is_some_and(|end| markup.end <= end.start)
        });
        let innermost = around.max_by_key(|(opener, _)| opener.start);
        innermost.is_some_and(|(opener, _)| {
            opener.of(self.source).trim_start_matches(['{', '%', '-', ' ']).starts_with("unless")
        })
    }

    /// Returns what a `}` at `at` is, outside Liquid and outside `window`, which will be Liquid.
    fn brace_role(&self, at: usize, window: Span) -> BraceRole {
        let mut quoting = QuoteState::default();
        let mut balance = 0_isize;
        let mut start = 0;
        for liquid in self.parsed.liquid_spans.iter().chain([&Span::at(self.source.len())]) {
            let text = self.source.get(start..liquid.start).unwrap_or_default();
            for (here, byte) in (start..).zip(text.bytes()) {
                if window.start <= here && here < window.end {
                    continue;
                }
                quoting.read(byte);
                if quoting.is_inside() {
                    if here == at {
                        return BraceRole::Text;
                    }
                    continue;
                }
                match byte {
                    b'{' => balance += 1,
                    b'}' => balance -= 1,
                    _ => {}
                }
            }
            quoting.skip_interpolation();
            start = liquid.end.max(start);
        }
        match balance {
            0 => BraceRole::Json,
            1.. => BraceRole::Unknown,
            _ => BraceRole::Text,
        }
    }
}

enum BraceRole {
    /// The brace closes no object.
    Text,
    /// The brace closes an object of the JSON.
    Json,
    Unknown,
}

#[cfg(test)]
mod tests;
