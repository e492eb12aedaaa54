//! A fake webhook sender: it records requests, and answers as configured.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use frontdesk_domain::webhooks::{OutgoingWebhook, Reply, RetryAfter, SendError, Sending, WebhookSender};

/// Cheap to clone; clones share their state.
#[derive(Clone, Default)]
pub struct FakeWebhookSender(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: VecDeque<Result<Reply, SendError>>,
    posted: Vec<OutgoingWebhook>,
    is_stuck: bool,
}

impl FakeWebhookSender {
    /// Answers the next requests with these, and later ones with 204.
    pub fn will(&self, answers: impl IntoIterator<Item = Result<Reply, SendError>>) {
        self.0.lock().unwrap().answers.extend(answers);
    }

    /// Stops answering.
    pub fn get_stuck(&self, is_stuck: bool) {
        self.0.lock().unwrap().is_stuck = is_stuck;
    }

    /// Requests since the last call.
    pub fn posted(&self) -> Vec<OutgoingWebhook> {
        std::mem::take(&mut self.0.lock().unwrap().posted)
    }
}

/// An answer with this status.
pub fn answer(status: u16) -> Result<Reply, SendError> {
    Ok(Reply { status, retry_after: None, answer: format!("This is {status}.").into_bytes() })
}

/// 503 with `Retry-After`.
pub fn come_back(retry_after: RetryAfter) -> Result<Reply, SendError> {
    Ok(Reply { status: 503, retry_after: Some(retry_after), answer: Vec::new() })
}

impl WebhookSender for FakeWebhookSender {
    fn check(&self, url: &str) -> Result<(), SendError> {
        if url.starts_with("https://10.") { Err(SendError::Private) } else { Ok(()) }
    }

    fn post(&self, parcel: OutgoingWebhook) -> Sending<'_> {
        Box::pin(async move {
            let (answer, is_stuck) = {
                let mut state = self.0.lock().unwrap();
                state.posted.push(parcel);
                (state.answers.pop_front(), state.is_stuck)
            };
            if is_stuck {
                tokio::time::sleep(Duration::from_secs(3_600)).await;
            }
            answer.unwrap_or(Ok(Reply { status: 204, retry_after: None, answer: Vec::new() }))
        })
    }
}
