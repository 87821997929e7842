//! An executable, as the audit needs it: which bytes stand at an address, which function an address is in, and what the
//! loader puts into the words through which the program calls other files.

use std::{collections::BTreeMap, fs};

use object::{Object as _, ObjectSection as _, ObjectSymbol as _, RelocationTarget, SymbolKind};

/// Where a call or a jump leads that leaves the function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Callee {
    /// A function of this program, by its address.
    Function(u64),
    /// Another file's, by its name.
    Import(String),
}

/// A function as the symbol table has it.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    pub(crate) name: String,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

pub(crate) struct Program {
    sections: Vec<(u64, Vec<u8>)>,
    functions: BTreeMap<u64, Symbol>,
    /// What the loader writes at an address.
    words: BTreeMap<u64, Callee>,
}

impl Program {
    pub(crate) fn read(path: &str) -> Self {
        let bytes = fs::read(path).expect("it can be read");
        let file = object::File::parse(&*bytes).expect("an executable");
        let sections = file.sections().filter_map(|section| {
            let bytes = section.data().ok().filter(|bytes| !bytes.is_empty())?;
            (section.address() != 0).then(|| (section.address(), bytes.to_vec()))
        });
        let functions =
            file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0);
        let functions: BTreeMap<_, _> = functions.map(|symbol| (symbol.address(), named(&symbol))).collect();
        assert!(!functions.is_empty(), "{path} was stripped of its symbols");
        Self { sections: sections.collect(), functions, words: words(&file) }
    }

    /// The bytes from this address to the end of its section.
    pub(crate) fn bytes(&self, address: u64) -> Option<&[u8]> {
        self.sections.iter().find_map(|(start, bytes)| {
            let offset = usize::try_from(address.checked_sub(*start)?).ok()?;
            bytes.get(offset..).filter(|rest| !rest.is_empty())
        })
    }

    /// The function that an address is in.
    pub(crate) fn function(&self, address: u64) -> Option<&Symbol> {
        let (_, symbol) = self.functions.range(..=address).next_back()?;
        (address < symbol.end).then_some(symbol)
    }

    /// What stands in a word that the loader fills in.
    pub(crate) fn word(&self, address: u64) -> Option<&Callee> {
        self.words.get(&address)
    }
}

fn named(symbol: &object::Symbol<'_, '_>) -> Symbol {
    let name = format!("{:#}", rustc_demangle::demangle(symbol.name().unwrap_or("?")));
    Symbol { name, start: symbol.address(), end: symbol.address() + symbol.size() }
}

fn words(file: &object::File<'_>) -> BTreeMap<u64, Callee> {
    let table = file.dynamic_symbol_table();
    let relocations = file.dynamic_relocations().into_iter().flatten();
    relocations
        .map(|(address, relocation)| {
            let callee = match (relocation.target(), &table) {
                (RelocationTarget::Symbol(index), Some(table)) => {
                    use object::ObjectSymbolTable as _;
                    let symbol = table.symbol_by_index(index).expect("a symbol that is used is there");
                    let name = symbol.name().unwrap_or("?");
                    Callee::Import(name.split('@').next().unwrap_or(name).to_owned())
                }
                // The program's own address, from where it was loaded.
                _ => Callee::Function(relocation.addend().cast_unsigned()),
            };
            (address, callee)
        })
        .collect()
}
