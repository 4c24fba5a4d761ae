//! The worst that is wrong with each campaign, made anew only where something that its message is made of has changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Job;
use crate::compose;
use crate::diagnostic::Severity;
use crate::profile::{Profile, Vocabulary};
use crate::workspace::{Fingerprint, Source};

#[derive(Debug, Default)]
pub struct Checked {
    common: Option<Common>,
    partials: Vec<(String, Fingerprint)>,
    /// By stem: what the message was made of, and the worst that is wrong with it.
    found: HashMap<String, (Own, Option<Severity>)>,
}

/// What the messages of all campaigns are made of.
#[derive(Debug, Clone, PartialEq)]
struct Common {
    manifest: Fingerprint,
    samples: Vec<(String, Fingerprint)>,
    profile: Option<Arc<Profile>>,
    vocabulary: Option<Arc<Vocabulary>>,
    /// A message that says the date is looked at again the next day.
    today: Date,
}

/// What one campaign's message is made of beside that.
#[derive(Debug, Clone, PartialEq)]
struct Own {
    definition: Fingerprint,
    body: Fingerprint,
    webhook: Option<Fingerprint>,
    /// Whether it may call a partial.
    calls: bool,
}

impl Checked {
    /// Returns the worst of each campaign in which something is wrong, as far as `goes_on` lets it come; what was found
    /// until then is kept. Blocks.
    ///
    /// The jobs are those of one workspace, and differ in the campaign and its body alone.
    pub fn check(
        &mut self,
        jobs: &[Job],
        now: Timestamp,
        goes_on: &dyn Fn() -> bool,
    ) -> BTreeMap<String, Severity> {
        let Some(first) = jobs.first() else {
            *self = Self::default();
            return BTreeMap::new();
        };
        self.forget_outdated(first, now);
        let mut before = std::mem::take(&mut self.found);
        let mut shared = None;
        for job in jobs.iter().take_while(|_| goes_on()) {
            let own = Own::of(job);
            let known = before.remove(&job.stem).filter(|(known, _)| *known == own);
            let worst = match known {
                Some((_, worst)) => worst,
                None => {
                    let shared = shared.get_or_insert_with(|| job.shared());
                    job.with_shared(shared, now, compose::compose).worst()
                }
            };
            self.found.insert(job.stem.clone(), (own, worst));
        }
        let found = self.found.iter().filter_map(|(stem, (_, worst))| Some((stem.clone(), (*worst)?)));
        let found = found.collect();
        if self.found.len() < jobs.len() {
            // Those that were not come to: the next check has them.
            before.retain(|stem, _| !self.found.contains_key(stem));
            self.found.extend(before);
        }
        found
    }

    fn forget_outdated(&mut self, job: &Job, now: Timestamp) {
        let workspace = &job.workspace;
        let contents = |sources: &[Source]| -> Vec<(String, Fingerprint)> {
            sources.iter().map(|source| (source.path.clone(), source.fingerprint)).collect()
        };
        let common = Some(Common {
            manifest: workspace.manifest.source.fingerprint,
            samples: contents(&workspace.samples),
            profile: job.profile.clone(),
            vocabulary: job.vocabulary.clone(),
            today: now.to_zoned(workspace.time_zone()).date(),
        });
        if self.common != common {
            self.found.clear();
            self.common = common;
        }
        let partials = contents(&workspace.partials);
        if self.partials != partials {
            self.found.retain(|_, (own, _)| !own.calls);
            self.partials = partials;
        }
    }
}

