//! Reads the JSON of a request field by field and collects all errors, with the words and in the shape
//! of Django REST framework.

use serde_json::{Map, Value, json};
use slipway_api::redact::masked_text;

/// The messages about the fields of an object, by field. A nested object or list has its errors in the
/// same shape.
pub(crate) type FieldErrors = Map<String, Value>;

/// One object of a request and the errors found in it so far.
pub(crate) struct Validator<'a> {
    fields: &'a Map<String, Value>,
    errors: FieldErrors,
}

impl<'a> Validator<'a> {
    /// Starts to read an object.
    ///
    /// # Errors
    ///
    /// When the value is not an object.
    pub(crate) fn new(value: &'a Value) -> Result<Self, FieldErrors> {
        let fields = value.as_object().ok_or_else(|| {
            let message = format!(
                "Invalid data. Expected a dictionary, but got {}.",
                type_name(value)
            );
            FieldErrors::from_iter([("non_field_errors".to_owned(), json!([message]))])
        })?;
        Ok(Self {
            fields,
            errors: FieldErrors::new(),
        })
    }

    /// Returns the errors that were found.
    pub(crate) fn into_errors(self) -> FieldErrors {
        self.errors
    }

    /// Returns true if an error was found.
    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Adds a message about a field.
    pub(crate) fn add_error(&mut self, name: &str, message: impl Into<String>) {
        let messages = self
            .errors
            .entry(name.to_owned())
            .or_insert_with(|| json!([]));
        if let Some(messages) = messages.as_array_mut() {
            messages.push(Value::String(message.into()));
        }
    }

    /// Sets the errors of a nested object or list.
    pub(crate) fn set_nested_errors(&mut self, name: &str, errors: Value) {
        self.errors.insert(name.to_owned(), errors);
    }

    /// Reads a value that must be present and not `null`.
    pub(crate) fn required(&mut self, name: &str) -> Option<&'a Value> {
        match self.fields.get(name) {
            None => {
                self.add_error(name, "This field is required.");
                None
            }
            Some(Value::Null) => {
                self.add_error(name, "This field may not be null.");
                None
            }
            value => value,
        }
    }

    /// Reads a value that may be missing or `null`.
    pub(crate) fn optional(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// Reads a text that must be present and not blank.
    pub(crate) fn text(
        &mut self,
        name: &str,
        rule: fn(&str) -> Result<(), String>,
    ) -> Option<String> {
        let value = self.required(name)?;
        self.check_text(name, value, rule)
    }

    /// Reads a text that may be missing or `null`, but not blank.
    pub(crate) fn optional_text(
        &mut self,
        name: &str,
        rule: fn(&str) -> Result<(), String>,
    ) -> Option<String> {
        let value = self.optional(name)?;
        self.check_text(name, value, rule)
    }

    fn check_text(
        &mut self,
        name: &str,
        value: &Value,
        rule: fn(&str) -> Result<(), String>,
    ) -> Option<String> {
        let Some(text) = value.as_str() else {
            self.add_error(name, "Not a valid string.");
            return None;
        };
        let result = match text.trim().is_empty() {
            true => Err("This field may not be blank.".to_owned()),
            false => rule(text),
        };
        match result {
            Ok(()) => Some(text.to_owned()),
            Err(message) => {
                self.add_error(name, message);
                None
            }
        }
    }

    /// Reads a text that may be missing or blank, up to `limit` characters.
    pub(crate) fn free_text(&mut self, name: &str, limit: usize) -> String {
        match self.optional(name) {
            None => String::new(),
            Some(Value::String(text)) if text.chars().count() <= limit => text.clone(),
            Some(Value::String(_)) => {
                self.add_error(name, too_long(limit));
                String::new()
            }
            Some(_) => {
                self.add_error(name, "Not a valid string.");
                String::new()
            }
        }
    }

    /// Reads a boolean that may be missing.
    pub(crate) fn boolean(&mut self, name: &str, default: bool) -> bool {
        match self.optional(name) {
            None => default,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.add_error(name, "Must be a valid boolean.");
                default
            }
        }
    }

    /// Reads an integer that may be missing.
    pub(crate) fn integer(&mut self, name: &str) -> Option<i64> {
        let value = self.optional(name)?;
        let number = value.as_i64();
        if number.is_none() {
            self.add_error(name, "A valid integer is required.");
        }
        number
    }

    /// Reads a text that must be one of `choices`.
    pub(crate) fn choice(&mut self, name: &str, choices: &[&str]) -> Option<&'a str> {
        let value = self.required(name)?;
        let text = value.as_str().filter(|text| choices.contains(text));
        if text.is_none() {
            self.add_error(name, not_a_choice(value));
        }
        text
    }

    /// Reads a list that must be present, with 1 to `limit` items.
    pub(crate) fn list(&mut self, name: &str, limit: usize) -> Option<&'a Vec<Value>> {
        let value = self.required(name)?;
        let message = match value.as_array() {
            Some(items) if items.is_empty() => "This list may not be empty.".to_owned(),
            Some(items) if items.len() > limit => {
                format!("Ensure this field has no more than {limit} elements.")
            }
            Some(items) => return Some(items),
            None => format!(
                "Expected a list of items but got type \"{}\".",
                type_name(value)
            ),
        };
        self.add_error(name, message);
        None
    }
}

/// Returns the message about a text that is too long.
pub(crate) fn too_long(limit: usize) -> String {
    format!("Ensure this field has no more than {limit} characters.")
}

/// Returns the message about a value that is not one of the choices.
pub(crate) fn not_a_choice(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    // A clone URL may be in the wrong field.
    let text: String = masked_text(&text).chars().take(100).collect();
    format!("\"{text}\" is not a valid choice.")
}

/// Returns Python's name for the type of a value.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}
