//! Moves between problems, and applies the fixes that problems offer.

use std::sync::Arc;

use crate::diagnostic::{self, CombinedFixes, Diagnostic, Fix};
use crate::editor::Command;
use crate::text::{Span, grouped};
use crate::ui::screen::compose::{
    Compose, Focus, ListKind, Pane, ProblemEntry,
    update::actions::open_list,
    update::dialogs::webhook,
    update::{keys, recipient, typing},
};
use crate::ui::shared::{Action, Effect, SharedState};
use crate::ui::widget::PickerRow;

/// Moves to the next problem (`by` is 1) or the previous problem (`by` is -1), wrapping around. If no problem is at the
/// cursor, 1 moves to the first problem after the cursor, and -1 moves to the chosen problem.
pub(crate) fn walk_problems(screen: &mut Compose, shared: &mut SharedState, by: isize) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    if problems.is_empty() {
        return shared.only_notice("no problems");
    }
    let n = problems.len() as isize;
    // If the previous step went to a problem in the webhook's file, the webhook's pane now has the focus, and the
    // cursor in the body has not moved. This step therefore starts at the chosen problem and not at the cursor.
    let is_in_file = matches!(problems.get(screen.chosen_problem), Some(ProblemEntry::File(_)));
    let is_at_webhook = screen.focus.pane == Pane::Webhook && is_in_file;
    let here = if is_at_webhook { Some(screen.chosen_problem) } else { screen.problem_at_cursor() };
    screen.chosen_problem = match (here, screen.buffer()) {
        (Some(at), _) => (at as isize + by).rem_euclid(n) as usize,
        (None, Some(buffer)) if 0 < by => {
            let cursor = buffer.editor.cursor();
            let is_after =
                |problem: &ProblemEntry| problem.in_body().is_some_and(|found| cursor < found.span.start);
            problems.iter().position(is_after).unwrap_or(0)
        }
        (None, _) => (screen.chosen_problem as isize).min(n - 1) as usize,
    };
    show_problem(screen, shared, &problems);
    Vec::new()
}

pub(crate) fn go_to_problem(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    show_problem(screen, shared, &problems);
    // `walk_problems` focuses the webhook's pane but does not open the form, so that the key can be pressed again.
    // Here, the user has chosen this problem, so the form is opened.
    let is_in_webhook = screen.focus.pane == Pane::Webhook && screen.webhook.expected.is_some();
    match problems.into_iter().nth(screen.chosen_problem) {
        Some(ProblemEntry::File(_)) if is_in_webhook => webhook::open(screen, shared),
        Some(ProblemEntry::Sample(problem)) => {
            recipient::preview_for(screen, shared, Arc::clone(&problem.example))
        }
        Some(ProblemEntry::Body(_) | ProblemEntry::File(_)) | None => Vec::new(),
    }
}

fn show_problem(screen: &mut Compose, shared: &mut SharedState, problems: &[ProblemEntry]) {
    let Some(problem) = problems.get(screen.chosen_problem) else { return };
    let diagnostic = problem.diagnostic();
    let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" · {help}"));
    let message = format!("{}{help}", diagnostic.message);
    match problem {
        ProblemEntry::Body(_) | ProblemEntry::Sample(_) if problem.in_body().is_some() => {
            go_to(screen, diagnostic.span);
            shared.show_notice(message);
        }
        ProblemEntry::Body(_) | ProblemEntry::Sample(_) => {
            screen.focus = Focus::select(Pane::Webhook);
            shared.show_notice(message);
        }
        ProblemEntry::File(problem) => {
            let message =
                format!("{}:{}:{} {message}", problem.path, problem.position.line, problem.position.column);
            let webhook =
                screen.webhook.current_file(&shared.workspace).filter(|file| file.path == problem.path);
            if let Some(file) = webhook.cloned() {
                screen.webhook.focus_on_line(&file, problem.position.line);
                screen.focus = Focus::select(Pane::Webhook);
            } else {
                screen.focus = Focus::select(Pane::Campaigns);
            }
            shared.show_notice(message);
        }
    }
}

pub(crate) fn go_to(screen: &mut Compose, span: Span) {
    screen.focus = Focus::enter(Pane::Body);
    if let Some(buffer) = screen.buffer_mut() {
        // Only the cursor moves. If the span were selected, the next typed key would replace its text.
        buffer.editor.apply(Command::Select(Span::at(span.start)));
    }
}

/// If the text of the body has the keyboard and a problem is at the cursor, applies the fix of this problem. Otherwise,
/// applies the fix of the chosen problem. If the problem has several fixes, shows a list of them instead.
pub(crate) fn fix(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    let at = if screen.focus.in_body() { screen.problem_at_cursor() } else { None }
        .unwrap_or(screen.chosen_problem);
    let Some(diagnostic) = problems.get(at).and_then(ProblemEntry::in_body) else {
        return shared.only_notice(if problems.is_empty() {
            "nothing to fix"
        } else {
            "no automatic fix for this problem"
        });
    };
    screen.chosen_problem = at;
    match diagnostic.fixes.as_slice() {
        [] => {
            let message = diagnostic.help.as_deref().unwrap_or(&diagnostic.message);
            shared.only_notice(format!("no automatic fix: {message}"))
        }
        [only] => apply_fix(screen, shared, &only.clone()),
        several => {
            let row = |(at, fix): (usize, &Fix)| PickerRow {
                id: at.to_string(),
                title: fix.title.clone(),
                ..PickerRow::default()
            };
            let rows = several.iter().enumerate().map(row).collect();
            open_list(screen, ListKind::Fixes, rows)
        }
    }
}

pub(crate) fn apply_chosen_fix(screen: &mut Compose, shared: &mut SharedState, number: usize) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    let fix = problems
        .get(screen.chosen_problem)
        .and_then(|problem| problem.diagnostic().fixes.get(number))
        .cloned();
    fix.map_or_else(Vec::new, |fix| apply_fix(screen, shared, &fix))
}

fn apply_fix(screen: &mut Compose, shared: &mut SharedState, fix: &Fix) -> Vec<Effect> {
    let effects = typing::apply(screen, shared, Command::Replace(fix.edits.clone()));
    if !effects.is_empty() {
        let way = keys::way(screen, shared, Action::Undo);
        shared.show_notice(format!("applied: {}; {way} undoes it", fix.title));
    }
    effects
}

/// Applies the safe fix of every body problem with the same code as the chosen problem, as one undo step. A fix that
/// overlaps an earlier one is left out, because it may be wrong or unnecessary after the earlier fix.
pub(crate) fn fix_all(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    let Some(code) = problems.get(screen.chosen_problem).map(|problem| problem.diagnostic().code) else {
        return shared.only_notice("no problems");
    };
    let alike = problems.iter().filter_map(ProblemEntry::in_body).filter(|found| found.code == code);
    let CombinedFixes { edits, n_deferred } =
        diagnostic::combine_fixes(alike.filter_map(Diagnostic::safe_fix));
    if edits.is_empty() {
        return shared.only_notice("no automatic fix for problems of this kind");
    }
    let places = match edits.len() {
        1 => "1 place".to_owned(),
        n => format!("{} places", grouped(n)),
    };
    let rest = match n_deferred {
        0 => String::new(),
        n => format!(", {} left: fix all again", grouped(n)),
    };
    let effects = typing::apply(screen, shared, Command::Replace(edits));
    // Without effects, nothing was changed, for example because the console is read-only, and a notice says why.
    if !effects.is_empty() {
        let way = keys::way(screen, shared, Action::Undo);
        shared.show_notice(format!("{places} fixed{rest}; {way} undoes it"));
    }
    effects
}
