//! The arguments of `telecast sandbox`.

use std::net::SocketAddr;

const EXAMPLES: &str = "\
The first line of the output is `listening on http://ADDR`. Use this address in a webhook's URL:
  http://127.0.0.1:8081/bot${BOT_TOKEN}/sendMessage
Besides the Bot API, the sandbox answers GET /sandbox, GET /sandbox/messages and POST /sandbox/updates.

Examples:
  telecast sandbox --listen 127.0.0.1:8081
  telecast sandbox --token 42:AAE… --chat 1001 --chat -1002 --rate 30
  telecast sandbox --latency 200 --fail 0.1   answer late, fail one call in ten";

/// `telecast sandbox`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeSandbox {
    /// The address to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,

    /// Accept this bot token and refuse others; by default every well-formed token is accepted
    #[arg(long = "token", value_name = "T")]
    pub tokens: Vec<String>,

    /// Create this chat at the start
    #[arg(long = "chat", value_name = "ID", allow_negative_numbers = true)]
    pub chats: Vec<i64>,

    /// Answer 429 above this many messages per second
    #[arg(long, value_name = "N", value_parser = number)]
    pub rate: Option<f64>,

    /// Wait this many milliseconds before each answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,

    /// Fail this share of the calls, from 0 to 1
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = number)]
    pub fail: f64,
}

fn number(text: &str) -> Result<f64, String> {
    // `f64` also parses `inf` and `NaN`, which make no sense as a rate or a share.
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| "expected a number such as 30 or 0.5".to_owned())
}
