//! The headings of the list of steps, where a builder was lost and the build was tried again: which attempt the steps
//! below are of.

use crate::reactive::text_signal;
use crate::t_string;
use leptos::prelude::*;

/// The key of the first attempt's heading among those of the rows, which are the indexes of steps.
pub(crate) const FIRST_HEADING: u64 = 1 << 32;

/// An attempt, as its heading names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heading {
    /// The builder of this name was lost.
    Lost(String),
    /// The last attempt, and its builder, if that is known.
    Last(Option<String>),
}

/// The keys of the rows of these steps, with the headings of their attempts between them. `lost` has the builders that
/// were lost, each with the index of the first step after it. With one attempt, there are no headings.
pub(crate) fn list_keys(steps: impl Iterator<Item = usize>, lost: &[(String, usize)]) -> Vec<u64> {
    let mut keys = Vec::new();
    let mut before = None;
    for step in steps {
        let attempt = lost.partition_point(|(_, steps_end)| *steps_end <= step);
        if !lost.is_empty() && before != Some(attempt) {
            keys.push(FIRST_HEADING + attempt as u64);
            before = Some(attempt);
        }
        keys.push(step as u64);
    }
    keys
}

/// The heading of an attempt, counted from 0.
pub(crate) fn attempt_heading(attempt: usize, heading: Memo<Heading>) -> AnyView {
    let text = text_signal(move || {
        let n = attempt + 1;
        match heading.get() {
            Heading::Lost(builder) => t_string!(log.attempt_lost, n = n, builder = builder),
            Heading::Last(Some(builder)) => t_string!(log.attempt_on, n = n, builder = builder),
            Heading::Last(None) => t_string!(log.attempt, n = n),
        }
    });
    view! { <li class="log-attempt">{text}</li> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_has_a_heading_if_there_are_several() {
        let lost = |ends: &[usize]| -> Vec<(String, usize)> {
            ends.iter().map(|end| ("near".to_owned(), *end)).collect()
        };
        let heading = |attempt: u64| FIRST_HEADING + attempt;
        assert_eq!(list_keys(0..3, &[]), [0, 1, 2]);
        let keys = [heading(0), 0, 1, heading(1), 2, 3];
        assert_eq!(list_keys(0..4, &lost(&[2])), keys);
        // The second attempt came to no step, and the list begins later.
        let keys = [heading(0), 1, heading(2), 2];
        assert_eq!(list_keys(1..3, &lost(&[2, 2])), keys);
        assert_eq!(list_keys(0..1, &lost(&[1])), [heading(0), 0]);
    }
}
