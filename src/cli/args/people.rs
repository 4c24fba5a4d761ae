//! The arguments of `telecast profiles` and its subcommands.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Subcommand;

use super::format::Format;

/// Import, show and change the profiles of recipients.
#[derive(Debug, Subcommand)]
pub(crate) enum ProfilesCommand {
    /// Import profiles from a CSV or JSON lines file
    Import(ImportProfiles),
    /// List profiles by identity
    List(ListProfiles),
    /// Show a profile with all its properties
    Show {
        /// The identity
        #[arg(value_name = "ID")]
        identity: String,
        #[command(flatten)]
        format: Format,
    },
    /// Set properties of a profile; a missing profile is created
    Set(SetProfile),
    /// Delete profiles with all their properties
    Delete {
        /// The identities
        #[arg(value_name = "ID", required = true)]
        identities: Vec<String>,
    },
}

const IMPORT_EXAMPLES: &str = "\
The first line of a CSV names the columns. The column `identity`, or the one that --identity names, identifies the \
profile. An empty cell leaves the \
property unchanged. A property keeps its known type. A new property gets its type from --type, or from all values \
of its column.

Examples:
  telecast profiles import people.csv
  telecast profiles import people.csv --identity email --type zip=text --type tags=list";

/// `telecast profiles import`
#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(crate) struct ImportProfiles {
    /// The file: .csv, or JSON lines
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The column that holds the identity; by default `identity`, or else `objectId`
    #[arg(long, value_name = "COLUMN")]
    pub identity: Option<String>,

    /// The type of a column: text, number, boolean, date, list or object
    #[arg(long = "type", value_name = "COLUMN=TYPE")]
    pub types: Vec<Property>,

    /// Store a column as the property NAME; by default the property has the column's name
    #[arg(long = "map", value_name = "COLUMN=NAME")]
    pub names: Vec<Property>,

    #[command(flatten)]
    pub format: Format,
}

/// `telecast profiles list`
#[derive(Debug, clap::Args)]
pub(crate) struct ListProfiles {
    /// List only profiles with this text in their identity or properties
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,

    /// List at most this many
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,

    #[command(flatten)]
    pub format: Format,
}

const SET_EXAMPLES: &str = "\
A value is read as the property's known type, else as a number, true or false, a date, or text. An empty \
value removes the property.

Examples:
  telecast profiles set anna plan=pro ltv=120.5 telegram_chat_id=123456789
  telecast profiles set anna 'First Name=Anna' ct_is_test_user=Yes";

/// `telecast profiles set`
#[derive(Debug, clap::Args)]
#[command(after_help = SET_EXAMPLES)]
pub(crate) struct SetProfile {
    /// The identity
    #[arg(value_name = "ID")]
    pub identity: String,

    /// Properties and their values
    #[arg(value_name = "K=V", required = true)]
    pub properties: Vec<Property>,
}

/// A `NAME=VALUE` of the command line; the name ends at the first `=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Property {
    /// The text before the `=`; never empty.
    pub name: String,
    /// The text after the `=`; may be empty and contain more `=`.
    pub value: String,
}

impl FromStr for Property {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // The name ends at the first `=`, because a value may contain `=` (base64, URLs). So the command line cannot
        // set a property whose name contains `=`.
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                Ok(Property { name: name.to_owned(), value: value.to_owned() })
            }
            _ => Err("expected NAME=VALUE".into()),
        }
    }
}
