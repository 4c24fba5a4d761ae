//! HTTPS with the real binary: supported protocols, trusted certificates, proxies, and the error messages.

use crate::support::{Authority, CommandOutput, Home, Offer, Server, Terminal, Validity};

/// A host name that no resolver knows. The proxy connects requests for this name to loopback. A loopback address cannot
/// be used instead, because requests to loopback never use the proxy.
const HOST: &str = "api.telegram.test";

const TOKEN: &str = "4242424242:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaws";

/// A server, and a home with a workspace whose only webhook points to it.
struct Shop {
    home: Home,
    server: Server,
    _proxy: Option<Server>,
}

impl Shop {
    /// Starts a server on a loopback address, with a certificate that the CA file makes trusted.
    fn new(offer: Offer) -> Self {
        let authority = Authority::new("Test authority");
        let identity = authority.certify("127.0.0.1", Validity::Now);
        let shop = Self::with(Server::start(offer, identity), None);
        shop.trust(&authority);
        shop
    }

    fn with(server: Server, proxy: Option<(Server, &str)>) -> Self {
        let home = Home::new();
        let host = match &proxy {
            Some((_, name)) => (*name).to_owned(),
            None => server.address.to_string(),
        };
        home.run(["init", "shop"]).ok();
        let url = format!("https://{host}/bot${{BOT_TOKEN}}/sendMessage");
        home.run(["--workspace", "shop", "webhooks", "new", "bot", "--url", &url]).ok();
        home.run_with_input(["--workspace", "shop", "secrets", "set", "BOT_TOKEN"], TOKEN).ok();
        home.write("shop/campaigns/hello.toml", "name = \"Hello\"\nwebhook = \"bot\"\n");
        home.write("shop/campaigns/hello.json.liquid", "{\"chat_id\": 1, \"text\": \"Hello over TLS\"}");
        Self { home, server, _proxy: proxy.map(|(proxy, _)| proxy) }
    }

    fn trust(&self, authority: &Authority) {
        let path = self.home.write("ca.pem", authority.pem());
        self.home.write("config/telecast/config.toml", format!("ca_file = \"{}\"\n", path.display()));
    }

    fn run(&self, args: &[&str]) -> CommandOutput {
        self.home.run(["--workspace", "shop"].iter().chain(args))
    }

    fn check(&self) -> CommandOutput {
        self.run(&["webhooks", "check", "bot"])
    }

    fn test(&self) -> CommandOutput {
        self.run(&["test", "hello", "--to", "77"])
    }

    fn console(&self) -> Terminal {
        Terminal::start(self.home.command(["--workspace", "shop"]), 120, 32)
    }

    /// Fails unless getMe, a test send and the console all reach the server.
    #[track_caller]
    fn assert_reaches_the_bot(&self) {
        assert!(self.check().ok().starts_with("LIVE @https_bot at "));
        assert!(self.test().ok().starts_with("sent to 77, message 7, "));
        let mut console = self.console();
        console.wait_for("LIVE @https_bot");
        test_from(&mut console, "987654321");
        console.wait_for("✔ 200 delivered · message 7 ");
        console.send("\x1b");
        console.wait_until("the dialog closes", |screen| !screen.contents().contains("Enter send"));
        console.send("\x11");
        assert_eq!(console.wait_exit().code(), Some(0));
        let lines: Vec<String> = self.server.requests().into_iter().map(|request| request.line).collect();
        assert!(lines.contains(&format!("POST /bot{TOKEN}/getMe")), "{lines:?}");
        let sent =
            self.server.requests().into_iter().filter(|request| request.line.ends_with("/sendMessage"));
        let chats: Vec<String> = sent.map(|request| request.body["chat_id"].to_string()).collect();
        assert_eq!(chats, ["77", "987654321"]);
    }

    /// Fails unless the check, the test send and the console all fail, with this message and exit code 3, and no
    /// request reaches the server.
    #[track_caller]
    fn assert_fails_with(&self, message: &str) {
        let check = self.check();
        assert!(check.out.contains(message) && check.code == Some(3), "{message}\n{check:#?}");
        let test = self.test();
        assert!(test.out.contains(message) && test.code == Some(3), "{message}\n{test:#?}");
        for answer in [&check, &test] {
            assert!(!answer.err.contains("panicked") && !answer.out.contains(TOKEN), "{answer:#?}");
        }
        let mut console = self.console();
        test_from(&mut console, "987654321");
        console.wait_until("the reason it was not sent", |screen| {
            // A server that answers in another protocol has already received the request.
            ["✘ not sent: ", "it may have arrived"].iter().any(|text| screen.contents().contains(text))
        });
        console.send("\x1b");
        console.wait_until("the dialog closes", |screen| !screen.contents().contains("Enter send"));
        // The console still runs and still takes keys.
        console.send("Zebra");
        console.wait_for("Zebra");
        console.send("\x1a\x1a\x1a\x1a\x1a\x11");
        assert_eq!(console.wait_exit().code(), Some(0));
        assert_eq!(self.server.requests().len(), 0);
    }
}

