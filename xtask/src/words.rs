//! The task `words`: measures whether code and documents use the field's terms, as the glossary asks.
//!
//! Two habits make text hard to read and can be counted: pronouns in place of a noun ("whoever runs the
//! server" for "the operator"), and doc comments that open with a question word ("How long …" for "Time
//! limit of …").
//!
//! Tests are exempt: their names and comments are sentences about people. So are published sentences, which
//! change with the pages, the API and the command line and not with the code: string literals, and doc
//! comments that are part of `docs/openapi.json` or of `--help`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::system::process;
use crate::system::steps::note;
use crate::system::workspace::Workspace;

/// Pronouns that usually stand where a noun exists.
const PRONOUNS: [&str; 7] = ["nobody", "somebody", "whoever", "whom", "whose", "anybody", "everybody"];
/// Question words that open a relative clause in place of a noun.
const OPENINGS: [&str; 5] = ["What", "Who", "Whether", "Where", "How"];
/// Pronouns allowed in 1,000 lines.
const MAX_PRONOUNS: f64 = 1.0;
/// Doc comments that may open with a question word, in percent.
const MAX_OPENINGS: f64 = 3.0;
/// Number of files that a report names for each of the two counts.
const WORST: usize = 15;

/// File types that people write. Generated ones, such as `docs/openapi.json`, are not among them.
const TYPES: [&str; 6] = ["rs", "md", "toml", "sql", "css", "js"];

