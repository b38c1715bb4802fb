//! What every list and count of lateness can be narrowed to, as parameters: said once, with what they come to.

/// The parameters of an operation: its own before and after those that narrow.
macro_rules! narrowed {
    ($(#[$meta:meta])* $name:ident { $($before:tt)* } { $($after:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($before)*
            /// Decided by these agencies or below them, or by what they watch; comma-separated.
            #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
            pub agency: Option<Several<String>>,
            /// Received by these agencies or below them.
            #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
            pub receiving_agency: Option<Several<String>>,
            /// Held by these agencies or below them.
            #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29.05"]))]
            pub holder_agency: Option<Several<String>>,
            /// Held by these units, each as it is written.
            #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["Bộ phận chuyên môn"]))]
            pub unit: Option<Several<String>>,
            /// Held by these officers, each as it is written.
            #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["Trần Thị Bình"]))]
            pub officer: Option<Several<String>>,
            /// Of these procedures.
            #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["1.004873"]))]
            pub procedure: Option<Several<String>>,
            /// Of these fields.
            #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["dat-dai"]))]
            pub field: Option<Several<String>>,
            $($after)*
        }

        impl $name {
            /// Takes out the parameters that narrow.
            fn narrowing(&mut self) -> Asked {
                Asked {
                    agency: self.agency.take(),
                    receiving_agency: self.receiving_agency.take(),
                    holder_agency: self.holder_agency.take(),
                    unit: self.unit.take(),
                    officer: self.officer.take(),
                    procedure: self.procedure.take(),
                    field: self.field.take(),
                }
            }
        }
    };
}

pub(super) use narrowed;
