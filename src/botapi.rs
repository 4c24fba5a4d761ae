//! The HTTP client for webhooks and Bot API methods. No retry policy of its own, no redirects.
