//! `telecast sandbox`

use std::net::SocketAddr;

const EXAMPLES: &str = "\
The first line it prints is `listening on http://ADDR`. A webhook's URL leads to it:
  http://127.0.0.1:8081/bot${BOT_TOKEN}/sendMessage
Beside the Bot API it answers GET /sandbox, GET /sandbox/messages and POST /sandbox/updates.

Examples:
  telecast sandbox --listen 127.0.0.1:8081
  telecast sandbox --token 42:AAE… --chat 1001 --chat -1002 --rate 30
  telecast sandbox --latency 200 --fail 0.1    slow, and one call in ten fails";

/// `telecast sandbox`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeSandbox {
    /// The address; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,

    /// A bot's token; others are refused then. Without any, every well-formed token is a bot
    #[arg(long = "token", value_name = "T")]
    pub tokens: Vec<String>,

    /// A chat that exists from the start
    #[arg(long = "chat", value_name = "ID", allow_negative_numbers = true)]
    pub chats: Vec<i64>,

    /// Answer 429 beyond so many messages a second
    #[arg(long, value_name = "N", value_parser = number)]
    pub rate: Option<f64>,

    /// Wait so many milliseconds before each answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,

    /// Let this part of the calls fail, from 0 to 1
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = number)]
    pub fail: f64,
}

fn number(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| "it is a number, such as 30 or 0.5".to_owned())
}
