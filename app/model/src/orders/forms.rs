//! Forms that place and cancel orders.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    Amount, Currency, Fault, OrderId, UserId,
    form::{check_reason, fault},
    text::{is_block, is_line},
};

/// Maximum number of lines in an order.
pub const MAX_LINES: usize = 50;
/// Maximum quantity of a line.
pub const MAX_QUANTITY: i64 = 1_000_000;
/// Maximum length of a line's description, in characters.
pub const MAX_DESCRIPTION: usize = 200;
/// Maximum length of a reference, in bytes.
pub const MAX_REFERENCE: usize = 64;

/// Maximum length of a note, in characters.
pub const MAX_NOTE: usize = 500;

/// A new order, for a customer.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// Whose it is.
    pub customer_id: UserId,
    /// What all of it is priced in.
    pub currency: Currency,
    /// What you call it, such as your shop's number: there is one order with it at most. Made up if
    /// it is not given.
    #[serde(default)]
    #[validate(custom(function = "check_reference"))]
    #[schema(max_length = 64, pattern = "^[ -~]*$", example = "SHOP-1042")]
    pub reference: String,
    /// For staff; the customer does not see it.
    #[serde(default)]
    #[validate(custom(function = "check_note"))]
    #[schema(max_length = 500, example = "Ordered by telephone")]
    pub note: String,
    /// What is bought. Together they must cost something.
    #[serde(default)]
    #[validate(custom(function = "check_lines"))]
    #[schema(required = true, min_items = 1, max_items = 50)]
    pub lines: Vec<NewLine>,
}

/// So many of one thing at one price.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrderLine)]
pub struct NewLine {
    #[serde(default)]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1F\x7F]*[^\s\x00-\x1F\x7F][^\x00-\x1F\x7F]*$",
        example = "Coffee, 250 g"
    )]
    pub description: String,
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1_000_000, default = 1, example = 2)]
    pub quantity: i64,
    /// Of one, in the order's currency. Nothing is allowed: a present.
    #[serde(default)]
    #[schema(required = true)]
    pub unit_price: Amount,
}

const fn one() -> i64 {
    1
}

/// Validates all lines. Faults name their line: `lines[2].quantity`. The use case adds the faults that
/// depend on the currency.
fn check_lines(lines: &[NewLine]) -> Result<(), ValidationError> {
    if lines.is_empty() {
        return Err(fault("required", "An order has at least one line"));
    }
    if lines.len() > MAX_LINES {
        return Err(fault("too_many", "An order has at most 50 lines"));
    }
    Ok(())
}

impl PlaceOrder {
    /// Faults of the line itself.
    pub fn line_faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (i, line) in self.lines.iter().take(MAX_LINES).enumerate() {
            let mut add = |field: &str, error: &ValidationError| {
                faults.push(Fault {
                    field: format!("lines[{i}].{field}"),
                    code: error.code.to_string(),
                    message: error.message.as_deref().unwrap_or_default().to_owned(),
                });
            };
            if let Err(error) = check_description(&line.description) {
                add("description", &error);
            }
            if !(1..=MAX_QUANTITY).contains(&line.quantity) {
                add("quantity", &fault("range", "A quantity is from 1 to 1,000,000"));
            }
            match line.unit_price.of(self.currency) {
                _ if line.unit_price.is_empty() => add("unit_price", &fault("required", "Enter a price")),
                Ok(price) if price.minor >= 0 => {}
                Ok(_) => add("unit_price", &fault("negative", "A price is not less than nothing")),
                Err(refused) => add("unit_price", &refused.into()),
            }
        }
        faults
    }
}

/// Calls an order off that nobody has paid.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelOrder {
    pub id: OrderId,
    #[serde(default)]
    #[validate(custom(function = "check_reason"))]
    /// Why; the audit trail keeps it.
    #[schema(required = true, min_length = 1, max_length = 500, pattern = r"\S", example = "Ordered twice")]
    pub reason: String,
}

/// Input of a look-up of one order.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneOrder {
    pub id: OrderId,
}

/// # Errors
/// A fault with a code and a sentence.
pub fn check_reference(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_graphic() || c == ' ';
    if text.len() > MAX_REFERENCE {
        return Err(fault("too_long", "A reference has at most 64 characters"));
    }
    if text.chars().all(plain) {
        Ok(())
    } else {
        Err(fault("characters", "A reference has only letters, digits and signs of ASCII"))
    }
}

/// # Errors
/// A fault with a code and a sentence.
pub fn check_description(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(fault("required", "Say what it is"));
    }
    if text.chars().take(MAX_DESCRIPTION + 1).count() > MAX_DESCRIPTION {
        return Err(fault("too_long", "A description has at most 200 characters"));
    }
    if !is_line(text) {
        return Err(fault(
            "characters",
            "A description needs visible text, without line breaks or invisible characters",
        ));
    }
    Ok(())
}

fn check_note(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    if text.chars().take(MAX_NOTE + 1).count() > MAX_NOTE {
        return Err(fault("too_long", "A note has at most 500 characters"));
    }
    if !is_block(text) {
        return Err(fault("characters", "A note needs visible text, without control characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    fn order(json: &str) -> PlaceOrder {
        let customer = uuid::Uuid::nil();
        serde_json::from_str(&format!(r#"{{"customer_id":"{customer}","currency":"EUR",{json}}}"#)).unwrap()
    }

    #[test]
    fn every_line_tells_its_own_faults() {
        let form = order(
            r#""lines":[{"description":"A","unit_price":1},{"quantity":0,"unit_price":"1.234"},{"description":"B","unit_price":-1}]"#,
        );
        let faults: Vec<_> =
            form.line_faults().into_iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect();
        assert_eq!(
            faults,
            [
                "lines[1].description required",
                "lines[1].quantity range",
                "lines[1].unit_price amount",
                "lines[2].unit_price negative"
            ]
        );
    }

    #[test]
    fn an_order_has_lines_and_not_too_many() {
        assert_eq!(order(r#""lines":[]"#).check().unwrap_err().details[0].code, "required");
        let many = vec![r#"{"description":"A","unit_price":1}"#; 51].join(",");
        assert_eq!(order(&format!(r#""lines":[{many}]"#)).check().unwrap_err().details[0].code, "too_many");
    }
}
