//! One function, read from its first instruction along every branch: where it leads, how often it goes back, and how deep its
//! own stack is.
//!
//! What the reading can not follow is a finding, never passed over.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use iced_x86::{
    Code, Decoder, DecoderOptions, FlowControl, Instruction, InstructionInfoFactory, Mnemonic, OpAccess,
    OpKind, Register,
};

use crate::program::{Callee, Program, Symbol};

/// Where control goes from an instruction.
#[derive(Debug, Default)]
struct Step {
    /// Instructions of the same function.
    next: Vec<u64>,
    callee: Option<Callee>,
    /// Calls an address that no file says.
    unknown: bool,
}

/// A call, or a jump that leaves.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) callee: Callee,
    /// The bytes of stack in use when the callee's first instruction runs, of which eight say where to return to.
    pub(crate) depth: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Function {
    steps: BTreeMap<u64, Step>,
    depths: BTreeMap<u64, i64>,
    pub(crate) calls: BTreeMap<u64, Call>,
    /// The deepest that it goes by itself.
    pub(crate) depth: i64,
    /// Jumps back to where it can have come from.
    pub(crate) loops: BTreeSet<(u64, u64)>,
    pub(crate) findings: BTreeSet<String>,
}

impl Function {
    pub(crate) fn read(program: &Program, entry: u64) -> Self {
        Self::read_below(program, entry, 0)
    }

    /// As above; so many functions below the one that is read.
    fn read_below(program: &Program, entry: u64, below: usize) -> Self {
        let mut function = Self::default();
        let Some(symbol) = program.function(entry) else {
            function.findings.insert(format!("{entry:#x} is in no function"));
            return function;
        };
        let mut left = vec![(entry, 0)];
        while let Some((at, depth)) = left.pop() {
            match function.depths.get(&at) {
                Some(&before) if before == depth => {}
                Some(_) => function.find(at, "its stack is of two depths"),
                None => left.extend(function.visit(program, symbol, at, depth, below)),
            }
        }
        function.know_by_register(program);
        function.loops = function.back_edges(entry);
        function
    }

    /// Reads one instruction, with so many bytes on the stack; where it goes on, and with how many.
    fn visit(
        &mut self,
        program: &Program,
        symbol: &Symbol,
        at: u64,
        depth: i64,
        below: usize,
    ) -> Vec<(u64, i64)> {
        self.depths.insert(at, depth);
        let Some(instruction) = decode(program, at) else {
            self.find(at, "no instruction");
            return vec![];
        };
        self.look_at(&instruction);
        let after = depth + self.grows(&instruction);
        self.depth = self.depth.max(after);
        let mut step = self.step(program, symbol.start..symbol.end, &instruction);
        if let Some(callee) = step.callee.clone() {
            let call = is_call(&instruction);
            if call && !returns(program, &callee, below) {
                step.next.clear(); // what stands behind it is for something else
            }
            let depth = if call { depth + 8 } else { depth };
            self.depth = self.depth.max(depth);
            self.calls.insert(at, Call { callee, depth });
        }
        let next = step.next.iter().map(|&next| (next, after)).collect();
        self.steps.insert(at, step);
        next
    }

    fn find(&mut self, at: u64, what: &str) {
        self.findings.insert(format!("{at:#x}: {what}"));
    }

    pub(crate) fn instructions(&self) -> usize {
        self.steps.len()
    }

    /// Calls of addresses that no file says.
    pub(crate) fn unknown_calls(&self) -> usize {
        self.steps.values().filter(|step| step.unknown).count()
    }

    /// Finds what is called by a register that holds, wherever it is written, one and the same word of the loader's.
    fn know_by_register(&mut self, program: &Program) {
        let all: Vec<_> = self.steps.keys().filter_map(|&at| decode(program, at)).collect();
        let unknown =
            all.iter().filter(|it| self.steps[&it.ip()].unknown && it.op0_kind() == OpKind::Register);
        let known: Vec<_> = unknown
            .filter_map(|call| {
                let register = call.op0_register();
                // What a caller kept there comes back at the end.
                let writers = all.iter().filter(|it| it.mnemonic() != Mnemonic::Pop && writes(it, register));
                let mut callees = writers.map(|it| loaded(program, it));
                let first = callees.next()??;
                callees.all(|other| other.as_ref() == Some(&first)).then_some((call.ip(), first))
            })
            .collect();
        for (at, callee) in known {
            let step = self.steps.get_mut(&at).expect("it was looked at");
            (step.callee, step.unknown) = (Some(callee.clone()), false);
            self.calls.insert(at, Call { callee, depth: self.depths[&at] + 8 });
        }
    }

