//! The field in which somebody types: what its source lacks of the value is said once they have finished it.

use crate::forms::model::rules::row_field;
use leptos::prelude::*;

/// The field of a form that has been edited since it got the focus. Copies share it.
#[derive(Clone, Copy)]
pub(crate) struct Typing(RwSignal<Option<String>>);

impl Typing {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Takes note of an edit of the field at this path.
    pub(crate) fn edited(self, path: &str) {
        let is_new = |typed: &Option<String>| typed.as_deref() != Some(path);
        if self.0.try_with_untracked(is_new) == Some(true) {
            self.0.set(Some(path.to_owned()));
        }
    }

    /// Takes note that the field at this path was left.
    pub(crate) fn left(self, path: &str) {
        if self
            .0
            .try_with_untracked(|typed| typed.as_deref() == Some(path))
            == Some(true)
        {
            self.0.set(None);
        }
    }

    /// Takes note that all fields are finished: the form is sent, or its rows have moved.
    pub(crate) fn end(self) {
        if self.0.try_with_untracked(Option::is_some) == Some(true) {
            self.0.set(None);
        }
    }

    /// Returns true while somebody types in the field at this path, tracked.
    pub(crate) fn is_in(self, path: &str) -> bool {
        self.0.with(|typed| typed.as_deref() == Some(path))
    }

    /// Returns true while somebody types in one of the form's own fields, tracked.
    pub(crate) fn is_in_own(self) -> bool {
        let is_own = |path: &String| row_field(path).is_none();
        self.0.with(|typed| typed.as_ref().is_some_and(is_own))
    }

    /// Returns the index of the row in which somebody types, tracked.
    pub(crate) fn row(self) -> Option<usize> {
        self.0.with(|typed| Some(row_field(typed.as_ref()?)?.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::reactive::owner::Owner;

    #[test]
    fn a_field_is_typed_in_from_its_first_edit_until_it_is_left() {
        Owner::new().with(|| {
            let typing = Typing::new();
            assert!(!typing.is_in_own() && typing.row().is_none());
            let row = "build_config.tag_configs[3].dockerfile_location";
            typing.edited(row);
            assert!(typing.is_in(row) && !typing.is_in("repo_name"));
            assert_eq!((typing.row(), typing.is_in_own()), (Some(3), false));
            // Another field's end says nothing.
            typing.left("repo_name");
            assert!(typing.is_in(row));
            typing.left(row);
            assert_eq!(typing.row(), None);
            typing.edited("repo_name");
            assert_eq!((typing.row(), typing.is_in_own()), (None, true));
            typing.end();
            assert!(!typing.is_in_own());
        });
    }
}
