//! Caches the highest severity of each campaign's problems, and checks a campaign again only if an input of its message
//! has changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::MessageJob;
use crate::compose;
use crate::diagnostic::Severity;
use crate::profile::{Profile, Vocabulary};
use crate::workspace::{Fingerprint, LoadedFile};

#[derive(Debug, Default)]
pub(crate) struct CheckCache {
    common: Option<CommonInputs>,
    partials: Vec<(String, Fingerprint)>,
    /// By stem: the inputs of the message, and the highest severity of its problems. The severity is `None` if the
    /// message has no problems.
    found: HashMap<String, (CampaignInputs, Option<Severity>)>,
}

/// The inputs that all campaigns share.
#[derive(Debug, Clone, PartialEq)]
struct CommonInputs {
    manifest: Fingerprint,
    samples: Vec<(String, Fingerprint)>,
    profile: Option<Arc<Profile>>,
    vocabulary: Option<Arc<Vocabulary>>,
    /// Templates can print the date, so all messages are checked again on a new day.
    today: Date,
}

/// The inputs of one campaign's message besides the common ones.
#[derive(Debug, Clone, PartialEq)]
struct CampaignInputs {
    definition: Fingerprint,
    body: Fingerprint,
    webhook: Option<Fingerprint>,
    /// Whether the body may call a partial (a template file that other templates include).
    calls_partial: bool,
}

impl CheckCache {
    /// Returns the highest severity of each campaign that has problems. Stops before the next campaign when
    /// `should_continue` returns false, and keeps the results so far. Blocks.
    ///
    /// All jobs must belong to one workspace and differ only in the campaign and its body.
    pub(crate) fn check(
        &mut self,
        jobs: &[MessageJob],
        now: Timestamp,
        should_continue: &dyn Fn() -> bool,
    ) -> BTreeMap<String, Severity> {
        let Some(first) = jobs.first() else {
            *self = Self::default();
            return BTreeMap::new();
        };
        self.forget_outdated(first, now);
        let mut old = std::mem::take(&mut self.found);
        // The inputs that all campaigns share are built only when the first campaign has to be checked. Often, no
        // campaign has changed, so these inputs are not needed.
        let mut shared = None;
        for job in jobs.iter().take_while(|_| should_continue()) {
            let inputs = CampaignInputs::of(job);
            let known = old.remove(&job.stem).filter(|(known, _)| *known == inputs);
            let worst = match known {
                Some((_, worst)) => worst,
                None => {
                    let shared = shared.get_or_insert_with(|| job.shared());
                    job.with_shared(shared, now, compose::compose).worst_severity()
                }
            };
            self.found.insert(job.stem.clone(), (inputs, worst));
        }
        let found = self.found.iter().filter_map(|(stem, (_, worst))| Some((stem.clone(), (*worst)?)));
        let found = found.collect();
        if self.found.len() < jobs.len() {
            // The check was stopped. The old results of the remaining campaigns are kept for the next check.
            old.retain(|stem, _| !self.found.contains_key(stem));
            self.found.extend(old);
        }
        found
    }

    fn forget_outdated(&mut self, job: &MessageJob, now: Timestamp) {
        let workspace = &job.workspace;
        let fingerprints = |sources: &[LoadedFile]| -> Vec<(String, Fingerprint)> {
            sources.iter().map(|source| (source.path.clone(), source.fingerprint)).collect()
        };
        let common = Some(CommonInputs {
            manifest: workspace.manifest.source.fingerprint,
            samples: fingerprints(&workspace.samples),
            profile: job.profile.clone(),
            vocabulary: job.vocabulary.clone(),
            today: now.to_zoned(workspace.time_zone()).date(),
        });
        if self.common != common {
            self.found.clear();
            self.common = common;
        }
        let partials = fingerprints(&workspace.partials);
        if self.partials != partials {
            // The results of all campaigns that may call any partial are forgotten. Forgetting only the campaigns that
            // call the changed partial is not enough, because a partial can call other partials.
            self.found.retain(|_, (inputs, _)| !inputs.calls_partial);
            self.partials = partials;
        }
    }
}

