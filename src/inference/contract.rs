//! What a graph takes and gives, by the session's own word, held against `pack.toml` and against what a pipeline needs. Knows no picture.

use ort::value::{Outlet, TensorElementType};

use super::InferenceError;
use super::tensor::TensorSpec;

/// An input or output, as the session has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) name: String,
    /// As `f32`.
    pub(super) element: &'static str,
    /// −1 where a size may vary.
    pub(super) shape: Vec<i64>,
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` {}{:?}", self.name, self.element, self.shape)
    }
}

impl Port {
    /// As `pack.toml` writes it; `None` if that has no word for its type.
    pub(super) fn spec(&self) -> Option<String> {
        let sizes = self.shape.iter().zip(["N", "A", "B", "C", "D", "E"]);
        let sizes: Vec<String> = sizes
            .map(|(size, letter)| if *size < 0 { letter.to_owned() } else { size.to_string() })
            .collect();
        let text = format!("{}[{}]", self.element, sizes.join(","));
        let fits = TensorSpec::parse(&text).is_some_and(|spec| spec.fits(self.element, &self.shape));
        fits.then_some(text)
    }
}

/// The ports of a graph as its session has them.
pub(super) fn ports(found: &[Outlet]) -> Vec<Port> {
    found.iter().map(port).collect()
}

/// The ports of a graph, if it has just those that the manifest claims. `what` is `input` or `output`.
pub(super) fn agreed(
    graph: &str,
    what: &str,
    found: &[Outlet],
    claimed: &[(String, TensorSpec)],
) -> Result<Vec<Port>, InferenceError> {
    let ports = ports(found);
    for (name, spec) in claimed {
        let own = ports.iter().find(|port| port.name == *name);
        if !own.is_some_and(|port| spec.fits(port.element, &port.shape)) {
            let has = own.map_or_else(|| list(&ports), Port::to_string);
            return Err(InferenceError::ContractBroken(format!(
                "pack.toml claims the {what} `{name}` {spec} of `{graph}`; the graph has {has}"
            )));
        }
    }
    match ports.iter().find(|port| claimed.iter().all(|(name, _)| *name != port.name)) {
        Some(port) => Err(InferenceError::ContractBroken(format!(
            "the graph `{graph}` has the {what} {port}, which pack.toml does not name"
        ))),
        None => Ok(ports),
    }
}

fn list(ports: &[Port]) -> String {
    ports.iter().map(Port::to_string).collect::<Vec<_>>().join(", ")
}

/// The port of that name, if its type is one of `elements` and it has as many dimensions as one of `ranks` says.
pub(super) fn wanted<'a>(
    graph: &str,
    ports: &'a [Port],
    name: &str,
    elements: &[&str],
    ranks: &[usize],
) -> Result<&'a Port, InferenceError> {
    let port = ports.iter().find(|port| port.name == name).ok_or_else(|| {
        InferenceError::ContractBroken(format!("the graph `{graph}` has no `{name}`; it has {}", list(ports)))
    })?;
    if !elements.contains(&port.element) || !ranks.contains(&port.shape.len()) {
        return Err(InferenceError::ContractBroken(format!(
            "the graph `{graph}` has {port}; its pipeline takes {} of {ranks:?} dimensions",
            elements.join(" or ")
        )));
    }
    Ok(port)
}

/// An error if the graph wants what its pipeline does not give.
pub(super) fn nothing_else(graph: &str, ports: &[Port], given: &[&str]) -> Result<(), InferenceError> {
    match ports.iter().find(|port| !given.contains(&port.name.as_str())) {
        Some(port) => Err(InferenceError::ContractBroken(format!(
            "the graph `{graph}` wants {port}, which its pipeline does not have"
        ))),
        None => Ok(()),
    }
}

fn port(outlet: &Outlet) -> Port {
    let shape = outlet.dtype().tensor_shape().map(|shape| shape.to_vec()).unwrap_or_default();
    Port { name: outlet.name().to_owned(), element: element(outlet.dtype().tensor_type()), shape }
}

fn element(of: Option<TensorElementType>) -> &'static str {
    match of {
        Some(TensorElementType::Float32) => "f32",
        Some(TensorElementType::Float16) => "f16",
        Some(TensorElementType::Int64) => "i64",
        Some(TensorElementType::Int32) => "i32",
        Some(TensorElementType::Uint8) => "u8",
        Some(TensorElementType::Bool) => "bool",
        _ => "another type",
    }
}
