//! Chooses and lists sample events. A sample event is a file with the values of `Event` and `ExternalTrigger` that
//! preview, test, and completion use. The choice is made separately for each campaign.

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

    /// Returns the sample in use for the open campaign: the chosen sample if it still exists, otherwise the first valid
    /// sample, and otherwise the first sample. `None` if the workspace has no samples.
    pub fn sample<'a>(&self, shared: &'a SharedState) -> Option<&'a LoadedFile> {
        let samples = &shared.workspace.samples;
        let chosen = self.chosen_sample().and_then(|path| samples.iter().find(|source| source.path == path));
        let first = || samples.iter().find(|source| SampleEvent::read(source).is_some());
        // If no sample is valid, the first sample is returned anyway. The header then shows the name of this sample in
        // red instead of "none".
        chosen.or_else(first).or(samples.first())
    }

    /// Chooses the sample at `path` for the open campaign, until the console is closed.
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

/// Returns the name to show for a sample: the name of its file without `.json`.
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
