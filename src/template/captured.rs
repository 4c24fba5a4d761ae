//! The text that `{% capture %}` collects, with the source location of each part of it.

use crate::json;
use crate::text::Span;

use super::limits::{Budget, Exhausted};
use super::source_map::{Printed, Segment};

#[derive(Debug, Default)]
pub(super) struct Captured {
    pub text: String,
    /// The source of each part of `text`, in order. A part without a segment belongs to the tag or filter that prints
    /// it.
    pub segments: Vec<Segment>,
}

impl Captured {
    pub(super) fn escaped_for_json(&self, budget: &mut Budget) -> Result<Captured, Exhausted> {
        // Escaping the text as a whole would be simpler, but the offsets of the segments would no longer match it.
        let mut escaped = Captured { text: String::with_capacity(self.text.len() + 8), segments: Vec::new() };
        let mut at = 0;
        for segment in &self.segments {
            json::escape_into(&mut escaped.text, &self.text[at..segment.output.start]);
            escaped.take(&self.text, segment);
            at = segment.output.end;
        }
        json::escape_into(&mut escaped.text, &self.text[at..]);
        // Each escaped character became a separate segment, so there can be far more segments than were captured.
        budget.spend(escaped.segments.len())?;
        Ok(escaped)
    }

    /// Returns the text as a JSON string; the added quotes have no segment.
    pub(super) fn as_json_string(&self, budget: &mut Budget) -> Result<Captured, Exhausted> {
        let Captured { text, mut segments } = self.escaped_for_json(budget)?;
        // The opening quote moves everything after it by one byte.
        for segment in &mut segments {
            segment.output = segment.output.shifted(1);
        }
        Ok(Captured { text: format!("\"{text}\""), segments })
    }

    fn take(&mut self, text: &str, segment: &Segment) {
        // The output of a `{{ … }}` maps to the whole `{{ … }}`, so it can be escaped in one piece.
        if segment.printed != Printed::Text {
            return self.push(segment.output.of(text), *segment);
        }
        // A text segment maps its bytes one to one. An escape does not, so it becomes a separate segment.
        let mut rest = segment.output.of(text);
        let mut at = segment.source.start;
        while let Some(first) = rest.chars().next() {
            let (printed, length) = match rest.find(json::needs_escape) {
                Some(0) => (Printed::Escaped, first.len_utf8()),
                Some(length) => (Printed::Text, length),
                None => (Printed::Text, rest.len()),
            };
            let (piece, after) = rest.split_at(length);
            let source = Span::new(at, at + length);
            self.push(piece, Segment { source, printed, ..*segment });
            (rest, at) = (after, at + length);
        }
    }

    fn push(&mut self, piece: &str, segment: Segment) {
        let start = self.text.len();
        json::escape_into(&mut self.text, piece);
        let output = Span::new(start, self.text.len());
        self.segments.push(Segment { output, is_escaped: true, ..segment });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{profile, render_with};
    use super::super::{Limits, Partials, RenderOutcome, parse};
    use crate::dialect::Dialect;
    use crate::text::Span;

    #[track_caller]
    fn check(source: &str, expected: &[(&str, &str)]) {
        let (template, problems) = parse(source, &Partials::default(), Dialect::Telecast);
        assert_eq!(problems, []);
        let RenderOutcome::Rendered(rendered) =
            render_with(&template, &profile(r#"{"first_name": "Anna"}"#), Limits::default())
        else {
            panic!("{source} does not render");
        };
        for (needle, place) in expected {
            let start = rendered.text.find(needle).unwrap_or_else(|| panic!("{needle} in {}", rendered.text));
            let origin = rendered.map.origin(Span::new(start, start + needle.len()));
            assert_eq!(origin.span.of(source), *place, "{needle}");
        }
    }

    #[test]
    fn what_json_escapes_of_a_capture_leads_into_the_capture() {
        let capture = "{% capture t %}a \"<b>\"\n{{ Profile.first_name }}{% endcapture %}";
        check(
            &format!("{capture}{{{{ t | json }}}}"),
            &[("<b>", "<b>"), ("\\\"<", "\"<"), ("\\n", "\n"), ("Anna", "{{ Profile.first_name }}")],
        );
        check(
            &format!("{capture}{{{{ t | json_escape }}}}"),
            &[("a ", "a "), ("<b>", "<b>"), ("b>\\\"\\n", "b>\"\n"), ("Anna", "{{ Profile.first_name }}")],
        );
        check("{% capture t %}x{% endcapture %}[{{ t | json }}]", &[("\"", "{{ t | json }}"), ("[", "[")]);
    }
}
