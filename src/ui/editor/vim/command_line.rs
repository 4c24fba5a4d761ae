//! Parses the commands that the user types after `:`. The caller carries them out.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExCommand {
    /// `:w`
    Save,
    /// `:q`
    Quit,
    /// `:q!`
    QuitUnsaved,
    /// `:wq`, `:x`
    SaveAndQuit,
    /// `:12` (a line number, from 1) or `:$` (the last line)
    GoTo(usize),
    Help,
}

pub(crate) fn parse(text: &str) -> Result<ExCommand, String> {
    let text = text.trim().trim_start_matches(':').trim();
    Ok(match text {
        "w" | "write" | "up" | "update" => ExCommand::Save,
        "q" | "quit" | "qa" => ExCommand::Quit,
        "q!" | "quit!" | "qa!" => ExCommand::QuitUnsaved,
        "wq" | "x" | "xit" | "wqa" | "xa" => ExCommand::SaveAndQuit,
        "h" | "help" => ExCommand::Help,
        // `$` is the largest possible number: for any number after the last line, the editor goes to the last line.
        "$" => ExCommand::GoTo(usize::MAX),
        _ => match text.parse() {
            Ok(line) => ExCommand::GoTo(line),
            Err(_) => return Err(format!("no command `{text}`; use w, q, q!, wq, x, help or a line number")),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_parsed_and_errors_list_the_known_ones() {
        assert_eq!(parse("w"), Ok(ExCommand::Save));
        assert_eq!(parse(" :wq "), Ok(ExCommand::SaveAndQuit));
        assert_eq!(parse("q!"), Ok(ExCommand::QuitUnsaved));
        assert_eq!(parse("12"), Ok(ExCommand::GoTo(12)));
        assert!(parse("%s/a/b/").is_err_and(|message| message.contains("wq")));
    }
}
