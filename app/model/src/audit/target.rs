//! Targets of audit events.

use serde::Serialize;
use uuid::Uuid;

use crate::{OrderId, TokenId, UserId, WebhookId};

/// The target of an event: its id to follow, and its label at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    pub id: Option<TargetId>,
    pub label: String,
}

/// The id of a target. Serialized as the id alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum TargetId {
    User(UserId),
    Token(TokenId),
    Webhook(WebhookId),
    /// Payments and refunds are events of their order.
    Order(OrderId),
    /// Of an action that this version does not know.
    Other(Uuid),
}

impl TargetId {
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::User(UserId(id))
            | Self::Token(TokenId(id))
            | Self::Webhook(WebhookId(id))
            | Self::Order(OrderId(id))
            | Self::Other(id) => id,
        }
    }

    pub const fn kind(self) -> TargetKind {
        match self {
            Self::User(_) => TargetKind::User,
            Self::Token(_) => TargetKind::Token,
            Self::Webhook(_) => TargetKind::Webhook,
            Self::Order(_) => TargetKind::Order,
            Self::Other(_) => TargetKind::Other,
        }
    }
}

/// The kind of thing that an action is about. Each action declares it, and the ids of stored events are read by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    User,
    Token,
    Webhook,
    Order,
    /// Known by its label only: a job, a gateway, the ledger.
    Other,
}

impl TargetKind {
    pub const fn id(self, id: Uuid) -> TargetId {
        match self {
            Self::User => TargetId::User(UserId(id)),
            Self::Token => TargetId::Token(TokenId(id)),
            Self::Webhook => TargetId::Webhook(WebhookId(id)),
            Self::Order => TargetId::Order(OrderId(id)),
            Self::Other => TargetId::Other(id),
        }
    }
}

impl From<UserId> for TargetId {
    fn from(id: UserId) -> Self {
        Self::User(id)
    }
}

impl From<TokenId> for TargetId {
    fn from(id: TokenId) -> Self {
        Self::Token(id)
    }
}

impl From<WebhookId> for TargetId {
    fn from(id: WebhookId) -> Self {
        Self::Webhook(id)
    }
}

impl From<OrderId> for TargetId {
    fn from(id: OrderId) -> Self {
        Self::Order(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_by_the_kind_that_it_has() {
        let id = Uuid::from_u128(7);
        for kind in
            [TargetKind::User, TargetKind::Token, TargetKind::Webhook, TargetKind::Order, TargetKind::Other]
        {
            assert_eq!((kind.id(id).kind(), kind.id(id).uuid()), (kind, id));
        }
    }

    #[test]
    fn a_target_has_an_id_and_a_label_in_json() {
        let target = Target { id: Some(OrderId(Uuid::nil()).into()), label: "WEB-1".to_owned() };
        let json = serde_json::to_string(&target).unwrap();
        assert_eq!(json, r#"{"id":"00000000-0000-0000-0000-000000000000","label":"WEB-1"}"#);
    }
}
