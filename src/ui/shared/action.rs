//! The table of actions. It is the source of the default keymap, the palette, the help, and the footer. The tables of
//! keys and actions in `assets/help` are generated from it.

use crate::editor::{Command, Motion};

/// An action that the user can start with a key or from the palette. Typing and moving the cursor are not actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    Help,
    Palette,
    Save,
    Quit,
    CampaignForm,
    PreviewAndTest,
    CompareModes,
    SwitchProfile,
    NextWorst,
    SampleEvent,
    NextProblem,
    PreviousProblem,
    Fix,
    FixAll,
    FocusCampaigns,
    FocusWebhook,
    FocusBody,
    FocusPreview,
    FocusProblems,
    NextPane,
    PreviousPane,
    NextTab,
    PreviousTab,
    Zoom,
    New,
    Duplicate,
    Rename,
    Delete,
    UndoDelete,
    Trash,
    OpenEditor,
    CheckWebhook,
    EditWebhook,
    NewProfile,
    EditProfile,
    DeleteProfile,
    Reload,
    AdoptPrivate,
    SetUp,
    CopyCurl,
    CopyBody,
    RevealSpoilers,
    ExpandQuotes,
    Find,
    Filter,
    GoToLine,
    FormatJson,
    Format,
    FormatBold,
    FormatItalic,
    FormatUnderline,
    FormatStrikethrough,
    FormatSpoiler,
    FormatCode,
    FormatQuote,
    FormatLink,
    PasteAsIs,
    ExportClevertap,
    Hover,
    WrapLines,
    MarkWhitespace,
    ToggleVim,
    ChooseTheme,
    Undo,
    Redo,
    /// Show the completions at the cursor.
    Complete,
    Paste,
    Edit(BodyEdit),
    Suspend,
}

/// An action that applies one command of the editor to the body. In a single-line field, some of these commands have
/// fixed keys, see `crate::ui::widget::typing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BodyEdit {
    SelectAll,
    Cut,
    Copy,
    DuplicateLines,
    MoveLinesUp,
    MoveLinesDown,
    Indent,
    Outdent,
    ToggleComment,
    MatchingBracket,
    DeleteWordLeft,
    DeleteWordRight,
    DeleteToLineStart,
    DeleteToLineEnd,
}

