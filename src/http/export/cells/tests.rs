use super::*;

#[derive(serde::Serialize)]
struct Row {
    code: &'static str,
    inner: Inner,
    none: Option<Inner>,
    levels: Vec<&'static str>,
    limits: Vec<Inner>,
}

#[derive(serde::Serialize)]
struct Inner {
    days: Option<i64>,
    late: bool,
}

struct Seen(Vec<(String, String)>);

impl Sink for Seen {
    fn cell(&mut self, path: &str, cell: Cell<'_>) {
        self.0.push((path.to_owned(), format!("{cell:?}")));
    }
}

#[test]
fn a_row_is_laid_flat() {
    let row = Row {
        code: "a",
        inner: Inner { days: Some(-2), late: true },
        none: None,
        levels: vec!["x", "y"],
        limits: vec![Inner { days: None, late: false }],
    };
    let mut seen = Seen(vec![]);
    let mut walk = Walk::default();
    walk.row(&row, &mut seen).unwrap();
    let seen: Vec<_> = seen.0.iter().map(|(path, cell)| format!("{path}={cell}")).collect();
    assert_eq!(
        seen,
        [
            r#"code=Text("a")"#,
            "inner.days=Whole(-2)",
            "inner.late=Truth(true)",
            "none=Empty",
            r#"levels=Text("x; y")"#,
            r#"limits=Text("[{\"days\":null,\"late\":false}]")"#,
        ]
    );
}
