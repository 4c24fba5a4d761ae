//! Liquid over JSON text: a spanned parser, rendering with a source map, filters, static checks. The only place that names `liquid`.

mod dialect;

pub use dialect::{Dialect, UnknownDialect};
