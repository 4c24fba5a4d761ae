//! The table of diagnostic codes. Problem lines, `--json`, and the list in assets/help/problems.md are generated from
//! this table.
//!
//! To add a code, add a row to the table, and add a case with this problem to tests/data/problems. Scripts rely on the
//! ids, so an id never changes.

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    pub code: Code,
    /// The name in problem lines and JSON, in kebab case: `error[unclosed-tag]`.
    pub id: &'static str,
    /// What is wrong, as one sentence that holds for every diagnostic with this code.
    pub meaning: &'static str,
    /// A part of a text that has this problem. Empty if no text shows the problem, as for a missing file.
    pub example: &'static str,
}

impl Code {
    /// Returns the code's row of the table.
    pub fn about(self) -> &'static About {
        // The macro below writes the rows in the order of the variants, so the discriminant is the index.
        &CODES[self as usize]
    }

    /// Returns the id, which is used in problem lines and JSON.
    pub fn as_str(self) -> &'static str {
        self.about().id
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Generates the enum and its table from the same rows, so that they cannot differ.
macro_rules! codes {
    ($(#[doc = $meaning:literal] $code:ident $id:literal $(= $example:literal)?,)+) => {
        /// The kind of a problem. The variants are in the alphabetical order of their ids. `Ord` follows the order of
        /// the variants, so problems of one severity at the same place are listed alphabetically too.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $code,)+
        }

        pub const CODES: &[About] = &[
            $(About {
                code: Code::$code,
                id: $id,
                meaning: $meaning.trim_ascii(),
                example: concat!($($example)?),
            },)+
        ];
    };
}

