//! Runs the README's tour: each key is pressed, each text typed and each expected text found on the screen.

use super::Console;

/// One instruction or expectation of the tour.
#[derive(Debug)]
enum TourStep<'a> {
    /// `<kbd>F5</kbd>`: a key to press.
    Press(&'a str),
    /// A text in backticks: a text to type.
    Type(&'a str),
    /// A text in italics: a text that the screen must show.
    Shows(&'a str),
}

#[test]
fn readme_tour_works_as_written() {
    let readme = include_str!("../../../README.md");
    let tour = readme.split("## Tour\n").nth(1).unwrap().split("\n<kbd>F1</kbd>").next().unwrap();
    let steps = parse_steps(tour);
    assert!(25 < steps.len(), "{steps:?}");
    let mut console = Console::demo();
    console.resize(120, 40);
    for step in steps {
        match step {
            TourStep::Press(key) => {
                console.press(&key.replace('→', "right"));
                console.run_survey();
            }
            TourStep::Type(text) => console.type_text(text),
            TourStep::Shows(text) => console.shows(text),
        }
    }
}

fn parse_steps(text: &str) -> Vec<TourStep<'_>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '`', '*']) {
        rest = &rest[at..];
        // Bold text is recognized, so that its asterisks are not taken for italics, and then skipped.
        let (opener, (content, after)) = [("<kbd>", "</kbd>"), ("**", "**"), ("`", "`"), ("*", "*")]
            .into_iter()
            .find_map(|(start, end)| Some((start, rest.strip_prefix(start)?.split_once(end)?)))
            .map_or(("", ("", &rest[1..])), |found| found);
        match opener {
            "<kbd>" => steps.push(TourStep::Press(content)),
            "`" => steps.push(TourStep::Type(content)),
            "*" => steps.push(TourStep::Shows(content)),
            _ => {}
        }
        rest = after;
    }
    steps
}
