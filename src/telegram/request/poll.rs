//! Reads and checks the arguments of sendPoll, such as the question and the answer options.

use super::error::RequestError;
use super::text::{self, MarkedText, TextFields, TextRules};
use super::value::{self, ArgumentValue};
use crate::telegram::api_error::ArgumentLocation;
use crate::telegram::arguments::{Arguments, lenient_i64};
use crate::telegram::integer::parse_canonical;

pub(super) const MAX_QUESTION: usize = 300;
pub(crate) const MAX_OPTIONS: usize = 12;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    pub question: MarkedText,
    pub options: Vec<MarkedText>,
    /// The text below the question; empty if there is none.
    pub description: MarkedText,
    pub kind: PollKind,
    pub is_anonymous: bool,
    pub allows_multiple_answers: bool,
    pub is_closed: bool,
    pub allows_revoting: bool,
    /// For how many seconds the poll is open; 0 for any time.
    pub open_period: i64,
    /// When the poll closes, in Unix seconds; 0 for never.
    pub close_date: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollKind {
    Regular,
    Quiz {
        /// The indexes of the correct options. `PollDraft::finish` checks that there is at least one index, that the
        /// indexes ascend, and that each index belongs to an option.
        correct_option_ids: Vec<i32>,
        /// The text shown after a wrong answer; empty if there is none.
        explanation: MarkedText,
    },
}

const QUESTION: TextRules =
    TextRules::Short { max_chars: MAX_QUESTION, too_long: "Poll question length must not exceed 300" };
const OPTION: TextRules =
    TextRules::Short { max_chars: 100, too_long: "Poll options length must not exceed 100" };

// The options borrow from the parsed JSON of `options`, which does not outlive `read`. So `finish` is called for the
// text of each option at once. An error in a text is kept until `PollDraft::finish`, because the server checks these
// texts only once it has found the chat.
#[derive(Debug, Clone)]
pub(super) struct PollDraft<'a> {
    poll: Poll,
    question: text::TextDraft<'a>,
    description: text::TextDraft<'a>,
    explanation: Option<text::TextDraft<'a>>,
    options: Vec<Result<MarkedText, RequestError>>,
    /// The argument that names the correct options.
    correct_name: &'static str,
}

pub(super) fn read(arguments: &Arguments) -> Result<PollDraft<'_>, RequestError> {
    // The order of these reads is the server's: of two broken arguments, the first one read gives the error.
    let question = text::read_arguments(arguments, TextFields::QUESTION)?;
    let options = options(arguments)?;
    let description = text::read_arguments(arguments, TextFields::DESCRIPTION)?;
    let (kind, explanation) = match arguments.text("type") {
        "quiz" => {
            let explanation = text::read_arguments(arguments, TextFields::EXPLANATION)?;
            let correct_option_ids = correct_options(arguments)?;
            (PollKind::Quiz { correct_option_ids, explanation: MarkedText::default() }, Some(explanation))
        }
        "" | "regular" => (PollKind::Regular, None),
        _ => {
            return Err(RequestError::at(
                ArgumentLocation::argument("type"),
                "Unsupported poll type specified",
            ));
        }
    };
    let poll = Poll {
        question: MarkedText::default(),
        options: Vec::new(),
        description: MarkedText::default(),
        kind,
        // A poll is anonymous by default, so an absent argument is not the same as a false one.
        is_anonymous: arguments.get("is_anonymous").is_none() || arguments.boolean("is_anonymous"),
        allows_multiple_answers: arguments.boolean("allows_multiple_answers"),
        is_closed: arguments.boolean("is_closed"),
        // A vote can be taken back by default, except in a quiz.
        allows_revoting: match arguments.get("allows_revoting") {
            Some(_) => arguments.boolean("allows_revoting"),
            None => arguments.text("type") != "quiz",
        },
        open_period: arguments.integer("open_period").max(0),
        close_date: arguments.integer("close_date").max(0),
    };
    let correct_name = match arguments.get("correct_option_ids") {
        None if arguments.get("correct_option_id").is_some() => "correct_option_id",
        _ => "correct_option_ids",
    };
    Ok(PollDraft { poll, question, description, explanation, options, correct_name })
}

