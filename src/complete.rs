//! Template text + cursor + vocabulary → completion items.