impl Own {
    fn of(job: &Job) -> Self {
        let campaign = job.campaign();
        let webhook = campaign.and_then(|campaign| job.workspace.webhook(&campaign.value.as_ref()?.webhook));
        let body = job.body();
        Self {
            definition: campaign.map_or(Fingerprint::Absent, |campaign| campaign.source.fingerprint),
            body: match (&job.body, campaign) {
                (None, Some(campaign)) => campaign.body.fingerprint,
                (Some(_), _) | (None, None) => Fingerprint::of(body.as_bytes()),
            },
            webhook: webhook.map(|webhook| webhook.source.fingerprint),
            calls: ["render", "include"].iter().any(|tag| body.contains(tag)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs;

    use super::*;
    use crate::profile::Value;
    use crate::workspace::Workspace;

    struct Shop {
        folder: tempfile::TempDir,
        checked: Checked,
        profile: Arc<Profile>,
    }

    /// Three campaigns: one that is right, one that is wrong, and one that calls a partial.
    fn shop() -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let shop = Shop { folder, checked: Checked::default(), profile: Arc::default() };
        shop.write("telecast.toml", "");
        for (stem, body) in [("good", "{}"), ("bad", "{"), ("caller", "{% render 'x' %}")] {
            shop.write(&format!("campaigns/{stem}.toml"), "webhook = \"other\"");
            shop.write(&format!("campaigns/{stem}.json.liquid"), body);
        }
        shop.write("webhooks/other.toml", "url = \"https://shop.example/hook\"\nmethod = \"POST\"");
        shop.write("partials/x.liquid", "{}");
        shop
    }

    impl Shop {
        fn write(&self, path: &str, text: &str) {
            let path = self.folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        /// Checks all as they are, and returns the stems of those that were made anew.
        fn renewed(&mut self) -> Vec<String> {
            // What is not looked at again keeps a mark that nothing else leaves.
            self.checked.found.values_mut().for_each(|(_, worst)| *worst = Some(Severity::Info));
            let workspace = Arc::new(Workspace::open(self.folder.path()).unwrap());
            let job = |stem: &str| Job {
                profile: Some(Arc::clone(&self.profile)),
                ..Job::of_files(&workspace, stem)
            };
            let jobs: Vec<Job> = workspace.campaigns.iter().map(|campaign| job(&campaign.stem)).collect();
            self.checked.check(&jobs, Timestamp::UNIX_EPOCH, &|| true);
            let is_new = |(stem, (_, worst)): (&String, &(Own, Option<Severity>))| {
                (*worst != Some(Severity::Info)).then(|| stem.clone())
            };
            let mut renewed: Vec<String> = self.checked.found.iter().filter_map(is_new).collect();
            renewed.sort();
            renewed
        }
    }

    #[test]
    fn only_what_changed_is_made_anew() {
        let mut shop = shop();
        assert_eq!(shop.renewed(), ["bad", "caller", "good"]);
        assert!(shop.renewed().is_empty());
        shop.write("campaigns/bad.json.liquid", "{}");
        assert_eq!(shop.renewed(), ["bad"]);
        shop.write("campaigns/good.toml", "webhook = \"other\"\nname = \"x\"");
        assert_eq!(shop.renewed(), ["good"]);
        shop.write("partials/x.liquid", "[]");
        assert_eq!(shop.renewed(), ["caller"]);
        shop.write("webhooks/other.toml", "url = \"https://shop.example/new\"");
        assert_eq!(shop.renewed().len(), 3);
        shop.write("samples/a.json", "{}");
        assert_eq!(shop.renewed().len(), 3);
        let properties = [("x".to_owned(), Value::Integer(1))].into_iter().collect();
        shop.profile = Arc::new(Profile { properties, ..Profile::default() });
        assert_eq!(shop.renewed().len(), 3);
        fs::remove_file(shop.folder.path().join("campaigns/bad.toml")).unwrap();
        fs::remove_file(shop.folder.path().join("campaigns/bad.json.liquid")).unwrap();
        assert!(shop.renewed().is_empty());
        assert_eq!(shop.checked.found.len(), 2);
    }

    #[test]
    fn a_check_that_is_stopped_goes_on_from_there() {
        let mut shop = shop();
        let workspace = Arc::new(Workspace::open(shop.folder.path()).unwrap());
        let jobs: Vec<Job> = ["bad", "caller", "good"].map(|stem| Job::of_files(&workspace, stem)).into();
        let left = Cell::new(1);
        let goes_on = || left.replace(left.get() - 1) > 0;
        let found = shop.checked.check(&jobs, Timestamp::UNIX_EPOCH, &goes_on);
        assert_eq!(found.into_keys().collect::<Vec<_>>(), ["bad"]);
        let found = shop.checked.check(&jobs, Timestamp::UNIX_EPOCH, &|| true);
        assert_eq!(found.get("bad"), Some(&Severity::Error));
        assert!(!found.contains_key("good"), "{found:?}");
    }
}
