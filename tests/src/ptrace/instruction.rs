//! What one x86-64 instruction is, as far as the budgets ask: locked, a system call, a call, or a breakpoint.

/// The bytes at the program counter; what lies behind the instruction is not looked at.
#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    lock_prefix: bool,
    opcode: [u8; 2],
    modrm: u8,
}

impl Instruction {
    /// Splits prefixes from opcode. Bytes that are missing count as zero.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Self {
        let legacy = bytes.iter().take_while(|&&byte| is_legacy_prefix(byte)).count();
        let (prefixes, rest) = bytes.split_at(legacy);
        let rest = if rest.first().is_some_and(|byte| byte & 0xF0 == 0x40) { &rest[1..] } else { rest };
        let at = |index: usize| rest.get(index).copied().unwrap_or(0);
        Self { lock_prefix: prefixes.contains(&0xF0), opcode: [at(0), at(1)], modrm: at(1) }
    }

    /// A `lock` prefix, or an exchange with memory, which is locked without one.
    #[must_use]
    pub fn is_locked(self) -> bool {
        self.lock_prefix || matches!(self.opcode[0], 0x86 | 0x87) && self.modrm >> 6 != 0b11
    }

    /// `syscall`.
    #[must_use]
    pub fn is_system_call(self) -> bool {
        self.opcode == [0x0F, 0x05]
    }

    /// `call`, direct or by a register or memory.
    #[must_use]
    pub fn is_call(self) -> bool {
        self.opcode[0] == 0xE8 || self.opcode[0] == 0xFF && matches!(self.modrm >> 3 & 0b111, 2 | 3)
    }

    /// `int3`.
    #[must_use]
    pub fn is_breakpoint(self) -> bool {
        self.opcode[0] == 0xCC
    }
}

fn is_legacy_prefix(byte: u8) -> bool {
    matches!(byte, 0xF0 | 0xF2 | 0xF3 | 0x2E | 0x36 | 0x3E | 0x26 | 0x64..=0x67)
}

#[test]
fn locked_instructions_are_told_by_prefix_or_by_exchange_with_memory() {
    let locked = |bytes: &[u8]| Instruction::decode(bytes).is_locked();
    assert!(locked(&[0xF0, 0x48, 0x09, 0x05, 0, 0, 0, 0])); // lock or [rip], rax
    assert!(locked(&[0x66, 0xF0, 0x0F, 0xB1, 0x0F])); // lock cmpxchg [rdi], cx
    assert!(locked(&[0x87, 0x05, 0, 0, 0, 0])); // xchg [rip], eax
    assert!(locked(&[0x48, 0x87, 0x07])); // xchg [rdi], rax
    assert!(!locked(&[0x48, 0x87, 0xC3])); // xchg rbx, rax
    assert!(!locked(&[0x48, 0x09, 0x05, 0xF0, 0, 0, 0])); // or [rip + 0xF0], rax
    assert!(!locked(&[0x90])); // nop
}

#[test]
fn calls_system_calls_and_breakpoints_are_told_by_opcode() {
    let of = Instruction::decode;
    assert!(of(&[0x0F, 0x05]).is_system_call());
    assert!(!of(&[0x0F, 0x0B]).is_system_call()); // ud2
    assert!(of(&[0xE8, 0, 0, 0, 0]).is_call());
    assert!(of(&[0xFF, 0x15, 0, 0, 0, 0]).is_call()); // call [rip]
    assert!(of(&[0x41, 0xFF, 0xD4]).is_call()); // call r12
    assert!(!of(&[0xFF, 0xE0]).is_call()); // jmp rax
    assert!(!of(&[0xE9, 0, 0, 0, 0]).is_call()); // jmp
    assert!(of(&[0xCC]).is_breakpoint());
    assert!(!of(&[0xC3]).is_breakpoint()); // ret
    assert!(!of(&[]).is_breakpoint());
}
