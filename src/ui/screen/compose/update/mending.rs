//! Walking the problems and mending them.

use std::sync::Arc;

use crate::diagnostic::{self, Fix, Together};
use crate::editor::Command;
use crate::text::Span;
use crate::ui::screen::compose::{
    Compose, Focus, ListKind, Pane, Problem,
    update::actions::list,
    update::{typing, whose},
};
use crate::ui::shared::{Effect, Shared};
use crate::ui::widget::Row;

/// Goes to the next problem from where one stands, or the one before, round the ends.
pub fn walk_problems(screen: &mut Compose, shared: &mut Shared, by: isize) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    if problems.is_empty() {
        return shared.just_say("no problems");
    }
    let n = problems.len() as isize;
    // From a problem of the webhook one goes on from there: the body's cursor has not moved.
    let is_in_file = matches!(problems.get(screen.problem), Some(Problem::InFile(_)));
    let is_at_webhook = screen.focus.pane == Pane::Webhook && is_in_file;
    let here = if is_at_webhook { Some(screen.problem) } else { screen.cursor_problem() };
    screen.problem = match (here, screen.buffer()) {
        (Some(at), _) => (at as isize + by).rem_euclid(n) as usize,
        (None, Some(buffer)) if 0 < by => {
            let cursor = buffer.editor.cursor();
            let behind = |problem: &Problem| problem.in_body().is_some_and(|found| cursor < found.span.start);
            problems.iter().position(behind).unwrap_or(0)
        }
        (None, _) => (screen.problem as isize).min(n - 1) as usize,
    };
    show_problem(screen, shared, &problems);
    Vec::new()
}

pub fn go_to_problem(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    show_problem(screen, shared, &problems);
    match problems.into_iter().nth(screen.problem) {
        Some(Problem::ForSome(problem)) => whose::preview_for(screen, shared, Arc::clone(&problem.example)),
        Some(Problem::InBody(_) | Problem::InFile(_)) | None => Vec::new(),
    }
}

fn show_problem(screen: &mut Compose, shared: &mut Shared, problems: &[Problem]) {
    let Some(problem) = problems.get(screen.problem) else { return };
    let diagnostic = problem.diagnostic();
    let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" · {help}"));
    let words = format!("{}{help}", diagnostic.message);
    match problem {
        Problem::InBody(_) | Problem::ForSome(_) if problem.in_body().is_some() => {
            go_to(screen, diagnostic.span);
            shared.say(words);
        }
        Problem::InBody(_) | Problem::ForSome(_) => {
            screen.focus = Focus::reach(Pane::Webhook);
            shared.say(words);
        }
        Problem::InFile(problem) => {
            let words =
                format!("{}:{}:{} {words}", problem.path, problem.position.line, problem.position.column);
            let webhook =
                screen.webhook.current_file(&shared.workspace).filter(|file| file.path == problem.path);
            if let Some(file) = webhook.cloned() {
                screen.webhook.focus_on_line(&file, problem.position.line);
                screen.focus = Focus::enter(Pane::Webhook);
            } else {
                screen.focus = Focus::reach(Pane::Campaigns);
            }
            shared.say(words);
        }
    }
}

pub fn go_to(screen: &mut Compose, span: Span) {
    screen.focus = Focus::enter(Pane::Body);
    if let Some(buffer) = screen.buffer_mut() {
        // The cursor at the place's start: what stands there is what is wrong.
        buffer.editor.apply(Command::Select(Span::at(span.start)));
    }
}

/// Applies the fix of the problem at the cursor, or of the chosen one; offers a list where there are several.
pub fn fix(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    let at = if screen.focus.in_body() { screen.cursor_problem() } else { None }.unwrap_or(screen.problem);
    let Some(diagnostic) = problems.get(at).and_then(Problem::in_body) else {
        return shared.just_say(if problems.is_empty() {
            "nothing to fix"
        } else {
            "no fix at a key for this one"
        });
    };
    screen.problem = at;
    match diagnostic.fixes.as_slice() {
        [] => {
            let words = diagnostic.help.as_deref().unwrap_or(&diagnostic.message);
            shared.just_say(format!("no fix at a key: {words}"))
        }
        [only] => apply_fix(screen, shared, &only.clone()),
        several => {
            let row = |(at, fix): (usize, &Fix)| Row {
                id: at.to_string(),
                title: fix.title.clone(),
                ..Row::default()
            };
            let rows = several.iter().enumerate().map(row).collect();
            list(screen, ListKind::Fixes, rows)
        }
    }
}

pub fn apply_chosen_fix(screen: &mut Compose, shared: &mut Shared, number: usize) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    let fix =
        problems.get(screen.problem).and_then(|problem| problem.diagnostic().fixes.get(number)).cloned();
    fix.map_or_else(Vec::new, |fix| apply_fix(screen, shared, &fix))
}

fn apply_fix(screen: &mut Compose, shared: &mut Shared, fix: &Fix) -> Vec<Effect> {
    let effects = typing::apply(screen, shared, Command::Replace(fix.edits.clone()));
    if !effects.is_empty() {
        shared.say(format!("{}: ^Z takes it back", fix.title));
    }
    effects
}

/// Applies the first fix of every problem with the same code as the chosen one, as one undo step.
pub fn fix_all(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    let problems = screen.problems().to_vec();
    let Some(code) = problems.get(screen.problem).map(|problem| problem.diagnostic().code) else {
        return shared.just_say("no problems");
    };
    let alike = problems.iter().filter_map(Problem::in_body).filter(|found| found.code == code);
    let Together { edits, n_waiting } = diagnostic::together(alike.filter_map(|found| found.fixes.first()));
    if edits.is_empty() {
        return shared.just_say("no fix for this kind");
    }
    let places = match edits.len() {
        1 => "1 place".to_owned(),
        n => format!("{n} places"),
    };
    let waiting = if 0 < n_waiting { format!(", {n_waiting} for the next time") } else { String::new() };
    let effects = typing::apply(screen, shared, Command::Replace(edits));
    shared.say(format!("{places} mended{waiting}: ^Z takes it back"));
    effects
}