fn options(arguments: &Arguments) -> Result<Vec<Result<MarkedText, RequestError>>, RequestError> {
    let location = arguments.location("options");
    let parsed = arguments.get("options").and_then(|argument| Some((argument, value::parse(argument)?)));
    let Some((argument, node)) = parsed else {
        return Err(RequestError::at(location, "Can't parse options JSON object"));
    };
    let value = ArgumentValue::of_argument("options", argument, &node);
    let Some(items) = value.items() else {
        return Err(value.error("Expected an Array of String as options"));
    };
    items.iter().map(|item| option(item).map(|draft| draft.finish(OPTION))).collect()
}

fn option<'a>(item: &ArgumentValue<'a>) -> Result<text::TextDraft<'a>, RequestError> {
    match item.node.as_text() {
        Some(text) => Ok(text::plain(item, &text.decoded)),
        None if item.is_object() => {
            item.required_string("text")?;
            text::read_members(item, TextFields::OPTION)
        }
        None => Err(item.error("Expected an option to be of type String")),
    }
}

fn correct_options(arguments: &Arguments) -> Result<Vec<i32>, RequestError> {
    let name = "correct_option_ids";
    let Some(argument) = arguments.get(name) else {
        // The server still reads the old name `correct_option_id`. If the id does not fit into 32 bits, it is dropped.
        // The list is then empty, and `check_correct` later reports an empty list.
        let legacy = arguments.get("correct_option_id");
        return Ok(legacy
            .and_then(|argument| i32::try_from(lenient_i64(&argument.text)).ok())
            .into_iter()
            .collect());
    };
    let Some(node) = value::parse(argument) else {
        return Err(RequestError::at(
            ArgumentLocation::argument(name),
            "Can't parse correct option identifiers JSON object",
        ));
    };
    let value = ArgumentValue::of_argument(name, argument, &node);
    let Some(items) = value.items() else {
        return Err(value.error("Expected an Array of correct option identifiers"));
    };
    let id = |item: &ArgumentValue<'_>| match &item.node.value {
        crate::json::JsonValue::Number(raw) => {
            parse_canonical(raw).ok_or_else(|| item.error("Invalid correct option identifier specified"))
        }
        _ => Err(item.error("Correct option identifier must be of type Number")),
    };
    items.iter().map(id).collect()
}

impl PollDraft<'_> {
    pub(super) fn finish(self) -> Result<Poll, RequestError> {
        // As in the server, the description is checked before the question.
        let description = self.description.finish(TextRules::Caption)?;
        let question = self.question.finish(QUESTION)?;
        let location = ArgumentLocation::argument("options");
        if self.options.is_empty() {
            return Err(RequestError::at(location, "Poll must have at least one answer option"));
        }
        if MAX_OPTIONS < self.options.len() {
            return Err(RequestError::at(
                location,
                &format!("Poll can't have more than {MAX_OPTIONS} options"),
            ));
        }
        // The number of options is checked before their texts, so a text's error is reported only now.
        let options = self.options.into_iter().collect::<Result<Vec<MarkedText>, RequestError>>()?;
        let kind = match (self.poll.kind, self.explanation) {
            (PollKind::Quiz { correct_option_ids, .. }, Some(explanation)) => {
                check_correct(self.correct_name, &correct_option_ids, options.len())?;
                PollKind::Quiz { correct_option_ids, explanation: explanation.finish(TextRules::Optional)? }
            }
            (kind, _) => kind,
        };
        Ok(Poll { question, options, description, kind, ..self.poll })
    }
}

fn check_correct(name: &str, ids: &[i32], n_options: usize) -> Result<(), RequestError> {
    let refuse = |message| Err(RequestError::at(ArgumentLocation::argument(name), message));
    if ids.is_empty() {
        return refuse("Correct quiz option list must be non-empty");
    }
    if !ids.is_sorted_by(|a, b| a < b) {
        return refuse("Correct quiz option list must be increasing");
    }
    let is_option = |id: &i32| usize::try_from(*id).is_ok_and(|id| id < n_options);
    if !ids.iter().all(is_option) {
        return refuse("Wrong quiz correct_option_id");
    }
    Ok(())
}
