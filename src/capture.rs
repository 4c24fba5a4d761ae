//! Chat ids from the bot's updates.