/// Sends a test to a chat with the keys of Preview and Test.
#[track_caller]
fn test_from(console: &mut Terminal, chat: &str) {
    console.wait_for("Hello over TLS");
    console.send("\x1b[15~");
    console.wait_for("Enter send · c chat");
    console.send("c");
    console.wait_for("Another chat");
    console.send(chat);
    console.wait_for(&format!("Use {chat}"));
    console.send("\r");
    console.wait_for(&format!("To       {chat}"));
    console.send("\r");
}

#[test]
fn http1_is_used_if_the_server_offers_both_versions() {
    let shop = Shop::new(Offer::Http2AndHttp1);
    shop.assert_reaches_the_bot();
    assert!(shop.server.protocols().iter().all(|protocol| protocol == "http/1.1"));
}

#[test]
fn a_server_with_only_http1_is_reached() {
    Shop::new(Offer::Http1).assert_reaches_the_bot();
}

#[test]
fn a_server_with_only_http2_is_reported() {
    let message = "the server does not offer HTTP/1.1, which telecast needs";
    Shop::new(Offer::Http2).assert_fails_with(message);
}

#[test]
fn unrequested_http2_is_reported_as_not_http() {
    Shop::new(Offer::Http2Unasked).assert_fails_with(" did not answer in HTTP");
}

#[test]
fn an_expired_certificate_is_not_trusted() {
    let authority = Authority::new("Test authority");
    let identity = authority.certify("127.0.0.1", Validity::Expired);
    let shop = Shop::with(Server::start(Offer::Http1, identity), None);
    shop.trust(&authority);
    shop.assert_fails_with("its certificate has expired");
}

#[test]
fn a_certificate_from_an_unknown_authority_is_not_trusted() {
    let identity = Authority::new("Somebody").certify("127.0.0.1", Validity::Now);
    let shop = Shop::with(Server::start(Offer::Http1, identity), None);
    shop.assert_fails_with("its certificate is from an untrusted authority");
    shop.trust(&Authority::new("Another"));
    shop.assert_fails_with("its certificate is from an untrusted authority");
}

#[test]
fn a_certificate_for_another_host_is_not_trusted() {
    let authority = Authority::new("Test authority");
    let identity = authority.certify("other.test", Validity::Now);
    let shop = Shop::with(Server::start(Offer::Http1, identity), None);
    shop.trust(&authority);
    shop.assert_fails_with("its certificate is for another host (other.test)");
}

#[test]
fn a_proxy_reaches_the_server_with_connect() {
    let authority = Authority::new("Test authority");
    let server = Server::start(Offer::Http2AndHttp1, authority.certify(HOST, Validity::Now));
    let proxy = Server::proxy(server.address);
    let address = format!("http://{}", proxy.address);
    let shop = Shop::with(server, Some((proxy, HOST)));
    let path = shop.home.write("ca.pem", authority.pem());
    let settings = format!("ca_file = \"{}\"\nproxy = \"{address}\"\n", path.display());
    shop.home.write("config/telecast/config.toml", settings);
    shop.assert_reaches_the_bot();
    let tunnels = shop._proxy.as_ref().unwrap().tunnels();
    assert!(tunnels.iter().all(|line| *line == format!("CONNECT {HOST}:443 HTTP/1.1")), "{tunnels:?}");
}

#[test]
fn the_proxy_variable_is_used_but_never_for_loopback() {
    let authority = Authority::new("Test authority");
    let server = Server::start(Offer::Http1, authority.certify(HOST, Validity::Now));
    let proxy = Server::proxy(server.address);
    let address = format!("http://{}", proxy.address);
    let shop = Shop::with(server, Some((proxy, HOST)));
    shop.trust(&authority);
    let mut command = shop.home.command(["--workspace", "shop", "webhooks", "check", "bot"]);
    let output = command.env("HTTPS_PROXY", &address).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("LIVE @https_bot at {HOST}\n"));
    let loopback = Shop::new(Offer::Http1);
    let mut command = loopback.home.command(["--workspace", "shop", "webhooks", "check", "bot"]);
    // No proxy listens on this port.
    let output =
        command.env("HTTPS_PROXY", "http://127.0.0.1:1").env("ALL_PROXY", "http://127.0.0.1:1").output();
    assert!(String::from_utf8(output.unwrap().stdout).unwrap().starts_with("LIVE @https_bot at 127.0.0.1"));
}

#[test]
fn a_refusing_proxy_is_distinguished_from_the_server() {
    let authority = Authority::new("Test authority");
    let server = Server::start(Offer::Http1, authority.certify(HOST, Validity::Now));
    // A TLS server is not a proxy: it cannot read the plain CONNECT request.
    let not_a_proxy = format!("http://{}", server.address);
    let shop =
        Shop::with(Server::start(Offer::Http1, authority.certify(HOST, Validity::Now)), Some((server, HOST)));
    shop.home.write("config/telecast/config.toml", format!("proxy = \"{not_a_proxy}\"\n"));
    shop.assert_fails_with("the proxy refused the connection");
}
