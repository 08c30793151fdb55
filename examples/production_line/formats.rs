//! What the codes look like.

use serial_core::{Format, FormatError, Order, Preset};

/// The format of a product's codes: its part number, and a body that suits the kind of product.
pub(crate) fn of_product(part_number: &str) -> Result<Format, FormatError> {
    let builder = Format::builder().prefix(format!("{part_number}-"));
    let family = part_number.split('-').next().unwrap_or_default();
    let builder = match family {
        // Engraved and read by people, hence without look-alikes.
        "CP" => builder.preset(Preset::Unambiguous31).length(8),
        "EM" => builder.preset(Preset::Unambiguous32).length(10),
        // Stamped with wheels that have digits only; drawn, so that nobody can guess the next one.
        "BV" | "SV" => builder.preset(Preset::Digits).length(9),
        // Burned into the memory of a board.
        "IO" | "CPU" | "VFD" => builder.preset(Preset::Hexadecimal).length(12),
        // Goes on where the numbers of the old system end.
        "GB" => builder.preset(Preset::Digits).length(6).order(Order::Sequential { start: 20_001 }),
        // Written on a tag with two lines.
        "PT" | "TT" | "FM" | "LS" => builder.length(10),
        // The default body: 25 digits and upper case letters.
        _ => builder,
    };
    builder.build()
}

/// The format of service tags: ST-0001, ST-0002 and so on.
pub(crate) fn service_tags() -> Result<Format, serial_core::Error> {
    Ok(Format::builder().preset(Preset::Digits).length(4).prefix("ST-").order(Order::sequential()).build()?)
}
