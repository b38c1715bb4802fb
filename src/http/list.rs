//! A list as it was asked for: filters, page, format; and its answer, a page in that format.

use super::error::Problem;
use super::export::{self, ListRow};
use super::format::Format;
use super::input::Input;
use super::page::{Binding, Count};
use crate::db::page::Page;
use crate::domain::refusal::{Refusal, Rule};
use actix_web::http::header::{HeaderValue, LINK};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The parameters that every list has.
pub trait Listed: DeserializeOwned {
    /// `limit`, `cursor`, `count` and `format`.
    fn paging(&self) -> Paging<'_>;
}

/// The values of those parameters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paging<'a> {
    /// Rows of a page.
    pub limit: Option<i64>,
    /// Where the page begins.
    pub cursor: Option<&'a str>,
    /// Whether the total is wanted.
    pub count: Option<Count>,
    /// The format, when not by `Accept`.
    pub format: Option<Format>,
}

/// Says that parameters have the four by these names.
macro_rules! listed {
    ($parameters:ident) => {
        impl $crate::http::list::Listed for $parameters {
            fn paging(&self) -> $crate::http::list::Paging<'_> {
                let (limit, cursor) = (self.limit, self.cursor.as_deref());
                $crate::http::list::Paging { limit, cursor, count: self.count, format: self.format }
            }
        }
    };
}

/// Parameters of a list: its own, then the four that every list has.
macro_rules! paged {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($own)*
            /// Format; by the `Accept` header when not given. All but `json` give the whole list.
            #[param(inline)]
            pub format: Option<$crate::http::format::Format>,
            /// Items of a page, 1 to 200; 50 when not given. With another format than `json`: gives that page only.
            #[param(minimum = 1, maximum = 200)]
            pub limit: Option<i64>,
            /// `next_cursor` of the page before.
            pub cursor: Option<String>,
            /// `exact` adds `total`.
            #[param(inline)]
            pub count: Option<$crate::http::page::Count>,
        }

        $crate::http::list::listed!($name);
    };
}

pub(crate) use {listed, paged};

/// A list as it was asked for, without its filters.
pub struct List<Key> {
    /// The format to answer in.
    pub format: Format,
    /// The page.
    pub page: Page<Key>,
    /// Whether the total is wanted. Only JSON has a place for it.
    pub count: bool,
    /// Whether the whole list is wanted and not a page.
    pub is_whole: bool,
    binding: Binding,
}

impl<Key: Serialize + DeserializeOwned> List<Key> {
    /// Reads a request of `caller`, to whom its cursors are bound.
    pub fn of<Asked: Listed>(
        request: &HttpRequest,
        input: &Input,
        caller: &str,
    ) -> Result<(Asked, Self), Problem> {
        let (asked, format) = input.query_and_format(Format::ALL, |asked: &Asked| asked.paging().format)?;
        let Paging { limit, cursor, count, .. } = asked.paging();
        let binding = Binding::of(request, input, caller);
        let page = binding.page(limit, cursor)?;
        let is_whole = format != Format::Json && limit.is_none();
        if is_whole && cursor.is_some() {
            let message = "is required with cursor in this format, which else gives the whole list";
            return Err(Refusal::parameter("limit", Rule::MissingField, message).into());
        }
        let count = count.is_some() && format == Format::Json;
        Ok((asked, Self { format, page, count, is_whole, binding }))
    }

    /// Leaves of a list in memory, which is in its order, the rows of the page and the one that says whether another follows; all of
    /// them when the whole list is wanted. Says how many there were.
    pub fn narrow<T>(&self, items: &mut Vec<T>, key: impl Fn(&T) -> Key) -> usize
    where
        Key: PartialOrd,
    {
        let total = items.len();
        if !self.is_whole {
            items.retain(|item| self.page.after.as_ref().is_none_or(|after| key(item) > *after));
            items.truncate(usize::try_from(self.page.fetch()).unwrap_or(usize::MAX));
        }
        total
    }

    /// Answers with rows that were made of what [`Self::narrow`] left of `total`.
    pub async fn from_narrowed<Out: ListRow + Send + 'static>(
        &self,
        name: &'static str,
        rows: Vec<Out>,
        total: usize,
        key: impl Fn(&Out) -> Key,
    ) -> Result<HttpResponse, Problem> {
        if self.is_whole {
            return export::page(self.format, name, rows).await;
        }
        let total = self.count.then(|| i64::try_from(total).unwrap_or(i64::MAX));
        let (rows, next) = self.page.cut(rows, key);
        self.answer(name, rows, next, total).await
    }

    /// Answers with a page in JSON, whose items may be borrowed.
    pub fn json<Out: Serialize>(
        &self,
        items: Vec<Out>,
        next: Option<Key>,
        total: Option<i64>,
    ) -> Result<HttpResponse, Problem> {
        self.binding.answer(items, next, total)
    }

    /// Answers with a page in the format that was asked for.
    pub async fn answer<Out: ListRow + Send + 'static>(
        &self,
        name: &'static str,
        items: Vec<Out>,
        next: Option<Key>,
        total: Option<i64>,
    ) -> Result<HttpResponse, Problem> {
        if self.format == Format::Json {
            return self.json(items, next, total);
        }
        let mut response = export::page(self.format, name, items).await?;
        let link = next.map(|key| self.binding.link(&self.binding.cursor(key)));
        if let Some(value) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(LINK, value);
        }
        Ok(response)
    }
}
