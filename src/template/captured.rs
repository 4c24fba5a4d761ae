//! The text that `{% capture %}` collects, with the source locations of its parts.

use crate::json;
use crate::text::Span;

use super::limits::{Budget, Exhausted};
use super::source_map::{Printed, Segment};

#[derive(Debug, Default)]
pub(super) struct Captured {
    pub text: String,
    /// Each segment gives the source of one part of `text`. The segments are in the order of the parts.
    ///
    /// A part without a segment has no source of its own. It is mapped to the tag or `{{ … }}` that later prints the
    /// captured text.
    pub segments: Vec<Segment>,
}

impl Captured {
    /// Returns the text escaped for the inside of a JSON string, with segments that match the escaped text.
    pub(super) fn escaped_for_json(&self, budget: &mut Budget) -> Result<Captured, Exhausted> {
        // Escaping the text as a whole would be simpler, but then the offsets of the segments would not match the text.
        let mut escaped = Captured { text: String::with_capacity(self.text.len() + 8), segments: Vec::new() };
        let mut at = 0;
        for segment in &self.segments {
            json::escape_into(&mut escaped.text, &self.text[at..segment.output.start]);
            escaped.push_segment_escaped(&self.text, segment);
            at = segment.output.end;
        }
        json::escape_into(&mut escaped.text, &self.text[at..]);
        // In a segment of plain text, each escaped character becomes a segment of its own, so the result can have far
        // more segments than `self`. The budget bounds this work.
        budget.spend(escaped.segments.len())?;
        Ok(escaped)
    }

    /// Returns the text as a JSON string. The added quotes have no segment.
    pub(super) fn as_json_string(&self, budget: &mut Budget) -> Result<Captured, Exhausted> {
        let Captured { text, mut segments } = self.escaped_for_json(budget)?;
        // The opening quote moves everything after it by one byte.
        for segment in &mut segments {
            segment.output = segment.output.shifted(1);
        }
        Ok(Captured { text: format!("\"{text}\""), segments })
    }

    fn push_segment_escaped(&mut self, text: &str, segment: &Segment) {
        // Only a segment of plain text maps to its source byte for byte. Any other segment maps to its source as a
        // whole, so it is escaped in one piece.
        if segment.printed != Printed::Text {
            return self.push_escaped(segment.output.of(text), *segment);
        }
        // An escaped character no longer maps to its source byte for byte, so it becomes a separate segment.
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
            self.push_escaped(piece, Segment { source, printed, ..*segment });
            (rest, at) = (after, at + length);
        }
    }

    fn push_escaped(&mut self, piece: &str, segment: Segment) {
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
        for (needle, source_text) in expected {
            let start = rendered.text.find(needle).unwrap_or_else(|| panic!("{needle} in {}", rendered.text));
            let origin = rendered.map.origin(Span::new(start, start + needle.len()));
            assert_eq!(origin.span.of(source), *source_text, "{needle}");
        }
    }

    #[test]
    fn escaped_capture_maps_back_into_the_capture() {
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
