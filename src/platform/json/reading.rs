//! A value of JSON as the types that serde derives read it.

use crate::platform::json::value::{Json, Kind, MAX_EXACT, Unreadable};
use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use std::fmt::Display;
use std::vec;

/// The deepest nesting that is read. Each level takes some of the stack.
const MAX_DEPTH: u8 = 128;

impl Json {
    /// Reads the value as a `T`. Numbers are those of a browser: whole ones are exact up to 2⁵³.
    ///
    /// # Errors
    /// [`Unreadable`] if it has another form, or is nested more than 128 levels deep.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        T::deserialize(Reading::of(self))
    }
}

/// A value, and how many more levels below it are read.
struct Reading {
    json: Json,
    depth: u8,
}

impl Reading {
    fn of(json: &Json) -> Self {
        Self {
            json: json.clone(),
            depth: MAX_DEPTH,
        }
    }

    /// A value inside this one.
    ///
    /// # Errors
    /// [`Unreadable`] if it is too deep.
    fn inside(&self) -> Result<u8, Unreadable> {
        let too_deep = || Unreadable("nested too deep".to_owned());
        self.depth.checked_sub(1).ok_or_else(too_deep)
    }
}

// Serde's own sentences format the unexpected value, numbers with a fraction among them, which is 4 kB of code.
impl Error for Unreadable {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!("expected {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!("expected {expected}"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::field(field)
    }
}

impl std::error::Error for Unreadable {}

impl Unreadable {
    /// Names the member that holds the value.
    fn within(self, name: &str) -> Self {
        Self(format!("{name}: {}", self.0))
    }
}

