//! The Bot API on loopback, over a real socket.
