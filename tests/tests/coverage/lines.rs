//! Lines and how often they were run, from what `llvm-cov` exports in the form of `lcov`: `SF:` and a file, then for each of
//! its lines with code `DA:` with the number and the times.

use std::{fs, path::Path};

pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) lines: Vec<Line>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) times: u64,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn run(&self) -> usize {
        self.lines.iter().filter(|line| line.times > 0).count()
    }
}

/// The files in the folder, without unit tests; a file's name counts from there.
pub(crate) fn read(lcov: &str, folder: &Path) -> Vec<File> {
    let records = lcov.split("SF:").skip(1);
    let files = records.filter_map(|record| {
        let (path, rest) = record.split_once('\n')?;
        let name = Path::new(path).strip_prefix(folder).ok()?.to_str()?;
        let is_test = name.contains("/tests/") || name.ends_with("/tests.rs");
        (!is_test).then(|| file(name, rest, &fs::read_to_string(path).unwrap()))
    });
    files.collect()
}

fn file(name: &str, record: &str, source: &str) -> File {
    // Unit tests stand at a file's end.
    let source: Vec<_> = source.lines().take_while(|line| *line != "#[cfg(test)]").collect();
    let counts = record.lines().filter_map(|line| line.strip_prefix("DA:")?.split_once(','));
    let lines = counts.filter_map(|(number, times)| {
        let number: usize = number.parse().unwrap();
        let text = source.get(number - 1)?.trim().to_owned();
        Some(Line { number, times: times.parse().unwrap(), text })
    });
    File { name: name.to_owned(), lines: lines.collect() }
}

#[test]
fn lines_are_read_and_unit_tests_left_out() {
    let record = "FN:1,f\nDA:1,4\nDA:2,0\nDA:5,9\nend_of_record\n";
    let source = "fn f() {\n    g()\n}\n#[cfg(test)]\nmod tests {}";
    let file = file("a.rs", record, source);
    let line = |number, times, text: &str| Line { number, times, text: text.to_owned() };
    assert_eq!((file.run(), file.lines), (1, vec![line(1, 4, "fn f() {"), line(2, 0, "g()")]));
}
