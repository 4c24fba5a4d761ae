//! Measures the time from a key to the painted frame, for bodies of several sizes, with all features on.
//!
//! Run it with `cargo bench --bench editor`. It uses the console's real state, executor and drawing, without a
//! terminal: a key goes through `update`, its effects are handed over, and the whole screen is drawn and compared with
//! the last one. All results of background work are taken before the next key, so every frame has its colors, problems
//! and message. The measured time is the CPU time of the screen's thread, which does not depend on the load of the
//! machine. That thread never waits.
//!
//! `cargo bench --bench editor -- 256` measures only the cases whose name contains the word.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first error")]

#[path = "../suite/console/harness.rs"]
#[expect(dead_code, reason = "shared with the suite, which uses more of it")]
mod harness;

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use telecast::editor::Command;
use telecast::ui::widget::input::Input;
use telecast::ui::widget::key::Key;

use harness::Console;

/// The text that is typed at the start, in the middle and at the end of the body.
const TYPED: &str = "some words, <b>bold</b> and {{ Profile.first_name }} too ";

/// The keys that are pressed after it.
const PRESSED: [&str; 8] = ["up", "down", "pagedown", "pageup", "left", "backspace", "enter", "ctrl-z"];

fn main() {
    let wanted = std::env::args().skip(1).find(|word| word != "--bench").unwrap_or_default();
    println!("key to painted frame at 160×50: median, 95th percentile, longest");
    for (size, bytes) in [("5 KB", 5 << 10), ("60 KB", 60 << 10), ("256 KB", 256 << 10)] {
        for (state, note) in [("sound", SOUND), ("with problems", BROKEN)] {
            let name = format!("{size} {state}");
            if name.contains(&wanted) {
                report_moves(&name, &records(bytes, "\n", note));
            }
        }
    }
    for (size, bytes) in [("256 KB", 256 << 10), ("5 MB", 5 << 20)] {
        for (shape, line_break) in [("in lines", "\n"), ("in one line", " ")] {
            let name = format!("{size} {shape}");
            if name.contains(&wanted) {
                report(&name, &body(bytes, line_break));
            }
        }
    }
}

/// A record's note without problems.
const SOUND: &str = "<b>Hi {{ Profile.first_name | default: 'there' | tg_html | json_escape }}</b>, {% if Profile.plan == 'gold' %}thanks{% else %}hello{% endif %}, Привет";

/// A record's note with problems: about 2,000 in 60 KB.
const BROKEN: &str = "{{ Profile.nobody | tg_htm }}";

fn body(size: usize, line_break: &str) -> String {
    records(size, line_break, SOUND)
}

/// Returns a body of about this size that consists of records with this note.
fn records(size: usize, line_break: &str, note: &str) -> String {
    let mut body = format!(
        "{{{line_break}  \"chat_id\": {{{{ Profile.telegram_chat_id | default: 1 }}}},{line_break}  \"text\": \"hi\",{line_break}  \"records\": ["
    );
    let mut n = 0;
    while body.len() < size {
        let comma = if n == 0 { "" } else { "," };
        body.push_str(&format!("{comma}{line_break}    {{ \"n\": {n}, \"note\": \"{note}\" }}"));
        n += 1;
    }
    body + &format!("{line_break}  ]{line_break}}}{line_break}")
}

/// Measures a cursor move and a typed letter in the middle of a body.
fn report_moves(name: &str, body: &str) {
    let mut console = open(body);
    let n_problems = console.app().screens.compose.problems().len();
    console.app_mut().screens.compose.buffer_mut().unwrap().editor.apply(Command::Click(body.len() / 2));
    console.press("left right");
    let measure = |console: &mut Console, keys: [Key; 2]| {
        let mut times = Vec::new();
        for key in keys.into_iter().cycle().take(60) {
            let before = console.cells().into_owned();
            let start = thread_time();
            console.input(Input::Key(key));
            black_box(before.diff(&console.cells()).len());
            times.push(thread_time() - start);
            console.settle();
        }
        figures(&mut times)
    };
    let moves = measure(&mut console, ["down", "up"].map(|key| key.parse().unwrap()));
    let letters = measure(&mut console, [Key::char('a'), "backspace".parse().unwrap()]);
    println!("{name:20} {n_problems:5} problems: cursor {moves}   letter {letters}");
}

fn open(body: &str) -> Console {
    let mut console = Console::prepared("spring-sale", |root| {
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), body).unwrap();
    });
    console.resize(160, 50);
    console.settle();
    console
}

fn report(name: &str, body: &str) {
    let mut console = open(body);
    let mut keys = Vec::new();
    let mut frames = Vec::new();
    let length = console.body().len();
    for place in [0, length / 2, length] {
        let editor = &mut console.app_mut().screens.compose.buffer_mut().unwrap().editor;
        editor.apply(Command::Click(place));
        console.press("left right");
        let typed = TYPED.chars().map(Key::char);
        let pressed = PRESSED.iter().cycle().take(5 * PRESSED.len()).map(|key| key.parse().unwrap());
        for key in typed.chain(pressed) {
            let before = console.cells().into_owned();
            let start = thread_time();
            console.input(Input::Key(key));
            black_box(before.diff(&console.cells()).len());
            keys.push(thread_time() - start);
            console.settle();
            let start = thread_time();
            black_box(before.diff(&console.draw()).len());
            frames.push(thread_time() - start);
        }
    }
    println!("{name:20} {}   frame alone {}", figures(&mut keys), figures(&mut frames));
}

/// Returns the CPU time that this thread has used.
fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap_or(0), now.tv_nsec.try_into().unwrap_or(0))
}

fn figures(times: &mut [Duration]) -> String {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    format!("{:7.2} {:7.2} {:7.2} ms", at(50), at(95), at(100))
}