impl CampaignInputs {
    fn of(job: &MessageJob) -> Self {
        let campaign = job.campaign();
        let webhook = campaign.and_then(|campaign| job.workspace.webhook(&campaign.value.as_ref()?.webhook));
        let body = job.body();
        Self {
            definition: campaign.map_or(Fingerprint::Absent, |campaign| campaign.source.fingerprint),
            body: match (&job.body, campaign) {
                // For a body from a file, the fingerprint of the file is already known. A body that is being edited has
                // to be hashed.
                (None, Some(campaign)) => campaign.body.fingerprint,
                (Some(_), _) | (None, None) => Fingerprint::of(body.as_bytes()),
            },
            webhook: webhook.map(|webhook| webhook.source.fingerprint),
            // The text is searched and not parsed, because parsing every body at each check would take too long. A
            // false match only causes an unnecessary check.
            calls_partial: ["render", "include"].iter().any(|tag| body.contains(tag)),
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
        checked: CheckCache,
        profile: Arc<Profile>,
    }

    /// A workspace with three campaigns: one without errors, one with an error, and one that calls a partial.
    fn shop() -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let shop = Shop { folder, checked: CheckCache::default(), profile: Arc::default() };
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

        /// Checks all campaigns and returns the stems of those that were not taken from the cache.
        fn rechecked(&mut self) -> Vec<String> {
            // A campaign that is not checked again keeps this severity, which no campaign here has.
            self.checked.found.values_mut().for_each(|(_, worst)| *worst = Some(Severity::Info));
            let workspace = Arc::new(Workspace::open(self.folder.path()).unwrap());
            let job = |stem: &str| MessageJob {
                profile: Some(Arc::clone(&self.profile)),
                ..MessageJob::from_files(&workspace, stem)
            };
            let jobs: Vec<MessageJob> =
                workspace.campaigns.iter().map(|campaign| job(&campaign.stem)).collect();
            self.checked.check(&jobs, Timestamp::UNIX_EPOCH, &|| true);
            let is_new = |(stem, (_, worst)): (&String, &(CampaignInputs, Option<Severity>))| {
                (*worst != Some(Severity::Info)).then(|| stem.clone())
            };
            let mut rechecked: Vec<String> = self.checked.found.iter().filter_map(is_new).collect();
            rechecked.sort();
            rechecked
        }
    }

    #[test]
    fn only_changed_campaigns_are_checked_again() {
        let mut shop = shop();
        assert_eq!(shop.rechecked(), ["bad", "caller", "good"]);
        assert!(shop.rechecked().is_empty());
        shop.write("campaigns/bad.json.liquid", "{}");
        assert_eq!(shop.rechecked(), ["bad"]);
        shop.write("campaigns/good.toml", "webhook = \"other\"\nname = \"x\"");
        assert_eq!(shop.rechecked(), ["good"]);
        shop.write("partials/x.liquid", "[]");
        assert_eq!(shop.rechecked(), ["caller"]);
        shop.write("webhooks/other.toml", "url = \"https://shop.example/new\"");
        assert_eq!(shop.rechecked().len(), 3);
        shop.write("samples/a.json", "{}");
        assert_eq!(shop.rechecked().len(), 3);
        let properties = [("x".to_owned(), Value::Integer(1))].into_iter().collect();
        shop.profile = Arc::new(Profile { properties, ..Profile::default() });
        assert_eq!(shop.rechecked().len(), 3);
        fs::remove_file(shop.folder.path().join("campaigns/bad.toml")).unwrap();
        fs::remove_file(shop.folder.path().join("campaigns/bad.json.liquid")).unwrap();
        assert!(shop.rechecked().is_empty());
        assert_eq!(shop.checked.found.len(), 2);
    }

    #[test]
    fn a_stopped_check_continues_with_the_next_campaign() {
        let mut shop = shop();
        let workspace = Arc::new(Workspace::open(shop.folder.path()).unwrap());
        let jobs: Vec<MessageJob> =
            ["bad", "caller", "good"].map(|stem| MessageJob::from_files(&workspace, stem)).into();
        let remaining = Cell::new(1);
        let should_continue = || remaining.replace(remaining.get() - 1) > 0;
        let found = shop.checked.check(&jobs, Timestamp::UNIX_EPOCH, &should_continue);
        assert_eq!(found.into_keys().collect::<Vec<_>>(), ["bad"]);
        let found = shop.checked.check(&jobs, Timestamp::UNIX_EPOCH, &|| true);
        assert_eq!(found.get("bad"), Some(&Severity::Error));
        assert!(!found.contains_key("good"), "{found:?}");
    }
}
