use super::*;

/// Compares the generated part `block` of a document with `expected`. If `UPDATE_HELP=1` is set, writes `expected` into
/// the document instead.
#[track_caller]
pub(crate) fn check_generated(document: &str, block: &str, expected: &str) {
    // Several tests write parts of one file at the same time.
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = std::fs::read_to_string(&path).unwrap();
    let (start, end) = (format!("<!-- generated: {block} -->\n"), format!("<!-- end: {block} -->\n"));
    let (before, rest) = text.split_once(&start).unwrap_or_else(|| panic!("{document} has no {start}"));
    let (found, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{document} has no {end}"));
    // Markdown needs an empty line before a table and after it.
    let expected = format!("\n{expected}\n");
    if std::env::var_os("UPDATE_HELP").is_some_and(|value| value == "1") {
        std::fs::write(&path, format!("{before}{start}{expected}{end}{after}")).unwrap();
    } else {
        assert_eq!(found, expected, "{document} is out of date: UPDATE_HELP=1 cargo test generated");
    }
}

#[test]
fn every_file_is_a_topic_and_begins_with_its_title() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/help");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut known: Vec<String> = TOPICS.iter().map(|topic| format!("{}.md", topic.name)).collect();
    files.sort();
    known.sort();
    assert_eq!(files, known);
    for topic in TOPICS {
        assert!(topic.markdown.starts_with(&format!("# {}\n", topic.title)), "{}", topic.name);
    }
}

#[test]
fn the_generated_list_of_topics_is_current() {
    let row = |topic: &Topic| format!("| [{0}](assets/help/{0}.md) | {1} |\n", topic.name, topic.summary);
    let rows: String = TOPICS.iter().map(row).collect();
    check_generated("README.md", "topics", &format!("| topic | what it covers |\n| --- | --- |\n{rows}"));
}

#[test]
fn links_between_pages_resolve() {
    for Topic { name, markdown, .. } in TOPICS {
        for (at, _) in markdown.match_indices("](") {
            let target = markdown[at + 2..].split(')').next().unwrap();
            if let Some(page) = target.strip_suffix(".md") {
                assert!(topic(page).is_some(), "{name}.md links to {target}");
            }
        }
    }
}

#[test]
fn every_page_fits_80_columns() {
    for page in TOPICS {
        for line in layout(page.markdown, 76, Backticks::Keep) {
            let text = line.text();
            assert!(crate::text::width(&text) <= 76 || line.is_code, "{}: {text}", page.name);
        }
    }
}
