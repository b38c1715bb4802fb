//! The table of rates. A bucket holds `burst` requests and is refilled at `per_second`.

/// A rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// How fast a bucket is refilled.
    pub per_second: f64,
    /// How many requests a full bucket holds.
    pub burst: u32,
}

/// The rate of each limit; `None`: no limit.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// `/v1/public/*`, by client address.
    pub public: Option<Rate>,
    /// Requests whose key does not prove true, by client address.
    pub authentication: Option<Rate>,
    /// Keys of the plan `standard`.
    pub standard: Option<Rate>,
    /// Keys of the plan `bulk`.
    pub bulk: Option<Rate>,
}

impl Rates {
    /// The rates of the service. Those of `public` and `authentication` can be set.
    pub const DEFAULT: Self = Self {
        public: Some(Rate { per_second: 20.0, burst: 60 }),
        authentication: Some(Rate { per_second: 1.0, burst: 30 }),
        standard: Some(Rate { per_second: 50.0, burst: 200 }),
        bulk: Some(Rate { per_second: 500.0, burst: 1000 }),
    };

    /// No limits.
    pub const NONE: Self = Self { public: None, authentication: None, standard: None, bulk: None };
}
