//! Cells of a CSV that people open in a spreadsheet: quoted, and none of them a formula. Knows no table.

/// With these a spreadsheet begins a formula; with the wide forms, too, that are typed in East Asia.
const FORMULAS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A line of cells.
pub(super) fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

/// A text as a cell. An apostrophe goes before what would be a formula.
fn cell(text: &str) -> String {
    let text = text.replace('\0', "");
    let text = match text.starts_with(FORMULAS) {
        true => format!("'{text}"),
        false => text,
    };
    // Where semicolons or tabs separate, a cell with one would be two, and the second could begin a formula.
    match text.contains(['"', ',', ';', '\t', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_cell_is_one() {
        for (text, expected) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("＝1", "'＝1"),
            ("\0=1", "'=1"),
            ("a\",=1\n=2", "\"a\"\",=1\n=2\""),
            ("a;=1", "\"a;=1\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
        assert_eq!(line(["a", "b,c"]), "a,\"b,c\"\r\n");
    }
}
