//! Measures how fast texts are parsed, processed and searched, and compares it with the reference library if
//! `TELECAST_TDJSON` names one.
//!
//! The reference library is called through its JSON interface, so its time includes parsing the request and writing the
//! answer. The requests are prepared before the measurement.

#![expect(unsafe_code, reason = "the reference library is C++ behind a C function")]

#[expect(dead_code, reason = "the differential test uses the rest")]
#[path = "../differential/reference.rs"]
mod reference;

use std::hint::black_box;
use std::time::{Duration, Instant};

use reference::{Reference, parse_request};
use telecast::telegram::{Limit, ParseMode, detect, parse, process_text};

/// How long each measurement runs.
const RUN: Duration = Duration::from_millis(500);

/// The size of a hostile input, in bytes.
const HOSTILE: usize = 65_536;

fn main() {
    let reference = std::env::var_os("TELECAST_TDJSON").map(|path| Reference::load(&path));
    println!("{:<12} {:>10} {:>10} {:>8}", "", "telecast", "reference", "ratio");
    for mode in ParseMode::ALL {
        let texts = messages(mode);
        let ours = rate(&texts, |text| drop(black_box(parse(mode, text))));
        let theirs = reference.as_ref().map(|reference| {
            let requests: Vec<String> =
                texts.iter().map(|text| parse_request(mode, text).to_string()).collect();
            let ask = |request: &String| drop(black_box(reference.ask_text(request)));
            // Converted, so that the rate counts the bytes of the texts and not those of the requests.
            rate(&requests, ask) * bytes(&texts) / bytes(&requests)
        });
        print_row(mode.as_str(), ours, theirs);
    }
    let texts = messages(ParseMode::Html);
    print_row(
        "sent",
        rate(&texts, |text| {
            drop(black_box(parse(ParseMode::Html, text).map(|parsed| process_text(parsed, Limit::Message))))
        }),
        None,
    );
    print_row("detect", rate(&texts, |text| drop(black_box(detect(text)))), None);
    println!("\nhostile inputs of 64 KB, the slowest of each:");
    for mode in ParseMode::ALL {
        let slowest = SEEDS.iter().map(|seed| (time_hostile(mode, seed), seed)).max();
        if let Some((time, seed)) = slowest {
            println!("{:<12} {:>7.2} ms  {seed:?} repeated", mode.as_str(), time.as_secs_f64() * 1e3);
        }
    }
}

fn print_row(name: &str, ours: f64, theirs: Option<f64>) {
    match theirs {
        Some(theirs) => println!("{name:<12} {ours:>5.0} MB/s {theirs:>5.0} MB/s {:>7.1}×", ours / theirs),
        None => println!("{name:<12} {ours:>5.0} MB/s {:>10} {:>8}", "-", "-"),
    }
}

fn bytes(texts: &[String]) -> f64 {
    texts.iter().map(String::len).sum::<usize>() as f64
}

/// Returns the rate in megabytes per second.
fn rate(texts: &[String], run: impl Fn(&String)) -> f64 {
    let start = Instant::now();
    let mut rounds = 0;
    while start.elapsed() < RUN {
        texts.iter().for_each(&run);
        rounds += 1;
    }
    f64::from(rounds) * bytes(texts) / start.elapsed().as_secs_f64() / 1e6
}

/// Returns typical messages, from short ones to a few thousand characters.
fn messages(mode: ParseMode) -> Vec<String> {
    let line = match mode {
        ParseMode::Html => {
            "<b>Hello, Anna!</b> Your order &#8470;1024 is on its way: <a href=\"https://example.com/o?id=1&amp;x=2\">track \
             it</a>.\n<blockquote>20% off until <i>Sunday</i> \u{1f389}</blockquote>\n<code>SPRING</code> &lt;— your code\n"
        }
        ParseMode::Markdown => {
            "*Hello, Anna!* Your order \\_1024 is on its way: [track it](https://example.com/o?id=1&x=2).\n\
             20% off until _Sunday_ \u{1f389}\n`SPRING` <— your code\n"
        }
        ParseMode::MarkdownV2 => {
            "*Hello, Anna\\!* Your order №1024 is on its way: [track it](https://example.com/o?id=1&x=2)\\.\n\
             >20% off until _Sunday_ \u{1f389}\n`SPRING` <— your code\n"
        }
    };
    [1, 1, 1, 2, 3, 5, 12].map(|times| line.repeat(times)).to_vec()
}

/// Texts that, repeated, make a backtracking parser slow.
const SEEDS: [&str; 30] = [
    "_",
    "*[",
    "[",
    "](",
    "`",
    "```a",
    "||",
    ">\n",
    "\n>",
    "![",
    "\\",
    "<b>",
    "<a>",
    "<",
    "&",
    "&#",
    "</",
    "<a href='",
    "a.",
    "?.",
    "/.",
    "a@",
    ".@",
    "tg://a?.",
    "$A@",
    "a.b?",
    "1-",
    "<i><b>",
    "*a_",
    "\u{202e}a",
];

/// Parses, processes and searches one hostile input.
fn time_hostile(mode: ParseMode, seed: &str) -> Duration {
    let text = seed.repeat(HOSTILE / seed.len());
    let start = Instant::now();
    if let Ok(parsed) = parse(mode, &text) {
        drop(black_box(process_text(parsed, Limit::Message)));
    }
    drop(black_box(detect(&text)));
    start.elapsed()
}
