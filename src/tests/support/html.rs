//! Parses just enough HTML to check our own pages: elements, attributes, text. It is stricter than
//! browsers: an unclosed tag fails the test.

/// Elements without an end tag.
const VOID: [&str; 6] = ["br", "hr", "img", "input", "link", "meta"];
/// Elements with text that is not HTML.
const RAW: [&str; 2] = ["script", "style"];

/// A page as its elements, in document order.
#[derive(Debug, Default)]
pub struct Page(Vec<Element>);

#[derive(Debug)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// All text within it.
    pub text: String,
    parent: Option<usize>,
}

impl Element {
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }

    /// Ids in an attribute that is a list of them.
    pub fn ids(&self, attribute: &str) -> Vec<&str> {
        self.get(attribute).unwrap_or_default().split_ascii_whitespace().collect()
    }
}

impl Page {
    pub fn parse(html: &str) -> Self {
        let mut page = Self::default();
        let mut open: Vec<usize> = Vec::new();
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            page.write(&open, &rest[..at]);
            rest = &rest[at..];
            if rest.starts_with("<!--") {
                rest = &rest[rest.find("-->").expect("a comment is not closed") + 3..];
                continue;
            }
            let end = tag_end(rest);
            let tag = &rest[1..end];
            rest = &rest[end + 1..];
            if let Some(name) = tag.strip_prefix('/') {
                let closed = open.pop().map(|at| page.0[at].name.as_str());
                let at = html.len() - rest.len();
                let around: String =
                    html[..at].chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect();
                assert_eq!(closed, Some(name), "this end does not belong to what was begun last: {around}");
            } else if !tag.starts_with('!') {
                let (name, attributes) = read_tag(tag);
                if RAW.contains(&&*name) {
                    let end = rest.find(&format!("</{name}>")).expect("a script or style is not closed");
                    rest = &rest[end + name.len() + 3..];
                } else if !VOID.contains(&&*name) {
                    open.push(page.0.len());
                }
                // An element that was just opened is not its own parent.
                let parent = open.iter().rev().find(|at| **at < page.0.len()).copied();
                page.0.push(Element { name, attributes, text: String::new(), parent });
            }
        }
        assert!(open.is_empty(), "{:?} is not closed", open.first().map(|at| &page.0[*at]));
        page
    }

    fn write(&mut self, open: &[usize], text: &str) {
        let text = decode(text);
        for at in open {
            self.0[*at].text.push_str(&text);
        }
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.0.iter()
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &Element> {
        self.0.iter().filter(move |element| element.name == name)
    }

    #[track_caller]
    pub fn one(&self, name: &str) -> &Element {
        let all: Vec<_> = self.all(name).collect();
        assert_eq!(all.len(), 1, "there is not one {name}: {all:?}");
        all[0]
    }

    pub fn by_id(&self, id: &str) -> Option<&Element> {
        self.with("id", id)
    }

    /// The first element that has this attribute.
    pub fn with(&self, attribute: &str, value: &str) -> Option<&Element> {
        self.0.iter().find(|element| element.get(attribute) == Some(value))
    }

    /// All visible text.
    pub fn text(&self) -> &str {
        &self.one("body").text
    }

    pub fn heading(&self) -> &str {
        &self.one("h1").text
    }

    /// The flash message.
    pub fn flash(&self) -> Option<&str> {
        self.with("class", "flash").map(|flash| flash.text.as_str())
    }

    /// The summary of a form's faults.
    pub fn alert(&self) -> Option<&Element> {
        self.with("role", "alert")
    }

    /// The fault shown beside a field.
    pub fn fault(&self, field: &str) -> Option<&str> {
        self.by_id(&format!("{field}-fault")).map(|fault| fault.text.trim_start_matches("Error: "))
    }

    /// The places that the page links to.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.all("a").filter_map(|link| link.get("href"))
    }

    pub fn link(&self, text: &str) -> Option<&str> {
        self.all("a").find(|link| link.text == text).and_then(|link| link.get("href"))
    }

    /// Fields of every form that posts to `action`, with their values; only ticked boxes.
    pub fn forms(&self, action: &str) -> Vec<Vec<(&str, &str)>> {
        let is_form = |at: &usize| self.0[*at].name == "form" && self.0[*at].get("action") == Some(action);
        let fields = |form: usize| {
            let inside = self.0.iter().enumerate().filter(move |(_, element)| self.is_in(element, form));
            inside.filter_map(|(at, element)| {
                let value = match element.name.as_str() {
                    "input"
                        if element.get("type") == Some("checkbox") && element.get("checked").is_none() =>
                    {
                        return None;
                    }
                    "input" => element.get("value").unwrap_or_default(),
                    "select" => self.chosen(at)?,
                    "textarea" => element.text.as_str(),
                    _ => return None,
                };
                Some((element.get("name")?, value))
            })
        };
        (0..self.0.len()).filter(is_form).map(|form| fields(form).collect()).collect()
    }

    /// The value that a browser sends for a select: the selected one, or the first.
    fn chosen(&self, select: usize) -> Option<&str> {
        let options = || self.all("option").filter(|option| self.is_in(option, select));
        options().find(|option| option.get("selected").is_some()).or(options().next())?.get("value")
    }

    /// Values of the boxes in the first form that posts to `action`, ticked or not.
    pub fn boxes(&self, action: &str) -> Vec<(&str, &str)> {
        let form = self.0.iter().position(|element| element.get("action") == Some(action));
        let boxes = self.all("input").filter(|input| input.get("type") == Some("checkbox"));
        let inside = boxes.filter(|input| form.is_some_and(|form| self.is_in(input, form)));
        inside.filter_map(|input| Some((input.get("name")?, input.get("value")?))).collect()
    }

    fn is_in(&self, element: &Element, ancestor: usize) -> bool {
        std::iter::successors(element.parent, |at| self.0[*at].parent).any(|at| at == ancestor)
    }

    /// The first form that posts to `action`, with some fields changed. A field that does not exist fails
    /// the test, since a user could not change it. Named boxes are ticked.
    #[track_caller]
    pub fn filled(&self, action: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let (forms, boxes) = (self.forms(action), self.boxes(action));
        let form = forms.first().unwrap_or_else(|| panic!("no form posts to {action}"));
        for (name, value) in typed {
            let there = form.iter().any(|(field, _)| field == name) || boxes.contains(&(name, value));
            assert!(there, "the form {action} has no field {name} for {value}");
        }
        let value = |name: &str| typed.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
        let is_box = |name: &str| boxes.iter().any(|(field, _)| *field == name);
        let fields =
            form.iter().map(|(name, was)| (*name, value(name).filter(|_| !is_box(name)).unwrap_or(was)));
        let ticked =
            typed.iter().copied().filter(|(name, value)| is_box(name) && !form.contains(&(name, value)));
        fields.chain(ticked).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// End of a tag: a `>` outside of attributes.
fn tag_end(html: &str) -> usize {
    let mut quoted = false;
    let end = html.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.expect("a tag is not closed")
}

fn read_tag(tag: &str) -> (String, Vec<(String, String)>) {
    let name_end = tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len());
    let mut attributes = Vec::new();
    let mut rest = tag[name_end..].trim();
    while !rest.is_empty() && rest != "/" {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"').expect("an attribute is not closed");
            value = decode(&quoted[..end]);
            rest = quoted[end + 1..].trim_start();
        } else {
            assert!(!rest.starts_with('='), "the value of {name} is not quoted");
        }
        attributes.push((name, value));
    }
    (tag[..name_end].to_ascii_lowercase(), attributes)
}

fn decode(text: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&nbsp;", "\u{A0}"),
    ];
    let text = entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain));
    // Last, or an entity in the input would be decoded.
    text.replace("&amp;", "&")
}