    /// What an instruction may not be, wherever it is.
    fn look_at(&mut self, instruction: &Instruction) {
        let at = instruction.ip();
        if matches!(instruction.memory_segment(), Register::FS | Register::GS) && uses_memory(instruction) {
            self.find(at, "a thread-local");
        }
        if matches!(instruction.mnemonic(), Mnemonic::Syscall | Mnemonic::Sysenter)
            || instruction.code() == Code::Int_imm8
        {
            self.find(at, "enters the kernel past libc");
        }
        if instruction.has_rep_prefix() || instruction.has_repne_prefix() {
            self.find(at, "repeats as often as a register says");
        }
    }

    /// By how many bytes the stack is deeper after it.
    fn grows(&mut self, instruction: &Instruction) -> i64 {
        if is_call(instruction) || instruction.flow_control() == FlowControl::Return {
            return 0;
        }
        let moved = instruction.stack_pointer_increment();
        if moved != 0 {
            return i64::from(-moved);
        }
        let first_is_the_stack = instruction.op0_kind() == OpKind::Register
            && instruction.op0_register() == Register::RSP
            && instruction.op_count() > 1;
        let number = |instruction: &Instruction| instruction.immediate(1).cast_signed();
        match instruction.mnemonic() {
            Mnemonic::Sub if first_is_the_stack && is_immediate(instruction) => number(instruction),
            Mnemonic::Add if first_is_the_stack && is_immediate(instruction) => -number(instruction),
            _ if writes(instruction, Register::RSP) => {
                let at = instruction.ip();
                self.find(at, "sets the stack pointer to what is not known");
                0
            }
            _ => 0,
        }
    }

    fn step(&mut self, program: &Program, range: Range<u64>, instruction: &Instruction) -> Step {
        let (at, after) = (instruction.ip(), instruction.next_ip());
        let go_on = || if range.contains(&after) { vec![after] } else { vec![] };
        let inside = |target| range.contains(&target);
        match instruction.flow_control() {
            FlowControl::Next => {
                if !range.contains(&after) {
                    self.find(at, "runs out of its function");
                }
                Step { next: go_on(), ..Step::default() }
            }
            FlowControl::Call => Step {
                next: go_on(),
                callee: Some(Callee::Function(instruction.near_branch_target())),
                unknown: false,
            },
            FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch => {
                let target = instruction.near_branch_target();
                let conditional = instruction.flow_control() == FlowControl::ConditionalBranch;
                let mut next = if conditional { go_on() } else { vec![] };
                next.extend(inside(target).then_some(target));
                let leaves = (!inside(target)).then_some(Callee::Function(target));
                Step { next, callee: leaves, unknown: false }
            }
            FlowControl::IndirectCall => {
                let callee = word(program, instruction);
                Step { next: go_on(), unknown: callee.is_none(), callee }
            }
            FlowControl::IndirectBranch => match word(program, instruction) {
                Some(callee) => Step { callee: Some(callee), ..Step::default() },
                None => match self.table(program, &range, at) {
                    Some(next) => Step { next, ..Step::default() },
                    None => Step { unknown: true, ..Step::default() },
                },
            },
            FlowControl::Return => Step::default(),
            // Behind a call that does not return the compiler puts a trap; one that is jumped to is an abort.
            FlowControl::Interrupt | FlowControl::Exception => {
                if !self.follows_a_call(at) {
                    self.find(at, "a trap");
                }
                Step::default()
            }
            other => {
                self.find(at, &format!("{other:?}"));
                Step::default()
            }
        }
    }

    fn follows_a_call(&self, at: u64) -> bool {
        let leads_here = |step: &&Step| step.next.contains(&at);
        self.steps.values().filter(leads_here).all(|step| step.callee.is_some() || step.unknown)
    }

    /// The targets of a jump by a table of the compiler's: just before it the table's address is loaded, and the index was
    /// compared with the highest that there is.
    fn table(&self, program: &Program, range: &Range<u64>, jump: u64) -> Option<Vec<u64>> {
        let before: Vec<_> =
            self.depths.range(..jump).rev().take(8).filter_map(|(&at, _)| decode(program, at)).collect();
        let table =
            before.iter().find(|it| it.mnemonic() == Mnemonic::Lea && it.is_ip_rel_memory_operand())?;
        let compared = before.iter().find(|it| it.mnemonic() == Mnemonic::Cmp && is_immediate(it))?;
        let table = table.ip_rel_memory_address();
        let bytes = program.bytes(table)?;
        let entries = usize::try_from(compared.immediate(1)).ok()?.checked_add(1)?;
        let targets = bytes.chunks_exact(4).take(entries).map(|entry| {
            let offset = i32::from_le_bytes(entry.try_into().expect("four bytes"));
            table.checked_add_signed(offset.into()).filter(|target| range.contains(target))
        });
        targets.collect()
    }

