//! What the sources of the C interface export, as C would write it.

use std::{collections::BTreeMap, fs};

use syn::{
    Expr, Fields, FnArg, GenericArgument, Item, Lit, NamedArg, Pat, PathArguments, PointerMutability,
    ReturnType, Type,
};

use crate::HERE;

/// What there is by name: of a function what it returns and takes, of a type what it consists of, of a constant its value.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) functions: BTreeMap<String, Vec<String>>,
    /// Types of functions.
    pub(crate) callbacks: BTreeMap<String, Vec<String>>,
    pub(crate) structs: BTreeMap<String, Vec<String>>,
    pub(crate) constants: BTreeMap<String, i64>,
}

pub(crate) fn exported() -> Interface {
    let mut interface = Interface::default();
    let folder = fs::read_dir(format!("{HERE}/../std-shim/src/capi")).expect("the folder");
    for entry in folder {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a source");
        interface.take(&text);
    }
    interface
}

impl Interface {
    pub(crate) fn take(&mut self, source: &str) {
        for item in syn::parse_file(source).expect("it compiles").items {
            self.take_item(&item);
        }
    }

    fn take_item(&mut self, item: &Item) {
        match item {
            Item::Fn(function) if function.sig.ident.to_string().starts_with("sigtrip_") => {
                let abi = function.sig.abi.as_ref().and_then(|abi| abi.name.as_ref());
                let abi = abi.expect("C's").value();
                assert!(abi.starts_with('C') && !function.attrs.is_empty(), "{}", function.sig.ident);
                let arguments = function.sig.inputs.iter().map(argument);
                let all = [returned(&function.sig.output)].into_iter().chain(arguments).collect();
                self.functions.insert(function.sig.ident.to_string(), all);
            }
            Item::Type(alias) => {
                if let Type::FnPtr(function) = &*alias.ty {
                    let arguments = function.inputs.iter().map(callback_argument);
                    let all = [returned(&function.output)].into_iter().chain(arguments).collect();
                    self.callbacks.insert(c_name(&alias.ident.to_string()), all);
                }
            }
            Item::Struct(it) if it.attrs.iter().any(|attribute| attribute.path().is_ident("repr")) => {
                let Fields::Named(fields) = &it.fields else { return };
                let field = |field: &syn::Field| {
                    declaration(&c_type(&field.ty), &field.ident.as_ref().expect("a name").to_string())
                };
                self.structs.insert(c_name(&it.ident.to_string()), fields.named.iter().map(field).collect());
            }
            Item::Const(constant) if constant.ident.to_string().starts_with("SIGTRIP_") => {
                let Expr::Lit(literal) = &*constant.expr else { panic!("{}: a number", constant.ident) };
                let Lit::Int(number) = &literal.lit else { panic!("{}: a number", constant.ident) };
                self.constants.insert(constant.ident.to_string(), number.base10_parse().expect("it fits"));
            }
            _ => {}
        }
    }
}

fn argument(argument: &FnArg) -> String {
    let FnArg::Typed(argument) = argument else { panic!("C has no self") };
    let Pat::Ident(name) = &*argument.pat else { panic!("a name") };
    declaration(&c_type(&argument.ty), name.ident.to_string().trim_start_matches('_'))
}

fn callback_argument(argument: &NamedArg) -> String {
    let (name, _) = argument.name.as_ref().expect("a name");
    declaration(&c_type(&argument.ty), &name.to_string())
}

fn returned(output: &ReturnType) -> String {
    match output {
        ReturnType::Default => "void".to_owned(),
        ReturnType::Type(_, ty) => c_type(ty),
    }
}

/// `int x`, `void *x`, `uint64_t x[2]`.
fn declaration(ty: &str, name: &str) -> String {
    if let Some((element, length)) = ty.split_once('[') {
        format!("{element} {name}[{length}")
    } else if ty.ends_with('*') {
        format!("{ty}{name}")
    } else {
        format!("{ty} {name}")
    }
}

/// `HookId` is `sigtrip_hook_id`.
fn c_name(rust: &str) -> String {
    let mut name = "sigtrip".to_owned();
    for letter in rust.chars() {
        if letter.is_uppercase() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

fn c_type(ty: &Type) -> String {
    match ty {
        Type::Ptr(pointer) => {
            let constant = match pointer.mutability {
                PointerMutability::Const(_) => "const ",
                PointerMutability::Mut(_) => "",
            };
            format!("{constant}{} *", c_type(&pointer.elem))
        }
        Type::Array(array) => {
            let Expr::Lit(length) = &array.len else { panic!("a number") };
            let Lit::Int(length) = &length.lit else { panic!("a number") };
            format!("{}[{}]", c_type(&array.elem), length.base10_digits())
        }
        Type::Path(path) => {
            let last = path.path.segments.last().expect("a name");
            match &last.arguments {
                // A function that may be null.
                PathArguments::AngleBracketed(arguments) => match &arguments.args[0] {
                    GenericArgument::Type(inner) => format!("{} *", c_type(inner)),
                    _ => panic!("a type"),
                },
                _ => named(&last.ident.to_string()),
            }
        }
        _ => panic!("a type that C does not have"),
    }
}

fn named(rust: &str) -> String {
    let known = match rust {
        "c_int" => "int",
        "c_char" => "char",
        "c_void" => "void",
        "u32" => "uint32_t",
        "i64" => "int64_t",
        "u64" => "uint64_t",
        "usize" => "size_t", // and uintptr_t
        "pthread_t" => "pthread_t",
        _ => return c_name(rust),
    };
    known.to_owned()
}