impl<'de> Deserializer<'de> for Reading {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.json.kind() {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(value),
            Kind::Number(number) => visit_number(number, visitor),
            Kind::Text(text) => visitor.visit_string(text),
            Kind::List(list) => visitor.visit_seq(Elements {
                depth: self.inside()?,
                elements: list.into_iter(),
            }),
            Kind::Object(members) => visitor.visit_map(Members {
                depth: self.inside()?,
                members: members.into_iter(),
                next: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.json.is_null() {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    /// Asks for the members that the type has, instead of going through all that are there.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        if !self.json.is_object() {
            return Err(Error::invalid_type(Unexpected::Unit, &visitor));
        }
        visitor.visit_map(Fields {
            depth: self.inside()?,
            object: self.json,
            names: fields,
            next: None,
        })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier
    }
}

fn visit_number<'de, V: Visitor<'de>>(number: f64, visitor: V) -> Result<V::Value, Unreadable> {
    match number.trunc() == number && number.abs() <= MAX_EXACT {
        true if number < 0.0 => visitor.visit_i64(number as i64),
        true => visitor.visit_u64(number as u64),
        false => visitor.visit_f64(number),
    }
}

/// The elements of a list.
struct Elements {
    depth: u8,
    elements: vec::IntoIter<Json>,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        let Some(json) = self.elements.next() else {
            return Ok(None);
        };
        let depth = self.depth;
        seed.deserialize(Reading { json, depth }).map(Some)
    }
}

/// All members of an object.
struct Members {
    depth: u8,
    members: vec::IntoIter<(String, Json)>,
    next: Option<(String, Json)>,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        self.next = self.members.next();
        let Some((name, _)) = &self.next else {
            return Ok(None);
        };
        let name: StringDeserializer<Unreadable> = name.clone().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, Unreadable> {
        let (name, json) = self.next.take().ok_or_else(without_name)?;
        let depth = self.depth;
        seed.deserialize(Reading { json, depth })
            .map_err(|error| error.within(&name))
    }
}

/// The members of an object that a type has fields for.
struct Fields {
    depth: u8,
    object: Json,
    names: &'static [&'static str],
    next: Option<(&'static str, Json)>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        while let Some((name, others)) = self.names.split_first() {
            self.names = others;
            if let Some(json) = self.object.member(name) {
                self.next = Some((name, json));
                let name = StrDeserializer::<Unreadable>::new(name);
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, Unreadable> {
        let (name, json) = self.next.take().ok_or_else(without_name)?;
        let depth = self.depth;
        seed.deserialize(Reading { json, depth })
            .map_err(|error| error.within(name))
    }
}

fn without_name() -> Unreadable {
    Unreadable("a value without a name".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Build, Repository};
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;

    fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
        let json = Json::parse(text).map_err(|error| error.to_string())?;
        json.read().map_err(|error| error.to_string())
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Row {
        name: String,
        #[serde(default)]
        size: Option<u64>,
        #[serde(default)]
        change: i64,
        #[serde(default)]
        rows: Vec<Row>,
    }

    #[test]
    fn a_problem_is_said_with_the_path_of_its_field() {
        let problem = |text| read::<Row>(text).unwrap_err();
        assert_eq!(problem("{}"), "name: missing");
        assert_eq!(problem("[]"), "expected struct Row");
        assert_eq!(problem(r#"{"name": 7}"#), "name: expected a string");
        assert_eq!(
            problem(r#"{"name": "a", "rows": [{"name": "b", "size": -1}]}"#),
            "rows: size: expected u64"
        );
    }

    #[test]
    fn numbers_are_whole_where_they_are() {
        let row: Row = read(r#"{"name": "", "size": 9007199254740992, "change": -3}"#).unwrap();
        assert_eq!((row.size, row.change), (Some(1 << 53), -3));
        assert!(read::<Row>(r#"{"name": "", "size": 1.5}"#).is_err());
        assert!(read::<Row>(r#"{"name": "", "size": 1e300}"#).is_err());
        assert_eq!(read::<f64>("1.5"), Ok(1.5));
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Tree {
            Leaf(u64),
            Node(Vec<Tree>),
        }
        fn size(tree: &Tree) -> u64 {
            match tree {
                Tree::Leaf(size) => *size,
                Tree::Node(trees) => trees.iter().map(size).sum(),
            }
        }
        let nested = |depth| format!("{}7{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read::<Tree>(&nested(100)).map(|tree| size(&tree)), Ok(7));
        // serde_json refuses it too, but a browser's parser does not.
        let mut value = serde_json::Value::Null;
        for _ in 0..200 {
            value = serde_json::Value::Array(vec![value]);
        }
        assert!(Json(value).read::<Tree>().is_err());
    }

    #[test]
    fn maps_keep_all_members() {
        let map: BTreeMap<String, Option<bool>> = read(r#"{"a": true, "b": null}"#).unwrap();
        assert_eq!(map, [("a".into(), Some(true)), ("b".into(), None)].into());
    }

    #[test]
    fn the_samples_read_as_serde_json_reads_them() {
        let build = include_str!("../../../tests/samples/build.response.json");
        assert_eq!(
            read::<Build>(build).unwrap(),
            serde_json::from_str(build).unwrap()
        );
        let repository = include_str!("../../../tests/samples/repository.response.json");
        assert_eq!(
            read::<Repository>(repository).unwrap(),
            serde_json::from_str(repository).unwrap()
        );
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            "[a-z]{0,3}".prop_map(Into::into),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let name = "name|size|change|rows|other";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::btree_map(name, inner, 0..5).prop_map(|members| {
                    serde_json::Value::Object(members.into_iter().collect())
                }),
            ]
        })
    }

    fn any_row() -> impl Strategy<Value = Row> {
        let row = |rows| {
            let size = prop::option::of(0..1u64 << 53);
            (".{0,8}", size, -(1i64 << 53)..1 << 53, rows).prop_map(|(name, size, change, rows)| {
                Row {
                    name,
                    size,
                    change,
                    rows,
                }
            })
        };
        row(Just(Vec::new()).boxed())
            .boxed()
            .prop_recursive(3, 16, 3, move |inner| {
                row(prop::collection::vec(inner, 0..3).boxed())
            })
    }

    proptest! {
        #[test]
        fn what_can_be_read_reads_as_with_serde_json(value in any_json()) {
            if let Ok(row) = Json(value.clone()).read::<Row>() {
                prop_assert_eq!(row, serde_json::from_value::<Row>(value).unwrap());
            }
        }

        #[test]
        fn what_was_written_can_be_read(row in any_row()) {
            prop_assert_eq!(read::<Row>(&serde_json::to_string(&row).unwrap()), Ok(row));
        }
    }
}