codes! {
    /// `{% abort %}` has no meaning in a webhook's file.
    AbortInWebhook "abort-in-webhook",
    /// In the parse mode `Markdown`, the address of a link has no `)`, so the address runs to the end of the text.
    AddressToEnd "address-to-end" = "[shop](https://example.com for you",
    /// A condition is true for every value, such as a text or number beside `and` or `or`.
    AlwaysTrue "always-true" = r#"{% if Profile.plan == "gold" or "silver" %}"#,
    /// A tag has no valid attribute name where one is expected.
    AttributeName "attribute-name" = "<a ='https://example.com'>",
    /// An audience expression has a syntax error.
    AudienceSyntax "audience-syntax",
    /// A campaign's `[who]` names no audience, or more than one.
    BadAudience "bad-audience" = "who.everyone = false",
    /// A `chat_id` is neither a valid number nor an @name; Telegram would read it as some other number, such as 0.
    BadChatId "bad-chat-id" = r#""chat_id": "myshop""#,
    /// A command names no program, or the command for secrets has no `{name}`, the placeholder for a secret's name.
    BadCommand "bad-command" = r#"command = ["pass", "show"]"#,
    /// A length of time is not written as `10s`, `500ms` or `2m`.
    BadDuration "bad-duration" = r#"timeout = "5""#,
    /// A header has a name or a value that HTTP does not allow.
    BadHeader "bad-header" = r#""Content Type" = "application/json""#,
    /// An id has characters other than ASCII letters, digits, `-` and `_`.
    BadId "bad-id" = r#"id = "my shop""#,
    /// A key in the keymap does not exist or cannot be bound.
    BadKey "bad-key",
    /// A label of a campaign is not valid, or there are too many.
    BadLabel "bad-label" = r#"labels = [""]"#,
    /// The address of a link preview is not valid, so no preview is shown.
    BadLink "bad-link" = r#""url": "localhost""#,
    /// The `proxy` setting is not `environment`, `none` or an address.
    BadProxy "bad-proxy" = r#"proxy = "my proxy""#,
    /// The `theme` setting is not the name of a theme.
    BadTheme "bad-theme" = r#"theme = "blue""#,
    /// The `whitespace` setting is not `none`, `trailing` or `all`.
    BadWhitespace "bad-whitespace" = r#"whitespace = "some""#,
    /// A `<` that is meant as text starts a tag in HTML.
    BareAngle "bare-angle" = "1 < 2",
    /// No address follows the square brackets; Telegram removes the brackets, and links the text if it is an address.
    BareBrackets "bare-brackets" = "[Sale] today",
    /// The path of a Bot API URL is not `/bot${NAME}/METHOD` with one secret as the token.
    BotApiPath "bot-api-path" = "/bot1:${AWS_SECRET_ACCESS_KEY}/sendMessage",
    /// The body cannot be converted to another parse mode.
    CannotConvert "cannot-convert",
    /// The body cannot be formatted.
    CannotFormat "cannot-format",
    /// Telegram removes carriage returns.
    CarriageReturn "carriage-return" = r#"a\r\nb"#,
    /// The address of a webhook does not show which host it sends to.
    ComputedHost "computed-host" = "https://${SECRET}.evil.example/hook",
    /// Telegram turns this control character into a space.
    ControlCharacter "control-character" = r#"a\u0001b"#,
    /// An end tag closes an element that is not the innermost open one.
    CrossedTags "crossed-tags" = "<b><i>Sale</b></i>",
    /// A `<tg-emoji>` has no number as its `emoji-id`.
    CustomEmojiId "custom-emoji-id" = "<tg-emoji emoji-id='x'>",
    /// In the parse mode `Markdown`, an address ends at its first `)`, so an address with brackets in it is cut off.
    CutAddress "cut-address" = "[Go](https://ex.example/Go_(lang))",
    /// A style ends where code begins: code cannot contain other formatting.
    CutStyle "cut-style" = "<b>a<code>b</code></b>",
    /// A `<tg-time>` has a `format` that Telegram does not know.
    DateFormat "date-format" = "format='x'",
    /// A value is printed outside quotes, but its default is not valid JSON.
    DefaultNotJson "default-not-json" = r#"{{ Profile.points | default: "NULL" }}"#,
    /// The branches of a tag do not open and close the same JSON strings, objects and arrays.
    DifferentBranches "different-branches" = r#"{% if Profile.score > 5 %}Great"{% else %}Good"#,
    /// CleverTap prints something else here, or treats this differently.
    DiffersInClevertap "differs-in-clevertap" = "{% if Profile.nick != blank %}",
    /// Telegram keeps only the last of several direction marks in a row.
    DirectionMark "direction-mark" = r#"a\u200e\u200fb"#,
    /// The path of a webhook has a `.` or `..`, which leads to another path.
    DotSegment "dot-segment" = "/bot${BOT_TOKEN}/../../admin",
    /// A reference of HTML is escaped twice, so the message shows it.
    DoubleEscape "double-escape" = "3 &amp;lt; 5",
    /// A doubled delimiter formats nothing in this parse mode.
    DoubledDelimiter "doubled-delimiter" = "**Sale** today",
    /// Telegram drops this button.
    DroppedButton "dropped-button" = r#"{"text": "", "callback_data": "buy"}"#,
    /// Telegram drops a link, an emoji or a quote that overlaps another one.
    DroppedEntity "dropped-entity" = "x<a href='https://b.com'>y</a></a>",
    /// The address of a link is not valid; Telegram drops the link and keeps its text.
    DroppedLink "dropped-link" = "<a href='localhost'>shop</a>",
    /// A style inside code is dropped: code cannot contain other formatting.
    DroppedStyle "dropped-style" = "<code>a<b>b</b></code>",
    /// A time is dropped: its Unix time is not greater than 0.
    DroppedTime "dropped-time" = "<tg-time unix='0' format='r'>soon</tg-time>",
    /// A JSON object has the same key twice.
    DuplicateKey "duplicate-key" = r#""text": "a", "text": "b""#,
    /// An element has no text in it and does nothing.
    EmptyElement "empty-element" = "<b></b>Sale",
    /// Some profiles or events may lack the value, but JSON needs one here.
    EmptyValue "empty-value" = "{{ Profile.points }}",
    /// A backslash inside an entity of legacy Markdown is shown.
    EscapeInEntity "escape-in-entity" = r"*file\\_name*",
    /// A filter changes what an earlier escape wrote.
    EscapeOrder "escape-order" = "{{ Profile.name | json_escape | tg_html }}",
    /// A secret is left out of the export; enter it in CleverTap by hand.
    FillInByHand "fill-in-by-hand",
    /// A filter has too few or too many arguments, or a value that it cannot use.
    FilterArgument "filter-argument" = "{{ Profile.plan | append }}",
    /// The HTTP client sets this header itself.
    ForbiddenHeader "forbidden-header" = r#"host = "intranet.example""#,
    /// Telegram turns an address, a hashtag or a command in the text into a link.
    Found "found",
    /// A numeric character reference is a surrogate, which is only half of a character.
    HalfCharacter "half-character" = "&#xD83D;&#xDE00;",
    /// Telegram does not read this attribute of the tag.
    IgnoredAttribute "ignored-attribute" = "<a HREF='https://example.com'>shop</a>",
    /// The Bot API ignores this value.
    IgnoredValue "ignored-value" = r#""callback_data": "buy""#,
    /// Telegram removes this invisible character.
    InvisibleCharacter "invisible-character" = r#"b\u2028c"#,
    /// `json` adds quotes to a value that is already in quotes.
    JsonInString "json-in-string" = r#""{{ Profile.points | json }}""#,
    /// Two actions are bound to the same key; one of the actions loses the key.
    KeyTaken "key-taken",
    /// Two values of different kinds cannot be compared.
    LiquidComparison "liquid-comparison" = "{% if Profile.points < 100 %}",
    /// Tags, brackets or conditions are nested too deeply.
    LiquidDepth "liquid-depth" = "{% if Profile.score %}{% if Profile.score %}{% if Profile.score %}",
    /// The body does too much work, prints too much, or nests partials too deeply.
    LiquidLimit "liquid-limit" = "(1..30000000)",
    /// The Liquid here has a syntax error.
    LiquidSyntax "liquid-syntax" = r#"{{ Profile.name default: "you" }}"#,
    /// A tag has a value it cannot use.
    LiquidValue "liquid-value" = r#"{% for i in (1..3) limit: "many" %}"#,
    /// The message shows a backslash that was probably meant as an escape, or loses one that was meant as text.
    LiteralEscape "literal-escape" = r"Hello\\nWorld",
    /// Telegram refuses the markup; the problem quotes Telegram's error message.
    Markup "markup",
    /// The text has markup of another kind than its `parse_mode`, or there is no `parse_mode`: it is shown as typed.
    MarkupWithoutMode "markup-without-mode" = "<b>Sale</b>",
    /// Two adjacent pieces of text with the same style become one entity.
    MergedStyle "merged-style" = "<b>a</b><b>b</b>",
    /// A webhook uses a secret in a place where it is not allowed.
    MisplacedSecret "misplaced-secret" = "/sendMessage?key=${AWS_KEY}",
    /// `![…]` has no address after it.
    MissingAddress "missing-address" = "![logo] Sale",
    /// A required key is missing.
    MissingKey "missing-key" = r#"name = "Sale""#,
    /// A condition is false for every value, so its branch is never taken.
    NeverTrue "never-true" = r#"{% if Profile.plan == "gold" and Profile.plan == "silver" %}"#,
    /// The campaign has no body.
    NoBody "no-body",
    /// The chat id has no value; a profile without a chat id is skipped.
    NoChatId "no-chat-id" = r#"{{ Profile.telegram_chat_id | default: "NULL" }}"#,
    /// A Bot API webhook does not send `Content-Type: application/json`.
    NoContentType "no-content-type",
    /// A body has no campaign file next to it.
    NoDefinition "no-definition",
    /// The campaign names a webhook that does not exist.
    NoSuchWebhook "no-such-webhook",
    /// Something that is not a file is where a file should be: a pipe, a device, a folder or a broken link.
    NotAFile "not-a-file",
    /// The address of `![…](…)` is neither a custom emoji nor a time.
    NotAnEmoji "not-an-emoji" = "![logo](https://example.com/a.png)",
    /// A sample event is not a JSON object.
    NotAnEvent "not-an-event",
    /// The body of a Bot API call is not a JSON object.
    NotAnObject "not-an-object" = "[1, 2]",
    /// The address of a webhook is not a valid URL.
    NotAnUrl "not-an-url" = r#"url = "api.telegram.org/bot${BOT_TOKEN}/sendMessage""#,
    /// This does not work in CleverTap, for example a tag, filter or argument that CleverTap does not have.
    NotInClevertap "not-in-clevertap" = "{{ false | default: 'no', allow_false: true }}",
    /// The rendered body, or a sample event, is not valid JSON.
    NotJson "not-json" = r#"“It’s "here"”"#,
    /// The file is not valid TOML.
    NotToml "not-toml" = r#"webhook = "bot"#,
    /// A file, or its name, is not valid UTF-8.
    NotUtf8 "not-utf8",
    /// Telegram reads `null` as the text "null".
    NullValue "null-value" = r#""text": null"#,
    /// A value is neither true nor false; Telegram reads it as false.
    OddBoolean "odd-boolean" = r#""disable_notification": "on""#,
    /// A number has leading zeros, too many digits, or characters other than digits; Telegram reads another value.
    OddNumber "odd-number" = r#""message_thread_id": "7th""#,
    /// A field has been replaced by a newer one.
    OldField "old-field" = r#""disable_web_page_preview": true"#,
    /// A test would reach a chat other than the test chat; the test is not sent.
    OtherChat "other-chat",
    /// A number is too small or too large.
    OutOfRange "out-of-range" = "retries = 99",
    /// A path leads out of the workspace or to a hidden file; the file is not used.
    OutsideWorkspace "outside-workspace",
    /// A webhook's file cannot use partials.
    PartialInWebhook "partial-in-webhook" = "{% render 'footer' %}",
    /// A plain-text body goes to a Bot API, which does not read plain text.
    PlainTextToBotApi "plain-text-to-bot-api" = "Hello",
    /// Telegram would refuse the request; the problem quotes Telegram's error message.
    Refused "refused" = r#""url": "buy""#,
    /// A field is in the request more than once.
    RepeatedField "repeated-field" = r#""text": "a", "te{{ "xt" }}": "b""#,
    /// A character is reserved in MarkdownV2 and needs a backslash.
    ReservedCharacter "reserved-character" = "Sale today.",
    /// A row of an import is not valid and is left out.
    RowLeftOut "row-left-out",
    /// A webhook still has a sample such as `<TOKEN>` instead of `${BOT_TOKEN}`.
    SampleToken "sample-token" = "bot<YOUR_BOT_TOKEN>",
    /// A password or token is in a file; store it as a secret instead.
    SecretInFile "secret-in-file" = r#"password = "b""#,
    /// A secret would be sent over plain http, where others can read it.
    SecretOverHttp "secret-over-http" = "http://bots.example/bot${BOT_TOKEN}",
    /// A segment refers to itself, directly or through other segments.
    SegmentCircle "segment-circle",
    /// A `<span>` has no `class="tg-spoiler"`, the only use of `<span>` that Telegram supports.
    SpanWithoutClass "span-without-class" = "<span style='color:red'>Sale</span>",
    /// A Liquid tag closes or continues a block that is not open.
    StrayTag "stray-tag" = "Thank you{% endif %}",
    /// Telegram turns tabs into spaces.
    Tab "tab" = r#"a\tb"#,
    /// The text has more characters than Telegram parses.
    TextTooLong "text-too-long" = "{% for i in (1..9400) %}<b>a</b>{% endfor %}",
    /// A bot token is in a file; store it as a secret instead.
    TokenInFile "token-in-file" = "bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
    /// A file is too large, or all files together are too large.
    TooLarge "too-large",
    /// The message has more formatting than Telegram keeps.
    TooManyEntities "too-many-entities" = "{% for i in (1..101) %}<b>a</b> {% endfor %}",
    /// A comma follows the last element: the Bot API accepts it, but JSON does not.
    TrailingComma "trailing-comma" = r#""text": "a","#,
    /// Telegram removes whitespace at the start and the end of the text.
    Trimmed "trimmed" = r#"" Sale ""#,
    /// Each iteration of a loop opens more quotes or brackets than it closes, or closes more than it opens.
    UnbalancedLoop "unbalanced-loop" = "[{% for i in (1..1) %}[{% endfor %}]",
    /// In the parse mode `MarkdownV2`, the address of a link has no `)`, so Telegram refuses the message.
    UnclosedAddress "unclosed-address" = "[shop](https://example.com",
    /// An end tag has no `>`.
    UnclosedEndTag "unclosed-end-tag" = "<b>Sale</b",
    /// A delimiter starts formatting that never ends.
    UnclosedEntity "unclosed-entity" = "*Sale",
    /// A `{{` or `{%` is never closed.
    UnclosedLiquid "unclosed-liquid" = "{{ Profile.name , welcome",
    /// A start tag has no `>`.
    UnclosedStartTag "unclosed-start-tag" = "<b Sale",
    /// A string in Liquid has no closing quote.
    UnclosedString "unclosed-string" = "{{ Profile.plan | default: 'you }}",
    /// A tag is never closed, in Liquid or HTML.
    UnclosedTag "unclosed-tag" = "{% if Profile.plan == 'gold' %}",
    /// A quote or line break in a value would break the JSON around it.
    UnescapedJson "unescaped-json" = "{{ Profile.name }}",
    /// A character in a value would break the markup around it.
    UnescapedMarkup "unescaped-markup" = "{{ who | json_escape }}",
    /// An end tag closes nothing.
    UnexpectedEndTag "unexpected-end-tag" = "Sale</b>",
    /// Delimiters that look like text are removed and format the text between them.
    UnintendedStyle "unintended-style" = "snake_case_name",
    /// A webhook's `[auth]` is neither `basic` nor `bearer`.
    UnknownAuth "unknown-auth" = r#"kind = "oauth""#,
    /// The `clipboard` setting is not `auto`, `osc52`, `native` or `command`.
    UnknownClipboard "unknown-clipboard" = r#"clipboard = "xclip""#,
    /// A dialect is neither `telecast` nor `clevertap`.
    UnknownDialect "unknown-dialect" = r#"dialect = "braze""#,
    /// No profile has the event that an audience expression names.
    UnknownEvent "unknown-event",
    /// The Bot API does not have this field here and ignores it.
    UnknownField "unknown-field" = r#""disable_notificaton": true"#,
    /// Liquid has no filter with this name.
    UnknownFilter "unknown-filter" = "{{ Profile.plan | capitalise | json_escape }}",
    /// A content format is neither `json` nor `text`.
    UnknownFormat "unknown-format" = r#"content_format = "jsno""#,
    /// A file has a key that telecast does not know.
    UnknownKey "unknown-key" = r#"webhok = "bot""#,
    /// The HTTP method does not exist, or the Bot API method in the URL does not exist or sends no message.
    UnknownMethod "unknown-method" = r#"method = "PSOT""#,
    /// There is no partial with this name.
    UnknownPartial "unknown-partial" = "{% render 'foter' %}",
    /// No profile (or no sample event) has a property with this name.
    UnknownProperty "unknown-property" = "{{ Profile.nmae | json_escape }}",
    /// Telegram does not know this character reference and shows it as typed.
    UnknownReference "unknown-reference" = "a&nbsp;b",
    /// An audience expression names a segment that does not exist.
    UnknownSegment "unknown-segment",
    /// Liquid has no tag with this name.
    UnknownTag "unknown-tag" = "{% asign who = Profile.plan %}",
    /// There is no time zone with this name.
    UnknownTimeZone "unknown-time-zone" = r#"time_zone = "Europe/Munich""#,
    /// No variable has this name, so it prints nothing.
    UnknownVariable "unknown-variable" = "{{ profile.name | json_escape }}",
    /// A text value is printed without the quotes that JSON needs.
    UnquotedText "unquoted-text" = "{{ Profile.plan }}",
    /// The value of an attribute needs quotes.
    UnquotedValue "unquoted-value" = "<a href=https://example.com/x>",
    /// A file or folder cannot be read.
    Unreadable "unreadable",
    /// Telegram does not know this HTML tag.
    UnsupportedTag "unsupported-tag" = "a<br>b",
    /// A filter escapes for a parse mode other than the message's.
    WrongEscape "wrong-escape" = "{{ Profile.name | tg_html | json_escape }}",
    /// A key has a value of the wrong type.
    WrongType "wrong-type" = r#"labels = "spring""#,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_each_code_finds_its_row() {
        assert!(CODES.is_sorted_by(|one, next| one.id < next.id));
        assert!(CODES.iter().all(|about| about.code.about() == about));
    }

    #[test]
    fn the_generated_list_of_codes_is_current() {
        let row = |About { id, meaning, example, .. }: &About| {
            let example = example.replace('|', "\\|");
            let example = if example.is_empty() { example } else { format!("`{example}` ") };
            format!("| `{id}` | {meaning} | {example}|\n")
        };
        let rows: String = CODES.iter().map(row).collect();
        let table = format!("| code | meaning | example |\n| --- | --- | --- |\n{rows}");
        crate::help::tests::check_generated("assets/help/problems.md", "codes", &table);
    }
}