/// Counts of one file, or of a group of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    lines: usize,
    pronouns: usize,
    docs: usize,
    openings: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.pronouns += other.pronouns;
        self.docs += other.docs;
        self.openings += other.openings;
    }

    fn pronouns_per_1000_lines(self) -> f64 {
        ratio(self.pronouns, self.lines) * 1_000.0
    }

    fn openings_percent(self) -> f64 {
        ratio(self.openings, self.docs) * 100.0
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines are far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Fails if the checkout exceeds one of the limits, after a report of the counts for each package.
///
/// # Errors
/// The exceeded limit; a file that cannot be read.
pub fn check(workspace: &Workspace) -> Result<()> {
    let published = Published::read(&workspace.root.join("docs/openapi.json"))?;
    let files = count_files(&workspace.root, &published)?;
    let mut packages: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut total = Counts::default();
    for (path, counts) in &files {
        packages.entry(package(path)).or_default().add(*counts);
        total.add(*counts);
    }
    note(format_args!(
        "{:<16} {:>7} {:>9} {:>10} {:>6} {:>9} {:>7}",
        "", "lines", "pronouns", "per 1,000", "docs", "questions", "%"
    ));
    for (package, counts) in &packages {
        note(row(package, *counts));
    }
    note(row("all", total));
    report("Pronouns", &files, |counts| counts.pronouns);
    report("Doc comments that open with a question word", &files, |counts| counts.openings);
    let (pronouns, openings) = (total.pronouns_per_1000_lines(), total.openings_percent());
    ensure!(
        pronouns <= MAX_PRONOUNS,
        "{pronouns:.2} pronouns in 1,000 lines ({}), of at most {MAX_PRONOUNS}: name the thing instead",
        PRONOUNS.join(", ")
    );
    ensure!(
        openings <= MAX_OPENINGS,
        "{openings:.1} % of doc comments open with {}, of at most {MAX_OPENINGS} %: begin with a noun or a verb",
        OPENINGS.join(", ")
    );
    Ok(())
}

fn row(name: &str, counts: Counts) -> String {
    format!(
        "{name:<16} {:>7} {:>9} {:>10.2} {:>6} {:>9} {:>7.1}",
        counts.lines,
        counts.pronouns,
        counts.pronouns_per_1000_lines(),
        counts.docs,
        counts.openings,
        counts.openings_percent()
    )
}

/// Names the files with the highest counts.
fn report(title: &str, files: &BTreeMap<String, Counts>, count: impl Fn(&Counts) -> usize) {
    let mut worst: Vec<(usize, &String)> =
        files.iter().map(|(path, counts)| (count(counts), path)).filter(|(number, _)| *number > 0).collect();
    worst.sort_unstable_by(|a, b| b.cmp(a));
    note(format_args!("{title}: {} files", worst.len()));
    for (number, path) in worst.iter().take(WORST) {
        note(format_args!("{number:>5}  {path}"));
    }
}

/// Counts in every tracked file that people write and that is no test.
fn count_files(root: &Path, published: &Published) -> Result<BTreeMap<String, Counts>> {
    let listed = process::capture(std::process::Command::new("git").current_dir(root).arg("ls-files"))?;
    let mut files = BTreeMap::new();
    for path in listed.lines().filter(|path| is_counted(path)) {
        // A file that was just moved may still be listed.
        let Ok(file) = root.join(path).canonicalize() else { continue };
        let text = fs::read_to_string(&file).with_context(|| format!("{path} cannot be read"))?;
        files.insert(path.to_owned(), count(path, &text, published));
    }
    Ok(files)
}

fn is_counted(path: &str) -> bool {
    let is_test =
        ["tests/", "/testing/", "end2end/", "/tests.rs", "target/"].iter().any(|part| path.contains(part));
    // This file has to name the words that it counts. Released migrations must not change.
    let is_frozen = path == "xtask/src/words.rs" || path.starts_with("migrations/");
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    !is_test && !is_frozen && TYPES.contains(&extension)
}

/// The folder that counts are grouped by: `app/web`, `src`, `docs` …
fn package(path: &str) -> &str {
    let depth = if path.starts_with("app/") { 2 } else { 1 };
    match path.match_indices('/').nth(depth - 1) {
        Some((end, _)) => &path[..end],
        None => "(root)",
    }
}

fn count(path: &str, text: &str, published: &Published) -> Counts {
    if !path.ends_with(".rs") {
        return Counts { lines: text.lines().count(), pronouns: pronouns(text), ..Counts::default() };
    }
    let text = without_unit_tests(text);
    let comments: Vec<DocComment> =
        doc_comments(text).into_iter().filter(|comment| !published.contains(comment)).collect();
    let code = without_strings(text);
    let undocumented: String =
        code.lines().filter(|line| doc_text(line).is_none()).flat_map(|line| [line, "\n"]).collect();
    Counts {
        lines: text.lines().count(),
        pronouns: pronouns(&undocumented)
            + comments.iter().map(|comment| pronouns(&comment.text)).sum::<usize>(),
        docs: comments.len(),
        openings: comments.iter().filter(|comment| is_question(&comment.text)).count(),
    }
}

/// The file without the module of unit tests that stands at its end.
fn without_unit_tests(text: &str) -> &str {
    let starts = ["#[cfg(test)]\nmod tests {", "#[cfg(all(test, "];
    let end = starts.iter().filter_map(|start| text.find(start)).min();
    &text[..end.unwrap_or(text.len())]
}

/// Rust code without the contents of string literals. Comments stay.
fn without_strings(code: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(code.len()), code);
    while let Some(at) = rest.find(['/', '"', '\'']) {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with("//") {
            let line = rest.find('\n').unwrap_or(rest.len());
            kept.push_str(&rest[..line]);
            line
        } else if rest.starts_with('"') {
            let hashes = kept.len() - kept.trim_end_matches('#').len();
            let is_raw = kept.trim_end_matches('#').ends_with('r');
            string_length(rest, is_raw.then_some(hashes))
        } else if rest.starts_with("'\"'") {
            3
        } else {
            1
        };
        rest = &rest[length..];
    }
    kept.push_str(rest);
    kept
}

/// Length in bytes of the string literal at the start of `text`; `hashes` are those of a raw string.
fn string_length(text: &str, hashes: Option<usize>) -> usize {
    if let Some(hashes) = hashes {
        let end = format!("\"{}", "#".repeat(hashes));
        return text[1..].find(&end).map_or(text.len(), |at| at + 1 + end.len());
    }
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

fn pronouns(text: &str) -> usize {
    let words = text.split(|character: char| !character.is_ascii_alphabetic());
    words.filter(|word| PRONOUNS.iter().any(|pronoun| word.eq_ignore_ascii_case(pronoun))).count()
}

/// A doc comment in one line.
struct DocComment {
    text: String,
    /// It is the help of a command-line option.
    is_help: bool,
}

/// The text of a line of a doc comment.
fn doc_text(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).map(str::trim)
}