    /// The edges that lead to an instruction from which one has come: each closes a loop.
    fn back_edges(&self, entry: u64) -> BTreeSet<(u64, u64)> {
        let mut found = BTreeSet::new();
        let (mut done, mut path) = (BTreeSet::new(), vec![(entry, 0)]);
        let mut on_the_path = BTreeSet::from([entry]);
        while let Some((at, branch)) = path.last_mut() {
            let from = *at;
            let next = self.steps.get(at).and_then(|step| step.next.get(*branch)).copied();
            *branch += 1;
            match next {
                None => {
                    path.pop();
                    on_the_path.remove(&from);
                    done.insert(from);
                }
                Some(next) if on_the_path.contains(&next) => drop(found.insert((from, next))),
                Some(next) if done.contains(&next) => {}
                Some(next) => {
                    on_the_path.insert(next);
                    path.push((next, 0));
                }
            }
        }
        found
    }

    /// The most instructions that it can run, each loop once, where a callee costs what `cost` says.
    pub(crate) fn longest(&self, entry: u64, cost: &mut dyn FnMut(&Callee) -> usize) -> usize {
        let mut known = BTreeMap::new();
        self.longest_from(entry, cost, &mut known)
    }

    fn longest_from(
        &self,
        at: u64,
        cost: &mut dyn FnMut(&Callee) -> usize,
        known: &mut BTreeMap<u64, usize>,
    ) -> usize {
        if let Some(&known) = known.get(&at) {
            return known;
        }
        let Some(step) = self.steps.get(&at) else { return 0 };
        let called = step.callee.as_ref().map_or(0, &mut *cost);
        let mut after = 0;
        for &next in step.next.iter().filter(|&&next| !self.loops.contains(&(at, next))) {
            after = after.max(self.longest_from(next, cost, known));
        }
        // A jump that leaves is taken or not; a call comes back.
        let longest = 1 + called + after;
        known.insert(at, longest);
        longest
    }
}

/// Whether a call of it comes back. What ends the process does not, and nobody looks far for that.
fn returns(program: &Program, callee: &Callee, below: usize) -> bool {
    const FAR: usize = 3;
    match callee {
        Callee::Import(name) => !matches!(name.as_str(), "_exit" | "abort"),
        Callee::Function(_) if below == FAR => true,
        Callee::Function(entry) => {
            let function = Function::read_below(program, *entry, below + 1);
            function.steps.keys().filter_map(|&at| decode(program, at)).any(|it| match it.flow_control() {
                FlowControl::Return | FlowControl::IndirectBranch => true,
                FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch => {
                    function.calls.contains_key(&it.ip())
                }
                _ => false,
            })
        }
    }
}

fn decode(program: &Program, at: u64) -> Option<Instruction> {
    let instruction = Decoder::with_ip(64, program.bytes(at)?, at, DecoderOptions::NONE).decode();
    (!instruction.is_invalid()).then_some(instruction)
}

fn is_call(instruction: &Instruction) -> bool {
    matches!(instruction.flow_control(), FlowControl::Call | FlowControl::IndirectCall)
}

/// Where it leads through a word that the loader fills in.
fn word(program: &Program, instruction: &Instruction) -> Option<Callee> {
    let through = instruction.is_ip_rel_memory_operand().then(|| instruction.ip_rel_memory_address())?;
    program.word(through).cloned()
}

fn is_immediate(instruction: &Instruction) -> bool {
    matches!(
        instruction.op1_kind(),
        OpKind::Immediate8
            | OpKind::Immediate8to32
            | OpKind::Immediate8to64
            | OpKind::Immediate32
            | OpKind::Immediate32to64
    )
}

fn uses_memory(instruction: &Instruction) -> bool {
    (0..instruction.op_count()).any(|operand| instruction.op_kind(operand) == OpKind::Memory)
}

/// What a move loads, if that is a word that the loader fills in.
fn loaded(program: &Program, instruction: &Instruction) -> Option<Callee> {
    (instruction.mnemonic() == Mnemonic::Mov).then(|| word(program, instruction))?
}

fn writes(instruction: &Instruction, register: Register) -> bool {
    let is_write = |access| {
        matches!(
            access,
            OpAccess::Write | OpAccess::ReadWrite | OpAccess::CondWrite | OpAccess::ReadCondWrite
        )
    };
    let mut factory = InstructionInfoFactory::new();
    let mut used = factory.info(instruction).used_registers().iter();
    used.any(|used| used.register().full_register() == register && is_write(used.access()))
}
