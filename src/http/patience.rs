//! How long the service waits for a client: for the head of a request, for its body, for the client to take the answer.
//!
//! `connection` keeps to it between requests and while an answer is sent, `input` while a body comes.

use actix_web::rt::time::{Instant, timeout};
use actix_web::{HttpRequest, web};
use std::future::Future;
use std::time::Duration;

/// What a client has time for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the request line and the headers.
    pub head: Duration,
    /// For a body. Of a body of many items: for bytes to come, which earn more of it.
    pub body: Duration,
    /// For taking the next 32 KiB of an answer.
    pub answer: Duration,
    /// To begin the next request on a connection.
    pub between: Duration,
}

impl Patience {
    /// That of the service.
    pub const DEFAULT: Self = Self {
        head: Duration::from_secs(10),
        body: Duration::from_secs(20),
        answer: Duration::from_mins(1),
        between: Duration::from_secs(5),
    };

    /// That of the service which got a request.
    pub fn of(request: &HttpRequest) -> Self {
        request.app_data::<web::Data<Self>>().map_or(Self::DEFAULT, |given| *given.get_ref())
    }
}

/// What a byte that has come earns: who sends a thousand a second is never cut off.
const EARNED: Duration = Duration::from_millis(1);

/// What is left of the patience with a body of any length. Waiting uses it up, and what comes renews it by its length, so that a
/// byte now and then does not keep a request going.
pub struct Left {
    left: Duration,
    most: Duration,
}

impl Left {
    /// All of it.
    pub const fn new(most: Duration) -> Self {
        Self { left: most, most }
    }

    /// Waits for what is coming; `None` when the patience has ended before.
    pub async fn wait<T>(&mut self, coming: impl Future<Output = T>) -> Option<T> {
        let begun = Instant::now();
        let came = timeout(self.left, coming).await.ok();
        self.left = self.left.saturating_sub(begun.elapsed());
        came
    }

    /// So many bytes came.
    pub fn earn(&mut self, bytes: usize) {
        let earned = EARNED.saturating_mul(u32::try_from(bytes).unwrap_or(u32::MAX));
        self.left = self.left.saturating_add(earned).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[actix_web::test]
    async fn waiting_uses_it_up_and_bytes_renew_it() {
        let mut left = Left::new(Duration::from_millis(40));
        assert_eq!(left.wait(async { 1 }).await, Some(1), "what is there is taken");
        assert_eq!(left.wait(pending::<()>()).await, None);
        assert_eq!(left.left, Duration::ZERO);
        left.earn(15);
        assert_eq!(left.left, Duration::from_millis(15));
        left.earn(1 << 20);
        assert_eq!(left.left, left.most, "never more than at first");
    }
}
