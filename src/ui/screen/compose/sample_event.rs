//! The sample event of the open campaign: the file with the `Event` and `ExternalTrigger` that preview, test and
//! completion use.

use crate::disk::LoadedFile;
use crate::profile::Value;
use crate::service::SampleEvent;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::SharedState;
use crate::ui::widget::PickerRow;

impl Compose {
    pub fn chosen_sample(&self) -> Option<&str> {
        self.samples.get(self.open.as_deref()?).map(String::as_str)
    }

    /// Returns the sample in use: the chosen one, otherwise the first valid one, or the first one if none is valid.
    pub fn sample<'a>(&self, shared: &'a SharedState) -> Option<&'a LoadedFile> {
        let samples = &shared.workspace.samples;
        let chosen = self.chosen_sample().and_then(|path| samples.iter().find(|source| source.path == path));
        let first = || samples.iter().find(|source| SampleEvent::read(source).is_some());
        // An invalid sample is better than none, because the header then shows its name in red instead of "none".
        chosen.or_else(first).or(samples.first())
    }

    /// Chooses the sample at `path` for the open campaign. The choice is kept until the console is closed.
    pub fn choose_sample(&mut self, path: &str) {
        if let Some(stem) = self.open.clone() {
            self.samples.insert(stem, path.to_owned());
        }
    }

    pub fn sample_rows(&self, shared: &SharedState) -> Vec<PickerRow> {
        let row = |source: &LoadedFile| {
            let right = match SampleEvent::read(source) {
                Some(sample) => [("Event", &sample.event), ("ExternalTrigger", &sample.external_trigger)]
                    .into_iter()
                    .filter_map(|(root, value)| Some(format!("{root}: {}", names(value.as_ref()?))))
                    .collect::<Vec<_>>()
                    .join(" · "),
                None => "cannot be read: see Problems".to_owned(),
            };
            let title = sample_name(source).to_owned();
            PickerRow { id: source.path.clone(), title, right, ..PickerRow::default() }
        };
        shared.workspace.samples.iter().map(row).collect()
    }
}

/// Returns the name to show for a sample: the stem of its file.
pub(crate) fn sample_name(source: &LoadedFile) -> &str {
    let file = source.path.rsplit('/').next().unwrap_or(&source.path);
    file.strip_suffix(".json").unwrap_or(file)
}

const SHOWN_NAMES: usize = 3;

fn names(value: &Value) -> String {
    let Value::Object(members) = value else { return "not an object".to_owned() };
    let mut names: Vec<&str> = members.keys().take(SHOWN_NAMES).map(String::as_str).collect();
    if SHOWN_NAMES < members.len() {
        names.push("…");
    }
    names.join(", ")
}
