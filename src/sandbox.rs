//! A Bot API server on loopback that answers as Telegram does.
