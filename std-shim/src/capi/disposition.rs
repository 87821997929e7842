//! Dispositions, with C functions as handlers.
//!
//! In the table every C function is one handler of ours, [`run`], which looks up whose turn it is.

use core::{any::type_name_of_val, ffi::c_int, ffi::c_void, mem, ptr};

use super::{
    answer::{Answer, Code, SIGTRIP_INTERRUPTED, done, entry},
    given,
};
use crate::{
    Delivery, Disposition as Ours, Foreign, Handler as OurHandler, Interrupt, Signal, default_int_handler,
    getsignal,
    owner::c_functions::{self, Pair},
    siginterrupt, signal as set_signal,
    sys::{Action, SigSet},
};

pub(super) const SIGTRIP_DEFAULT: c_int = 0;
pub(super) const SIGTRIP_IGNORE: c_int = 1;
pub(super) const SIGTRIP_HANDLER: c_int = 2;
pub(super) const SIGTRIP_FOREIGN: c_int = 3;
pub(super) const SIGTRIP_WORD: c_int = 4;
const SIGTRIP_RUST: c_int = 5;

/// A handler. It may unwind: a panic of one that is written in Rust is caught by whoever was called from C.
pub(super) type Handler = unsafe extern "C-unwind" fn(signal: c_int, data: *mut c_void) -> c_int;

/// What is done with a signal, as C has it.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Disposition {
    kind: c_int,
    handler: Option<Handler>,
    data: *mut c_void,
    word: usize,
    foreign: [usize; 6],
}

impl Disposition {
    pub(super) const fn plain(kind: c_int) -> Self {
        Self { kind, handler: None, data: ptr::null_mut(), word: 0, foreign: [0; 6] }
    }

    fn handler(pair: Pair) -> Self {
        // SAFETY: null, or made from a `Handler` in `pair`.
        let handler = unsafe { mem::transmute::<*mut (), Option<Handler>>(pair.function) };
        Self { handler, data: pair.data.cast(), ..Self::plain(SIGTRIP_HANDLER) }
    }

    pub(super) const fn word(word: usize) -> Self {
        Self { word, ..Self::plain(SIGTRIP_WORD) }
    }

    pub(super) fn foreign(foreign: Foreign) -> Self {
        let mut it = Self::plain(SIGTRIP_FOREIGN);
        if let Some(action) = foreign.0 {
            let (handler, flags, mask) = action.to_words();
            it.foreign[0] = handler;
            it.foreign[1] = flags.cast_unsigned() as usize;
            it.foreign[2..2 + mask.len()].copy_from_slice(&mask);
        }
        it
    }

    pub(super) const fn kind(&self) -> c_int {
        self.kind
    }

    pub(super) const fn as_word(&self) -> usize {
        self.word
    }

    /// A foreign one, as `foreign` has written it. Where nothing was told there is nothing.
    pub(super) fn as_foreign(&self) -> Foreign {
        let [handler, flags, mask @ ..] = self.foreign;
        let mut words: SigSet = Default::default();
        let length = words.len();
        words.copy_from_slice(&mask[..length]);
        // The flags came from a `c_int`.
        let action = Action::from_words(handler, (flags as u32).cast_signed(), words);
        Foreign((handler != 0).then_some(action))
    }

    /// The function and its data, if it is a C handler.
    fn pair(&self) -> Pair {
        let function = self.handler.map_or(ptr::null_mut(), |handler| handler as *mut ());
        Pair { function, data: self.data.cast() }
    }

    /// As the library has it, with what C's slot is to hold.
    fn ours(&self) -> Result<(Ours, Pair), Code> {
        Ok(match self.kind {
            SIGTRIP_DEFAULT => (Ours::Default, Pair::NONE),
            SIGTRIP_IGNORE => (Ours::Ignore, Pair::NONE),
            SIGTRIP_HANDLER => {
                given::needed(self.handler)?;
                (Ours::Handler(OurHandler::new(run)), self.pair())
            }
            SIGTRIP_FOREIGN => (Ours::Foreign(self.as_foreign()), Pair::NONE),
            _ => return Err(Code::errno(libc::EINVAL)),
        })
    }

    /// As C is told it, with what stood in C's slot.
    fn of(ours: &Ours, pair: Pair) -> Self {
        match ours {
            Ours::Default => Self::plain(SIGTRIP_DEFAULT),
            Ours::Ignore => Self::plain(SIGTRIP_IGNORE),
            Ours::Foreign(foreign) => Self::foreign(*foreign),
            Ours::Handler(handler) if handler.name() == type_name_of_val(&run) => Self::handler(pair),
            Ours::Handler(handler) if handler.name() == type_name_of_val(&default_int_handler) => {
                Self::handler(DEFAULT_INT)
            }
            Ours::Handler(_) => Self::plain(SIGTRIP_RUST),
        }
    }
}

