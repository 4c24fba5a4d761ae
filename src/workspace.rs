//! The folder of campaigns, webhooks and bodies: discovery, loading, atomic saves, drafts, locks, watching.
