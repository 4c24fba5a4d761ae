//! Reads audience expressions against the workspace's segments and the store's properties and events.

use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::campaign::{Audience, Recipients};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::Vocabulary;
use crate::segment::{self, Condition, EventSummary, Moment, Reading, Schema};
use crate::store::{self, Store};
use crate::text::Span;
use crate::toml;
use crate::workspace::Workspace;

use super::check::{CheckScope, SourceProblem};

/// What the expressions of a workspace are read against, and when they are evaluated.
#[derive(Debug)]
pub(crate) struct AudienceContext {
    vocabulary: Vocabulary,
    events: Vec<EventSummary>,
    segments: IndexMap<String, String>,
    zone: TimeZone,
    now: Timestamp,
}

impl AudienceContext {
    /// Blocks.
    pub(crate) fn load(
        workspace: &Workspace,
        store: &dyn Store,
        now: Timestamp,
    ) -> Result<Self, store::Error> {
        Ok(Self {
            vocabulary: store.vocabulary()?,
            events: store.event_summaries()?,
            ..Self::without_store(workspace, now)
        })
    }

    fn without_store(workspace: &Workspace, now: Timestamp) -> Self {
        let segments = workspace.segments.iter().filter_map(|segment| {
            let definition = segment.value.as_ref()?;
            Some((segment.stem.clone(), definition.expression.clone()))
        });
        Self {
            vocabulary: Vocabulary::default(),
            events: Vec::new(),
            segments: segments.collect(),
            zone: workspace.time_zone(),
            now,
        }
    }

    pub(crate) fn read(&self, expression: &str) -> Reading {
        let Self { vocabulary, events, segments, zone, .. } = self;
        segment::read(expression, &Schema { vocabulary, events, segments, zone })
    }

    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment { now: self.now, zone: &self.zone }
    }

    pub(crate) fn explain(&self, condition: &Condition) -> String {
        segment::explain(condition, &self.zone)
    }
}

/// Returns the problems of the audience expressions in `scope`: those of the segments, and of the campaigns' `[who]`.
/// Without a store, nobody knows the names of properties and events, so they are not checked. Blocks.
pub(crate) fn audience_problems<'a>(
    workspace: &'a Workspace,
    scope: CheckScope<'_>,
    store: Option<&dyn Store>,
    now: Timestamp,
) -> Result<Vec<SourceProblem<'a>>, store::Error> {
    let context = match store {
        Some(store) => AudienceContext::load(workspace, store, now)?,
        None => AudienceContext::without_store(workspace, now),
    };
    let is_reported = |problem: &Diagnostic| {
        store.is_some() || !matches!(problem.code, Code::UnknownProperty | Code::UnknownEvent)
    };
    let read = |path: &'a str, text: &'a str, key: &[&str], expression: &str| {
        let problems = context.read(expression).problems.into_iter().filter(is_reported);
        let located = problems.map(|problem| SourceProblem {
            path,
            text,
            diagnostic: segment::problem_in_file(text, key, expression, problem),
        });
        located.collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    if scope == CheckScope::Workspace {
        for segment in &workspace.segments {
            // An empty expression is a problem of the file.
            let expression = segment.value.as_ref().map_or("", |value| value.expression.as_str());
            if !expression.trim().is_empty() {
                found.extend(read(&segment.source.path, &segment.source.text, &["where"], expression));
            }
        }
    }
    for campaign in scope.campaigns(workspace) {
        let source = &campaign.source;
        let Some(Recipients { audience, exclude }) =
            campaign.value.as_ref().and_then(|value| value.recipients.as_ref())
        else {
            continue;
        };
        match audience {
            Audience::Where(expression) => {
                found.extend(read(&source.path, &source.text, &["who", "where"], expression));
            }
            // The segment may be missing, or its own file may have an error.
            Audience::Segment(name) => {
                let problem =
                    context.read(&format!("segment({})", segment::text_source(name))).problems.pop();
                let span = toml::value_span(&source.text, &["who", "segment"]).unwrap_or(Span::at(0));
                // Its fix is for an expression.
                found.extend(problem.map(|problem| SourceProblem {
                    path: &source.path,
                    text: &source.text,
                    diagnostic: Diagnostic { span, fixes: Vec::new(), ..problem },
                }));
            }
            Audience::Everyone | Audience::List(_) => {}
        }
        if let Some(exclude) = exclude {
            found.extend(read(&source.path, &source.text, &["who", "exclude"], exclude));
        }
    }
    Ok(found)
}
