//! The smallest program that issues references and finds them again; the README shows the same.

use serial_core::{Filter, Format, MemoryStore, NewBatch, NewGroup, Paging, Preset, Registry};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let registry = Registry::new(MemoryStore::new());

    // A group has a format, which says what its codes look like: here AX- and 12 characters without look-alikes.
    let format = Format::builder().preset(Preset::Unambiguous31).length(12).prefix("AX-").build()?;
    let pumps = registry.create_group(NewGroup::batch("Pump AX-100").format(format))?;

    // A batch is issued whole or not at all.
    let batch = registry.create_batch(pumps.id, NewBatch::of(20).name("Order 4711"))?;
    for code in batch.codes.iter() {
        println!("{code}");
    }

    // What a person types is found: white space, hyphens and letter case do not matter here.
    let code = batch.codes.get(0).ok_or("the batch is empty")?;
    let found = registry.lookup(&format!(" {} ", code.to_lowercase()))?;
    println!("{} is number {} of its group, made {}", found.code, found.row, found.created_at);

    // Any part of a code finds it, from three characters on.
    let page = registry.references(&Filter::group(pumps.id).containing(&code[5..9]), &Paging::of(10))?;
    println!("{} codes contain {}", page.items.len(), &code[5..9]);
    Ok(())
}
