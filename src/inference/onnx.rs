//! What of an ONNX file must be known before the runtime sees it: in which other files it keeps weights. Reads the few fields of the format (protocol buffers,
//! onnx.proto) on the way there and skips the rest. Knows no disk.
//!
//! The runtime opens whatever a graph names, from wherever the process stands; so what it names must be known, and be the manifest's.

use std::collections::BTreeSet;

/// Graphs lie in attributes of nodes of graphs, three messages a time; no exporter makes this many.
const DEEPEST: usize = 32;

/// The bytes are no ONNX file, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no ONNX file, or a part of one")]
pub(super) struct NotOnnx;

/// Messages of onnx.proto on the way from a file to its tensors.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Training,
    Function,
    Graph,
    Node,
    Attribute,
    Sparse,
    Tensor,
}

impl Message {
    /// What the field of that number holds, if tensors can lie in it.
    fn child(self, field: u64) -> Option<Message> {
        Some(match (self, field) {
            (Message::Model, 7) | (Message::Training, 1 | 2) | (Message::Attribute, 6 | 11) => Message::Graph,
            (Message::Model, 20) => Message::Training,
            (Message::Model, 25) => Message::Function,
            (Message::Graph, 1) | (Message::Function, 7) => Message::Node,
            (Message::Graph, 5) | (Message::Attribute, 5 | 10) | (Message::Sparse, 1 | 2) => Message::Tensor,
            (Message::Graph, 15) | (Message::Attribute, 22 | 23) => Message::Sparse,
            (Message::Node, 5) | (Message::Function, 11) => Message::Attribute,
            _ => return None,
        })
    }
}

/// The files that a model keeps weights in, as it names them.
pub(super) fn external_files(model: &[u8]) -> Result<BTreeSet<String>, NotOnnx> {
    let mut found = BTreeSet::new();
    if model.is_empty() {
        return Err(NotOnnx);
    }
    visit(Message::Model, model, DEEPEST, &mut found)?;
    Ok(found)
}

fn visit(message: Message, bytes: &[u8], deeper: usize, found: &mut BTreeSet<String>) -> Result<(), NotOnnx> {
    let deeper = deeper.checked_sub(1).ok_or(NotOnnx)?;
    for field in Fields(bytes) {
        let (number, content) = field?;
        match (message, number) {
            // TensorProto.external_data: pairs of texts, among them `location`.
            (Message::Tensor, 13) => {
                if let Some(place) = location(content)? {
                    found.insert(place);
                }
            }
            _ => {
                if let Some(child) = message.child(number) {
                    visit(child, content, deeper, found)?;
                }
            }
        }
    }
    Ok(())
}

/// The value of a StringStringEntryProto whose key is `location`.
fn location(entry: &[u8]) -> Result<Option<String>, NotOnnx> {
    let (mut key, mut value) = (&[][..], &[][..]);
    for field in Fields(entry) {
        match field? {
            (1, content) => key = content,
            (2, content) => value = content,
            _ => {}
        }
    }
    let text = || String::from_utf8(value.to_vec()).map_err(|_error| NotOnnx);
    (key == b"location").then(text).transpose()
}

/// The fields of a message: number and content; the content of numbers is left out.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn varint(&mut self) -> Result<u64, NotOnnx> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(NotOnnx)?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(NotOnnx)
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], NotOnnx> {
        let length = usize::try_from(length).map_err(|_error| NotOnnx)?;
        let (content, rest) = self.0.split_at_checked(length).ok_or(NotOnnx)?;
        self.0 = rest;
        Ok(content)
    }

    fn field(&mut self) -> Result<(u64, &'a [u8]), NotOnnx> {
        let tag = self.varint()?;
        let content = match tag & 7 {
            0 => self.varint().map(|_number| &[][..])?,
            1 => self.take(8).map(|_number| &[][..])?,
            2 => {
                let length = self.varint()?;
                self.take(length)?
            }
            5 => self.take(4).map(|_number| &[][..])?,
            _ => return Err(NotOnnx),
        };
        Ok((tag >> 3, content))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, &'a [u8]), NotOnnx>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        // What follows a broken field is not looked at.
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, content.len() as u8][..], content].concat()
    }

    /// A tensor whose numbers lie in `file`.
    fn tensor(file: &str) -> Vec<u8> {
        let entry = |key: &str, value: &str| [field(1, key.as_bytes()), field(2, value.as_bytes())].concat();
        [field(13, &entry("offset", "12")), field(13, &entry("location", file))].concat()
    }

    #[test]
    fn files_are_found_wherever_a_tensor_can_lie() {
        let in_graph = field(7, &field(5, &tensor("a")));
        let in_node = field(7, &field(1, &field(5, &field(5, &tensor("b")))));
        let in_branch = field(7, &field(1, &field(5, &field(6, &field(5, &tensor("../c"))))));
        let version = vec![1 << 3, 8];
        let model = [version, in_graph, in_node, in_branch].concat();
        let found = external_files(&model).unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["../c", "a", "b"]);
    }

    #[test]
    fn the_tiny_packs_name_what_their_manifests_name() {
        for (file, wanted) in [
            ("inpaint-tiny/unet/model.onnx", &["model.onnx_data"][..]),
            ("inpaint-tiny/vae_encoder/model.onnx", &[]),
            ("mean/graph.onnx", &[]),
        ] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packs").join(file);
            let found = external_files(&std::fs::read(path).unwrap()).unwrap();
            assert_eq!(found.into_iter().collect::<Vec<_>>(), wanted, "{file}");
        }
    }

    #[test]
    fn what_is_no_model_is_refused_and_nothing_panics() {
        for wrong in [&b""[..], b"PK\x03\x04", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"{\"a\": 1}"]
        {
            assert_eq!(external_files(wrong), Err(NotOnnx), "{wrong:?}");
        }
        let model = field(7, &field(5, &tensor("a")));
        for end in 1..model.len() {
            assert_eq!(external_files(&model[..end]), Err(NotOnnx), "{end}");
        }
        // A graph in an attribute of a node of a graph, and so on.
        let nested = (0..20).fold(Vec::new(), |inner, _| field(1, &field(5, &field(6, &inner))));
        assert_eq!(external_files(&field(7, &nested)), Err(NotOnnx));
    }
}
