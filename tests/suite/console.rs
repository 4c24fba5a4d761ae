//! The real update loop: keys in, screen text and styles out.
