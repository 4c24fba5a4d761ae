//! What is converted.

use crate::dialect::Dialect;
use crate::template::Partials;

#[derive(Debug, Clone, Copy)]
pub struct ConversionSource<'a> {
    pub body: &'a str,
    pub partials: &'a Partials,
    pub dialect: Dialect,
}