/// Python's start-up installs Rust's; C knows it by this name.
const DEFAULT_INT: Pair = Pair { function: sigtrip_default_int_handler as *mut (), data: ptr::null_mut() };

/// The one handler that stands for every C function. Owner context.
fn run(delivery: &Delivery) -> Result<(), Interrupt> {
    let signal = delivery.signal();
    match call(signal, c_functions::of(signal)) {
        0 => Ok(()),
        failed => Err(Interrupt::exit(failed)),
    }
}

fn call(signal: Signal, pair: Pair) -> c_int {
    // SAFETY: null, or made from a `Handler` in `Disposition::pair`.
    let handler = unsafe { mem::transmute::<*mut (), Option<Handler>>(pair.function) };
    // SAFETY: a handler is given what it was installed with, on the owner's thread; the rest its author has promised.
    handler.map_or(0, |handler| unsafe { handler(signal.number(), pair.data.cast()) })
}

/// Sets a disposition, and then what C's slot holds: no handler runs in between.
fn replace(signal: c_int, new: &Disposition) -> Result<Disposition, Code> {
    let signal = given::signal(signal)?;
    let (ours, pair) = new.ours()?;
    let earlier = set_signal(signal, ours)?;
    Ok(Disposition::of(&earlier, c_functions::replace(signal, pair)))
}

/// # Safety
///
/// - `earlier` is null, or valid for writing.
unsafe fn set(signal: c_int, new: &Disposition, earlier: *mut Disposition) -> c_int {
    done(|| {
        let replaced = replace(signal, new)?;
        // SAFETY: the caller's promise is the same.
        unsafe { given::write(earlier, replaced) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_signal(
    signal: c_int,
    handler: Option<Handler>,
    data: *mut c_void,
    earlier: *mut Disposition,
) -> c_int {
    let new = Disposition { handler, data, ..Disposition::plain(SIGTRIP_HANDLER) };
    // SAFETY: so the header asks.
    unsafe { set(signal, &new, earlier) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_ignore(signal: c_int, earlier: *mut Disposition) -> c_int {
    // SAFETY: so the header asks.
    unsafe { set(signal, &Disposition::plain(SIGTRIP_IGNORE), earlier) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_default(signal: c_int, earlier: *mut Disposition) -> c_int {
    // SAFETY: so the header asks.
    unsafe { set(signal, &Disposition::plain(SIGTRIP_DEFAULT), earlier) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_set_disposition(
    signal: c_int,
    disposition: *const Disposition,
    earlier: *mut Disposition,
) -> c_int {
    // SAFETY: so the header asks. It is copied, so that both may be one place.
    match unsafe { given::read(disposition) } {
        // SAFETY: so the header asks.
        Ok(new) => unsafe { set(signal, &new, earlier) },
        Err(code) => done(|| Err(code)),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_getsignal(signal: c_int, disposition: *mut Disposition) -> c_int {
    done(|| {
        given::room(disposition)?;
        let signal = given::signal(signal)?;
        let now = Disposition::of(&getsignal(signal)?, c_functions::seen_from_anywhere(signal));
        // SAFETY: so the header asks.
        unsafe { given::write(disposition, now) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C-unwind" fn sigtrip_default_int_handler(_signal: c_int, _data: *mut c_void) -> c_int {
    SIGTRIP_INTERRUPTED
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_siginterrupt(signal: c_int, interrupt: c_int) -> c_int {
    done(|| Ok(siginterrupt(given::signal(signal)?, interrupt != 0)?))
}

/// What a drain hands over, of a session that is no host's: what C's slot holds for the signal.
pub(super) fn installed(signal: Signal) -> Disposition {
    Disposition::handler(c_functions::of(signal))
}

/// For the drain: an answer of a callback.
pub(super) fn answered(returned: c_int) -> Answer {
    Code::of_callback(returned).map(|()| 0)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_call(signal: c_int, disposition: *const Disposition) -> c_int {
    entry(|| {
        let signal = given::signal(signal)?;
        // SAFETY: so the header asks.
        let disposition = unsafe { given::read(disposition) }?;
        if disposition.kind != SIGTRIP_HANDLER {
            return Ok(0);
        }
        answered(call(signal, disposition.pair()))
    })
}
