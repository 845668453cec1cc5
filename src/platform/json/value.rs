//! A value of JSON, as the browser has parsed it.

use std::fmt;

/// The reason why a text or a value could not be read, in plain English, such as `count: expected u64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(super) String);

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
pub(crate) struct Json(pub(super) Value);

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
    pub(super) fn is_object(&self) -> bool {
        self.0.is_object() && !js_sys::Array::is_array(&self.0)
    }

    /// Returns true if this is `null`.
    pub(super) fn is_null(&self) -> bool {
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

    pub(super) fn is_object(&self) -> bool {
        self.0.is_object()
    }

    pub(super) fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

/// The whole numbers up to this one are exact.
pub(super) const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
