//! The tour of the README, key by key as it is written.

use super::Console;

/// One thing that a step of the tour says.
#[derive(Debug)]
enum Said<'a> {
    /// `<kbd>F5</kbd>`: a key to press.
    Press(&'a str),
    /// A text in backticks: to be typed.
    Type(&'a str),
    /// A text in italics: it is on the screen now.
    Shows(&'a str),
}

#[test]
fn the_tour_goes_as_the_readme_says() {
    let readme = include_str!("../../../README.md");
    let tour = readme.split("## Tour\n").nth(1).unwrap().split("\n<kbd>F1</kbd>").next().unwrap();
    let said = read(tour);
    assert!(25 < said.len(), "{said:?}");
    let mut console = Console::demo();
    console.resize(120, 40);
    for step in said {
        match step {
            Said::Press(key) => {
                console.press(&key.replace('→', "right"));
                console.survey_is_due();
            }
            Said::Type(text) => console.type_text(text),
            Said::Shows(text) => console.shows(text),
        }
    }
}

fn read(text: &str) -> Vec<Said<'_>> {
    let mut said = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '`', '*']) {
        rest = &rest[at..];
        let (found, after) = [("<kbd>", "</kbd>"), ("**", "**"), ("`", "`"), ("*", "*")]
            .into_iter()
            .find_map(|(start, end)| Some((start, rest.strip_prefix(start)?.split_once(end)?)))
            .map_or(("", ("", &rest[1..])), |found| found);
        match found {
            "<kbd>" => said.push(Said::Press(after.0)),
            "`" => said.push(Said::Type(after.0)),
            "*" => said.push(Said::Shows(after.0)),
            _ => {}
        }
        rest = after.1;
    }
    said
}
