//! sendPoll: the question, its options, and the rules of a quiz.

use super::refused::Refused;
use super::text::{self, MarkedText, Names, Rules};
use super::value::{self, Value};
use crate::telegram::api_error::Place;
use crate::telegram::arguments::{Arguments, canonical, lenient_i64};

pub const MAX_OPTIONS: usize = 12;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    pub question: MarkedText,
    pub options: Vec<MarkedText>,
    /// The text below; empty for none.
    pub description: MarkedText,
    pub kind: PollKind,
    pub is_anonymous: bool,
    pub allows_multiple_answers: bool,
    pub is_closed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollKind {
    Regular,
    Quiz {
        /// Ascending indexes of the right options, at least one.
        correct_option_ids: Vec<i32>,
        /// What is shown after a wrong answer; empty for none.
        explanation: MarkedText,
    },
}

const QUESTION: Rules = Rules::Short { max_chars: 300, too_long: "Poll question length must not exceed 300" };
const OPTION: Rules = Rules::Short { max_chars: 100, too_long: "Poll options length must not exceed 100" };

/// A poll as read, before the chat is known. The options' texts are finished, their refusals kept for later.
#[derive(Debug, Clone)]
pub(super) struct Draft<'a> {
    poll: Poll,
    question: text::Draft<'a>,
    description: text::Draft<'a>,
    explanation: Option<text::Draft<'a>>,
    options: Vec<Result<MarkedText, Refused>>,
}

pub(super) fn read(arguments: &Arguments) -> Result<Draft<'_>, Refused> {
    let question = text::of_arguments(arguments, Names::QUESTION)?;
    let options = options(arguments)?;
    let description = text::of_arguments(arguments, Names::DESCRIPTION)?;
    let (kind, explanation) = match arguments.text("type") {
        "quiz" => {
            let explanation = text::of_arguments(arguments, Names::EXPLANATION)?;
            let correct_option_ids = correct_options(arguments)?;
            (PollKind::Quiz { correct_option_ids, explanation: MarkedText::default() }, Some(explanation))
        }
        "" | "regular" => (PollKind::Regular, None),
        _ => return Err(Refused::at(Place::argument("type"), "Unsupported poll type specified")),
    };
    let poll = Poll {
        question: MarkedText::default(),
        options: Vec::new(),
        description: MarkedText::default(),
        kind,
        is_anonymous: arguments.get("is_anonymous").is_none() || arguments.boolean("is_anonymous"),
        allows_multiple_answers: arguments.boolean("allows_multiple_answers"),
        is_closed: arguments.boolean("is_closed"),
    };
    Ok(Draft { poll, question, description, explanation, options })
}

fn options(arguments: &Arguments) -> Result<Vec<Result<MarkedText, Refused>>, Refused> {
    let place = arguments.place("options");
    let parsed = arguments.get("options").and_then(|argument| Some((argument, value::parse(argument)?)));
    let Some((argument, node)) = parsed else {
        return Err(Refused::at(place, "Can't parse options JSON object"));
    };
    let value = Value::of_argument("options", argument, &node);
    let Some(items) = value.items() else {
        return Err(value.refuse("Expected an Array of String as options"));
    };
    items.iter().map(|item| option(item).map(|draft| draft.finish(OPTION))).collect()
}

fn option<'a>(item: &Value<'a>) -> Result<text::Draft<'a>, Refused> {
    match item.node.as_text() {
        Some(text) => Ok(text::plain(item, &text.decoded)),
        None if item.is_object() => {
            item.required_string("text")?;
            text::of_members(item, Names::OPTION)
        }
        None => Err(item.refuse("Expected an option to be of type String")),
    }
}

fn correct_options(arguments: &Arguments) -> Result<Vec<i32>, Refused> {
    let name = "correct_option_ids";
    let Some(argument) = arguments.get(name) else {
        let legacy = arguments.get("correct_option_id");
        return Ok(legacy
            .and_then(|argument| i32::try_from(lenient_i64(&argument.text)).ok())
            .into_iter()
            .collect());
    };
    let Some(node) = value::parse(argument) else {
        return Err(Refused::at(Place::argument(name), "Can't parse correct option identifiers JSON object"));
    };
    let value = Value::of_argument(name, argument, &node);
    let Some(items) = value.items() else {
        return Err(value.refuse("Expected an Array of correct option identifiers"));
    };
    let id = |item: &Value<'_>| match &item.node.value {
        crate::json::Value::Number(raw) => {
            canonical(raw).ok_or_else(|| item.refuse("Invalid correct option identifier specified"))
        }
        _ => Err(item.refuse("Correct option identifier must be of type Number")),
    };
    items.iter().map(id).collect()
}

impl Draft<'_> {
    pub fn finish(self) -> Result<Poll, Refused> {
        let description = self.description.finish(Rules::Caption)?;
        let question = self.question.finish(QUESTION)?;
        let place = Place::argument("options");
        if self.options.is_empty() {
            return Err(Refused::at(place, "Poll must have at least one answer option"));
        }
        if MAX_OPTIONS < self.options.len() {
            return Err(Refused::at(place, &format!("Poll can't have more than {MAX_OPTIONS} options")));
        }
        let options = self.options.into_iter().collect::<Result<Vec<MarkedText>, Refused>>()?;
        let kind = match (self.poll.kind, self.explanation) {
            (PollKind::Quiz { correct_option_ids, .. }, Some(explanation)) => {
                check_correct(&correct_option_ids, options.len())?;
                PollKind::Quiz { correct_option_ids, explanation: explanation.finish(Rules::Optional)? }
            }
            (kind, _) => kind,
        };
        Ok(Poll { question, options, description, kind, ..self.poll })
    }
}

fn check_correct(ids: &[i32], options: usize) -> Result<(), Refused> {
    let refuse = |words| Err(Refused::at(Place::argument("correct_option_ids"), words));
    if ids.is_empty() {
        return refuse("Correct quiz option list must be non-empty");
    }
    if !ids.is_sorted_by(|a, b| a < b) {
        return refuse("Correct quiz option list must be increasing");
    }
    let is_option = |id: &i32| usize::try_from(*id).is_ok_and(|id| id < options);
    if !ids.iter().all(is_option) {
        return refuse("Wrong quiz correct_option_id");
    }
    Ok(())
}
