//! A host runtime: its words, and its notify hook.

use core::{
    ffi::c_int,
    mem, ptr,
    sync::atomic::{AtomicPtr, Ordering},
};

use sigtrip_core::Disposition as CoreDisposition;

use super::{
    answer::{Code, done, entry},
    disposition::{Disposition, SIGTRIP_DEFAULT, SIGTRIP_FOREIGN, SIGTRIP_IGNORE, SIGTRIP_WORD},
    given,
    session::{self, Open},
};
use crate::{
    Signal,
    embed::{self, Host, Waited, Word},
};

const INVALID: Code = Code::errno(libc::EINVAL);

const SIGTRIP_WAITED_NOTHING: c_int = 0;
const SIGTRIP_WAITED_PENDING: c_int = 1;
const SIGTRIP_WAITED_READABLE: c_int = 2;

/// Runs in signal context.
type Notify = unsafe extern "C" fn(signal: c_int);

/// The notify hook, or null. Set by the owner, read in signal context.
static NOTIFY: AtomicPtr<()> = AtomicPtr::new(ptr::null_mut());

/// Signal context.
fn notify(signal: Signal) {
    // Acquire: pairs with the Release in `sigtrip_host_set_notify`, so that what the hook uses is seen.
    let hook = NOTIFY.load(Ordering::Acquire);
    // SAFETY: null, or made from a `Notify` there.
    let hook = unsafe { mem::transmute::<*mut (), Option<Notify>>(hook) };
    if let Some(hook) = hook {
        // SAFETY: the header asks of it what is asked of every hook.
        unsafe { hook(signal.number()) };
    }
}

fn ours(disposition: &Disposition) -> Result<embed::Disposition, Code> {
    Ok(match disposition.kind() {
        SIGTRIP_FOREIGN => CoreDisposition::Foreign(disposition.as_foreign()),
        _ => match plain(disposition)? {
            CoreDisposition::Default => CoreDisposition::Default,
            CoreDisposition::Ignore => CoreDisposition::Ignore,
            CoreDisposition::Handler(word) => CoreDisposition::Handler(word),
            CoreDisposition::Foreign(()) => return Err(INVALID),
        },
    })
}

/// As the table alone has it.
fn plain(disposition: &Disposition) -> Result<CoreDisposition<Word>, Code> {
    Ok(match disposition.kind() {
        SIGTRIP_DEFAULT => CoreDisposition::Default,
        SIGTRIP_IGNORE => CoreDisposition::Ignore,
        SIGTRIP_WORD => CoreDisposition::Handler(given::needed(Word::new(disposition.as_word()))?),
        SIGTRIP_FOREIGN => CoreDisposition::Foreign(()),
        _ => return Err(INVALID),
    })
}

fn as_c(disposition: embed::Disposition) -> Disposition {
    match disposition {
        CoreDisposition::Default => Disposition::plain(SIGTRIP_DEFAULT),
        CoreDisposition::Ignore => Disposition::plain(SIGTRIP_IGNORE),
        CoreDisposition::Handler(word) => Disposition::word(word.get()),
        CoreDisposition::Foreign(foreign) => Disposition::foreign(foreign),
    }
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_host_open(options: u32, kick: c_int) -> c_int {
    session::open(options, kick, |options| Ok(Open::Host(Host::open(options)?)))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_host_set(
    signal: c_int,
    disposition: *const Disposition,
    earlier: *mut Disposition,
    stale: *mut usize,
) -> c_int {
    done(|| {
        // SAFETY: so the header asks.
        let new = ours(&unsafe { given::read(disposition) }?)?;
        let signal = given::signal(signal)?;
        let replaced = session::with_host(|host| Ok(host.set(signal, new)?))?;
        // SAFETY: so the header asks.
        unsafe { given::write(earlier, as_c(replaced.disposition)) };
        // SAFETY: so the header asks.
        unsafe { given::write(stale, replaced.stale.map_or(0, Word::get)) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_host_set_fed(
    signal: c_int,
    disposition: *const Disposition,
    earlier: *mut Disposition,
) -> c_int {
    done(|| {
        // SAFETY: so the header asks.
        let new = plain(&unsafe { given::read(disposition) }?)?;
        let signal = given::signal(signal)?;
        let before = session::with_host(|host| Ok(host.set_fed(signal, new)?))?;
        let before = match before {
            CoreDisposition::Default => Disposition::plain(SIGTRIP_DEFAULT),
            CoreDisposition::Ignore => Disposition::plain(SIGTRIP_IGNORE),
            CoreDisposition::Handler(word) => Disposition::word(word.get()),
            CoreDisposition::Foreign(()) => Disposition::plain(SIGTRIP_FOREIGN),
        };
        // SAFETY: so the header asks.
        unsafe { given::write(earlier, before) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_host_get(signal: c_int, disposition: *mut Disposition) -> c_int {
    done(|| {
        given::room(disposition)?;
        let signal = given::signal(signal)?;
        let now = session::with_host(|host| Ok(host.get(signal)?))?;
        // SAFETY: so the header asks.
        unsafe { given::write(disposition, as_c(now)) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_host_set_notify(hook: Option<Notify>) -> c_int {
    done(|| {
        session::with_host(|host| {
            let function = hook.map_or(ptr::null_mut(), |hook| hook as *mut ());
            // Release: pairs with the Acquire in `notify`.
            NOTIFY.store(function, Ordering::Release);
            // SAFETY: it loads a word and calls what the header asks as much of.
            unsafe { host.set_notify(hook.map(|_| notify as fn(Signal))) };
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_host_wait(timeout: i64) -> c_int {
    entry(|| {
        let pending = session::with_host(|host| Ok(host.wait(given::timeout(timeout))?))?;
        Ok(if pending { SIGTRIP_WAITED_PENDING } else { SIGTRIP_WAITED_NOTHING })
    })
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_host_wait_readable(descriptor: c_int, timeout: i64) -> c_int {
    entry(|| {
        if descriptor < 0 {
            return Err(INVALID);
        }
        let waited = session::with_host(|_host| {
            Ok(embed::wait_readable_number(descriptor, given::timeout(timeout))?)
        })?;
        Ok(match waited {
            Waited::Pending => SIGTRIP_WAITED_PENDING,
            Waited::Readable => SIGTRIP_WAITED_READABLE,
            Waited::TimedOut => SIGTRIP_WAITED_NOTHING,
        })
    })
}
