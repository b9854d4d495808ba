//! Fields that the files write in more than one way.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name: a text, or a whole number that stands for its digits. It is written as it was read, for
/// tools that tell `1` from `"1"`; here the two are the same name.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub text: String,
    number: Option<i64>,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a whole number")
            }

            fn visit_str<E>(self, text: &str) -> Result<Name, E> {
                Ok(Name { text: text.to_owned(), number: None })
            }

            fn visit_i64<E>(self, number: i64) -> Result<Name, E> {
                Ok(Name { text: number.to_string(), number: Some(number) })
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Name, E> {
                match i64::try_from(number) {
                    Ok(number) => self.visit_i64(number),
                    Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
                }
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.number {
            Some(number) => serializer.serialize_i64(number),
            None => serializer.serialize_str(&self.text),
        }
    }
}

/// An object of which one text is wanted.
pub(super) trait Holds: for<'de> Deserialize<'de> {
    fn text(self) -> String;
}

/// A text as it is, or inside an object `T`.
#[derive(Debug, Clone)]
pub(super) struct Text<T>(pub String, PhantomData<T>);

impl<'de, T: Holds> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Holds> Visitor<'de> for Either<T> {
            type Value = Text<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or an object that holds it")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<T>, E> {
                Ok(Text(text.to_owned(), PhantomData))
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Text<T>, M::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
                    .map(|holder| Text(holder.text(), PhantomData))
            }
        }

        deserializer.deserialize_any(Either(PhantomData))
    }
}

macro_rules! holders {
    ($($(#[$docs:meta])* $holder:ident . $field:ident),+ $(,)?) => {
        $(
            $(#[$docs])*
            #[derive(Debug, Clone, Deserialize)]
            pub(super) struct $holder {
                $field: String,
            }

            impl Holds for $holder {
                fn text(self) -> String {
                    self.$field
                }
            }
        )+
    };
}

holders! {
    /// Who the seeker is.
    PersonaObject.persona_profile,
    /// One thing that is remembered.
    MemoryObject.value,
    /// What happened.
    SituationObject.situation,
    /// The seeker of a PERM row.
    SeekerObject.identity,
}

/// A text or null, of a field that must be there: its absence is an error, unlike serde's habit
/// with options.
pub(super) fn text_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// A part of an id: `/` separates the parts, so it is written `%2F` inside one, and `%` as `%25`.
fn escaped(part: &str) -> String {
    part.replace('%', "%25").replace('/', "%2F")
}

/// A user's id, and with it the id of the one session that the user has.
pub(super) fn user_id(source_file: &str, original_sid: &str) -> String {
    format!("{}/{}", escaped(source_file), escaped(original_sid))
}

/// The first character that is no blank, in a file that may begin with a byte-order mark.
pub(super) fn first_character(bytes: &[u8]) -> Option<u8> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}
