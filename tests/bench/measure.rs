//! Measures one run of a program: the time to its first usable frame, its memory and CPU use, and the time of a key.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::terminal::Terminal;

/// How often a key is pressed in a run.
const KEYS: usize = 40;

/// How long a program is idle before the idle CPU use is measured, and how long that is measured.
const IDLE: Duration = Duration::from_secs(1);

/// The clock ticks of /proc/PID/stat; 100 on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A program to measure.
pub struct Program<'a> {
    /// The name in the report.
    pub name: String,
    /// A text that its first usable frame shows.
    pub needle: String,
    /// Whether the measured key is a letter that appears on the screen; otherwise it is Tab.
    pub types: bool,
    /// Returns a new command for each run.
    pub command: Box<dyn Fn() -> Command + 'a>,
}

/// The measurements of one run.
pub struct Run {
    first_frame: Duration,
    memory_mib: f64,
    idle_percent: f64,
    keys: Vec<Duration>,
}

/// The measurements of all runs of a program.
#[derive(Default)]
pub struct Figures {
    first_frame: Vec<f64>,
    memory: Vec<f64>,
    idle: Vec<f64>,
    keys: Vec<f64>,
}

/// Starts the program, measures it while idle, presses keys, and ends it.
pub fn measure(program: &Program<'_>) -> Run {
    let start = Instant::now();
    let mut terminal = Terminal::start((program.command)(), 120, 40);
    terminal.wait_for(&program.needle);
    let first_frame = start.elapsed();
    terminal.read_for(IDLE);
    let before = cpu_seconds(terminal.id());
    let idle = Instant::now();
    terminal.read_for(IDLE);
    let idle_percent = 100.0 * (cpu_seconds(terminal.id()) - before) / idle.elapsed().as_secs_f64();
    let memory_mib = memory_mib(terminal.id());
    let keys = (0..KEYS)
        .map(|n| if program.types { letter(&mut terminal, n) } else { tab(&mut terminal) })
        .collect();
    Run { first_frame, memory_mib, idle_percent, keys }
}

/// Types a letter and waits for the frame with one more of this letter.
fn letter(terminal: &mut Terminal, n: usize) -> Duration {
    // Letters that no frame shows otherwise.
    let typed = if n.is_multiple_of(2) { 'ж' } else { 'ю' };
    let count = |screen: &vt100::Screen| screen.contents().matches(typed).count();
    let before = count(terminal.screen());
    let start = Instant::now();
    terminal.send(typed.to_string());
    terminal.wait_until("the letter", |screen| before < count(screen));
    let took = start.elapsed();
    // Lets the background work (preview, draft) end before the next key, as it does when a person types.
    terminal.read_for(Duration::from_millis(30));
    took
}

/// Presses Tab and waits for the first output.
fn tab(terminal: &mut Terminal) -> Duration {
    let before = terminal.bytes().len();
    let start = Instant::now();
    terminal.send("\t");
    terminal.wait_for_output(before);
    let took = start.elapsed();
    terminal.read_for(Duration::from_millis(30));
    took
}

/// Returns the resident memory of a process, in MiB.
pub fn memory_mib(id: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}

/// Returns the CPU time that a process has used so far, in seconds.
pub fn cpu_seconds(id: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name in parentheses may contain anything. User and system time are the 12th and 13th fields after it.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (ticks(11) + ticks(12)) / TICKS_PER_SECOND
}

impl Figures {
    /// Adds a run.
    pub fn add(&mut self, run: Run) {
        self.first_frame.push(run.first_frame.as_secs_f64() * 1000.0);
        self.memory.push(run.memory_mib);
        self.idle.push(run.idle_percent);
        self.keys.extend(run.keys.iter().map(|key| key.as_secs_f64() * 1000.0));
    }

    /// Formats the medians and the 95th percentile of the keys, with ratios to the figures of `first`.
    pub fn line(&self, name: &str, first: &Figures) -> String {
        let ratio = |own: f64, other: f64| format!("×{:.2}", own / other);
        let (frame, memory) = (at(&self.first_frame, 0.5), at(&self.memory, 0.5));
        let (key, slow) = (at(&self.keys, 0.5), at(&self.keys, 0.95));
        format!(
            "{name:12} first frame {frame:6.1} ms {}  memory {memory:5.1} MiB {}  idle CPU {:.1} %  \
             key to paint {key:.2} ms, 95th percentile {slow:.2} ms {}",
            ratio(frame, at(&first.first_frame, 0.5)),
            ratio(memory, at(&first.memory, 0.5)),
            at(&self.idle, 0.5),
            ratio(slow, at(&first.keys, 0.95)),
        )
    }
}

/// Returns the quantile of the values at `part`, from 0 to 1.
fn at(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let index = ((sorted.len().saturating_sub(1)) as f64 * part).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}