fn doc_comments(text: &str) -> Vec<DocComment> {
    let (mut comments, mut open): (Vec<DocComment>, Option<String>) = (Vec::new(), None);
    for line in text.lines() {
        match (doc_text(line), &mut open) {
            (Some(content), Some(text)) => text.extend([" ", content]),
            (Some(content), None) => open = Some(content.to_owned()),
            (None, _) => {
                if let Some(text) = open.take() {
                    let code = line.trim_start();
                    let is_help = code.starts_with("#[arg") || code.starts_with("#[command");
                    comments.push(DocComment { text, is_help });
                }
            }
        }
    }
    comments.extend(open.map(|text| DocComment { text, is_help: false }));
    comments
}

fn is_question(comment: &str) -> bool {
    let first = comment.split(|character: char| !character.is_alphabetic()).next().unwrap_or_default();
    OPENINGS.contains(&first)
}

/// Descriptions of the OpenAPI document, which come from doc comments.
struct Published(String);

impl Published {
    fn read(document: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(document).with_context(|| format!("{} cannot be read", document.display()))?;
        Ok(Self::of(&text))
    }

    fn of(document: &str) -> Self {
        Self(one_line(&document.replace("\\n", " ").replace("\\\"", "\"")))
    }

    fn contains(&self, comment: &DocComment) -> bool {
        comment.is_help || self.0.contains(&one_line(&comment.text))
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pronouns_are_counted_as_whole_words_in_any_case() {
        assert_eq!(pronouns("Nobody knows whose it is; nobodyish, everybody_else"), 3);
    }

    fn counted(text: &str) -> Counts {
        count("src/a.rs", text, &Published::of(r#"{"description": "Where an \"order\"\nstands."}"#))
    }

    #[test]
    fn a_doc_comment_counts_once_by_its_first_word() {
        let text = "//! How it works.\n//! Where it is.\n\n/// Time limit.\nconst A: u8 = 1;\n    /// Whose it is.\n    /// What\n";
        let counts = counted(text);
        assert_eq!((counts.docs, counts.openings, counts.pronouns), (3, 1, 1));
    }

    #[test]
    fn unit_tests_are_exempt() {
        let counts = counted("fn a() {}\n\n#[cfg(test)]\nmod tests {\n    /// Who\n    fn nobody() {}\n}\n");
        assert_eq!(counts, Counts { lines: 2, ..Counts::default() });
    }

    #[test]
    fn published_sentences_are_exempt() {
        let counts = counted(
            "/// Where an \"order\"\n/// stands.\nstruct A;\n/// How many, by whom\n#[arg(long)]\na: u8,\nlet b = \"nobody \\\" whom\";\nlet c = r#\"whom \" whom\"#; // whose\n",
        );
        assert_eq!((counts.docs, counts.openings, counts.pronouns), (0, 0, 1));
    }

    #[test]
    fn quotes_in_characters_and_comments_open_no_string() {
        assert_eq!(
            counted("let a = '\"'; let nobody = \"\"; // it's \" a quote\nlet whom = 1;\n").pronouns,
            2
        );
    }

    #[test]
    fn tests_and_generated_files_are_not_counted() {
        for path in [
            "src/tests/program/guide.rs",
            "app/domain/tests/platform/db.rs",
            "src/tls/tests.rs",
            "docs/openapi.json",
        ] {
            assert!(!is_counted(path), "{path}");
        }
        assert!(is_counted("app/web/src/app.rs") && is_counted("docs/glossary.md"));
    }

    #[test]
    fn files_are_grouped_by_package() {
        assert_eq!(package("app/web/src/app.rs"), "app/web");
        assert_eq!(package("src/main.rs"), "src");
        assert_eq!(package("README.md"), "(root)");
    }
}