impl BodyEdit {
    pub fn command(self) -> Command {
        match self {
            BodyEdit::SelectAll => Command::SelectAll,
            BodyEdit::Cut => Command::Cut,
            BodyEdit::Copy => Command::Copy,
            BodyEdit::DuplicateLines => Command::DuplicateLines,
            BodyEdit::MoveLinesUp => Command::MoveLinesUp,
            BodyEdit::MoveLinesDown => Command::MoveLinesDown,
            BodyEdit::Indent => Command::Indent,
            BodyEdit::Outdent => Command::Outdent,
            BodyEdit::ToggleComment => Command::ToggleComment,
            BodyEdit::MatchingBracket => Command::Move(Motion::MatchingBracket),
            BodyEdit::DeleteWordLeft => Command::Delete(Motion::WordLeft),
            BodyEdit::DeleteWordRight => Command::Delete(Motion::WordRight),
            BodyEdit::DeleteToLineStart => Command::Delete(Motion::LineStart),
            BodyEdit::DeleteToLineEnd => Command::Delete(Motion::LineEnd),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyContext {
    /// Everywhere except in dialogs, even while the user types.
    Anywhere,
    /// Outside text fields, where a letter can be bound to an action.
    Panes,
    /// The list of campaigns and the webhook pane.
    Definitions,
    /// The list of campaigns and the list of problems.
    Lists,
    Preview,
    Body,
    /// The body while vim is in normal mode and no command is incomplete.
    VimNormal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionRow {
    pub action: Action,
    /// The name in keymap.toml, in kebab case.
    pub id: &'static str,
    pub title: &'static str,
    /// The label in the footer, for an action in [`FOOTER_ACTIONS`].
    pub hint: &'static str,
    pub keys: &'static [(KeyContext, &'static str)],
}

/// All actions, in the order in which the help lists them.
pub const ACTIONS: &[ActionRow] = {
    use Action as A;
    use BodyEdit as E;
    use KeyContext::{Anywhere, Body, Definitions, Lists, Panes, Preview, VimNormal};
    &[
        row(A::Help, "help", "Help for the current pane", "help", &[(Anywhere, "f1"), (Panes, "?")]),
        row(
            A::Palette,
            "palette",
            "Find an action, campaign, webhook or profile",
            "palette",
            &[(Anywhere, "ctrl-p"), (Panes, ":")],
        ),
        row(
            A::CampaignForm,
            "campaign-form",
            "Campaign settings",
            "settings",
            &[(Anywhere, "f4"), (Panes, "e")],
        ),
        row(
            A::PreviewAndTest,
            "preview-and-test",
            "Preview and Test: send to a test chat",
            "preview & test",
            &[(Anywhere, "f5"), (Panes, "t")],
        ),
        row(
            A::CompareModes,
            "compare-modes",
            "Compare and convert parse modes",
            "parse mode",
            &[(Anywhere, "f6"), (Panes, "m")],
        ),
        row(
            A::SwitchProfile,
            "switch-profile",
            "Choose the preview's profile",
            "profile",
            &[(Anywhere, "f7"), (Panes, "p")],
        ),
        row(
            A::NextWorst,
            "next-worst",
            "Next recipient with a failing or long message",
            "",
            &[(Anywhere, "shift-f7"), (Panes, "P")],
        ),
        row(A::NewProfile, "new-profile", "New test profile", "", &[]),
        row(A::EditProfile, "edit-profile", "Edit the preview's profile", "", &[]),
        row(A::DeleteProfile, "delete-profile", "Delete the preview's profile", "", &[]),
        row(A::SampleEvent, "sample-event", "Choose the sample event", "", &[(Panes, "v")]),
        row(
            A::NextProblem,
            "next-problem",
            "Go to the next problem",
            "next problem",
            &[(Anywhere, "f8"), (Panes, ">")],
        ),
        row(
            A::PreviousProblem,
            "previous-problem",
            "Go to the previous problem",
            "",
            &[(Anywhere, "shift-f8"), (Panes, "<")],
        ),
        row(A::Fix, "fix", "Fix the problem at the cursor", "fix", &[(Anywhere, "alt-enter"), (Panes, ".")]),
        row(A::FixAll, "fix-all", "Fix all problems of this kind", "", &[(Panes, "!")]),
        row(A::Save, "save", "Save", "save", &[(Anywhere, "ctrl-s"), (Panes, "s")]),
        row(A::Quit, "quit", "Quit", "quit", &[(Anywhere, "ctrl-q"), (Panes, "q")]),
        row(A::FocusCampaigns, "campaigns", "Go to the campaigns", "", &[(Anywhere, "alt-1"), (Panes, "1")]),
        row(A::FocusWebhook, "webhook", "Go to the webhook", "", &[(Anywhere, "alt-2"), (Panes, "2")]),
        row(A::FocusBody, "body", "Go to the body", "", &[(Anywhere, "alt-3"), (Panes, "3")]),
        row(A::FocusPreview, "preview", "Go to the preview", "", &[(Anywhere, "alt-4"), (Panes, "4")]),
        row(A::FocusProblems, "problems", "Go to the problems", "", &[(Anywhere, "alt-5"), (Panes, "5")]),
        // Tab is bound only where it does not indent or accept a completion. In vim's normal mode, Tab leaves the text,
        // because Esc does not.
        row(A::NextPane, "next-pane", "Next pane", "panes", &[(Panes, "tab"), (VimNormal, "tab")]),
        row(
            A::PreviousPane,
            "previous-pane",
            "Previous pane",
            "",
            &[(Panes, "shift-tab"), (VimNormal, "shift-tab")],
        ),
        row(A::Zoom, "zoom", "Zoom the pane to the whole screen", "", &[(Anywhere, "f3"), (Panes, "z")]),
        row(A::PreviousTab, "previous-tab", "Preview: previous tab", "", &[(Panes, "[")]),
        row(A::NextTab, "next-tab", "Preview: next tab", "tabs", &[(Panes, "]")]),
        row(
            A::RevealSpoilers,
            "reveal-spoilers",
            "Preview: reveal or hide spoilers",
            "spoilers",
            &[(Preview, "r")],
        ),
        row(
            A::ExpandQuotes,
            "expand-quotes",
            "Preview: expand or collapse long quotes",
            "",
            &[(Preview, "x")],
        ),
        row(A::CopyCurl, "copy-curl", "Copy the request as curl", "copy curl", &[(Preview, "c")]),
        row(A::CopyBody, "copy-body", "Copy the rendered body", "", &[(Preview, "y")]),
        row(A::New, "new", "New campaign or webhook", "new", &[(Panes, "n")]),
        row(
            A::Duplicate,
            "duplicate",
            "Duplicate the campaign or webhook",
            "duplicate",
            &[(Definitions, "d")],
        ),
        row(A::Rename, "rename", "Rename the campaign or webhook", "rename", &[(Definitions, "r")]),
        row(
            A::Delete,
            "delete",
            "Delete the campaign or webhook",
            "delete",
            &[(Definitions, "x"), (Definitions, "delete")],
        ),
        row(A::UndoDelete, "undo-delete", "Undo the last deletion", "", &[(Definitions, "u")]),
        row(A::EditWebhook, "edit-webhook", "Edit the webhook", "", &[]),
        row(A::Trash, "trash", "Deleted campaigns and webhooks", "", &[(Definitions, "U")]),
        row(A::CheckWebhook, "check-webhook", "Check the webhook's bot", "check", &[(Definitions, "c")]),
        row(
            A::OpenEditor,
            "open-editor",
            "Edit the body in $EDITOR",
            "",
            &[(Anywhere, "ctrl-o"), (Panes, "o")],
        ),
        row(A::Hover, "hover", "Show info at the cursor", "", &[(Body, "ctrl-k"), (Panes, "K")]),
        row(A::Find, "find", "Find in the body", "", &[(Body, "ctrl-f"), (Panes, "/")]),
        row(A::Filter, "filter", "Filter the campaigns or the problems", "", &[(Lists, "/")]),
        row(A::GoToLine, "go-to-line", "Go to a line of the body", "", &[(Body, "ctrl-g"), (Panes, "g")]),
        row(A::WrapLines, "wrap-lines", "Toggle line wrapping", "", &[(Body, "alt-z"), (Panes, "w")]),
        row(
            A::MarkWhitespace,
            "mark-whitespace",
            "Show whitespace: trailing, all or none",
            "",
            &[(Panes, "alt-w"), (Panes, "W")],
        ),
        row(
            A::FormatJson,
            "format-json",
            "Format the JSON of the body",
            "",
            &[(Body, "alt-F"), (Panes, "f")],
        ),
        row(A::Format, "format", "Format message text: bold, italic, link …", "", &[(Body, "ctrl-t")]),
        row(A::FormatBold, "format-bold", "Format: bold", "", &[]),
        row(A::FormatItalic, "format-italic", "Format: italic", "", &[]),
        row(A::FormatUnderline, "format-underline", "Format: underline", "", &[]),
        row(A::FormatStrikethrough, "format-strikethrough", "Format: strikethrough", "", &[]),
        row(A::FormatSpoiler, "format-spoiler", "Format: spoiler", "", &[]),
        row(A::FormatCode, "format-code", "Format: code", "", &[]),
        row(A::FormatQuote, "format-quote", "Format: quote", "", &[]),
        row(A::FormatLink, "format-link", "Format: link", "", &[]),
        row(A::PasteAsIs, "paste-as-is", "Paste as is: remove the escapes of the last paste", "", &[]),
        row(A::ExportClevertap, "export-clevertap", "Export for CleverTap to the clipboard", "", &[]),
        row(A::ToggleVim, "toggle-vim", "Toggle vim mode", "", &[]),
        row(A::ChooseTheme, "theme", "Choose a theme", "", &[]),
        row(A::Reload, "reload", "Reload the workspace's files", "", &[(Panes, "ctrl-r")]),
        row(A::AdoptPrivate, "adopt-private", "Adopt a .telecast folder that was not made here", "", &[]),
        row(A::SetUp, "set-up", "Set-up guide: bot, test chat, first campaign", "", &[(Panes, "S")]),
        row(A::Undo, "undo", "Undo the last edit of the body", "", &[(Body, "ctrl-z"), (Panes, "ctrl-z")]),
        row(A::Redo, "redo", "Redo the last undone edit", "", &[(Body, "ctrl-y"), (Panes, "ctrl-y")]),
        row(A::Complete, "complete", "Show completions at the cursor", "", &[(Body, "ctrl-space")]),
        edit(E::SelectAll, "select-all", "Select the whole body", &[(Body, "ctrl-a")]),
        edit(E::Cut, "cut", "Cut the selection, or the line", &[(Body, "ctrl-x")]),
        edit(E::Copy, "copy", "Copy the selection", &[(Body, "ctrl-c")]),
        row(A::Paste, "paste", "Paste", "", &[(Body, "ctrl-v")]),
        edit(E::DuplicateLines, "duplicate-lines", "Duplicate the lines", &[(Body, "ctrl-d")]),
        edit(E::MoveLinesUp, "move-lines-up", "Move the lines up", &[(Body, "alt-up"), (Panes, "{")]),
        edit(E::MoveLinesDown, "move-lines-down", "Move the lines down", &[(Body, "alt-down"), (Panes, "}")]),
        edit(E::Indent, "indent", "Indent the lines", &[]),
        edit(E::Outdent, "outdent", "Outdent the lines", &[(Body, "shift-tab")]),
        edit(E::ToggleComment, "toggle-comment", "Comment or uncomment the lines", &[(Body, "ctrl-/")]),
        edit(
            E::MatchingBracket,
            "matching-bracket",
            "Go to the matching bracket, or the block's next tag",
            &[(Body, "ctrl-]")],
        ),
        edit(
            E::DeleteWordLeft,
            "delete-word-left",
            "Delete to the start of the word",
            &[(Body, "ctrl-w"), (Body, "ctrl-backspace"), (Body, "alt-backspace")],
        ),
        edit(
            E::DeleteWordRight,
            "delete-word-right",
            "Delete to the end of the word",
            &[(Body, "ctrl-delete")],
        ),
        edit(
            E::DeleteToLineStart,
            "delete-to-line-start",
            "Delete to the start of the line",
            &[(Body, "ctrl-u")],
        ),
        edit(E::DeleteToLineEnd, "delete-to-line-end", "Delete to the end of the line", &[]),
        // In most terminal programs, Ctrl-Z suspends. Here, Ctrl-Z means undo everywhere, because users of other
        // editors press it by habit to undo, even outside the body.
        row(A::Suspend, "suspend", "Suspend to the shell", "", &[(Panes, "Z")]),
    ]
};

/// The actions that the footer can show, from left to right.
pub(crate) const FOOTER_ACTIONS: [Action; 17] = [
    Action::Help,
    Action::Palette,
    Action::CampaignForm,
    Action::PreviewAndTest,
    Action::CompareModes,
    Action::SwitchProfile,
    Action::NextProblem,
    Action::Fix,
    Action::Save,
    Action::Quit,
    Action::New,
    Action::Duplicate,
    Action::Rename,
    Action::Delete,
    Action::CheckWebhook,
    Action::NextTab,
    Action::NextPane,
];

/// If not all actions fit into the footer, the footer prefers these actions. The most important action comes first. The
/// remaining room goes to the other actions in the order of [`FOOTER_ACTIONS`].
pub(crate) const FOOTER_PRIORITY: [Action; 7] = [
    Action::Help,
    Action::Palette,
    Action::Save,
    Action::NextProblem,
    Action::PreviewAndTest,
    Action::Quit,
    Action::SwitchProfile,
];

const fn row(
    action: Action,
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    keys: &'static [(KeyContext, &'static str)],
) -> ActionRow {
    ActionRow { action, id, title, hint, keys }
}

const fn edit(
    edit: BodyEdit,
    id: &'static str,
    title: &'static str,
    keys: &'static [(KeyContext, &'static str)],
) -> ActionRow {
    row(Action::Edit(edit), id, title, "", keys)
}

impl Action {
    pub fn row(self) -> &'static ActionRow {
        ACTIONS.iter().find(|row| row.action == self).expect("a test checks that each action has a row")
    }
}
