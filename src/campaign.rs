//! Webhook, campaign and workspace definitions as types; parsed from and printed to TOML. No paths, no I/O.
