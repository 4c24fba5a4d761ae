//! What can be typed behind `:`.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// `:w`
    Save,
    /// `:q`
    Quit,
    /// `:q!`
    QuitUnsaved,
    /// `:wq`, `:x`
    SaveAndQuit,
    /// `:12`, `:$`
    GoTo(usize),
    Help,
}

pub fn parse(text: &str) -> Result<Line, String> {
    let text = text.trim().trim_start_matches(':').trim();
    Ok(match text {
        "w" | "write" | "up" | "update" => Line::Save,
        "q" | "quit" | "qa" => Line::Quit,
        "q!" | "quit!" | "qa!" => Line::QuitUnsaved,
        "wq" | "x" | "xit" | "wqa" | "xa" => Line::SaveAndQuit,
        "h" | "help" => Line::Help,
        "$" => Line::GoTo(usize::MAX),
        _ => match text.parse() {
            Ok(line) => Line::GoTo(line),
            Err(_) => return Err(format!("no command `{text}`: there are w, q, q!, wq, x, help and a line")),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_read_or_refused_with_what_there_is() {
        assert_eq!(parse("w"), Ok(Line::Save));
        assert_eq!(parse(" :wq "), Ok(Line::SaveAndQuit));
        assert_eq!(parse("q!"), Ok(Line::QuitUnsaved));
        assert_eq!(parse("12"), Ok(Line::GoTo(12)));
        assert!(parse("%s/a/b/").is_err_and(|words| words.contains("wq")));
    }
}
