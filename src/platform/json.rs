//! JSON, read by the browser's own parser. The first view would else carry a parser of 9 kB that every browser has.

mod reading;

use crate::platform::json::reading::Reading;
use serde::de::DeserializeOwned;
use std::fmt;

/// The reason why a text or a value could not be read, in plain English, such as `count: expected u64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable(String);

impl Unreadable {
    /// The reason where the member of this name is missing, or has another form.
    pub(crate) fn field(name: &str) -> Self {
        Self(format!("{name}: missing"))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value of JSON.
#[derive(Clone)]
pub(crate) struct Json(Value);

#[cfg(target_arch = "wasm32")]
type Value = wasm_bindgen::JsValue;
/// Outside a browser, which is where the unit tests run.
#[cfg(not(target_arch = "wasm32"))]
type Value = serde_json::Value;

/// A value, one level deep.
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    /// The members in the order of the text.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads the value as a `T`. Numbers are those of a browser: whole ones are exact up to 2⁵³.
    ///
    /// # Errors
    /// [`Unreadable`] if it has another form, or is nested more than 128 levels deep.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        T::deserialize(Reading::of(self))
    }

    /// Returns the elements of the list of this name. `None` if the object has none.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<Json>> {
        Fields::of(self).list(name)
    }
}

/// Reads the members of an object one by one, and keeps the first problem until the end: a way out at each member would
/// have code of its own. A member that is missing or `null` is `None`, and so is a problem.
pub(crate) struct Fields<'a> {
    object: &'a Json,
    problem: Option<Unreadable>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(object: &'a Json) -> Self {
        let problem = None;
        Self { object, problem }
    }

    fn kind(&self, name: &str) -> Kind {
        let member = self.object.member(name);
        member.map_or(Kind::Null, |member| member.kind())
    }

    fn refuse<T>(&mut self, name: &str, why: &str) -> Option<T> {
        let problem = || Unreadable(format!("{name}: {why}"));
        self.problem.get_or_insert_with(problem);
        None
    }

    /// A text. Anything else is a problem.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.kind(name) {
            Kind::Null => None,
            Kind::Text(text) => Some(text),
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// A text; empty if it is missing or `null`.
    pub(crate) fn text_or_empty(&mut self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// A text. Anything else is `None`.
    pub(crate) fn any_text(&self, name: &str) -> Option<String> {
        match self.kind(name) {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// True or false. Anything else is a problem.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.kind(name) {
            Kind::Null => None,
            Kind::Bool(value) => Some(value),
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// A whole number. Anything else is a problem.
    pub(crate) fn whole(&mut self, name: &str) -> Option<i64> {
        match self.kind(name) {
            Kind::Null => None,
            Kind::Number(number) if number.trunc() == number && number.abs() <= MAX_EXACT => {
                Some(number as i64)
            }
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// A whole number that is not negative. Anything else is a problem.
    pub(crate) fn size(&mut self, name: &str) -> Option<u64> {
        match self.whole(name)? {
            size if size >= 0 => Some(size as u64),
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// A list. Anything else is a problem.
    pub(crate) fn list(&mut self, name: &str) -> Option<Vec<Json>> {
        match self.kind(name) {
            Kind::Null => None,
            Kind::List(elements) => Some(elements),
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// What `read` reads. It is a problem if that is missing or `null`.
    pub(crate) fn required<T: Default>(
        &mut self,
        name: &str,
        read: impl Fn(&mut Self, &str) -> Option<T>,
    ) -> T {
        let value = read(self, name).or_else(|| self.refuse(name, "missing"));
        value.unwrap_or_default()
    }

    /// Returns what was made of the members.
    ///
    /// # Errors
    /// The first problem.
    pub(crate) fn end<T>(self, made: T) -> Result<T, Unreadable> {
        match self.problem {
            None => Ok(made),
            Some(problem) => Err(problem),
        }
    }
}

/// The problem of a value of another kind.
const UNEXPECTED: &str = "unexpected";

/// The whole numbers up to this one are exact.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

#[cfg(target_arch = "wasm32")]
impl Json {
    /// Parses a text.
    ///
    /// # Errors
    /// [`Unreadable`], in the browser's words, if it is not JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        use wasm_bindgen::JsCast;
        js_sys::JSON::parse(text).map(Self).map_err(|error| {
            let error: js_sys::Error = error.unchecked_into();
            Unreadable(error.message().into())
        })
    }

    /// Returns the member of an object with this name. `None` if there is none, or if this is no object.
    pub(crate) fn member(&self, name: &str) -> Option<Json> {
        // Reading from something that is no object fails, which is the same as no member.
        let value = js_sys::Reflect::get(&self.0, &Value::from_str(name)).ok()?;
        (!value.is_undefined()).then_some(Self(value))
    }

    /// Returns the value, one level deep.
    pub(crate) fn kind(&self) -> Kind {
        use wasm_bindgen::JsCast;
        if let Some(value) = self.0.as_bool() {
            Kind::Bool(value)
        } else if let Some(number) = self.0.as_f64() {
            Kind::Number(number)
        } else if let Some(text) = self.0.as_string() {
            Kind::Text(text)
        } else if js_sys::Array::is_array(&self.0) {
            let list: &js_sys::Array = self.0.unchecked_ref();
            Kind::List(list.iter().map(Json).collect())
        } else if self.0.is_object() {
            let object: &js_sys::Object = self.0.unchecked_ref();
            let names = js_sys::Object::keys(object);
            let members = names.iter().filter_map(|name| {
                let value = js_sys::Reflect::get(object, &name).ok()?;
                Some((name.as_string()?, Self(value)))
            });
            Kind::Object(members.collect())
        } else {
            Kind::Null
        }
    }

    /// Returns true if this is an object, and no list.
    fn is_object(&self) -> bool {
        self.0.is_object() && !js_sys::Array::is_array(&self.0)
    }

    /// Returns true if this is `null`.
    fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Json {
    /// Parses a text.
    ///
    /// # Errors
    /// [`Unreadable`] if it is not JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        let value = serde_json::from_str(text);
        value
            .map(Self)
            .map_err(|error| Unreadable(error.to_string()))
    }

    /// Returns the member of an object with this name. `None` if there is none, or if this is no object.
    pub(crate) fn member(&self, name: &str) -> Option<Json> {
        self.0.get(name).cloned().map(Self)
    }

    /// Returns the value, one level deep.
    pub(crate) fn kind(&self) -> Kind {
        use serde_json::Value;
        match self.0.clone() {
            Value::Null => Kind::Null,
            Value::Bool(value) => Kind::Bool(value),
            Value::Number(number) => Kind::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Kind::Text(text),
            Value::Array(list) => Kind::List(list.into_iter().map(Self).collect()),
            Value::Object(members) => Kind::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, Self(value)))
                    .collect(),
            ),
        }
    }

    fn is_object(&self) -> bool {
        self.0.is_object()
    }

    fn is_null(&self) -> bool {
        self.0.is_null()
    }
}
